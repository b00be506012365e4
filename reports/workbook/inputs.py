"""A sheet of numbers that all formulas read: each in a cell with a name, and with its interval and its source."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from firstbell.models.estimate import Estimate
from firstbell.reports.workbook.formula import Formula
from firstbell.reports.workbook.sheet import Sheet, name_of

_FIRST_ROW = 4


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the sheet."""

    key: str
    estimate: Estimate

    @classmethod
    def exact(cls, key: str, value: float, unit: str, source: str) -> "Entry":
        """A number without an interval."""
        return cls(key=key, estimate=Estimate(low=value, likely=value, high=value, unit=unit, source=source))


class Inputs(Mapping[str, Formula]):
    """Numbers by key path, each a name of its cell; what is read is noted.

    ``calculated`` puts a formula in a number's place, where the sizing takes not the number itself.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.key: entry for entry in entries}
        self._calculated: dict[str, Formula] = {}
        self._read: set[str] = set()

    def __getitem__(self, key: str) -> Formula:
        if key in self._calculated:
            return self._calculated[key]
        value = self._entries[key].estimate.likely
        self._read.add(key)
        return Formula(name_of(key), value)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._entries, *self._calculated]))

    def __len__(self) -> int:
        return len({*self._entries, *self._calculated})

    def calculated(self, key: str, formula: Formula) -> None:
        """From now on the number of this key is what a formula gives."""
        self._calculated[key] = formula

    def write(self, sheet: Sheet, *, keys: str, notices: Iterable[tuple[str, str]]) -> None:
        """The sheet itself, ``keys`` what stands over them. To be called last: only then it is known what is read."""
        sheet.text(0, 0, sheet.name, "title")
        titles = (keys, "Value", "Low", "High", "Unit", "Source")
        looks = ("column", "number_column", "number_column", "number_column", "unit_column", "column")
        for row, (words, look) in enumerate(notices, 1):
            sheet.across(row, 0, len(titles) - 1, words, look)
        for column, (title, look) in enumerate(zip(titles, looks, strict=True)):
            sheet.text(_FIRST_ROW - 1, column, title, look)
        for row, entry in enumerate(self._entries.values(), _FIRST_ROW):
            self._write(sheet, row, entry)
        sheet.printed(sheet.name, repeated=(_FIRST_ROW - 1, _FIRST_ROW - 1), frozen=(_FIRST_ROW, 1))

    def _write(self, sheet: Sheet, row: int, entry: Entry) -> None:
        it = entry.estimate
        sheet.text(row, 0, entry.key)
        look = "input" if entry.key in self._read else "still"
        sheet.named(name_of(entry.key), sheet.number(row, 1, it.likely, look=look, unit=""))
        if it.low < it.high:
            sheet.number(row, 2, it.low, look="still", unit="")
            sheet.number(row, 3, it.high, look="still", unit="")
        sheet.text(row, 4, it.unit, "unit")
        sheet.text(row, 5, it.source, "wrapped")
