"""The sheet of assumptions: each number of the profile in a cell with a name, which all formulas read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from firstbell.models.estimate import Estimate
from firstbell.models.figures import figures_of
from firstbell.models.workload import Workload
from firstbell.reports.workbook.formula import Formula
from firstbell.reports.workbook.sheet import Sheet, name_of

NAME = "Assumptions"
WIDTHS = (50, 17, 16, 16, 9, 66)
_COLUMNS = ("Key in the profile", "Value", "Low", "High", "Unit", "Source")
_FIRST_ROW = 4
_CALCULATED = ("content.ladder.mean_bits_per_s", "content.ladder.whole_bits_per_s")
_WORDS = (
    "Change the yellow cells: every total follows. Low and high are the 95 % interval that the report's intervals were "
    "drawn from; they move no total here. Grey figures move nothing in this workbook."
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the sheet."""

    key: str
    estimate: Estimate


class Inputs(Mapping[str, Formula]):
    """The profile's numbers by key path, each a name of its cell; what is read is noted.

    ``calculated`` puts a formula in a number's place, where the sizing takes not the number itself.
    """

    def __init__(self, workload: Workload) -> None:
        self._entries = {entry.key: entry for entry in _entries(workload)}
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

    def write(self, sheet: Sheet) -> None:
        """The sheet itself. To be called last: only then it is known what is read."""
        sheet.text(0, 0, "Assumptions", "title")
        sheet.across(1, 0, 5, _WORDS)
        for column, title in enumerate(_COLUMNS):
            sheet.text(
                _FIRST_ROW - 1,
                column,
                title,
                "number_column" if 1 <= column <= 3 else "unit_column" if column == 4 else "column",
            )
        for row, entry in enumerate(self._entries.values(), _FIRST_ROW):
            self._write(sheet, row, entry)
        sheet.printed(NAME, repeated=(_FIRST_ROW - 1, _FIRST_ROW - 1), frozen=(_FIRST_ROW, 1))

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


def _entries(workload: Workload) -> Iterator[Entry]:
    """All sourced numbers, and those whose source stands over several of them."""
    for key, figure in figures_of(workload).items():
        if key not in _CALCULATED:
            yield Entry(key=key, estimate=figure.estimate)
    ladder = workload.content.ladder
    for number, rung in enumerate(ladder.rungs, 1):
        key = f"content.ladder.rungs.{number}"
        yield _exact(f"{key}.bits_per_s", rung.bits_per_s, "bit/s", ladder.rungs_source)
        yield _exact(f"{key}.share", rung.share, "", ladder.shares_source)
    for number, step in enumerate(workload.day.steps, 1):
        yield _exact(f"day.steps.{number}.share", step.share, "", f"from {step.start} on; {workload.day.source}")
    for number, objective in enumerate(workload.objectives, 1):
        unit = "s" if objective.measure.endswith("_s") else ""
        yield _exact(
            f"objectives.{number}.limit", objective.limit, unit, f"limit of {objective.name}; {objective.source}"
        )


def _exact(key: str, value: float, unit: str, source: str) -> Entry:
    return Entry(key=key, estimate=Estimate(low=value, likely=value, high=value, unit=unit, source=source))
