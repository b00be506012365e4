"""The command as a shell sees it: subcommands, exit codes, what goes to which stream."""

import ast
import os
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

from firstbell.cli import main as command

HEAVY = ("numpy", "scipy", "pydantic", "matplotlib", "numba", "pyarrow", "locust", "gevent", "uvloop")


def firstbell(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    script = "from firstbell.cli.main import main; main()"
    plain = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=folder, env=plain, capture_output=True, text=True, check=False
    )


def test_the_overview_names_every_command_and_every_exit_code() -> None:
    done = firstbell("--help")
    assert done.returncode == 0
    assert [name for name in command.COMMANDS if f" {name} " not in done.stdout] == []
    assert [code for code in (0, 1, 2, 3, 70, 130) if f" {code} " not in done.stdout] == []


def test_the_overview_and_the_version_import_nothing_heavy() -> None:
    script = f"""
import atexit, sys
atexit.register(lambda: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr))
from firstbell.cli.main import main
main()
"""
    for asked in ("--help", "--version"):
        done = subprocess.run([sys.executable, "-c", script, asked], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "[]\n")


def test_the_version_is_the_packages() -> None:
    assert firstbell("--version").stdout == f"firstbell {version('firstbell')}\n"


@pytest.mark.parametrize("name", command.COMMANDS)
def test_each_command_has_help_with_an_example(name: str) -> None:
    done = firstbell(name, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: firstbell {name} " in done.stdout
    assert f"Example: firstbell {name}" in done.stdout


def test_each_command_is_a_function_named_as_its_module_with_a_summary() -> None:
    described = {name: getattr(import_module(f"firstbell.cli.{name}"), name).__doc__ for name in command.COMMANDS}
    assert [name for name, text in described.items() if not text] == []
    assert all(summary.endswith(".") for summary in command.COMMANDS.values())


@pytest.mark.parametrize(
    "arguments", [["ini"], ["init", "--forse"], ["--nonsense"], ["serve", "--port", "many"], ["solve"]]
)
def test_wrong_usage_exits_2_and_says_so_on_standard_error(arguments: list[str], tmp_path: Path) -> None:
    done = firstbell(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: firstbell" in done.stderr


def test_wrong_input_exits_2_without_a_traceback(tmp_path: Path) -> None:
    done = firstbell("serve", "--port", "99999", "--workers", "0", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-3] == "firstbell: 2 problems in the input"
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_early_is_no_defect(tmp_path: Path) -> None:
    script = "from firstbell.cli.main import main; main()"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-u", "-c", script, "init", str(tmp_path / "x.yaml")],
        stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_no_command_prints_a_traceback_by_itself() -> None:
    folder = Path(command.__file__).parent
    trees = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")}
    importing = {
        name
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and any(alias.name == "traceback" for alias in node.names)
    }
    assert importing == {"failures.py"}
