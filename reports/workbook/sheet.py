"""One sheet: cells are written once, and each that holds a number can be calculated with from then on."""

import math
from collections.abc import Sequence

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from firstbell.reports.workbook.formula import Formula
from firstbell.reports.workbook.styles import Styles

_PAPER_A4 = 9
_LINE_POINTS, _TITLE_POINTS = 13.5, 24.0
_WRAPPED = frozenset({"wrapped", "wrapped_beside", "notice", "strong", "column", "number_column", "input_text"})
_ROOM = 0.92  # of a column's width in characters: words don't break where it ends


class Sheet:
    """A sheet of the workbook, in landscape on A4 and as wide as the paper."""

    def __init__(self, book: Workbook, styles: Styles, name: str, widths: Sequence[float]) -> None:
        self.name = name
        self._book, self._styles, self._widths = book, styles, tuple(widths)
        self._points: dict[int, float] = {}
        self._cells = book.add_worksheet(name)
        for column, width in enumerate(widths):
            self._cells.set_column(column, column, width, styles("plain"))
        self._cells.set_landscape()
        self._cells.set_paper(_PAPER_A4)
        self._cells.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        self._cells.fit_to_pages(1, 0)
        self._cells.hide_gridlines(2)

    def printed(self, title: str, *, repeated: tuple[int, int], frozen: tuple[int, int]) -> None:
        """Head and foot of each page, rows repeated on each, and what stays in sight (rows, columns)."""
        self._cells.set_header(f"&L{title.replace('&', '&&')}&R&A")
        self._cells.set_footer("&Lfirstbell&RPage &P of &N")
        self._cells.repeat_rows(*repeated)
        self._cells.freeze_panes(*frozen)

    def text(self, row: int, column: int, text: str, look: str = "plain") -> None:
        """A text; never taken for a formula or a link."""
        self._cells.write_string(row, column, text, self._styles(look))
        self._make_room(row, text, look, self._widths[column] if column < len(self._widths) else 10)

    def across(self, row: int, first: int, last: int, text: str, look: str = "wrapped") -> None:
        """A text over several columns."""
        self._cells.merge_range(row, first, row, last, "", self._styles(look))
        self._cells.write_string(row, first, text, self._styles(look))
        self._make_room(row, text, look, sum(self._widths[first : last + 1]))

    def _make_room(self, row: int, text: str, look: str, width: float) -> None:
        """Rows are as high as what stands in them: not every program sees to that itself."""
        points = _TITLE_POINTS if look == "title" else 15.0
        if look in _WRAPPED:
            points = max(points, _LINE_POINTS * math.ceil(len(text) / (_ROOM * width)) + 2)
        if points > self._points.get(row, 15.0):
            self._points[row] = points
            self._cells.set_row(row, points)

    def has_beside(self, name: str) -> bool:
        """Whether the workbook has a sheet of this name."""
        return self._book.get_worksheet_by_name(name) is not None

    def link(self, row: int, column: int, target: str, text: str) -> None:
        """A way to another sheet."""
        self._cells.write_url(row, column, f"internal:'{target}'!A1", self._styles("link"), text)

    def number(self, row: int, column: int, value: float, *, look: str, unit: str = "number") -> Formula:
        """A number that stands still, or one to be changed."""
        self._cells.write_number(row, column, value, self._styles(look, unit))
        return self._at(row, column, value)

    def formula(self, row: int, column: int, formula: Formula, *, look: str = "live", unit: str = "number") -> Formula:
        """A formula with what it gives; in what is written on, the cell stands for it."""
        # References within a sheet need no name of it.
        text = formula.text.replace(f"'{self.name}'!", "")
        value = formula.value
        shown = value if isinstance(value, str) else "#N/A" if math.isnan(value) else float(value)
        self._cells.write_formula(row, column, f"={text}", self._styles(look, unit), shown)
        return self._at(row, column, value)

    def named(self, name: str, cell: Formula) -> Formula:
        """The same cell under a name that holds in the whole workbook."""
        sheet, place = cell.text.split("!")
        self._book.define_name(name, f"={sheet}!{place}")
        return Formula(name, cell.value)

    def column(self, first_row: int, cells: Sequence[Formula], column: int) -> Formula:
        """Cells one below the other as a range."""
        letter = xl_col_to_name(column, True)
        text = f"'{self.name}'!{letter}${first_row + 1}:{letter}${first_row + len(cells)}"
        return Formula(text, np.array([cell.value for cell in cells]))

    def _at(self, row: int, column: int, value: object) -> Formula:
        return Formula(f"'{self.name}'!{xl_rowcol_to_cell(row, column, True, True)}", value)


def name_of(key: str) -> str:
    """A key path of the profile as a name of a cell: spreadsheets have no dashes in theirs."""
    return key.replace("-", "_")
