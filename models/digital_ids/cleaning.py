"""From response sheets to people: each fault repaired, or reported with its row for somebody to mend."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from firstbell.models.digital_ids import findings as faults
from firstbell.models.digital_ids.duplicates import without_duplicates
from firstbell.models.digital_ids.findings import Finding
from firstbell.models.digital_ids.grades import grade_of
from firstbell.models.digital_ids.names import Lexicon
from firstbell.models.digital_ids.people import Person
from firstbell.models.digital_ids.schools import School, SchoolRegister
from firstbell.models.digital_ids.sheets import Sheet
from firstbell.models.digital_ids.template import (
    GRADE,
    MUNICIPALITY,
    NAME,
    PARENT,
    SCHOOL,
    SURNAME,
    Layout,
    layout_of,
    parted,
)
from firstbell.models.digital_ids.transliteration import bare


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """People to be given accounts, what was found, and how many rows of data there were in sheets with a template.

    ``rows`` = people + rows held back. Rows of sheets that can't be read count nowhere: nobody knows them.
    """

    people: tuple[Person, ...]
    findings: tuple[Finding, ...]
    rows: int

    @property
    def held_back(self) -> int:
        """Rows that make no account: duplicates, and those that somebody must mend first."""
        return self.rows - len(self.people)

    @property
    def left(self) -> tuple[Finding, ...]:
        """What somebody must mend."""
        return tuple(finding for finding in self.findings if not finding.repaired)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    file: str
    number: int
    cells: dict[str, str]

    def finding(self, fault: str, column: str | None, reason: str, became: str | None = None) -> Finding:
        value = self.cells.get(column, "") if column else ",".join(self.cells.values())
        return Finding(
            fault=fault, file=self.file, row=self.number, column=column, value=value, reason=reason, became=became
        )


def cleaned(sheets: Iterable[Sheet], register: SchoolRegister) -> Cleaned:
    """Clean all sheets together, as names are judged by those of other rows. The order of the files changes nothing."""
    found: list[Finding] = []
    rows: list[_Row] = []
    total = 0
    for sheet in sorted(sheets, key=lambda sheet: sheet.file):
        read, count = _read(sheet, register, found)
        rows += read
        total += count
    given = Lexicon(row.cells.get(column, "") for row in rows for column in (NAME, PARENT))
    family = Lexicon(row.cells.get(SURNAME, "") for row in rows)
    cleaner = _Cleaner(given, family, register, found)
    people = [person for row in rows if (person := cleaner.person(row)) is not None]
    unique, doubled = without_duplicates(people)
    return Cleaned(people=tuple(unique), findings=(*found, *doubled), rows=total)


def _read(sheet: Sheet, register: SchoolRegister, found: list[Finding]) -> tuple[list[_Row], int]:
    """Rows that have the template's cells, and how many rows of data there were."""
    found += sheet.findings
    if not sheet.rows:
        return [], 0
    layout, fault = layout_of(sheet, lambda name, municipality: register.named(name, municipality) is not None)
    found += [fault] if fault else []
    data = [(number, cells) for number, cells in sheet.rows if layout is None or number > layout.headings_row]
    if layout is None:
        return [], len(data)
    return [row for number, cells in data if (row := _row(sheet, layout, number, cells, found)) is not None], len(data)


def _row(sheet: Sheet, layout: Layout, number: int, cells: list[str], found: list[Finding]) -> _Row | None:
    if len(cells) != layout.width or len([cell for cell in cells if cell.strip()]) == 1:
        value = sheet.delimiter.join(cells)
        apart = parted(cells, layout.width)
        alone = len([cell for cell in cells if cell.strip()]) == 1
        surplus = any(cell.strip() for cell in cells[layout.width :])
        fault = faults.ONE_CELL if alone else faults.WRONG_COLUMNS
        if apart is None and (alone or surplus):
            reason = f"there are not the {layout.width} cells of the headings, and no sign parts them into so many"
            found.append(Finding(fault=fault, file=sheet.file, row=number, column=None, value=value, reason=reason))
            return None
        if apart is not None:
            reason = "all data stood in one cell; parted at its signs"
            became = sheet.delimiter.join(apart)
            found.append(
                Finding(
                    fault=fault, file=sheet.file, row=number, column=None, value=value, reason=reason, became=became
                )
            )
            cells = apart
    cells = cells + [""] * (layout.width - len(cells))
    return _Row(file=sheet.file, number=number, cells={at: cells[place] for at, place in layout.places.items()})


class _Cleaner:
    """Rows to people; adds to ``found`` what it finds."""

    def __init__(self, given: Lexicon, family: Lexicon, register: SchoolRegister, found: list[Finding]) -> None:
        self._lexicons = {NAME: given, PARENT: given, SURNAME: family}
        self._register = register
        self._found = found

    def person(self, row: _Row) -> Person | None:
        """The person of a row, or None where the row must be mended first. All faults of a row are told at once."""
        names = {column: self._name(row, column) for column in self._lexicons}
        school = self._school(row)
        grade = self._grade(row)
        if school is None or None in names.values() or not names[NAME] or not names[SURNAME]:
            return None
        return Person(
            file=row.file, row=row.number, name=names[NAME] or "", surname=names[SURNAME] or "",
            parent=names[PARENT] or "", school=school, grade=grade,
        )  # fmt: skip

    def _name(self, row: _Row, column: str) -> str | None:
        cell = row.cells.get(column, "")
        text, changes = self._lexicons[column].mended(cell)
        for fault, reason, became in changes:
            self._found.append(row.finding(fault, column, reason, became))
        if text == "" and column != PARENT:
            self._found.append(row.finding(faults.NO_NAME, column, "there is no name"))
        elif text and not bare(text):
            reason = "it has no letter that a user name may have; write it in Latin or Cyrillic"
            self._found.append(row.finding(faults.SPECIAL_CHARACTERS, column, reason))
            return None
        return text

    def _school(self, row: _Row) -> School | None:
        name, municipality = row.cells.get(SCHOOL, "").strip(), row.cells.get(MUNICIPALITY, "").strip()
        if not name:
            self._found.append(row.finding(faults.NO_SCHOOL, SCHOOL, "the user has no school"))
            return None
        school = self._register.named(name, municipality)
        if school is not None and name == school.name:
            return school
        near = (school,) if school else self._register.meant(name, municipality)
        if len(near) == 1:
            reason = "no school is called so; this is the only one nearly so in the municipality"
            self._found.append(row.finding(faults.MISSPELT_SCHOOL, SCHOOL, reason, near[0].name))
            return near[0]
        self._found.append(_unknown_school(row, near))
        return None

    def _grade(self, row: _Row) -> int | None:
        cell = row.cells.get(GRADE, "")
        if not cell.strip():
            if GRADE in row.cells:
                self._found.append(row.finding(faults.NO_GRADE, GRADE, "there is no grade"))
            return None
        grade, as_asked = grade_of(cell)
        if grade is None:
            reason = "the cell's format made something else of the grade; the account is made without it"
            self._found.append(row.finding(faults.CELL_PROPERTIES, GRADE, reason))
        elif not as_asked:
            reason = "the cell's format changed how the grade is written"
            self._found.append(row.finding(faults.CELL_PROPERTIES, GRADE, reason, str(grade)))
        return grade


def _unknown_school(row: _Row, near: Sequence[School]) -> Finding:
    if near:
        names = " or ".join(school.name for school in near[:3])
        return row.finding(faults.MISSPELT_SCHOOL, SCHOOL, f"it may be {names}; say which")
    municipality = row.cells.get(MUNICIPALITY, "")
    reason = f"no school of the register in {municipality!r} is called so or nearly so"
    return row.finding(faults.UNKNOWN_SCHOOL, SCHOOL, reason)


def faulty_rows(findings: Iterable[Finding]) -> Iterator[tuple[str, int | None]]:
    """The places where somebody must mend something, each once, in the order in which they were found."""
    yield from dict.fromkeys((finding.file, finding.row) for finding in findings if not finding.repaired)
