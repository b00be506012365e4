"""The profile's section on uploads: off unless it is there, checked where it is."""

import hashlib
from pathlib import Path

import pytest

from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload
from tests.models.workload.playing_uploads import PROFILE, playing_uploads, uploads_profile


def test_the_shipped_profile_plays_no_uploads_and_has_the_hash_that_it_had() -> None:
    kosovo = read_workload(PROFILE)
    assert kosovo.playable == ()
    assert sum(kosovo.played_shares().values()) == pytest.approx(0.94)
    without_key = kosovo.model_dump_json(exclude={"gate", "network", "signing_in"}).replace(',"uploads":null', "")
    assert "uploads" not in without_key
    assert kosovo.hash == hashlib.sha256(without_key.encode()).hexdigest()


def test_with_its_section_uploads_are_played_at_the_stated_share() -> None:
    played = playing_uploads()
    assert played.playable == ("upload",)
    assert played.played_shares(played.playable)["upload"] == 0.025
    assert "upload" not in played.played_shares()
    assert played.shares() == read_workload(PROFILE).shares()
    assert played.hash != read_workload(PROFILE).hash


def test_mistakes_of_the_section_are_told_with_their_keys(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    wrong = uploads_profile().replace(
        "zip_share: {value: 0.1, low: 0.0",
        "zip_share: {value: 0.9, source: estimate}\n    old_key: {value: 0.1, low: 0.0",
    )
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_workload(path)
    assert {problem.key for problem in told.value.problems} == {"states.uploads", "states.uploads.old_key"}


def test_uploads_need_the_state_that_they_play(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(uploads_profile().replace("    upload:\n", "    homework:\n"), encoding="utf-8")
    with pytest.raises(InputError, match=r"stated\.upload"):
        read_workload(path)
