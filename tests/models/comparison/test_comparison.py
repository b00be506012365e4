"""What changed, with planted changes and without any."""

import pytest

from firstbell.models.comparison.comparability import IncomparableError
from firstbell.models.comparison.comparison import ALL_STATIONS, EVERYTHING, Change, Comparison, compare
from firstbell.models.workload.gate import ComparisonRules
from tests.models.comparison.made_up import CORES, digest, load_per_learner, rounds

RULES = ComparisonRules(draws=200)
PAGE_DATABASE = {("page", "database"): 1.16}


def named(found: Comparison, activity: str | None, station: str) -> Change:
    return next(change for change in found.changes if (change.activity, change.station) == (activity, station))


def test_a_dearer_station_is_found_and_the_culprit_named_with_what_it_costs() -> None:
    found = compare(rounds(1), rounds(100, demand=PAGE_DATABASE), rules=RULES)
    assert found.culprit is not None
    assert (found.culprit.activity, found.culprit.station) == ("page", "database")
    assert found.culprit.low < 1.16 < found.culprit.high
    assert found.culprit.before == pytest.approx(0.003, rel=0.05)
    assert found.culprit.after == pytest.approx(0.003 * 1.16, rel=0.05)
    assert {change.activity for change in found.worse if change.kind == "demand"} == {"page"}
    truth = load_per_learner() / load_per_learner(PAGE_DATABASE)
    assert found.capacity is not None
    assert found.capacity.low < truth < found.capacity.high
    assert found.capacity.worse
    assert found.pairing.design == "side by side"


def test_capacity_is_what_the_cores_allow_to_learners_who_cost_so_much() -> None:
    found = compare(rounds(1), rounds(100), rules=RULES)
    assert found.capacities is not None
    before, _ = found.capacities
    assert before.binding == "utilisation of 70%"
    assert before.learners == pytest.approx(0.7 * CORES / load_per_learner(), rel=0.03)
    assert before.low < before.learners < before.high


def test_nothing_is_found_where_nothing_changed_however_the_machines_speed_wanders() -> None:
    alarms = [
        change.name
        for seed in range(0, 2_000, 500)
        for change in compare(
            rounds(seed), [digest(seed=seed + 100 + turn, begun_s=1_000 + 60 * turn) for turn in range(3)], rules=RULES
        ).worse
    ]
    assert alarms == []
    slow = [digest(seed=7 + turn, begun_s=1_000 + 60 * turn, speed=1.0 + 0.1 * turn) for turn in range(3)]
    as_slow = [digest(seed=70 + turn, begun_s=1_000 + 60 * turn, speed=1.0 + 0.1 * turn) for turn in range(3)]
    assert compare(slow, as_slow, rules=RULES).worse == ()


def test_a_change_for_the_better_is_told_and_fails_nothing() -> None:
    found = compare(rounds(1), rounds(100, demand={("page", "app"): 0.7}), rules=RULES)
    assert found.worse == ()
    assert "page: processor time at app" in [change.name for change in found.better]


def test_what_makes_everything_dearer_is_one_change_and_not_one_of_each_activity() -> None:
    found = compare(rounds(1), rounds(100, speed=1.2), rules=RULES)
    common = named(found, None, EVERYTHING)
    assert common.worse
    assert common.low < 1.2 < common.high
    assert [change.name for change in found.worse if change.kind == "demand"] == []
    assert found.capacity is not None
    assert found.capacity.ratio == pytest.approx(1 / 1.2, rel=0.03)


def test_runs_at_different_times_are_calibrated_by_the_reference_task() -> None:
    slower_machine = rounds(100, speed=1.3, apart_s=5_000.0, demand={("page", "database"): 1.4})
    found = compare(rounds(1), slower_machine, rules=RULES)
    assert found.pairing.design == "apart"
    assert not named(found, None, EVERYTHING).worse
    assert named(found, "page", "database").worse
    assert named(found, "page", "database").low < 1.4 < named(found, "page", "database").high
    assert found.capacity is not None
    assert found.capacity.ratio == pytest.approx(
        load_per_learner() / load_per_learner({("page", "database"): 1.4}), rel=0.05
    )
    assert any("different times" in note for note in found.notes)


def test_rounds_in_turn_are_pairs_as_well() -> None:
    assert compare(rounds(1), rounds(100, apart_s=30.0), rules=RULES).pairing.design == "in turn"


def test_one_run_a_side_is_compared_with_wider_intervals_and_says_so() -> None:
    one = compare(rounds(1, 1), rounds(100, 1, demand=PAGE_DATABASE), rules=RULES)
    three = compare(rounds(1), rounds(100, demand=PAGE_DATABASE), rules=RULES)
    assert named(one, "page", ALL_STATIONS).detectable > named(three, "page", ALL_STATIONS).detectable
    assert any("only one run" in note for note in one.notes)


def test_errors_that_were_not_there_before_are_found() -> None:
    found = compare(rounds(1), rounds(100, errors={"answer": 0.02}), rules=RULES)
    assert [change.name for change in found.worse] == ["answer: failed visits"]
    assert compare(rounds(1, errors={"answer": 0.02}), rounds(100, errors={"answer": 0.02}), rules=RULES).worse == ()


def test_slower_answers_of_a_target_without_metrics_are_found() -> None:
    found = compare(rounds(1, metrics=False), rounds(100, metrics=False, slower={"page": 1.5}), rules=RULES)
    assert {change.name for change in found.worse} == {"page: response time p50", "page: response time p95"}
    assert found.capacity is None
    assert found.culprit is not None
    assert found.culprit.activity == "page"
    assert any("no processor times" in note for note in found.notes)


def test_without_books_by_route_stations_alone_are_told() -> None:
    dearer = {(name, "database"): 1.2 for name in ("page", "answer", "autosave", "beacon", "submit")}
    found = compare(rounds(1, books=False), rounds(100, books=False, demand=dearer), rules=RULES)
    assert [change.station for change in found.worse if change.kind == "demand"] == ["database"]
    assert named(found, None, "database").low < 1.2 < named(found, None, "database").high
    assert found.capacity is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"machine": {"cpu": "another"}}, "another machine than that of run-1.*--calibrate"),
        ({"workload_hash": "def"}, "workload_hash: it can't be compared with run-1, where the profile was another"),
        ({"learners": 51}, "where the number of learners was another"),
        ({"load": '{"plateaus": []}'}, "where levels, clocks or arrivals was another"),
    ],
)
def test_runs_that_were_not_made_alike_are_refused_with_every_difference(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(IncomparableError, match=words) as caught:
        compare(rounds(1), rounds(100, **changes), rules=RULES)
    assert caught.value.exit_code == 3


def test_another_machine_is_allowed_for_only_where_both_tell_the_reference_task() -> None:
    other = {"machine": {"cpu": "another"}, "speed": 1.5}
    rules = RULES.model_copy(update={"calibrate": True})
    found = compare(rounds(1), rounds(100, apart_s=5_000.0, **other), rules=rules)
    assert found.pairing.calibrated
    assert found.worse == ()
    with pytest.raises(IncomparableError, match="too few reference tasks"):
        compare(rounds(1), rounds(100, metrics=False, **other), rules=rules)
