"""``python -m bench``: runs benchmarks, keeps what they found, and writes docs/benchmarks.md from it."""

import argparse
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.freeze import Freeze, frozen_run
from bench.memory import CASES, memory
from bench.page import page
from bench.peers import Points, peers
from bench.results import Found, read_results, write_results
from bench.scale import Scale, scaled
from bench.soak import Soak, soaked
from bench.tools.catalogue import TOOLS

ROOT = Path(__file__).parents[1]
_SHORT = ("peers", "memory", "freeze")
_KINDS = (*_SHORT, "soak", "scale")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, one after another; 1 where one of them failed. What the others found is kept."""
    asked = _parser().parse_args(arguments)
    results = read_results(asked.results)
    command = shlex.join(["python", "-m", "bench", *(sys.argv[1:] if arguments is None else arguments)])
    failed = False
    for name in asked.only:
        try:
            results[name] = Found.now(_RUNS[name](asked), command)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            failed = True
            _say(f"{name} failed: {error}")
        write_results(asked.results, results)
    write_results(asked.results, results)
    asked.page.write_text(page(results), encoding="utf-8")
    _say(f"written: {asked.page}")
    return int(failed)


def _peers(asked: argparse.Namespace) -> Any:
    return asdict(peers(replace(Points(), rounds=asked.rounds), _chosen(asked.tools), _say))


def _memory(asked: argparse.Namespace) -> Any:
    return [asdict(found) for found in memory(CASES, say=_say)]


def _freeze(asked: argparse.Namespace) -> Any:
    _say("freeze")
    with tempfile.TemporaryDirectory(prefix="firstbell-freeze-") as folder:
        return asdict(frozen_run(Freeze(), Path(folder)))


def _soak(asked: argparse.Namespace) -> Any:
    return asdict(soaked(Soak(minutes=asked.minutes), _say))


def _scale(asked: argparse.Namespace) -> Any:
    _say(f"scale: {asked.learners} learners")
    with tempfile.TemporaryDirectory(prefix="firstbell-scale-") as folder:
        return asdict(scaled(Scale(learners=asked.learners, pace=asked.pace), Path(folder)))


_RUNS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "peers": _peers, "memory": _memory, "freeze": _freeze, "soak": _soak, "scale": _scale,
}  # fmt: skip


def _chosen(names: Sequence[str]) -> list[Any]:
    return [tool for tool in TOOLS if not names or tool.name in names]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Benchmarks side by side. What is not run again stays as it was, with its own date and machine.",
        epilog='Example: make bench ARGS="--only peers,freeze"',
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=_SHORT,
        metavar="NAMES",
        help=f"of {', '.join(_KINDS)}; default: all but soak and scale",
    )
    parser.add_argument("--rounds", type=int, default=Points().rounds, help="of the peers")
    parser.add_argument("--tools", type=_tools, default=(), metavar="NAMES", help="of the peers; default: all")
    parser.add_argument("--minutes", type=float, default=Soak().minutes, help="of the soak, once warm")
    parser.add_argument("--learners", type=int, default=Scale().learners, help="of the scale")
    parser.add_argument("--pace", type=float, default=Scale().pace, help="of the scale; 1 is the true pace")
    parser.add_argument("--results", type=Path, default=ROOT / "docs" / "benchmarks" / "latest.json")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    return parser


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name)
    wrong = [name for name in names if name not in _KINDS]
    if wrong:
        raise argparse.ArgumentTypeError(f"{', '.join(wrong)}: choose of {', '.join(_KINDS)}")
    return names


def _tools(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    known = [tool.name for tool in TOOLS]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise argparse.ArgumentTypeError(f"{', '.join(wrong)}: choose of {', '.join(known)}")
    return names


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
