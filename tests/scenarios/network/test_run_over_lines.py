"""A real run over two kinds of line: the same platform, and two different evenings."""

import numpy as np
import pytest

from firstbell.models.evidence import RunEvidence
from firstbell.models.network_summary import NetworkSummary
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.models.run_summary import RunSummary
from firstbell.models.workload import read_workload
from firstbell.scenarios.launch import launch
from firstbell.scenarios.setting import default_workload
from firstbell.scenarios.validity import judge

LINES = """
network:
  personas:
    3g:
      share: {value: 0.5, source: test}
      round_trip_s: {value: 0.3, source: test}
      down_bits_per_s: {value: 700000, source: test}
      up_bits_per_s: {value: 700000, source: test}
      loss: {value: 0, source: test}
  schools:
    town-school:
      share: {value: 0.5, source: test}
      pupils: {value: 300, source: test}
      learners: {value: 6, source: test}
      round_trip_s: {value: 0.01, source: test}
      down_bits_per_s: {value: 2.0e+8, source: test}
      up_bits_per_s: {value: 2.0e+8, source: test}
      loss: {value: 0, source: test}
  lesson_traffic: minimum
  left_beside_lessons: {value: 0.05, source: test}
  class_learners: {value: 30, source: test}
  quiz_page_bytes: {value: 100000, source: test}
  quiz_start_s: {value: 5, source: test}
"""


@pytest.fixture(scope="module")
def run(backend: str, tmp_path_factory: pytest.TempPathFactory) -> RunEvidence:
    folder = tmp_path_factory.mktemp("lines")
    profile = folder / "kosovo.yaml"
    profile.write_text(default_workload().read_text(encoding="utf-8") + LINES, encoding="utf-8")
    plan = Plan(
        workload=str(profile), target=backend, pace=10, session_s=1200, processes=2,
        plateaus=(Plateau(kind="run", learners=48, ramp_s=1.5, hold_s=5),),
    )  # fmt: skip
    with launch(plan, folder / "record") as load:
        load.wait()
    assert load.manifest.problems == ()
    return RunEvidence(record=RunRecord.read(folder / "record"), workload=read_workload(profile))


@pytest.fixture(scope="module")
def summary(run: RunEvidence) -> NetworkSummary:
    found = RunSummary.of(run).network
    assert found is not None
    return found


def test_the_run_is_one_that_may_be_believed(run: RunEvidence) -> None:
    assert judge(run.record).verdict != "invalid"


def test_learners_are_told_by_line_and_by_school(run: RunEvidence, summary: NetworkSummary) -> None:
    assert {name: line.learners for name, line in summary.lines.items()} == {"3g": 24, "town-school": 24}
    assert {name: school.learners for name, school in summary.schools.items()} == {
        f"town-school {process}-{number}": 6 for process in (0, 1) for number in (1, 2)
    }
    assert sum(school.visits for school in summary.schools.values()) == summary.lines["town-school"].visits
    assert summary.lines["3g"].visits + summary.lines["town-school"].visits == sum(
        activity.visits for activity in RunSummary.of(run).activities.values()
    )


def test_players_on_slow_lines_choose_lower_rungs(summary: NetworkSummary) -> None:
    slow, fast = summary.lines["3g"], summary.lines["town-school"]
    assert slow.rung_shares[0] > 0.9
    assert _mean_rung(fast.rung_shares) > _mean_rung(slow.rung_shares) + 1
    assert sum(slow.rung_shares) == pytest.approx(1)


def test_what_learners_waited_holds_what_the_line_and_what_the_platform_took(run: RunEvidence) -> None:
    samples = run.samples
    assert samples.network_s is not None
    took_s = samples.end_s - samples.start_s
    assert np.all(samples.network_s >= 0)
    assert np.all(samples.network_s <= took_s + 1e-9)
    lines = run.record.lines()
    assert lines is not None
    slow = np.isin(samples.learner, lines.filter(np.array(lines["line"].to_pylist()) == "3g")["learner"].to_numpy())
    answered = samples.outcome == samples.outcomes.index("ok")
    assert np.all(samples.network_s[slow & answered] > 0.3 - 1e-6)
    assert np.quantile(took_s[~slow & answered], 0.5) < 0.3


def test_a_fit_sees_the_platforms_part_alone(run: RunEvidence) -> None:
    """Learners wait 0.3 s and 0.01 s for a poll to travel; the platform answers it alike over either line."""
    polls = run.visits.of_activity("poll")
    assert polls.network_s is not None
    assert np.quantile(polls.network_s, [0.1, 0.9])[1] > 0.3
    level = run.levels[0]
    mean_s = level.mean_response_s()["poll"]
    assert mean_s == pytest.approx(np.mean((polls.end_s - polls.asked_s - polls.network_s)[_ended(run, polls.end_s)]))
    assert level.activities["poll"].network_s > 0.01


def _ended(run: RunEvidence, end_s: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    (span,) = run.spans
    mask: np.ndarray = (end_s >= span.start_s) & (end_s < span.end_s)  # type: ignore[type-arg]
    return mask


def _mean_rung(shares: tuple[float, ...]) -> float:
    return sum(rung * share for rung, share in enumerate(shares))
