"""The moment at which a plan began, left in the run's folder by whichever process knows it first."""

import os
from pathlib import Path

_FILE_NAME = "anchor"


def write_anchor(run_folder: Path, anchor_s: float) -> None:
    """Leave the moment (CLOCK_MONOTONIC) for the launching process."""
    partial = run_folder / f"{_FILE_NAME}.{os.getpid()}.partial"
    partial.write_text(repr(anchor_s), encoding="ascii")
    partial.replace(run_folder / _FILE_NAME)


def read_anchor(run_folder: Path) -> float | None:
    """The moment; None as long as the plan has not begun."""
    try:
        return float((run_folder / _FILE_NAME).read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
