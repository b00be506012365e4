"""School Data Sync's CSV files, format V2.1: orgs, users and roles, which are all that it needs to make users.

Microsoft, "School Data Sync V2.1 CSV file format": UTF-8, headings in the case shown, no line breaks in the data; the
same set of files with every upload, as records of a file left out are marked inactive.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from firstbell.models.digital_ids.schools import School
from firstbell.models.digital_ids.tables import read_table
from firstbell.models.digital_ids.user_names import Account
from firstbell.models.problems import InputError, Problem

HEADINGS = {
    "orgs.csv": ("sourcedId", "name", "type"),
    "users.csv": ("sourcedId", "username", "givenName", "familyName"),
    "roles.csv": ("userSourcedId", "orgSourcedId", "role", "grade"),
}
ORGANISATION = "school"
ROLE = "student"
Files = dict[str, list[tuple[str, ...]]]


def files_of(accounts: Sequence[Account]) -> Files:
    """The rows of each file, headings left out. Schools that nobody goes to are left out, too."""
    schools: dict[str, School] = {account.person.school.id: account.person.school for account in accounts}
    return {
        "orgs.csv": [(school.id, school.name, ORGANISATION) for _, school in sorted(schools.items())],
        "users.csv": [
            (account.id, account.user_name, account.person.name, account.person.surname) for account in accounts
        ],
        "roles.csv": [
            (account.id, account.person.school.id, ROLE, _grade(account.person.grade)) for account in accounts
        ],
    }


def write(files: Files, directory: Path) -> None:
    """Write each file whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        part = directory / f"{name}.part"
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS[name])
            writer.writerows(rows)
        part.replace(directory / name)


def read(directory: Path) -> Files:
    """Read files back as School Data Sync would take them; raises InputError with all that it would refuse."""
    problems: list[Problem] = []
    files = {name: _rows(directory / name, headings, problems) for name, headings in HEADINGS.items()}
    problems += _broken_links(directory, files)
    if problems:
        raise InputError(problems)
    return files


def _rows(path: Path, headings: Sequence[str], problems: list[Problem]) -> list[tuple[str, ...]]:
    if not path.exists():
        problems.append(_problem(path, None, None, "School Data Sync needs this file", "Write all three."))
        return []
    rows = [tuple(row) for row in read_table(path)]
    if not rows or rows[0] != tuple(headings):
        remedy = f"Write {','.join(headings)}, in this case."
        problems.append(_problem(path, 1, ",".join(rows[0] if rows else ()), "these are not its headings", remedy))
        return []
    problems += _bad_cells(path, len(headings), rows)
    return rows[1:]


def _bad_cells(path: Path, width: int, rows: Sequence[tuple[str, ...]]) -> Iterator[Problem]:
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != width:
            yield _problem(path, line, ",".join(row), f"it has not {width} cells", "Write one for each heading.")
        elif not all(row[:3]):
            yield _problem(path, line, ",".join(row), "a cell that is needed is empty", "Fill it.")
        elif any("\n" in cell or "\r" in cell for cell in row):
            yield _problem(path, line, ",".join(row), "it holds a line break", "Take it out.")


def _broken_links(directory: Path, files: Files) -> Iterator[Problem]:
    """Ids and user names that stand twice, and roles of users or schools that don't exist."""
    for name, column in (("orgs.csv", 0), ("users.csv", 0), ("users.csv", 1)):
        seen: set[str] = set()
        for line, row in enumerate(files[name], start=2):
            if len(row) > column and row[column] in seen:
                yield _problem(directory / name, line, row[column], "it stands there twice", "Make it unique.")
            seen.add(row[column] if len(row) > column else "")
    known = [{row[0] for row in files[name] if row} for name in ("users.csv", "orgs.csv")]
    for line, row in enumerate(files["roles.csv"], start=2):
        for value, ids in zip(row[:2], known, strict=False):
            if value not in ids:
                yield _problem(directory / "roles.csv", line, value, "nobody has this id", "Write an id that exists.")


def _grade(grade: int | None) -> str:
    """School Data Sync's codes: 01 to 13."""
    return "" if grade is None else f"{grade:02d}"


def _problem(path: Path, line: int | None, value: str | None, what: str, remedy: str) -> Problem:
    key = None if line is None else f"line {line}"
    return Problem(source=str(path), key=key, value=None if value is None else repr(value), what=what, remedy=remedy)


def user_names(path: Path) -> dict[str, str]:
    """User names by id, in the file's order, of a users.csv."""
    headings, *rows = read_table(path) or [[]]
    missing = [name for name in HEADINGS["users.csv"][:2] if name not in headings]
    if missing:
        remedy = "Give a users.csv of School Data Sync."
        raise InputError.single(source=str(path), key=missing[0], what="there is no such column", remedy=remedy)
    at, named = headings.index("sourcedId"), headings.index("username")
    return {row[at]: row[named] for row in rows if len(row) == len(headings)}
