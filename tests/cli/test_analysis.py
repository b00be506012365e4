"""From a record to findings, and from findings to the study, against a plant with known demands."""

from dataclasses import replace
from pathlib import Path

import pytest

from firstbell.cli.analysis import Effort, Findings, analyse
from firstbell.cli.profiles import find_prices
from firstbell.cli.surroundings import backend_words, scaled_down
from firstbell.cli.verdict import verdict_of
from firstbell.cli.written import study_of
from firstbell.models.evidence import RunEvidence
from firstbell.models.forecast import reach
from firstbell.models.record import RunRecord
from firstbell.models.sizing.prices import read_prices
from firstbell.models.study import Study, ValidityResult, read_study
from firstbell.models.workload import Workload
from firstbell.reports.folder import write_report
from firstbell.scenarios.validity import judge
from tests.models import plant

EFFORT = Effort(fit_draws=20, simulated_s=300.0, prediction_draws=3, predicted_s=40.0)
PRICES = read_prices(find_prices("example"))
VALID = ValidityResult(verdict="valid", reasons=())


def analysed(run: RunEvidence) -> Findings:
    return analyse(run, effort=EFFORT, seed=1, told=lambda words: None, prices=PRICES)


def study(findings: Findings, *, complete: bool = True, validity: ValidityResult = VALID) -> Study:
    return study_of(
        findings, validity=validity, quick=True, complete=complete, target="reference",
        created="2026-01-01T00:00:00+00:00", seed=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def findings(plant_run: RunEvidence) -> Findings:
    return analysed(plant_run)


@pytest.fixture(scope="module")
def whole(findings: Findings) -> Study:
    return study(findings)


def evidence(folder: Path, workload: Workload | None = None) -> RunEvidence:
    return RunEvidence(record=RunRecord.read(folder), workload=workload or plant.kosovo())


def test_a_record_is_taken_all_the_way(findings: Findings, plant_run: RunEvidence) -> None:
    assert findings.gaps == ()
    assert findings.model is not None
    assert sorted(findings.predictions) == [94, 188, 282, 376]
    assert {check.learners for check in findings.checks} == {376}
    assert list(findings.measured) == list(findings.sized) == ["expected", "crisis", "contract"]
    assert {row.group for row in findings.sizing} >= {"servers", "storage", "bandwidth"}
    assert judge(plant_run.record).verdict == "valid"


def test_the_study_says_what_it_costs_at_which_prices_and_when_to_order(whole: Study) -> None:
    monthly = {row.level: row for row in whole.sizing if row.item == "cost_per_month"}
    assert list(monthly) == ["expected", "crisis", "contract"]
    assert monthly["expected"].quantity < monthly["contract"].quantity
    assert all(row.title.endswith("at example prices") for row in whole.sizing if row.group == "costs")
    assert PRICES.disclaimer in whole.not_measured
    assert whole.prices_hash == PRICES.hash
    assert whole.roll_out is not None
    assert {"app_nodes", "edge_peak_bits_per_s", "storage_raw_bytes"} <= {due.item for due in whole.roll_out.due}


def test_the_breaking_point_is_about_where_the_true_demands_fill_the_core(findings: Findings) -> None:
    assert findings.breaking is not None
    learners = findings.breaking.learners
    # 20 times the pace brings 376 learners to 0.58 of the core; sign-ins are rarer at the true pace.
    assert 9_500 < learners.likely < 12_500
    assert learners.low < learners.likely < learners.high


def test_each_part_of_the_analysis_is_told_as_it_begins(tmp_path: Path) -> None:
    told: list[str] = []
    run = evidence(plant.write_record(tmp_path / "record", plateaus=plant.CLIMB[5:6], metrics=False))
    analyse(run, effort=EFFORT, seed=1, told=told.append)
    assert told == ["fitting service demands"]
    told.clear()
    short = evidence(plant.write_record(tmp_path / "short", plateaus=plant.CLIMB[8:9]))
    analyse(short, effort=EFFORT, seed=1, told=told.append)
    assert told == ["fitting service demands"]


def test_the_study_can_be_written_read_and_rendered(whole: Study, tmp_path: Path) -> None:
    whole.write(tmp_path / "study.json")
    assert read_study(tmp_path / "study.json") == whole
    write_report(whole, tmp_path)
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_levels_are_told_as_measured(whole: Study) -> None:
    assert [(level.learners, level.held_out) for level in whole.levels[-4:]] == [
        (94, False), (188, False), (282, False), (376, True),
    ]  # fmt: skip
    assert whole.levels[0].start_s == 0
    for level in whole.levels:
        assert level.utilization == pytest.approx(sum(each.utilization for each in level.stations.values()))
        assert level.error_ratio == 0
        assert level.quality is not None
        assert level.quality.views == 20


def test_littles_law_closes_for_the_thinking_streams(whole: Study) -> None:
    gaps = {level.learners: level.little_gap for level in whole.levels if level.kind != "calibration"}
    assert all(gap is not None for gap in gaps.values())
    few, *_, many, most = (abs(gap or 0.0) for _, gap in sorted(gaps.items()))
    assert few < 0.3  # of a hundred views each: chance alone makes a tenth
    assert max(many, most) < 0.1
    assert all(level.little_gap is None for level in whole.levels if level.kind == "calibration")


def test_every_demand_has_an_interval_around_it(whole: Study) -> None:
    assert len(whole.demands) == len(plant.COSTS) * len(plant.STATIONS)
    assert all(each.demand_s.low <= each.demand_s.likely <= each.demand_s.high for each in whole.demands)


def test_only_what_was_seen_often_enough_is_judged(whole: Study) -> None:
    assert whole.validation
    assert all(check.samples >= 40 for check in whole.validation)
    assert all(bool(check.note) is not check.within for check in whole.validation)


def test_the_forecast_says_where_it_extrapolates(whole: Study) -> None:
    assert [each.level for each in whole.forecast] == ["expected", "crisis", "contract"]
    for each in whole.forecast:
        assert each.sized_system.extrapolated
        assert "Extrapolated" in each.sized_system.note
        assert each.measured_system.extrapolated
        assert "times what the system can give" in each.measured_system.note
        assert not each.measured_system.holds


def test_the_load_and_every_sized_figure_are_told_with_their_layers(whole: Study) -> None:
    assert whole.load_uncertainty is not None
    shares = whole.load_uncertainty.shares
    assert shares.discrepancy is not None
    assert sum(share or 0.0 for share in shares.model_dump().values()) == pytest.approx(1.0)
    cores = [row for row in whole.sizing if row.unit in ("cores", "servers")]
    assert cores
    assert all(row.times_measured_load is not None for row in cores)
    for each in whole.forecast:
        load = each.measured_system.load
        assert load is not None
        assert load.high / load.likely == pytest.approx(1 + 2 * whole.load_uncertainty.relative_sd)


def test_what_may_not_be_relied_on_is_refused_in_the_study_as_in_a_forecast(whole: Study) -> None:
    far = whole.forecast[-1].measured_system
    assert far.times_measured_load is not None
    assert far.times_measured_load > 2
    assert far.refused is not None
    assert (far.holds, far.throughput_per_s, far.utilization, far.p95_s) == (False, None, {}, {})
    assert "Nothing else is forecast" in far.note
    judged = [each.judged_at for each in whole.verdict.objectives if "forecast" in each.judged_at]
    assert all("times the highest measured load, beyond the 2 times" in each for each in judged)


def test_a_load_inside_what_was_measured_is_not_called_extrapolated(plant_run: RunEvidence, findings: Findings) -> None:
    (low,) = (found for name, found in findings.measured.items() if name == "expected")
    inside = replace(low, learners=3000, offered_cores={"host": 0.3}, capacity_cores={"host": 1.0})
    assert findings.model is not None
    reaches = {"expected": reach(findings.model, inside)}
    told = study(replace(findings, measured={"expected": inside}, reaches=reaches)).forecast[0].measured_system
    assert not told.extrapolated
    assert told.utilization == {"host": pytest.approx(0.3)}


def test_all_objectives_are_judged_as_measured_and_the_times_as_forecast(whole: Study) -> None:
    measured = [each for each in whole.verdict.objectives if "forecast" not in each.judged_at]
    forecast = [each for each in whole.verdict.objectives if "forecast" in each.judged_at]
    names = [objective.name for objective in plant.kosovo().objectives]
    assert [each.name for each in measured] == names
    assert [each.name for each in forecast] == names[:4]
    assert all(each.judged_at.startswith("376 learners") for each in measured)  # the highest level below 70 %
    assert all(each.judged_at.startswith("115000 learners") for each in forecast)


def test_what_holds_exits_0_what_falls_short_1_and_what_can_not_be_told_3(findings: Findings) -> None:
    assert (study(findings).verdict.holds, study(findings).verdict.exit_code) == (True, 0)
    cut = study(findings, complete=False).verdict
    assert (cut.holds, cut.exit_code) == (False, 3)
    invalid = study(findings, validity=ValidityResult(verdict="generator-bound", reasons=("late",))).verdict
    assert (invalid.holds, invalid.exit_code) == (False, 3)
    assert "generator-bound" in invalid.sentence


def test_a_missed_objective_is_named(findings: Findings) -> None:
    workload = findings.run.workload
    hard = tuple(
        each.model_copy(update={"limit": 1e-6}) if each.name == "page p95" else each for each in workload.objectives
    )
    run = replace(findings.run, workload=workload.model_copy(update={"objectives": hard}))
    verdict = verdict_of(replace(findings, run=run), validity=VALID, complete=True)
    assert (verdict.holds, verdict.exit_code, verdict.sentence) == (False, 1, "Missed: page p95.")


def test_an_objective_that_was_not_seen_does_not_hold(findings: Findings) -> None:
    workload = findings.run.workload
    exam = workload.objectives[0].model_copy(update={"name": "exam p95", "activity": "exam"})
    run = replace(findings.run, workload=workload.model_copy(update={"objectives": (exam,)}))
    verdict = verdict_of(replace(findings, run=run), validity=VALID, complete=True)
    assert verdict.exit_code == 1
    assert all(each.measured_s is None and not each.holds for each in verdict.objectives)


@pytest.fixture(scope="module")
def black_box(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return analysed(evidence(plant.write_record(tmp_path_factory.mktemp("box") / "record", metrics=False)))


def test_a_target_without_metrics_is_modelled_from_outside_and_the_study_says_so(
    black_box: Findings, tmp_path: Path
) -> None:
    assert black_box.model is not None
    assert black_box.model.quality.demands_from == "responses"
    told = study(black_box)
    assert told.fit is not None
    assert told.fit.demands_from == "responses"
    assert {each.station for each in told.demands} == {"platform"}
    assert all("response times alone" in each.demand_s.source for each in told.demands)
    assert any("response times alone" in gap for gap in told.not_measured)
    write_report(told, tmp_path)
    assert "was measured from outside" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_a_black_box_sizes_no_cores_and_is_judged_by_the_measured_system(black_box: Findings) -> None:
    told = study(black_box)
    assert {row.unit for row in told.sizing}.isdisjoint({"cores", "servers"})
    assert {row.group for row in told.sizing} >= {"storage", "bandwidth", "sign-in"}
    assert all(each.sized_system is None for each in told.forecast)
    forecast = [each for each in told.verdict.objectives if "forecast" in each.judged_at]
    assert all("for the measured system" in each.judged_at and not each.holds for each in forecast)
    assert (told.verdict.holds, told.verdict.exit_code) == (False, 1)
    assert told.breaking is not None
    assert 8_000 < told.breaking.learners.likely < 14_000


def test_a_target_without_metrics_seen_at_one_level_is_measured_and_not_modelled(tmp_path: Path) -> None:
    run = evidence(plant.write_record(tmp_path / "record", plateaus=plant.CLIMB[5:6], metrics=False))
    found = analysed(run)
    assert found.model is None
    told = study(found, complete=False)
    assert any("No model could be fitted" in gap for gap in told.not_measured)
    assert (told.fit, told.demands, told.forecast, told.sizing, told.breaking) == (None, (), (), (), None)
    assert told.levels[0].utilization is None
    assert told.levels[0].throughput_per_s > 0
    told.write(tmp_path / "study.json")
    assert read_study(tmp_path / "study.json") == told
    write_report(told, tmp_path)


def test_a_run_cut_short_is_reported_as_far_as_it_goes(tmp_path: Path) -> None:
    stopped_s = plant.BEGAN_S + 12 * 2 + 1
    folder = plant.write_record(tmp_path / "record", status="interrupted", ended_s=stopped_s)
    found = analysed(evidence(folder))
    assert found.model is None
    told = study(found, complete=False)
    assert len(told.levels) == 2
    assert any("No model could be fitted" in gap for gap in told.not_measured)
    assert told.verdict.exit_code == 3
    write_report(told, tmp_path)


def test_a_run_cut_before_its_first_level_has_nothing_but_a_verdict(tmp_path: Path) -> None:
    folder = plant.write_record(tmp_path / "record", status="interrupted", ended_s=plant.BEGAN_S + 3)
    told = study(analysed(evidence(folder)), complete=False)
    assert told.levels == ()
    assert (told.verdict.exit_code, told.verdict.objectives) == (3, ())
    write_report(told, tmp_path)


def test_everything_that_was_scaled_down_is_told(plant_run: RunEvidence) -> None:
    told = " ".join(scaled_down(plant_run))
    assert "At most 376 learners" in told
    assert "20 times as fast" in told
    assert "Sessions lasted 60 s, not 3000 s" in told
    assert "one machine over its loopback" in told
    assert "bytes were fetched" not in told


def test_fewer_bytes_than_true_are_told(tmp_path: Path, plant_run: RunEvidence) -> None:
    plan = plant_run.record.plan.model_copy(update={"byte_fraction": 0.25, "target": "https://portal.example"})
    folder = plant.write_record(tmp_path / "record", plateaus=plant.CLIMB[5:6], metrics=False, plan=plan)
    told = " ".join(scaled_down(evidence(folder)))
    assert "25.0% of the bytes" in told
    assert "loopback" not in told


def test_the_backends_configuration_is_told_in_flat_words(plant_run: RunEvidence) -> None:
    assert backend_words(plant_run.record) == {"workers": "1", "password hash scheme": "argon2id"}
