"""Folders for results: new or empty ones only, so that nothing is written over."""

from itertools import count
from pathlib import Path

from firstbell.models.problems import InputError

PROFILE = "profile.yaml"
"""The profile that a study was made with, word for word, beside what was made of it."""
PRICES = "prices.yaml"
"""The catalogue of prices that a study was priced with, word for word, where it was."""


def new_folder(out: Path | None, name: str) -> Path:
    """The folder asked for, if it has nothing in it yet; else the first free ``name``, ``name-2``, …

    Raises InputError where the folder asked for is in use, OSError where it can't be made.
    """
    if out is None:
        numbered = (Path(name if number == 1 else f"{name}-{number}") for number in count(1))
        out = next(path for path in numbered if not path.exists())
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        what = "this is not an empty folder, and nothing in it may be lost"
        raise InputError.single(source="--out", value=str(out), what=what, remedy="Name a new one, or empty it")
    out.mkdir(parents=True, exist_ok=True)
    return out
