"""The ready-made pieces for CI systems: read as they are read there, and their shell run here."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from firstbell.cli.main import application
from firstbell.models.comparison.digest import Baseline
from tests.models.comparison.made_up import rounds

ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[str]
SLOW = {("page", "database"): 1.3}


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command on it, as an installation leaves one."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "firstbell"
    script.write_text(f"#!{sys.executable}\nfrom firstbell.cli.main import main\n\nmain()\n")
    script.chmod(0o755)
    return folder


def shell(
    script: str, folder: Path, bin_folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """As GitHub runs bash; GitLab and Jenkins stop at the first failure as well."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, **variables, "PATH": f"{bin_folder}:{os.environ['PATH']}", "NO_COLOR": "1"},
    )  # fmt: skip


def keep(folder: Path, *, slow: bool) -> None:
    """What a measurement has left: the kept forms of both sides."""
    for name, runs in (("base", rounds(1)), ("head", rounds(100, demand=SLOW if slow else {}))):
        (folder / name).mkdir(parents=True)
        Baseline(runs=tuple(runs)).write(folder / name / "runs.json")


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return found


def filled(environment: Mapping[str, str], inputs: Mapping[str, str]) -> dict[str, str]:
    """A step's variables with the inputs in their places."""
    return {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: inputs[match[1]], value)
        for name, value in environment.items()
    }


def step(name: str) -> dict[str, Any]:
    return next(each for each in action()["runs"]["steps"] if each.get("name") == name)


def test_the_actions_inputs_are_those_that_its_steps_take() -> None:
    told = action()
    assert told["runs"]["using"] == "composite"
    assert all(each["description"] for each in told["inputs"].values())
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(told["inputs"])
    for each in told["runs"]["steps"]:
        assert ("uses" in each) != ("run" in each and each["shell"] == "bash")
        # What a caller writes reaches the shell as a variable only, never as a part of the script.
        assert "${{" not in each.get("run", "")


def test_the_actions_verdict_is_the_steps_exit_code(bin_folder: Path, tmp_path: Path) -> None:
    keep(tmp_path / "firstbell", slow=True)
    summary = tmp_path / "summary.md"
    variables = {"RUNNER_TEMP": str(tmp_path), "SLO": "", "GITHUB_STEP_SUMMARY": str(summary)}
    done = shell(step("Judge")["run"], tmp_path, bin_folder, variables)
    assert done.returncode == 1, done.stderr
    assert summary.read_text().startswith("### ❌")
    assert (tmp_path / "firstbell-report" / "junit.xml").exists()
    assert "::error" in done.stderr


def test_what_was_measured_for_real_but_too_shortly_does_not_pass_the_actions_verdict(
    bin_folder: Path, tmp_path: Path
) -> None:
    backend = f"{sys.executable} -m firstbell.fixtures.backend --port {{port}} --learners 40 --workers 1"
    options = "--rounds 1 --duration 2 --learners 3 --tries 1 --out firstbell"
    measured = shell(
        f"firstbell pair --base 'reference --workers 1' --head '{backend}' {options} || true", tmp_path, bin_folder, {}
    )
    for side in ("base", "head"):
        assert (tmp_path / "firstbell" / side / "1" / "server.parquet").exists(), measured.stderr
    judged = shell(step("Judge")["run"], tmp_path, bin_folder, {"RUNNER_TEMP": str(tmp_path), "SLO": ""})
    assert judged.returncode == 3, judged.stdout + judged.stderr
    assert "Nothing can be concluded" in judged.stdout


def test_the_action_says_why_nothing_was_measured(bin_folder: Path, tmp_path: Path) -> None:
    measuring = step("Measure both states side by side")
    inputs = {name: each.get("default", "") for name, each in action()["inputs"].items()}
    inputs |= {"base": "sh -c 'echo no such database; exit 4 # {port}'", "head": "reference", "rounds": "1"}
    variables = {"RUNNER_TEMP": str(tmp_path), "SLO": ""} | filled(measuring["env"], inputs)
    measured = shell(measuring["run"], tmp_path, bin_folder, variables)
    assert "it ended while starting, with exit code 4: no such database" in measured.stderr
    assert "::warning::firstbell pair ended with 2" in measured.stdout
    judged = shell(step("Judge")["run"], tmp_path, bin_folder, variables)
    assert judged.returncode == 2
    assert "there is no such folder or file" in judged.stderr


def test_gitlabs_job_leaves_the_artefacts_that_it_names(bin_folder: Path, tmp_path: Path) -> None:
    job = yaml.safe_load((ROOT / "deploy/ci/firstbell.gitlab-ci.yml").read_text())["firstbell-gate"]
    keep(tmp_path / "firstbell-runs", slow=True)
    measure, *judge = job["script"]
    assert measure.startswith("firstbell pair ")
    done = shell("\n".join(judge), tmp_path, bin_folder, job["variables"])
    assert done.returncode == 1, done.stderr
    assert job["artifacts"]["when"] == "always"
    for path in job["artifacts"]["reports"].values():
        assert (tmp_path / path).stat().st_size > 0


def jenkins_shell() -> list[str]:
    """The scripts of the pipeline, in order."""
    text = (ROOT / "deploy/ci/Jenkinsfile").read_text()
    assert text.count("{") == text.count("}")
    return re.findall(r"sh '''(.*?)'''", text, re.DOTALL)


def test_jenkins_stages_leave_what_its_plugins_read(bin_folder: Path, tmp_path: Path) -> None:
    text = (ROOT / "deploy/ci/Jenkinsfile").read_text()
    measure, judge = jenkins_shell()
    assert "firstbell pair" in measure
    keep(tmp_path / "firstbell-runs", slow=True)
    done = shell(judge, tmp_path, bin_folder, dict(re.findall(r"name: '(\w+)', defaultValue: '([^']*)'", text)))
    assert done.returncode == 1, done.stderr
    for path in re.findall(r"(?:junit|sourceDataFiles:) '([^']+)'", text):
        assert (tmp_path / path).stat().st_size > 0


def test_the_pre_commit_hook_tells_mistakes_in_the_objectives(bin_folder: Path, tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / "deploy/ci/pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert re.search(hook["files"], "slo.yaml")
    (tmp_path / "slo.yaml").write_text("firstbell_slo: 1\nobjectives:\n  - expect: soon\n")
    done = shell(hook["entry"], tmp_path, bin_folder, {})
    assert done.returncode == 2
    assert "slo.yaml:3: objectives[0].expect: this is not an objective" in done.stderr


def test_the_commands_of_all_pieces_take_the_options_that_they_are_given() -> None:
    pieces = (
        (ROOT / "action.yml").read_text(),
        (ROOT / "deploy/ci/firstbell.gitlab-ci.yml").read_text(),
        *jenkins_shell(),
    )
    wide = {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    helps = [CliRunner().invoke(application(), [name, "--help"], env=wide).stdout for name in ("pair", "gate")]
    option = re.compile(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*")
    known = set(option.findall(" ".join(helps)))
    for piece in pieces:
        lines = [line for line in piece.splitlines() if "docker" not in line and "pip install" not in line]
        assert set(option.findall("\n".join(lines))) <= known
