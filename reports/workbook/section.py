"""Lines of workings one below the other: words, and the cell that they are about."""

from collections.abc import Sequence

from firstbell.reports.workbook.formula import Formula
from firstbell.reports.workbook.sheet import Sheet


class Section:
    """Writes downwards from a row on."""

    def __init__(self, sheet: Sheet, row: int, width: int) -> None:
        self.sheet, self.row, self._width = sheet, row, width

    def heading(self, title: str, columns: Sequence[str] = ()) -> None:
        """A title across the sheet and, where there are any, the names of the columns below it."""
        for column in range(self._width):
            self.sheet.text(self.row, column, title if column == 0 else "", "heading")
        self.row += 1
        for column, words in enumerate(columns):
            self.sheet.text(self.row, column, words, "number_column" if column else "column")
        self.row += bool(columns)

    def line(self, words: str, formula: Formula, unit: str = "number") -> Formula:
        """Words and a calculated cell beside them."""
        self.sheet.text(self.row, 0, words)
        cell = self.sheet.formula(self.row, 1, formula, unit=unit)
        self.row += 1
        return cell

    def given(self, words: str, value: float, unit: str) -> Formula:
        """Words and a cell to be changed."""
        self.sheet.text(self.row, 0, words)
        cell = self.sheet.number(self.row, 1, value, look="input", unit=unit)
        self.row += 1
        return cell

    def gap(self) -> None:
        """An empty row."""
        self.row += 1
