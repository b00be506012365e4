"""`firstbell doctor` says what this machine carries, and its exit code with it."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from firstbell.cli.doctor_findings import Findings, print_findings
from firstbell.models.generator_capacity import plan_generator
from firstbell.scenarios.kernel_settings import KernelSetting
from firstbell.scenarios.remedies import changes
from firstbell.scenarios.trial import Trial
from tests.models.test_generator_capacity import COST, MACHINE, TRAFFIC

COMMAND = [sys.executable, "-c", "from firstbell.cli.main import main; main()", "doctor"]
PLAIN = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"}
SETTINGS = (
    KernelSetting(name="net.core.somaxconn", value="4096", good=True, why="w", command="c"),
    KernelSetting(name="clock source", value="hpet", good=False, why="slow", command="echo tsc | sudo tee /clock"),
)


def doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], env=PLAIN, capture_output=True, text=True, check=False, timeout=120)


def test_few_learners_are_carried_and_the_document_says_how() -> None:
    done = doctor("--learners", "50", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"]["holds"] is True
    assert told["plan"]["carries"] >= 50
    assert (told["plan"]["machines"], told["plan"]["processes_per_machine"]) == (1, 1)
    assert {limit["name"] for limit in told["plan"]["limits"]} >= {"cores", "memory", "descriptors", "ports"}
    assert told["trial"]["requests"] > 100
    assert told["traffic"]["requests_per_s"] == pytest.approx(50 * 10_880 / 115_000, rel=0.01)


def test_more_than_a_machine_carries_exits_1_with_the_reason() -> None:
    done = doctor("--learners", "50000000")
    assert done.returncode == 1, done.stderr
    assert "This machine does not carry 50000000 learners: it carries " in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--learners", "0"], "--learners"),
        (["nowhere"], "there is no such file or shipped profile"),
        (["--target", "nonsense"], "this is not an address"),
        (["--target", "http://nowhere.invalid"], "its address is not known"),
    ],
)
def test_wrong_input_is_told_before_anything_is_measured(arguments: list[str], words: str) -> None:
    done = doctor(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def findings(cores: float = 2, parts: tuple[float, ...] = (65e-6, 70e-6, 75e-6)) -> Findings:
    machine = replace(MACHINE, cores=cores)
    plan = plan_generator(TRAFFIC, machine, COST)
    return Findings(
        workload="kosovo",
        target="reference",
        traffic=TRAFFIC,
        machine=machine,
        all_cores=4,
        trial=Trial(
            cost=COST, learners=800, requests=8_000, requests_per_s=8_000, busy_s=1, request_cpu_s_by_part=parts
        ),
        plan=plan,
        settings=SETTINGS,
        changes=changes(plan, TRAFFIC, machine, COST, target_is_here=True, settings=SETTINGS),
    )


def printed(found: Findings, width: int = 100) -> str:
    output = io.StringIO()
    print_findings(found, Console(file=output, width=width))
    return output.getvalue().replace("\u202f", "").replace("\u00a0", " ")


def test_the_table_shows_each_limit_and_marks_the_one_that_binds() -> None:
    lines = printed(findings()).splitlines()
    (cores,) = [line.split() for line in lines if line.split()[:1] == ["Cores"]]
    assert cores == ["Cores", "2", "of", "4", "0.800", "175000", "←"]
    assert any("28000 × 100" in line for line in lines)
    assert lines[-1] == "This machine carries 100000 learners; it would carry 175000."


def test_a_machine_that_falls_short_is_told_what_to_change() -> None:
    text = printed(findings(cores=0.5))
    assert "3 machines like this one, 2 processes each with up to 16667 learners" in text
    assert "firstbell doctor --target http://ITS-ADDRESS" in text
    assert text.index("echo tsc") < text.index("This machine does not carry 100000 learners: it carries 43750")


def test_a_machine_that_had_other_work_meanwhile_is_told() -> None:
    assert "70.0 µs of CPU a request (65 to 75)" in " ".join(printed(findings()).split())
    assert "had other work" not in printed(findings())
    assert "had other work" in printed(findings(parts=(50e-6, 70e-6, 140e-6)))


@pytest.mark.parametrize("width", [80, 100])
def test_no_line_but_a_command_is_wider_than_the_terminal(width: int) -> None:
    lines = printed(findings(cores=0.5), width).splitlines()
    assert [line for line in lines if len(line) > width and not line.startswith("    ")] == []
