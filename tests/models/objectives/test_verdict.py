"""Objectives judged on runs that are made up, and the exit code that follows."""

from pathlib import Path

import numpy as np
import pytest

from firstbell.models.comparison.digest import Digest
from firstbell.models.objectives.judgement import Judgement
from firstbell.models.objectives.verdict import verdict_of
from firstbell.models.problems import InputError
from firstbell.models.study import ValidityResult
from firstbell.models.workload.gate import ComparisonRules, Gate, GateObjective
from firstbell.models.workload.reading import read_slo
from tests.models.comparison.made_up import BLOCK_S, BLOCKS, COSTS, digest, rounds

RULES = ComparisonRules(draws=200)


def judged(expect: str, runs: list[Digest], baseline: list[Digest] | None = None, **where: str) -> Judgement:
    gate = Gate(objectives=(GateObjective(expect=expect, **where),), comparison=RULES)  # type: ignore[arg-type]
    (found,) = verdict_of(runs, baseline or [], gate, seed=1).judgements
    return found


def test_each_measure_is_what_the_runs_show() -> None:
    runs = rounds(1, errors={"page": 0.02})
    visits = {name: sum(sum(run.activity(name).visits) for run in runs) for name in COSTS}  # type: ignore[union-attr]
    failed = sum(sum(run.activity("page").errors) for run in runs)  # type: ignore[union-attr]
    time_s = 3 * BLOCKS * BLOCK_S
    gamma = np.random.default_rng(1).gamma(4, 0.030 / 4, 100_000)
    expected = {
        ("p95 < 1 s", "page"): pytest.approx(np.quantile(gamma, 0.95), rel=0.05),
        ("error_ratio <= 3 %", "page"): pytest.approx(failed / visits["page"]),
        ("error_ratio <= 3 %", None): pytest.approx(failed / sum(visits.values())),
        ("missed_ratio <= 1 %", None): 0.0,
        ("throughput >= 1 /s", "page"): pytest.approx((visits["page"] - failed) / time_s),
        ("rebuffer_ratio <= 1 %", None): pytest.approx(1 / 201),
        ("startup_p50 <= 1 s", None): pytest.approx(0.05 * 3.672, rel=0.05),
        ("apdex(30 ms) >= 0.5", "page"): pytest.approx(
            (1 - failed / visits["page"]) * (np.mean(gamma <= 0.03) + np.mean((gamma > 0.03) & (gamma <= 0.12)) / 2),
            rel=0.03,
        ),
    }
    for (expect, activity), value in expected.items():
        found = judged(expect, runs, **({} if activity is None else {"activity": activity}))
        assert found.value == value, expect
        assert found.holds
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high  # type: ignore[operator]


def test_an_objective_without_an_activity_is_of_all_visits_together() -> None:
    everything, pages = judged("p95 < 1 s", rounds(1)), judged("p95 < 1 s", rounds(1), activity="page")
    assert everything.value is not None
    assert pages.value is not None
    assert everything.value < pages.value


def test_a_window_of_time_judges_its_blocks_alone() -> None:
    early = judged("throughput >= 1 /s", rounds(1), activity="page", window="0 s to 10 s")
    whole = judged("throughput >= 1 /s", rounds(1), activity="page")
    assert early.value != whole.value
    assert early.value == pytest.approx(40, rel=0.2)
    beyond = judged("throughput >= 1 /s", rounds(1), window="100 s to 200 s")
    assert beyond.holds is None
    assert "the run was measured from 0 to 24 s" in beyond.why


def test_too_few_visits_tell_no_percentile_and_the_gate_does_not_pass() -> None:
    gate = Gate(objectives=(GateObjective(expect="p99.9 < 1 s", activity="submit"),), comparison=RULES)
    found = verdict_of(rounds(1), [], gate, seed=1)
    assert found.judgements[0].holds is None
    assert "this percentile needs 1000" in found.judgements[0].why
    assert found.exit_code == 3


def test_an_activity_or_a_line_that_nobody_knows_is_wrong_input() -> None:
    with pytest.raises(InputError, match=r"activity: there is no such activity \(it is 'pgae'\). Take one of answer"):
        judged("p95 < 1 s", rounds(1), activity="pgae")
    with pytest.raises(InputError, match=r"line: nobody came by such a line.*give the profile a network"):
        judged("p95 < 1 s", rounds(1), line="adsl")


def test_those_who_come_by_one_line_are_judged_alone() -> None:
    over_3g = digest(seed=9, slower={"page": 3.0}).activity("page")
    assert over_3g is not None
    runs = [
        run.model_copy(update={"activities": (*run.activities, over_3g.model_copy(update={"line": "3g"}))})
        for run in rounds(1)
    ]
    slow, everybody = (judged("p95 < 80 ms", runs, activity="page", **where) for where in ({"line": "3g"}, {}))
    assert (slow.holds, everybody.holds) == (False, True)
    assert slow.name == "page: p95 < 80 ms (line: 3g)"


def test_without_objectives_of_its_own_a_gate_judges_those_of_the_profile() -> None:
    found = verdict_of(rounds(1), [], Gate(comparison=RULES), seed=1)
    assert [judgement.name for judgement in found.judgements] == ["page: p95 <= 1 s", "error_ratio <= 0.01"]
    assert found.exit_code == 0


def test_a_missed_objective_falls_short() -> None:
    gate = Gate(objectives=(GateObjective(expect="p95 < 10 ms", activity="page"),), comparison=RULES)
    assert verdict_of(rounds(1), [], gate, seed=1).exit_code == 1


def test_a_relative_objective_needs_its_baseline() -> None:
    with pytest.raises(InputError, match=r"capacity >= 95 % of baseline: .*none was given. Give --baseline"):
        judged("capacity >= 95 % of baseline", rounds(1))


@pytest.mark.parametrize(("factor", "holds"), [(1.0, True), (1.5, False)])
def test_capacity_and_response_times_are_judged_beside_a_baseline(factor: float, holds: bool) -> None:
    head = rounds(100, demand={("page", "database"): factor}, slower={"page": factor})
    for expect, where in (("capacity >= 95 % of baseline", {}), ("p95 <= 120 % of baseline", {"activity": "page"})):
        found = judged(expect, head, rounds(1), **where)
        assert found.holds is holds, expect
        assert found.unit == "ratio to baseline"


def test_what_may_be_chance_fails_no_relative_objective_and_is_told() -> None:
    found = judged("p95 <= 90 % of baseline", rounds(100, 2), rounds(1, 2), activity="submit")
    assert (found.holds, found.sure) == (True, False)
    assert "may be chance" in found.why


def test_a_regression_fails_the_gate_though_no_objective_names_it() -> None:
    head = rounds(100, demand={("page", "database"): 1.2})
    assert verdict_of(head, rounds(1), Gate(comparison=RULES), seed=1).exit_code == 1
    lenient = Gate(comparison=RULES.model_copy(update={"regressions": False}))
    assert verdict_of(head, rounds(1), lenient, seed=1).exit_code == 0
    assert verdict_of(rounds(100), rounds(1), Gate(comparison=RULES), seed=1).exit_code == 0


@pytest.mark.parametrize("verdict", ["invalid", "generator-bound"])
def test_a_broken_run_on_either_side_is_never_judged(verdict: str) -> None:
    validity = ValidityResult(verdict=verdict, reasons=("it was late",))  # type: ignore[arg-type]
    broken = [digest(seed=1, validity=validity)]
    for runs, baseline in ((broken, rounds(1)), (rounds(1), broken)):
        found = verdict_of(runs, baseline, Gate(comparison=RULES), seed=1)
        assert (found.exit_code, found.judgements) == (3, ())
        assert found.invalid == (f"run-1 is {verdict}: it was late",)


def test_an_empty_or_interrupted_run_is_never_judged() -> None:
    empty = digest(seed=1).model_copy(update={"start_s": (), "activities": ()})
    assert "nothing was measured" in verdict_of([empty], [], Gate(), seed=1).invalid[0]
    assert "interrupted" in verdict_of([digest(seed=1, status="interrupted")], [], Gate(), seed=1).invalid[0]


def test_runs_too_noisy_to_find_anything_do_not_pass() -> None:
    strict = Gate(comparison=RULES.model_copy(update={"must_detect": 0.001}))
    found = verdict_of(rounds(100), rounds(1), strict, seed=1)
    assert found.exit_code == 3
    assert "too noisy" in found.invalid[0]


SLO = """\
firstbell_slo: 1
objectives:
  - expect: p95 < 800
    activity: page
  - {expect: error_ratio <= 0.1 %, colour: red}
  - {expect: p95 < 1 s, window: 60 s to 10 s}
  - {expect: capacity >= 9 learners, activity: page}
comparison: {confidence: 2, correction: bonferroni}
"""


def test_every_mistake_in_an_slo_file_is_told_with_its_line_key_value_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "slo.yaml"
    path.write_text(SLO)
    with pytest.raises(InputError) as caught:
        read_slo(path)
    told = str(caught.value)
    assert len(caught.value.problems) == 6
    assert (
        f"{path}:3: objectives[0].expect: the limit has no unit (it is 'p95 < 800'). Write it like p95 < 800 ms" in told
    )
    assert f"{path}:5: objectives[1].colour: there is no such key" in told
    assert f"{path}:6: objectives[2].window: the window ends before it begins" in told
    assert "capacity can't be told by activity: take activity out" in told
    assert "comparison.confidence" in told
    assert "comparison.correction" in told


def test_an_slo_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "slo.yaml"
    path.write_text(
        "firstbell_slo: 1\nobjectives:\n  - {expect: p95 < 2 s, activity: login}\ncomparison: {draws: 200}\n"
    )
    found = read_slo(path)
    assert [objective.name for objective in found.objectives] == ["login: p95 < 2 s"]
    assert found.comparison.draws == 200
    path.write_text("firstbell_slo: 2\n")
    with pytest.raises(InputError, match="firstbell_slo"):
        read_slo(path)
