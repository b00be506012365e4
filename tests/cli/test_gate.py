"""`firstbell gate`, `compare` and `baseline`: what passes, what falls short, and what is never judged."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner, Result

from firstbell.cli.history import BranchHistory
from firstbell.cli.main import application
from firstbell.models.comparison.digest import Baseline
from firstbell.models.plan import Plateau
from firstbell.models.problems import InputError
from tests.models import plant
from tests.models.comparison.made_up import rounds

PLATEAU = (Plateau(kind="run", learners=94, ramp_s=2, hold_s=12),)
SLO = "firstbell_slo: 1\nobjectives:\n  - {expect: p95 < 2 s, activity: page}\n  - expect: error_ratio <= 1 %\n"


def told(*arguments: str | Path) -> Result:
    """The command in this process: what it says, and its exit code."""
    plain = {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    return CliRunner().invoke(application(), [str(each) for each in arguments], env=plain)


def words_of(result: Result) -> str:
    return " ".join((result.stdout + result.stderr).split())


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound run of one level."""
    return plant.write_record(tmp_path_factory.mktemp("gate") / "record", plateaus=PLATEAU, seed=3)


@pytest.fixture(scope="module")
def slo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("slo") / "slo.yaml"
    path.write_text(SLO)
    return path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Baselines' files: the platform before, after a change that costs nothing, and after one that does."""
    folder = tmp_path_factory.mktemp("kept")
    sides = {"before": rounds(1), "same": rounds(100), "slow": rounds(200, demand={("page", "database"): 1.3})}
    for name, runs in sides.items():
        Baseline(runs=tuple(runs)).write(folder / f"{name}.json")
    return {name: folder / f"{name}.json" for name in sides}


def changed(record: Path, folder: Path, change: Callable[[Path], None]) -> Path:
    """A copy of the record with something wrong."""
    shutil.copytree(record, folder / "record")
    change(folder / "record")
    return folder / "record"


def manifest(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def all_samples(folder: Path, outcome: str, *, last_s: float = 1e9) -> None:
    """All samples, or those of the last seconds, ended so."""
    (path,) = (folder / "samples").iterdir()
    table = parquet.read_table(path)
    place, end_s = table.column_names.index("outcome"), table["end_s"].to_numpy()
    outcomes = [outcome if each else "ok" for each in end_s > end_s.max() - last_s]
    parquet.write_table(table.set_column(place, "outcome", pa.array(outcomes).dictionary_encode()), path)


def busy_generator(folder: Path) -> None:
    (path,) = (folder / "generator").iterdir()
    table = parquet.read_table(path)
    place = table.column_names.index("cpu_s")
    parquet.write_table(table.set_column(place, "cpu_s", pa.array([float(n) for n in range(len(table))])), path)


def without_samples(folder: Path) -> None:
    shutil.rmtree(folder / "samples")


def damaged(folder: Path) -> None:
    (path,) = (folder / "samples").iterdir()
    path.write_bytes(path.read_bytes()[:100])


def test_a_sound_run_passes_and_says_so(record: Path, slo: Path) -> None:
    result = told("gate", record, "--slo", slo)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("It holds: 2 objectives.")


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda folder: shutil.rmtree(folder), 2, "there is no such folder or file"),
        (lambda folder: (folder / "manifest.json").unlink(), 2, "there is no run record here"),
        (lambda folder: (folder / "manifest.json").write_text("{"), 2, "the manifest is damaged"),
        (lambda folder: manifest(folder, workload_hash="abc"), 2, "the profile is not the one"),
        (without_samples, 3, "there is not one sample"),
        (damaged, 2, "this part of the record is damaged"),
        (busy_generator, 3, "is generator-bound"),
        (lambda folder: all_samples(folder, "connection"), 3, "the target could not be reached"),
        (
            lambda folder: all_samples(folder, "connection", last_s=5.0),
            3, "the target answered nothing in the last 5 s: it crashed, or was stopped",
        ),
        (
            lambda folder: manifest(folder, status="failed", problems=["Locust was killed (SIGKILL)"]),
            3, "Locust was killed (SIGKILL)",
        ),
        (lambda folder: manifest(folder, status="interrupted", ended_s=1_001.0), 3, "before a single level was"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_baseline", [False, True])
def test_a_broken_measurement_never_passes(
    change: Callable[[Path], None], code: int, words: str, as_baseline: bool, record: Path, slo: Path, tmp_path: Path
) -> None:
    broken = changed(record, tmp_path, change)
    sides = [record, "--baseline", broken] if as_baseline else [broken]
    result = told("gate", *sides, "--slo", slo, "--junit", tmp_path / "gate.xml", "--markdown", tmp_path / "gate.md")
    assert result.exit_code == code, result.output
    assert words in words_of(result)
    assert "<error" in (tmp_path / "gate.xml").read_text()
    assert "⚠️" in (tmp_path / "gate.md").read_text()


def test_objectives_alone_can_be_checked_and_a_gate_without_a_run_is_told(slo: Path) -> None:
    assert told("gate", "--check", slo).stdout == f"{slo}: 2 objectives\n"
    nothing = told("gate")
    assert nothing.exit_code == 2
    assert "there is nothing to judge" in words_of(nothing)


def test_a_platform_that_fails_every_request_falls_short(record: Path, slo: Path, tmp_path: Path) -> None:
    failing = changed(record, tmp_path, lambda folder: all_samples(folder, "http-error"))
    result = told("gate", failing, "--slo", slo)
    assert result.exit_code == 1
    assert "error_ratio <= 1 %, but it is 100" in words_of(result)


def test_a_record_of_another_machine_is_refused_and_calibrated_only_with_a_reference_task(
    record: Path, slo: Path, tmp_path: Path
) -> None:
    foreign = changed(record, tmp_path, lambda folder: manifest(folder, machine={"cpu": "another"}))
    refused = told("gate", record, "--baseline", foreign, "--slo", slo)
    assert refused.exit_code == 3
    assert "machine.cpu: another machine than that of" in words_of(refused)
    calibrated = told("gate", record, "--baseline", foreign, "--slo", slo, "--calibrate")
    assert calibrated.exit_code == 3
    assert "too few reference tasks" in words_of(calibrated)


def test_a_record_of_another_load_is_refused(record: Path, slo: Path, tmp_path: Path) -> None:
    other = changed(record, tmp_path, lambda folder: manifest(folder, byte_fraction=0.5))
    result = told("compare", record, other)
    assert result.exit_code == 3
    assert "byte_fraction: it can't be compared with" in words_of(result)


def test_a_folder_of_runs_is_all_of_them_and_a_broken_one_among_them_is_not_left_out(
    record: Path, slo: Path, tmp_path: Path
) -> None:
    for number in (1, 2):
        shutil.copytree(record, tmp_path / "runs" / str(number) / "record")
    found = told("gate", tmp_path / "runs", "--slo", slo, "--json")
    assert found.exit_code == 0
    assert len(json.loads(found.stdout)["runs"]) == 2
    without_samples(tmp_path / "runs" / "2" / "record")
    assert told("gate", tmp_path / "runs", "--slo", slo).exit_code == 3
    (tmp_path / "runs" / "2" / "record" / "manifest.json").unlink()
    (tmp_path / "runs" / "2" / "record" / "plan.json").write_text("{}")
    assert told("gate", tmp_path / "runs", "--slo", slo).exit_code == 2


@pytest.mark.parametrize(("after", "code", "says"), [("same", 0, "It holds"), ("slow", 1, "This change costs")])
def test_a_slowdown_is_stopped_with_a_sentence_and_what_costs_nothing_is_not(
    after: str, code: int, says: str, kept: dict[str, Path], tmp_path: Path
) -> None:
    result = told(
        "gate", kept[after], "--baseline", kept["before"], "--gitlab", tmp_path / "gitlab", "--jenkins",
        tmp_path / "jenkins.csv", "--junit", tmp_path / "junit.xml", "--github",
    )  # fmt: skip
    assert result.exit_code == code
    assert result.stdout.startswith(says)
    assert result.stderr.startswith("::notice" if code == 0 else "::error")
    quality = json.loads((tmp_path / "gitlab" / "code-quality.json").read_text())
    assert bool(quality) is (code == 1)
    assert json.loads((tmp_path / "gitlab" / "load-performance.json").read_text())["metrics"]["checks"]["passes"] > 9
    assert (tmp_path / "jenkins.csv").read_text().count("\n") > 1_000
    assert ("<failure" in (tmp_path / "junit.xml").read_text()) is (code == 1)
    if code:
        assert "page: processor time at database rose from" in words_of(result)


def test_the_job_summary_is_written_where_github_wants_it(
    kept: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    told("gate", kept["same"], "--baseline", kept["before"], "--github")
    assert (tmp_path / "summary.md").read_text().startswith("### ✅ firstbell: holds")


def test_compare_judges_nothing(kept: dict[str, Path]) -> None:
    result = told("compare", kept["before"], kept["slow"])
    assert result.exit_code == 0
    assert result.stdout.startswith("This change costs")
    document = json.loads(told("compare", kept["before"], kept["slow"], "--json").stdout)
    assert document["culprit"]["activity"] == "page"
    assert document["capacity"]["ratio"] < 0.95
    assert told("compare", kept["before"], kept["same"]).stdout.startswith("Nothing surely changed.")


def test_a_baseline_is_kept_shown_and_gated_by(record: Path, slo: Path, tmp_path: Path) -> None:
    assert told("baseline", record, "--out", tmp_path / "base.json", "--commit", "abc").exit_code == 0
    found = told("gate", record, "--baseline", tmp_path / "base.json", "--slo", slo, "--json")
    document = json.loads(found.stdout)
    assert document["baseline"][0]["commit"] == "abc"
    assert document["comparison"]["capacity"]["ratio"] == pytest.approx(1)
    assert found.exit_code in (0, 3)  # a record against itself: nothing got worse, but twelve seconds tell little


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "there is nothing to keep and no history to look at"),
        (["--history", "h", "--branch", "b"], "Give one of --history and --branch"),
        (["--history", "h", "--out", "o.json"], "the history is empty"),
    ],
)
def test_a_baseline_that_can_not_be_kept_is_told(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = told("baseline", *arguments)
    assert result.exit_code == 2
    assert words in words_of(result)


def test_a_run_without_a_place_and_a_broken_run_are_not_kept(record: Path, tmp_path: Path) -> None:
    assert "there is no place to keep it in" in words_of(told("baseline", record))
    broken = changed(record, tmp_path, without_samples)
    result = told("baseline", broken, "--out", tmp_path / "base.json")
    assert result.exit_code == 3
    assert "not kept:" in result.stderr
    assert not (tmp_path / "base.json").exists()


def states(number: int, slow_from: int) -> list[tuple[str, list[Any]]]:
    """Weekly states of which those from one on are slower."""
    found = []
    for week in range(number):
        created = f"2026-{1 + week // 4:02d}-{1 + 7 * (week % 4):02d}T08:00:00+00:00"
        demand = {("page", "database"): 1.4} if week >= slow_from else {}
        found.append((f"week-{week}", rounds(50 * week, 2, demand=demand, created=created, commit=f"week-{week}")))
    return found


def test_a_history_in_a_folder_has_a_plot_and_names_what_brought_the_change(tmp_path: Path) -> None:
    for name, runs in states(9, 6):
        Baseline(runs=tuple(runs)).write(tmp_path / f"{runs[0].label.created[:10]}-{name}.json")
    result = told("baseline", "--history", tmp_path, "--plot", tmp_path / "plots" / "trend.svg")
    assert result.exit_code == 0
    assert "9 states are kept." in result.stdout
    assert "with week-6 (2026-02-15)" in result.stdout
    assert "page: processor time went from" in result.stdout
    svg = (tmp_path / "plots" / "trend.svg").read_text()
    assert svg.startswith("<svg")
    assert "page: processor time" in svg
    document = json.loads(told("baseline", "--history", tmp_path, "--json").stdout)
    assert [state["name"] for state in document["states"]] == [f"week-{week}" for week in range(9)]
    turned = {turn["quantity"]: turn["name"] for turn in document["change_points"]}
    assert turned["page: processor time"] == turned["capacity"] == "week-6"
    newest = told("gate", tmp_path / "2026-03-01-week-8.json", "--baseline", tmp_path)
    assert newest.exit_code == 0, newest.output


def test_a_history_in_a_branch_touches_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q", "."], check=True)
    assert BranchHistory(branch="perf").states() == []
    for _, runs in states(2, 9):
        BranchHistory(branch="perf").keep(tuple(runs))
    kept = BranchHistory(branch="perf").states()
    assert [runs[0].label.commit for runs in kept] == ["week-0", "week-1"]
    assert told("baseline", "--branch", "perf", "--out", tmp_path / "latest.json").exit_code == 0
    assert "week-1" in (tmp_path / "latest.json").read_text()
    status = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=True).stdout
    assert status.split() == ["??", "latest.json"]
    log = subprocess.run(["git", "log", "--oneline", "perf"], capture_output=True, text=True, check=True).stdout
    assert len(log.splitlines()) == 2


def test_a_branch_outside_of_a_repository_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputError, match=r"git says: .*not a git repository"):
        BranchHistory(branch="perf").keep(tuple(rounds(1, 1)))
