"""The roll-out: how many learners there are from when on, and what must be ordered by when for it.

Servers and lines grow with the learners of a stage, its likely share of a level's; disks grow with the content, each
year's growth bought at its beginning. Figures and intervals are those that `size` gives for so many learners.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from firstbell.models.figures import Array
from firstbell.models.sizing.bandwidth import bandwidth_rows
from firstbell.models.sizing.case import Assumed, Case
from firstbell.models.sizing.rows import Row, interval
from firstbell.models.sizing.servers import server_rows
from firstbell.models.sizing.storage import backup_bytes, raw_bytes
from firstbell.models.sizing.tiers import tiers_of
from firstbell.models.study import Due, RollOut, StageLevel
from firstbell.models.workload.rollout import LeadTimes, Stage
from firstbell.models.workload.sourced import Sourced

_LINES = ("edge_peak_bits_per_s", "origin_peak_bits_per_s", "ingest_peak_bits_per_s")
_YEARS = "sizing.storage.years"


@dataclass(frozen=True, kw_only=True)
class _Needed:
    """What an occasion asks for of one item."""

    item: str
    title: str
    unit: str
    values: Array
    lead: Sourced

    @classmethod
    def of(cls, row: Row, lead: Sourced) -> "_Needed":
        """A row of the sizing."""
        return cls(item=row.line.item, title=row.line.title, unit=row.line.unit, values=row.values, lead=lead)


def roll_out(assumed: Assumed, *, levels: Mapping[str, int] | None = None) -> RollOut | None:
    """The plan for each level, None where the profile has no roll-out; servers only where costs of visits are known."""
    workload = assumed.workload
    plan = workload.rollout
    if plan is None:
        return None
    wanted = workload.levels.learners() if levels is None else levels
    stages = [each for level, learners in wanted.items() for each in _stage_levels(level, learners, plan.stages)]
    due = [
        each for level in wanted for each in _due(assumed, [each for each in stages if each.level == level], plan.lead)
    ]
    return RollOut(levels=tuple(stages), due=tuple(sorted(due, key=lambda each: (each.order_by, each.needed_on))))


def _stage_levels(level: str, learners: int, stages: Mapping[str, Stage]) -> Iterator[StageLevel]:
    for stage in stages.values():
        share = stage.population_share.estimate("")
        yield StageLevel(
            level=level,
            stage=stage.title,
            starts_on=stage.start,
            municipalities=int(stage.municipalities.value),
            learners=max(round(learners * share.likely), 1),
            low=max(round(learners * share.low), 1),
            high=max(round(learners * share.high), 1),
            source=f"municipalities: {stage.municipalities.source}; share: {share.source}; date: {stage.date_source}",
        )


def _due(assumed: Assumed, stages: Sequence[StageLevel], lead: LeadTimes) -> Iterator[Due]:
    """All purchases of one level."""
    there: dict[str, float] = {}
    for stage in stages:
        case = Case(level=stage.level, learners=stage.learners, assumed=assumed)
        for needed in _by_learners(case, lead):
            yield from _bought(stage, stage.stage, stage.starts_on, needed, there)
    first = stages[0]
    for year in range(int(assumed.workload.sizing.storage.years.value)):
        stage = next(each for each in reversed(stages) if each.starts_on <= _years_after(first.starts_on, year))
        for needed in _disks(assumed, year + 1, lead.storage_days):
            yield from _bought(stage, f"content of year {year + 1}", _years_after(first.starts_on, year), needed, there)


def _bought(
    stage: StageLevel, occasion: str, needed_on: date, needed: _Needed, there: dict[str, float]
) -> Iterator[Due]:
    """Nothing where there is enough already; ``there`` is brought up to date."""
    quantity = float(needed.values[0])
    added = quantity - there.get(needed.item, 0.0)
    if added <= 0:
        return
    there[needed.item] = quantity
    low, high = interval(needed.values)
    days = needed.lead.estimate("days")
    yield Due(
        level=stage.level,
        learners=stage.learners,
        occasion=occasion,
        item=needed.item,
        title=needed.title,
        unit=needed.unit,
        quantity=quantity,
        low=low,
        high=high,
        added=added,
        needed_on=needed_on,
        lead_days=days.likely,
        order_by=needed_on - timedelta(days=days.likely),
        order_by_safe=needed_on - timedelta(days=days.high),
        source=days.source,
    )


def _by_learners(case: Case, lead: LeadTimes) -> Iterator[_Needed]:
    if case.assumed.demands.cpu_s:
        for row in server_rows(case, tiers_of(case)):
            if row.line.unit == "servers":
                yield _Needed.of(row, lead.servers_days)
    for row in bandwidth_rows(case):
        if row.line.item in _LINES:
            yield _Needed.of(row, lead.lines_days)


def _disks(assumed: Assumed, years: int, lead: Sourced) -> Iterator[_Needed]:
    """Raw disk for what is there after so many years of growth."""
    values = {**assumed.values, _YEARS: np.full(1, float(years))}
    yield _Needed(item="storage_raw_bytes", title="Raw disk for the content", unit="bytes", values=raw_bytes(values),
                  lead=lead)  # fmt: skip
    yield _Needed(item="storage_backup_bytes", title="Raw disk for backups of the originals", unit="bytes",
                  values=backup_bytes(values), lead=lead)  # fmt: skip


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; the last of February for its 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
