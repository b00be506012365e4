"""The template of a response sheet, and where its columns are in a sheet whose headings were altered or left out.

The case names no columns: these are what both rules for user names and School Data Sync need (estimate).
"""

from collections.abc import Callable
from dataclasses import dataclass

from firstbell.models.digital_ids import findings as faults
from firstbell.models.digital_ids.findings import Finding
from firstbell.models.digital_ids.sheets import Sheet
from firstbell.models.digital_ids.transliteration import bare

NAME, SURNAME, PARENT, SCHOOL, MUNICIPALITY, GRADE = COLUMNS = (
    "Emri", "Mbiemri", "Emri i prindit", "Shkolla", "Komuna", "Klasa",
)  # fmt: skip
NEEDED = (NAME, SURNAME, SCHOOL)
# What else stands for a heading: Albanian, Bosnian and Serbian, Turkish, English.
_MEANT = {
    NAME: ("emri", "emrinxenesit", "ime", "ad", "adi", "name", "firstname", "givenname"),
    SURNAME: ("mbiemri", "mbiemrinxenesit", "prezime", "soyad", "soyadi", "surname", "lastname", "familyname"),
    PARENT: ("emriiprindit", "prindi", "imeroditelja", "roditelj", "veliadi", "parent", "parentname", "parentsname"),
    SCHOOL: ("shkolla", "emriishkolles", "skola", "okul", "okuladi", "school", "schoolname"),
    MUNICIPALITY: ("komuna", "opstina", "opcina", "belediye", "municipality"),
    GRADE: ("klasa", "razred", "sinif", "grade", "class"),
}
_HEADINGS = {word: column for column, words in _MEANT.items() for word in words}
ROWS_ABOVE = 10  # a title or a logo's rows above the headings: estimate
ROWS_TRIED = 50  # by which a sheet without headings is known
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The place of each column, how many cells a row has, and the number of the headings' row (0: it has none)."""

    places: dict[str, int]
    width: int
    headings_row: int


def parted(row: list[str], width: int) -> list[str] | None:
    """The cells of a row that stands in one cell; None if no sign parts it into so many."""
    filled = [cell for cell in row if cell.strip()]
    if len(filled) != 1:
        return None
    tries = (filled[0].split(delimiter) for delimiter in _DELIMITERS)
    return next(([cell.strip() for cell in cells] for cells in tries if len(cells) == width), None)


def layout_of(sheet: Sheet, is_school: Callable[[str, str], bool]) -> tuple[Layout | None, Finding | None]:
    """Where the columns are, and what was wrong with the template; no layout where it can't be told.

    Without headings it is the template's order, if by it most of the first rows hold a school of the register.
    """
    for number, row in sheet.rows[:ROWS_ABOVE]:
        cells = parted(row, len(COLUMNS)) or row
        places = _places(cells)
        if set(NEEDED) <= set(places):
            layout = Layout(places=places, width=len(cells), headings_row=number)
            return layout, _altered(sheet, layout, number, cells)
    if _in_order(sheet, is_school):
        order = {column: place for place, column in enumerate(COLUMNS)}
        reason = "there are no headings; the cells are those of the template in its order"
        number, row = sheet.rows[0]
        found = _of_template(faults.NO_HEADINGS, sheet, number, row, reason, "the template's headings")
        return Layout(places=order, width=len(COLUMNS), headings_row=0), found
    number, row = sheet.rows[0]
    reason = f"the template was discarded: no headings for {', '.join(NEEDED)}; write them above their columns"
    return None, _of_template(faults.UNKNOWN_TEMPLATE, sheet, number, row, reason, None)


def _places(cells: list[str]) -> dict[str, int]:
    """By heading; the first of two that mean the same."""
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = _HEADINGS.get(bare(cell))
        if column is not None:
            places.setdefault(column, place)
    return places


def _altered(sheet: Sheet, layout: Layout, number: int, cells: list[str]) -> Finding | None:
    if number == 1 and tuple(cell.strip() for cell in cells) == COLUMNS:
        return None
    missing = [column for column in COLUMNS if column not in layout.places]
    without = f"; it has no {', '.join(missing)}" if missing else ""
    reason = f"the template was altered; columns were found by their headings{without}"
    return _of_template(faults.ALTERED_TEMPLATE, sheet, number, cells, reason, ", ".join(sorted(layout.places)))


def _in_order(sheet: Sheet, is_school: Callable[[str, str], bool]) -> bool:
    at_school, at_municipality = COLUMNS.index(SCHOOL), COLUMNS.index(MUNICIPALITY)
    tried = [parted(row, len(COLUMNS)) or row for _, row in sheet.rows[:ROWS_TRIED]]
    known = sum(
        len(cells) == len(COLUMNS) and is_school(cells[at_school], cells[at_municipality]) for cells in tried
    )  # fmt: skip
    return 2 * known > len(tried)


def _of_template(
    fault: str, sheet: Sheet, row: int, cells: list[str], reason: str, became: str | None
) -> Finding:  # fmt: skip
    value = sheet.delimiter.join(cells)
    return Finding(fault=fault, file=sheet.file, row=row, column=None, value=value, reason=reason, became=became)
