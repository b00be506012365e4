"""Every mistake in a profile is told in one go, with file, line, key, value and remedy."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import firstbell.fixtures
from firstbell.models.problems import InputError, Problem
from firstbell.models.workload import Workload, read_workload

PROFILES = Path(firstbell.fixtures.__file__).parent / "profiles"
KOSOVO = (PROFILES / "kosovo.yaml").read_text(encoding="utf-8")


def profile_with(folder: Path, changes: Mapping[str, str]) -> Path:
    """Kosovo's profile with some of its text changed; each text must be there exactly once."""
    text = KOSOVO
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "profile.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, changes: Mapping[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read_workload(profile_with(folder, changes))
    return caught.value.problems


def problem(folder: Path, old: str, new: str) -> Problem:
    (only,) = problems(folder, {old: new})
    return only


def line_of(text: str) -> int:
    return KOSOVO[: KOSOVO.index(text)].count("\n") + 1


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_profile_is_free_of_mistakes_and_named_as_its_file(path: Path) -> None:
    assert read_workload(path).name == path.stem


def test_five_mistakes_are_told_at_once_each_with_line_key_value_and_remedy(tmp_path: Path) -> None:
    planted = {
        "pages: {value: 8,": "pages: {value: eight,",
        "share: {value: 0.40, low: 0.30, high: 0.50,": "share: {value: 1.40, low: 0.30, high: 1.50,",
        "page_min_s: {value: 30,": "page_minimum_s: {value: 30,",
        '{start: "12:30", share: 0.5}': "{start: 12h30, share: 0.5}",
        "segment_s: {value: 6,": "segment_s: {value: -6,",
    }
    told = problems(tmp_path, planted)
    source = tmp_path / "profile.yaml"
    places = {(f.source, f.key, f.value) for f in told}
    quiz = line_of("    page_min_s")
    assert places >= {
        (f"{source}:{line_of('    pages: {value: 8')}", "states.quiz.pages.value", "'eight'"),
        (f"{source}:{line_of('share: {value: 0.40')}", "states.lesson.share", "1.4, low 0.3, high 1.5"),
        (f"{source}:{quiz}", "states.quiz.page_minimum_s", None),
        (f"{source}:{line_of('12:30')}", "day.steps[4].start", "'12h30'"),
        (f"{source}:{line_of('    segment_s')}", "content.ladder.segment_s", "-6"),
    }
    assert all(found.what and found.remedy for found in told)


PUPILS = "pupils: {value: 345000,"
THINK_CV = "think_cv: {value: 1, source: estimate}"
RUNG = "{bits_per_s: 365000, share: 0.20}"
POINT = '{start: "07:30", share: 0.2}'


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        (PUPILS, "pupils: {value: no,", "population.pupils.value", "this must be a number"),
        (PUPILS, "pupils: {value: true,", "population.pupils.value", "this must be a number"),
        (PUPILS, "pupils: {value: 0x10,", "population.pupils.value", "this must be a number"),
        (PUPILS, "pupils: {value: 345.5,", "population.pupils", "must be a whole number"),
        (PUPILS, "pupils: {value: -1,", "population.pupils", "must be greater than 0"),
        (PUPILS, "pupils: {value: 345, sure: H,", "population.pupils.sure", "there is no such key"),
        (POINT, "{start: 730, share: 0.2}", "day.steps[2].start", "this must be a text"),
        (POINT, "{start: 7:30, share: 0.2}", "day.steps[2].start", "not in the form wanted"),
        ("name: kosovo\n", "name: Kosovo\n", "name", "not in the form wanted"),
        ("name: kosovo\n", "", "name", "the key is missing"),
        ("firstbell_profile: 1", "firstbell_profile: 2", "firstbell_profile", "should be 1"),
        ("fit_loads: [0.15, 0.3, 0.45, 0.6]", "fit_loads: 0.15", "study.fit_loads", "this must be a list"),
        ("  hold_s: 20\n", "  hold_s: .inf\n", "study.hold_s", "this must be a number"),
        (THINK_CV, "think_cv: 1", "states.browsing.think_cv", "this must be a mapping"),
        (THINK_CV, "think_cv: {value: 1}", "states.browsing.think_cv.source", "the key is missing"),
        (THINK_CV, 'think_cv: {value: 1, source: " "}', "states.browsing.think_cv.source", "a source must be named"),
        (THINK_CV, "think_cv: {value: 1, low: 0.5, source: x}", "states.browsing.think_cv", "give both or neither"),
        (THINK_CV, "think_cv: {value: 1, low: 2, high: 3, source: x}", "states.browsing.think_cv", "not 2 <= 1 <= 3"),
        ("page_min_s: {value: 30,", "page_min_s: {value: 95,", "states.quiz", "page_min_s must not exceed page_max_s"),
        ("crisis: {value: 45000,", "crisis: {value: 145000,", "levels", "the levels must rise"),
        ("share: {value: 0.14, low: 0.09,", "share: {value: 0.1, low: 0.09,", "states", "add up to 1, not 0.96"),
        (RUNG, "{bits_per_s: 365000, share: 0.25}", "content.ladder", "must add up to 1, not 1.05"),
        (RUNG, "{bits_per_s: 145000, share: 0.20}", "content.ladder", "lowest first"),
    ],
)
def test_a_mistake_is_told_by_its_key(tmp_path: Path, old: str, new: str, key: str, what: str) -> None:
    found = problem(tmp_path, old, new)
    assert (found.key, what in found.what) == (key, True), str(found)


def test_a_key_given_twice_is_told_beside_the_other_mistakes(tmp_path: Path) -> None:
    told = problems(tmp_path, {"name: kosovo\n": "name: kosovo\nname: kosova\n", "  teachers:": "  teacher:"})
    assert [found.key for found in told] == ["name", "population.teachers", "population.teacher"]


def test_a_mistake_between_keys_is_told_beside_a_mistake_in_one_of_them(tmp_path: Path) -> None:
    told = problems(tmp_path, {"crisis: {value: 45000,": "crisis: {value: 145000, note: x,"})
    assert {found.key for found in told} == {"levels", "levels.crisis.note"}


def test_a_file_that_is_no_mapping_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(InputError, match="this must be a mapping"):
        read_workload(path)


def test_the_hash_knows_the_content_and_not_the_layout(tmp_path: Path) -> None:
    kosovo = read_workload(PROFILES / "kosovo.yaml")
    commented = read_workload(profile_with(tmp_path, {"name: kosovo\n": "# a comment\nname:   kosovo\n"}))
    changed = read_workload(profile_with(tmp_path, {"pace: 20\n": "pace: 21\n"}))
    assert kosovo.hash == commented.hash
    assert kosovo.hash != changed.hash


@pytest.fixture(scope="module")
def kosovo() -> Workload:
    return read_workload(PROFILES / "kosovo.yaml")


def test_kosovos_levels_are_those_of_the_case(kosovo: Workload) -> None:
    assert kosovo.levels.learners() == {"expected": 15_000, "crisis": 45_000, "contract": 115_000}


def test_kosovos_ladder_delivers_957_kbit_per_second(kosovo: Workload) -> None:
    assert kosovo.content.ladder.mean_bits_per_s == pytest.approx(957e3, rel=0.001)


def test_kosovos_ladder_stores_699_mb_for_twenty_minutes(kosovo: Workload) -> None:
    bytes_stored = kosovo.content.ladder.whole_bits_per_s / 8 * kosovo.content.mean_video_s.value
    assert bytes_stored == pytest.approx(699e6, rel=0.01)


def test_the_shares_of_all_states_add_up_to_one(kosovo: Workload) -> None:
    assert sum(kosovo.shares().values()) == pytest.approx(1)
    assert set(kosovo.shares()) - set(kosovo.played_shares()) == {"download", "upload", "reports"}
