"""The first sheet: what this is, how to read it, and the main totals of all levels side by side."""

from collections.abc import Sequence

from firstbell.models.study import Study
from firstbell.reports.answer import answer_of
from firstbell.reports.names import group_name
from firstbell.reports.numbers import count, moment
from firstbell.reports.purchase import items_across_levels
from firstbell.reports.workbook import assumptions, demands, price_list
from firstbell.reports.workbook.level import LevelSheet
from firstbell.reports.workbook.sheet import Sheet

WIDTHS = (58, 22, 22, 22, 22)
_HOW = (
    "Change a yellow cell, of an assumption, a price or a demand: all totals here and on the levels' sheets follow. "
    "They are what `firstbell size` gives for the same change, within rounding."
)


class Overview:
    """Written last, as it links to what the levels' sheets hold."""

    def __init__(self, sheet: Sheet, study: Study) -> None:
        self._sheet, self._study = sheet, study

    def write(self, levels: Sequence[LevelSheet]) -> None:
        study, sheet = self._study, self._sheet
        sheet.text(0, 0, f"Sizing: {study.workload_title}", "title")
        sheet.text(
            1,
            0,
            f"firstbell {study.firstbell} · {moment(study.created)} · workload {study.workload_hash[:12]}",
            "wrapped",
        )
        row = self._answer(3)
        row = self._legend(row + 1)
        row = self._totals(row + 1, levels)
        self._not_live(row + 1, levels)
        sheet.printed(f"Sizing: {study.workload_title}", repeated=(0, 0), frozen=(1, 0))

    def _answer(self, row: int) -> int:
        answer = answer_of(self._study)
        for notice in answer.notices:
            self._sheet.across(row, 0, len(WIDTHS) - 1, notice.title, "notice")
            row += 1
        self._sheet.across(row, 0, len(WIDTHS) - 1, f"{answer.word}. {answer.sentence}", "strong")
        return row + 1

    def _legend(self, row: int) -> int:
        sheet = self._sheet
        sheet.across(row, 0, len(WIDTHS) - 1, _HOW)
        looks = (
            ("input_text", "to be changed: an assumption, a price, or a demand that was measured"),
            ("live", "live: a formula, which follows"),
            ("total", "live, and a total"),
            ("still", "not live: a figure as reported, or one that moves nothing"),
        )
        for at, (look, words) in enumerate(looks, row + 1):
            sheet.text(at, 0, words, look)
        targets = [name for name in (assumptions.NAME, price_list.NAME, demands.NAME) if sheet.has_beside(name)]
        for at, target in enumerate(targets, row + 1):
            sheet.link(at, 1, target, f"to {target}")
        return row + 1 + len(looks)

    def _totals(self, row: int, levels: Sequence[LevelSheet]) -> int:
        sheet = self._sheet
        sheet.text(row, 0, "Totals, live", "column")
        for column, level in enumerate(levels, 1):
            sheet.text(row, column, f"{level.name}: {count(level.learners)} learners as reported", "number_column")
        group = None
        for item in items_across_levels(self._study):
            if item.group != group:
                group, row = item.group, row + 1
                for column in range(len(WIDTHS)):
                    sheet.text(row, column, group_name(group) if column == 0 else "", "heading")
            row += 1
            sheet.text(row, 0, item.title)
            for column, (level, found) in enumerate(zip(levels, item.rows, strict=True), 1):
                if found is not None:
                    look = "total" if level.is_live(item.item) else "still"
                    sheet.formula(row, column, level.totals[item.item], look=look, unit=found.unit)
        return row + 1

    def _not_live(self, row: int, levels: Sequence[LevelSheet]) -> None:
        titles = dict.fromkeys(title for level in levels for title in level.not_live)
        if not titles:
            return
        said = f"not live: {', '.join(titles)}. firstbell size gives them for changed assumptions."
        self._sheet.across(row, 0, len(WIDTHS) - 1, said, "still")
