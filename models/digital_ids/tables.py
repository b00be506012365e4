"""CSV files that are ours to prescribe: UTF-8, or refused."""

import csv
from pathlib import Path

from firstbell.models.problems import InputError


def read_table(path: Path) -> list[list[str]]:
    """All rows, a byte order mark left out; raises InputError where it isn't CSV in UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        remedy = "Save it as CSV (UTF-8)."
        raise InputError.single(source=str(path), what=f"it is not CSV in UTF-8: {error}", remedy=remedy) from error
