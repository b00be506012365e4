"""The sheet of waits of a level: candidates for the cores of each tier, and which keep what an objective leaves.

Erlang's C in closed form, as in ``models.sizing.waiting``; the search for the fewest cores is a look into a column.
"""

from dataclasses import dataclass

from firstbell.reports.names import station_name
from firstbell.reports.workbook.formula import Formula, erlang_b, logarithm, place_of, smallest, where
from firstbell.reports.workbook.sheet import Sheet

CANDIDATES = 30
"""At 70 % busy no load needs more than 7 cores beyond those to keep 95 % of its jobs from waiting at all."""

_FIRST_ROW = 4
_WORDS = (
    f"Each tier: cores from what the utilisation asks for, up to {CANDIDATES - 1} more; the chance of a wait and the "
    "mean of those who wait (M/G/c); 1 where an objective's wait is kept. Where none keeps it, the totals say #N/A."
)


@dataclass(frozen=True, kw_only=True)
class QueueCells:
    """All of a tier's work as one queue, at a moment."""

    moment: str
    erlangs: Formula
    job_s: Formula
    job_scv: Formula


@dataclass(frozen=True, kw_only=True)
class AllowanceCells:
    """What an objective leaves for one wait at a tier."""

    name: str
    percentile: float
    wait_s: Formula


class Waits:
    """Writes the tiers side by side."""

    def __init__(self, sheet: Sheet, level: str) -> None:
        self._sheet, self._column = sheet, 0
        sheet.text(0, 0, f"{level}: cores by the objectives' waits", "title")
        sheet.across(1, 0, 15, _WORDS)
        sheet.printed(f"{level}: waits", repeated=(2, _FIRST_ROW - 1), frozen=(_FIRST_ROW, 0))

    def fewest_cores(
        self, tier: str, enough: Formula, queues: tuple[QueueCells, ...], allowances: tuple[AllowanceCells, ...]
    ) -> list[tuple[str, Formula]]:
        """For each moment and objective the fewest cores, from ``enough`` on, that keep its wait."""
        self._sheet.text(2, self._column, station_name(tier).capitalize(), "heading")
        cores = self._column_of("cores", [enough + more for more in range(CANDIDATES)], "learners")
        found = []
        for queue in queues:
            blocked = self._column_of(
                f"{queue.moment}: Erlang's B", [erlang_b(queue.erlangs, c) for c in cores], "tiny"
            )
            waiting = [_wait_chance(queue, c, b) for c, b in zip(cores, blocked, strict=True)]
            chance = self._column_of("chance of a wait", waiting, "share")
            mean_s = self._column_of("mean of those who wait", [_mean_wait_s(queue, c) for c in cores], "cpu")
            for allowance in allowances:
                kept = [_kept(allowance, p, mean) for p, mean in zip(chance, mean_s, strict=True)]
                column = self._column
                cells = self._column_of(f"{allowance.name} kept", kept, "learners")
                place = place_of(1, self._sheet.column(_FIRST_ROW, cells, column))
                found.append((f"{queue.moment}: {allowance.name}", enough + place - 1))
        self._column += 1
        return found

    def _column_of(self, title: str, formulas: list[Formula], unit: str) -> list[Formula]:
        self._sheet.text(_FIRST_ROW - 1, self._column, title, "number_column")
        cells = [
            self._sheet.formula(row, self._column, formula, unit=unit)
            for row, formula in enumerate(formulas, _FIRST_ROW)
        ]
        self._column += 1
        return cells


def _wait_chance(queue: QueueCells, cores: Formula, blocked: Formula) -> Formula:
    """Erlang's C."""
    waiting = blocked / (1 - smallest(queue.erlangs / cores, 1) * (1 - blocked))
    return where(queue.erlangs >= cores, 1, waiting)


def _mean_wait_s(queue: QueueCells, cores: Formula) -> Formula:
    return where(queue.erlangs >= cores, 1e99, (1 + queue.job_scv) / 2 * queue.job_s / (cores - queue.erlangs))


def _kept(allowance: AllowanceCells, chance: Formula, mean_s: Formula) -> Formula:
    tail = 1 - allowance.percentile / 100
    wait_s = where(chance <= tail, 0, logarithm(chance / tail) * mean_s)
    # Where nothing is left for a wait no number of cores helps, and the other limits decide.
    return where(allowance.wait_s <= 0, 1, where(wait_s <= allowance.wait_s, 1, 0))
