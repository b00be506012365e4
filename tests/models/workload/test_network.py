"""The profile's lines: what is wrong in them is told, and a profile without them is what it was."""

import hashlib
from pathlib import Path

import pytest

from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload
from firstbell.models.workload.network import Network
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


def test_an_event_too_short_to_say_anything_is_told(tmp_path: Path) -> None:
    path = _changed(tmp_path, "event_bytes: {value: 300, low: 160", "event_bytes: {value: 300, low: 60")
    with pytest.raises(InputError, match=r"network\.offline_box\.sync: event_bytes must be 130 or more"):
        read_workload(path)


def test_each_mistake_of_what_a_server_brings_is_told(tmp_path: Path) -> None:
    path = _changed(tmp_path, "batch_events: {value: 250, low: 50", "batch_events: {value: 2.5, low: 2")
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "clock_spread_s: {value: 5, low: 1", "clock_spread_s: {value: 5, low: -1"
        )
    )
    with pytest.raises(InputError) as caught:
        read_workload(path)
    told = {problem.key: problem for problem in caught.value.problems}
    assert set(told) == {f"network.offline_box.sync.{name}" for name in ("batch_events", "clock_spread_s")}
    assert "must be a whole number" in told["network.offline_box.sync.batch_events"].what
    assert "must not be negative" in told["network.offline_box.sync.clock_spread_s"].what
    assert all(problem.remedy for problem in told.values())


def test_servers_need_schools() -> None:
    profile = {"offline_box": {"sync": {"servers": {"value": 1}}}, "personas": {"adsl": {"share": 1.0}}}
    assert Network.contradictions(profile) == ["offline_box.sync has servers at schools, and there are no schools"]


def test_a_box_that_brings_nothing_is_what_it_was(tmp_path: Path) -> None:
    kosovo_with_lines(tmp_path)
    path = tmp_path / "kosovo.yaml"
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition("    sync:\n")
    path.write_text(head + rest[rest.index("  class_learners:") :], encoding="utf-8")
    profile = read_workload(path)
    assert profile.progress_sync is None
    assert profile.network is not None
    network = {"offline_box": {"sync": True}}
    states = {"uploads": True, "downloads": True, "analytics": True}
    silent = {"gate": True, "rollout": True, "signing_in": True, "states": states, "network": network}
    assert profile.hash == hashlib.sha256(profile.model_dump_json(exclude=silent).encode()).hexdigest()


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
