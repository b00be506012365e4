"""What the benchmarks found, in one JSON file: each with the day, the machine and the versions that it was run with."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from firstbell.scenarios.machine import machine, versions


@dataclass(frozen=True, kw_only=True)
class Found:
    """One benchmark's outcome, as JSON, and how it came about."""

    run: str
    command: str
    machine: dict[str, str]
    versions: dict[str, str]
    outcome: Any

    @classmethod
    def now(cls, outcome: Any, command: str) -> Self:
        """An outcome of today, on this machine."""
        moment = datetime.now().astimezone().isoformat(timespec="seconds")
        return cls(run=moment, command=command, machine=machine(), versions=versions(), outcome=outcome)


def read_results(path: Path) -> dict[str, Found]:
    """The benchmarks by name; none where there is no such file yet."""
    if not path.exists():
        return {}
    return {name: Found(**found) for name, found in json.loads(path.read_text(encoding="utf-8")).items()}


def write_results(path: Path, results: dict[str, Found]) -> None:
    """Write the file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    text = json.dumps({name: vars(found) for name, found in results.items()}, indent=1, ensure_ascii=False)
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)
