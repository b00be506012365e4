"""How an event loop comes by a core that others have: read off the response times of the levels of a fit.

A thread that has just woken interrupts the one that runs as long as the scheduler owes it time; where it does not, the
woken thread waits for the end of a slice or for a tick. How often, and for how long, depends on the kernel, on what
runs the machine and on what its threads do. It shows in the tails of requests that do all their work on an event loop;
so those of the levels that were fitted are simulated with several holds, and the one that misses them least is taken.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from firstbell.models.fitted_model import ActivityModel, FittedModel, LoopHold
from firstbell.models.measurement import LevelMeasurement
from firstbell.models.prediction import predict_all, question_at

HOLDS = tuple(
    LoopHold(share=share, most_s=most_s)
    for share, most_s in product((0.15, 0.25, 0.4, 0.6, 1.0), (0.001, 0.002, 0.004, 0.006))
)
"""Those that are tried: up to the tick of a kernel with 250 of them a second, and half as much again."""
_TAILS = ("p95_s", "p99_s")
_ALL_BUT = 0.95  # of a request's processor time: a trace of a database is no matter
_LOOK_S = 120.0
_FEWEST_VISITS = 100  # of an activity at a level: of fewer the tail is chance


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A tail that was measured at a level, and how many visits stand behind it."""

    level: LevelMeasurement
    activity: str
    quantity: str
    measured_s: float
    visits: int


def with_hold(model: FittedModel, levels: Sequence[LevelMeasurement], *, seed: int) -> FittedModel:
    """The model with the hold that its own levels tell; as it is where no event loop or no such request was seen.

    ``levels`` in rising order: the upper half of them tells, as a loop waits where others are at it.
    """
    seen = list(_seen(model, levels[len(levels) // 2 :]))
    if not seen:
        return model
    tried = [model.model_copy(update={"hold": hold}) for hold in HOLDS]
    return tried[int(np.argmin(_misses(tried, seen, seed)))]


def _seen(model: FittedModel, levels: Iterable[LevelMeasurement]) -> Iterable[Seen]:
    loops = {station for pool in model.pools if pool.is_event_loop for station in pool.stations}
    on_loops = {each.name for each in model.activities if _share(model, each, loops) >= _ALL_BUT}
    for level in levels:
        for name, measured in level.activities.items():
            if name not in on_loops or measured.visits < _FEWEST_VISITS:
                continue
            for quantity in _TAILS:
                measured_s = getattr(measured.responses, quantity)
                if measured_s:
                    yield Seen(
                        level=level, activity=name, quantity=quantity, measured_s=measured_s, visits=measured.visits
                    )


def _share(model: FittedModel, activity: ActivityModel, stations: Collection[str]) -> float:
    """Of an activity's processor time, what it spends at these stations."""
    spent_s = sum(s for name, s in zip(model.stations, activity.demand_s, strict=True) if name in stations)
    return spent_s / activity.total_demand_s if activity.total_demand_s else 0.0


def _misses(tried: Sequence[FittedModel], seen: Sequence[Seen], seed: int) -> list[float]:
    """For each model the mean square of the logarithm of predicted over measured, each by its visits' square root."""
    levels = {id(each.level): each.level for each in seen}
    found = iter(
        predict_all(
            (model, question_at(model, level, most_s=_LOOK_S, most_requests=math.inf, seed=seed), level.spans)
            for model in tried
            for level in levels.values()
        )
    )
    weights = np.sqrt([each.visits for each in seen])
    misses = []
    for _ in tried:
        predicted = {number: next(found) for number in levels}
        told_s = [getattr(predicted[id(each.level)], each.quantity)[each.activity] for each in seen]
        logs = [math.log(said_s / each.measured_s) for said_s, each in zip(told_s, seen, strict=True)]
        misses.append(float(np.average(np.square(logs), weights=weights)))
    return misses
