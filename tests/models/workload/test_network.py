"""The profile's lines: what is wrong in them is told, and a profile without them is what it was."""

import hashlib
from pathlib import Path

import pytest

from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload
from tests.models.plant import PROFILE, kosovo, kosovo_with_lines


def _changed(folder: Path, old: str, new: str) -> Path:
    kosovo_with_lines(folder)
    path = folder / "kosovo.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_shares_of_all_lines_add_up(tmp_path: Path) -> None:
    path = _changed(tmp_path, "share: {value: 0.30, low: 0.15", "share: {value: 0.40, low: 0.15")
    with pytest.raises(InputError, match=r"network: the shares of personas and schools must add up to 1, not 1\.1"):
        read_workload(path)


def test_one_name_is_one_line(tmp_path: Path) -> None:
    path = _changed(tmp_path, "    small-school:", "    adsl:")
    with pytest.raises(InputError, match="adsl is both a persona and a school"):
        read_workload(path)


def test_a_profile_without_lines_keeps_its_hash() -> None:
    """That of the profile as it was before profiles had lines, so that records made then stay comparable."""
    profile = kosovo()
    assert profile.network is None
    assert "network:" not in PROFILE.read_text(encoding="utf-8")
    states = {"uploads": True, "downloads": True, "analytics": True}
    silent = {"gate": True, "rollout": True, "network": True, "signing_in": True, "states": states}
    without = profile.model_dump_json(exclude=silent)
    assert profile.hash == hashlib.sha256(without.encode()).hexdigest()


def test_lines_are_part_of_the_hash(tmp_path: Path) -> None:
    assert kosovo_with_lines(tmp_path).hash != kosovo().hash
