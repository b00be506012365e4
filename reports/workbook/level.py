"""One level's sheet: its totals as live formulas, and below them the workings that they stand on."""

from collections.abc import Mapping

from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload
from firstbell.reports.answer import extrapolation_marks, level_title
from firstbell.reports.names import group_name
from firstbell.reports.purchase import PurchaseLevel
from firstbell.reports.workbook.costs import Costs
from firstbell.reports.workbook.demands import DemandCells
from firstbell.reports.workbook.formula import Formula
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.items import Items
from firstbell.reports.workbook.load import load_of
from firstbell.reports.workbook.section import Section
from firstbell.reports.workbook.sheet import Sheet
from firstbell.reports.workbook.tiers import TierCells, TierWriter
from firstbell.reports.workbook.waits import Waits
from firstbell.reports.workbook.workings import Workings

WIDTHS = (44, 16, 15, 12, 14, 14, 28, 24, 62)
_COLUMNS = (
    "Item", "Quantity", "As reported", "Change", "Low (95 %)", "High (95 %)", "Limited by, as reported",
    "Decided by", "Formula; source",
)  # fmt: skip
_FIRST_ROW = 6
NOT_LIVE = "not live: no formula here; firstbell size gives it for changed assumptions"
_WORDS = (
    "Quantities are live: they follow the assumptions and the demands. “As reported” is the study's figure; low and "
    "high are its 95 % interval, from thousands of draws of all inputs: not live. A grey quantity is not live either."
)


class LevelSheet:
    """``totals`` has the cell of each item, live or not."""

    def __init__(
        self,
        sheet: Sheet,
        level: PurchaseLevel,
        *,
        inputs: Inputs,
        workings: Workings,
        demands: DemandCells | None,
        waits: Waits | None,
        costs: Costs | None,
        workload: Workload,
    ) -> None:
        self._sheet, self._level, self._inputs = sheet, level, inputs
        self.rows = [row for group in level.groups for row in group.rows]
        sheet.text(0, 0, level_title(level.level, level.learners), "title")
        sheet.across(1, 0, 7, _WORDS)
        sheet.text(3, 0, "Learners in session")
        key = f"levels.{level.level}"
        learners = sheet.formula(3, 1, inputs[key], look="total", unit="learners")
        marks = extrapolation_marks(self.rows)
        sheet.across(2, 0, 7, " ".join(marks), "wrapped")
        section = Section(sheet, _FIRST_ROW + len(self.rows) + len(level.groups) + 1, len(WIDTHS))
        load = load_of(section, inputs, learners, workings.two_addresses_hit_ratio)
        tiers: Mapping[str, TierCells] = {}
        if demands is not None and waits is not None:
            tiers = TierWriter(
                section=section, inputs=inputs, demands=demands, workload=workload, waits=waits,
                moments=load.moments, edge_bits_per_s=load.edge_line,
            ).written()  # fmt: skip
        items = Items(workload=workload, inputs=inputs, workings=workings, learners=learners, load=load, tiers=tiers)
        self._formulas = items.formulas()
        self._decides = {f"{name}_cores": tier.decides for name, tier in tiers.items()}
        if costs is not None:
            cells = costs.written(self._formulas, tuple(tiers))
            self._formulas |= cells.formulas
            self._decides |= cells.machines
        self.totals = self._totals()
        sheet.printed(
            level_title(level.level, level.learners), repeated=(_FIRST_ROW - 1, _FIRST_ROW - 1), frozen=(_FIRST_ROW, 1)
        )

    @property
    def name(self) -> str:
        return self._level.level.capitalize()

    @property
    def learners(self) -> int:
        """Of the level, as reported."""
        return self._level.learners

    def is_live(self, item: str) -> bool:
        """Whether a formula gives this item."""
        return item in self._formulas

    @property
    def not_live(self) -> tuple[str, ...]:
        """Titles of the items that no formula gives."""
        return tuple(row.title for row in self.rows if not self.is_live(row.item))

    def _totals(self) -> Mapping[str, Formula]:
        for column, title in enumerate(_COLUMNS):
            look = "number_column" if 1 <= column <= 5 else "unit_column" if column == 6 else "column"
            self._sheet.text(_FIRST_ROW - 1, column, title, look)
        place, found = _FIRST_ROW, {}
        for group in self._level.groups:
            for column in range(len(WIDTHS)):
                self._sheet.text(place, column, group_name(group.group) if column == 0 else "", "heading")
            for offset, row in enumerate(group.rows, 1):
                found[row.item] = self._total(place + offset, row)
            place += 1 + len(group.rows)
        return found

    def _total(self, at: int, row: SizingRow) -> Formula:
        sheet, unit = self._sheet, row.unit
        sheet.text(at, 0, row.title)
        reported = sheet.number(at, 2, row.quantity, look="still", unit=unit)
        formula = self._formulas.get(row.item)
        if formula is None:
            total = sheet.number(at, 1, row.quantity, look="still", unit=unit)
            sheet.text(at, 3, "not live", "still")
        else:
            total = sheet.formula(at, 1, formula, look="total", unit=unit)
            if row.quantity:
                sheet.formula(at, 3, total / reported - 1, unit="change")
        sheet.number(at, 4, row.low, look="still", unit=unit)
        sheet.number(at, 5, row.high, look="still", unit=unit)
        sheet.text(at, 6, row.binding, "wrapped_beside")
        if row.item in self._decides:
            sheet.formula(at, 7, self._decides[row.item], unit="")
        said = f"{row.formula}; source: {row.source}"
        sheet.text(at, 8, said if formula is not None else f"{NOT_LIVE}. {said}", "wrapped")
        return total
