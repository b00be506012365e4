"""`firstbell run` loads a platform and keeps the record; whatever is wrong ends in a sentence and an exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from firstbell.cli.fit import fit
from firstbell.cli.main import application
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord, without_missed

COMMAND = [sys.executable, "-c", "from firstbell.cli.main import main; main()"]


def firstbell(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    plain = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=plain, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Three seconds against a reference backend of its own."""
    folder = tmp_path_factory.mktemp("run")
    asked = ["run", "kosovo", "--learners", "20", "--duration", "3", "--pace", "20", "--out", "out"]
    return folder / "out", firstbell(*asked, folder=folder)


def test_the_exit_code_says_whether_the_measurement_is_valid(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, process = done
    first = process.stdout.splitlines()[0]
    assert first.startswith(f"{Path('out') / 'record'}: "), process.stderr
    assert process.returncode == (0 if first.endswith(": valid") else 3)
    assert not first.endswith(": invalid"), process.stdout
    assert "Traceback" not in process.stderr


def test_it_ends_with_what_each_activity_took_and_what_was_missed(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, process = done
    head, *rows = [line.split() for line in process.stdout.splitlines() if line.strip()][1:]
    assert "p99" in head
    assert {"Missed", "Late", "Download"} < set(head)
    assert {"page", "poll"} <= {row[0] for row in rows}


def test_arrivals_are_planned_run_and_told_as_one_document(tmp_path: Path) -> None:
    asked = ["run", "--shape", "first-bell", "--learners", "50", "--sigma", "0.5", "--duration", "3", "--pace", "20"]
    process = firstbell(*asked, "--json", "--out", "out", folder=tmp_path)
    told = json.loads(process.stdout)
    assert process.returncode == (0 if told["validity"]["verdict"] == "valid" else 3)
    assert told["arrivals"] == {"shape": "first-bell", "logins": 30.0, "centre_s": 1.5, "sigma_s": 0.5}
    record = RunRecord.read(tmp_path / told["record"])
    assert told["planned_arrivals"] == record.plan.people > 10
    login = told["activities"]["login"]
    assert login["visits"] + login["missed"] >= record.plan.people
    with pytest.raises(InputError, match=r"learners came by a rate \(first-bell\).*--shape cohort"):
        fit(record.folder, out=tmp_path / "model.json")


def test_the_record_can_be_read(done: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = done
    record = RunRecord.read(folder / "record")
    assert record.complete
    assert record.manifest.backend
    (span,) = record.spans
    assert (span.kind, span.learners) == ("run", 20)
    assert span.hold_s == pytest.approx(3)
    assert len(without_missed(record.samples())) > 30
    assert record.server_series() is not None


def test_no_backend_is_left_behind(done: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = done
    mine = str((folder / "backend").resolve()).encode()
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes())
        except OSError:
            continue
    assert not any(mine in command for command in commands)


def test_three_seconds_are_too_few_windows_for_a_fit_and_it_says_so(
    done: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    folder, _ = done
    with pytest.raises(InputError, match=r"windows can't tell \d+ demands apart.*Measure longer"):
        fit(folder / "record", out=tmp_path / "model.json")


def told(*arguments: str) -> Result:
    """The command in this process: what it says, and its exit code."""
    return CliRunner().invoke(application(), arguments, env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"})


def test_a_record_is_never_written_over(done: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = done
    before = sorted(path.name for path in folder.iterdir())
    result = told("run", "--out", str(folder))
    assert result.exit_code == 2
    assert "not an empty folder" in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize("command", ["run", "study"])
@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["--colour", "red"], 2, "No such option"),
        (["nowhere"], 2, "nowhere: there is no such file or shipped profile"),
        (["--target", "nonsense"], 2, "this is not an address (it is 'nonsense'). Write it like http://127.0.0.1:8000"),
        (["--target", "https://portal.example"], 3, "loaded only after its host was typed out"),
        (
            ["--target", "https://portal.example", "--confirm-host", "portal"],
            3,
            "give portal.example as --confirm-host",
        ),
        (
            ["--target", "http://127.0.0.1:1"],
            3,
            "http://127.0.0.1:1: it can't be reached: Connection refused. Start it",
        ),
    ],
)
def test_what_can_not_be_run_is_told_with_a_remedy_before_anything_is_written(
    command: str, arguments: list[str], exit_code: int, words: str, tmp_path: Path
) -> None:
    result = told(command, *arguments, "--out", str(tmp_path / "out"))
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert not (tmp_path / "out").exists()
    assert words in " ".join(result.stderr.split())
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--rate", "3"], "--rate: the shape cohort has no such number (it is 3)"),
        (["--shape", "deadline", "--centre", "99", "--duration", "60"], "must lie within the 60 s"),
        (["--shape", "tide"], "'tide' is not one of"),
    ],
)
def test_a_shape_that_makes_no_sense_exits_2_before_anything_is_written(
    option: list[str], words: str, tmp_path: Path
) -> None:
    result = told("run", *option, "--out", str(tmp_path / "out"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", [["--learners", "0"], ["--duration", "0"], ["--pace", "0"], ["--processes", "none"]])
def test_numbers_without_sense_exit_2(option: list[str], tmp_path: Path) -> None:
    result = told("run", *option, "--out", str(tmp_path / "out"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert option[0] in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_profile_with_mistakes_is_told_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("firstbell_profile: 2\nname: Mine\n")
    result = told("study", str(tmp_path / "mine.yaml"), "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "problems in the input" in result.stderr
    assert "mine.yaml:2: name" in result.stderr
    assert not (tmp_path / "out").exists()
