"""The profile's sections on playing stated states: off unless they are there, checked where they are."""

import hashlib
from pathlib import Path

import pytest

from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload
from tests.models.workload.playing import PROFILE, playing, profile_with


def test_the_shipped_profile_plays_no_uploads_and_has_the_hash_that_it_had() -> None:
    kosovo = read_workload(PROFILE)
    assert kosovo.playable == ()
    assert sum(kosovo.played_shares().values()) == pytest.approx(0.94)
    whole = kosovo.model_dump_json(exclude={"gate", "rollout", "network", "signing_in"})
    without_key = whole.replace(',"uploads":null,"downloads":null,"analytics":null', "")
    assert len(without_key) < len(whole)
    assert kosovo.hash == hashlib.sha256(without_key.encode()).hexdigest()


@pytest.mark.parametrize(
    ("section", "state", "share"),
    [("uploads", "upload", 0.025), ("downloads", "download", 0.03), ("analytics", "reports", 0.005)],
)
def test_with_its_section_a_stated_state_is_played_at_the_stated_share(section: str, state: str, share: float) -> None:
    played = playing(section)
    assert played.playable == (state,)
    assert played.played_shares(played.playable)[state] == share
    assert state not in played.played_shares()
    assert played.shares() == read_workload(PROFILE).shares()
    assert played.hash != read_workload(PROFILE).hash


def test_mistakes_of_the_section_are_told_with_their_keys(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    wrong = profile_with("uploads").replace(
        "zip_share: {value: 0.1, low: 0.0",
        "zip_share: {value: 0.9, source: estimate}\n    old_key: {value: 0.1, low: 0.0",
    )
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_workload(path)
    assert {problem.key for problem in told.value.problems} == {"states.uploads", "states.uploads.old_key"}


def test_uploads_need_the_state_that_they_play(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(profile_with("uploads").replace("    upload:\n", "    homework:\n"), encoding="utf-8")
    with pytest.raises(InputError, match=r"stated\.upload"):
        read_workload(path)


@pytest.mark.parametrize(
    ("section", "before", "after", "told"),
    [
        ("downloads", "    download:\n", "    fetching:\n", r"stated\.download"),
        ("downloads", "bytes_out: {value: 4194304", "bytes_out: {value: 0", r"stated\.download\.bytes_out"),
        ("analytics", "    reports:\n", "    papers:\n", r"stated\.reports"),
        ("analytics", "course_share: {value: 0.4", "course_share: {value: 0.9", "must not exceed 1"),
    ],
)
def test_sections_that_contradict_the_rest_are_told(
    tmp_path: Path, section: str, before: str, after: str, told: str
) -> None:
    text = profile_with(section)
    assert text.count(before) == 1
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_workload(path)
