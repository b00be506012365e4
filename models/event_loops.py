"""How long an event loop waits for a core that others have: read off the response times of the levels of a fit.

A thread that has just woken goes before those that have been at it, once the one that runs has finished its slice. How
long that is depends on the kernel (Linux 6.6 and newer: 0.7 ms times 1 + log2 of the cores, looked at by the tick) and
on what runs the machine. It shows in the 95th percentiles of requests that do all their work on an event loop; so
those of the levels that were fitted are simulated with several slices, and the one that misses them least is taken.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from firstbell.models.fitted_model import ActivityModel, FittedModel
from firstbell.models.measurement import LevelMeasurement
from firstbell.models.prediction import predict_all, question_at

SLICES_S = (0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004)
"""Those that are tried: up to the tick of a kernel with 250 of them a second."""
_ALL_BUT = 0.95  # of a request's processor time: a trace of a database is no matter
_LOOK_S = 120.0
_FEWEST_VISITS = 100  # of an activity at a level: of fewer the p95 is chance


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A p95 that was measured at a level, and how many visits stand behind it."""

    level: LevelMeasurement
    activity: str
    p95_s: float
    visits: int


def with_slice(model: FittedModel, levels: Sequence[LevelMeasurement], *, seed: int) -> FittedModel:
    """The model with the slice that its own levels tell; as it is where no event loop or no such request was seen.

    ``levels`` in rising order: the upper half of them tells, as a loop waits where others are at it.
    """
    seen = list(_seen(model, levels[len(levels) // 2 :]))
    if not seen:
        return model
    misses = [_miss(model.model_copy(update={"slice_s": each}), seen, seed) for each in SLICES_S]
    return model.model_copy(update={"slice_s": SLICES_S[int(np.argmin(misses))]})


def _seen(model: FittedModel, levels: Iterable[LevelMeasurement]) -> Iterable[Seen]:
    loops = {station for pool in model.pools if pool.is_event_loop for station in pool.stations}
    on_loops = {each.name for each in model.activities if _share(model, each, loops) >= _ALL_BUT}
    for level in levels:
        for name, measured in level.activities.items():
            p95_s = measured.responses.p95_s
            if name in on_loops and p95_s and measured.visits >= _FEWEST_VISITS:
                yield Seen(level=level, activity=name, p95_s=p95_s, visits=measured.visits)


def _share(model: FittedModel, activity: ActivityModel, stations: Collection[str]) -> float:
    """Of an activity's processor time, what it spends at these stations."""
    spent_s = sum(s for name, s in zip(model.stations, activity.demand_s, strict=True) if name in stations)
    return spent_s / activity.total_demand_s if activity.total_demand_s else 0.0


def _miss(model: FittedModel, seen: Sequence[Seen], seed: int) -> float:
    """Mean square of the logarithm of predicted over measured, each by its visits' square root, as its p95 scatters."""
    levels = {id(each.level): each.level for each in seen}
    predicted = dict(
        zip(
            levels,
            predict_all(
                (model, question_at(model, level, most_s=_LOOK_S, most_requests=math.inf, seed=seed), level.spans)
                for level in levels.values()
            ),
            strict=True,
        )
    )
    logs = np.array([math.log(predicted[id(each.level)].p95_s[each.activity] / each.p95_s) for each in seen])
    weights = np.sqrt([each.visits for each in seen])
    return float(np.average(logs**2, weights=weights))
