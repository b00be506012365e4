"""The fitted model held against levels that it has not seen."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from firstbell.models.fitted_model import FittedModel
from firstbell.models.intervals import around_draws
from firstbell.models.measurement import LevelMeasurement
from firstbell.models.prediction import Predicted, predict_all, question_at

THROUGHPUT_TOLERANCE = 0.05
RESPONSE_TOLERANCE = 0.25
UTILIZATION_TOLERANCE = 0.05
"""Of all cores, not of what was measured: from 40 to 45 % as from 90 to 95 %."""

WHOLE_THROUGHPUT = ("throughput_per_s", None)
"""Quantity and activity of the check on the whole system's throughput."""


@dataclass(frozen=True, kw_only=True)
class HeldOutCheck:
    """One predicted quantity and what was measured. ``activity`` is None for the whole system.

    ``doubt`` is how far the measured value itself may be off: half the width of its 95 % interval, relative to it.
    """

    learners: int
    quantity: str
    activity: str | None
    predicted: float
    low: float
    high: float
    measured: float
    tolerance: float
    visits: int
    doubt: float

    @property
    def error(self) -> float:
        """Relative error of the prediction."""
        return self.predicted / self.measured - 1 if self.measured else float("inf")

    @property
    def within(self) -> bool:
        """Whether the prediction is as near as promised."""
        return abs(self.error) <= self.tolerance

    @property
    def judged(self) -> bool:
        """Whether the measurement is sure enough to hold the prediction against it."""
        return self.doubt <= min(self.tolerance, RESPONSE_TOLERANCE)


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A level predicted once from the best demands, and once more from each of several bootstrap draws."""

    best: Predicted
    draws: tuple[Predicted, ...]


def predict_level(
    model: FittedModel,
    level: LevelMeasurement,
    *,
    draws: int,
    seed: int,
    duration_s: float = 120.0,
    most_requests: float = math.inf,
) -> Prediction:
    """Predict a level at the study's own pace and at the speed that the machine had meanwhile.

    The best demands are simulated for ``duration_s`` or ``most_requests``, whichever is less.

    The draws are as long as what was measured: their scatter holds both the demands' uncertainty and the chance of so
    short a look.
    """
    question = question_at(model, level, most_s=duration_s, most_requests=most_requests, seed=seed)
    drawn = [
        (model.at_draw(index), replace(question, duration_s=level.hold_s, seed=seed + 1 + index), level.spans)
        for index in range(min(draws, model.draws))
    ]
    best, *others = predict_all([(model, question, level.spans), *drawn])
    return Prediction(best=best, draws=tuple(others))


def checks(model: FittedModel, level: LevelMeasurement, prediction: Prediction) -> tuple[HeldOutCheck, ...]:
    """Throughput and utilisation of the whole, then throughput, p50, p95 and p99 of each activity."""
    seen = {activity.name: activity.visits_seen for activity in model.activities}
    return (*_checks_of_whole(level, prediction), *_checks_of_activities(level, prediction, seen))


def discrepancy_of(found: Sequence[HeldOutCheck]) -> float | None:
    """The largest relative error of a whole throughput; None where nothing was held out or nothing was answered."""
    whole = [check for check in found if (check.quantity, check.activity) == WHOLE_THROUGHPUT]
    errors = [abs(check.error) for check in whole if check.measured]
    return max(errors, default=None)


def _checks_of_whole(level: LevelMeasurement, prediction: Prediction) -> Iterator[HeldOutCheck]:
    best, draws = prediction.best, prediction.draws
    visits = sum(activity.visits for activity in level.activities.values())
    checked = partial(_check, level.learners, visits=visits, doubt=0.0)
    yield checked(
        *WHOLE_THROUGHPUT, best.requests_per_s, [p.requests_per_s for p in draws], level.requests_per_s,
        tolerance=THROUGHPUT_TOLERANCE,
    )  # fmt: skip
    if level.utilization > 0:  # NaN where the target shows no processor times
        used = [sum(p.station_cores.values()) / level.cores for p in (best, *draws)]
        yield checked(
            "utilization", None, used[0], used[1:], level.utilization,
            tolerance=UTILIZATION_TOLERANCE / level.utilization,
        )  # fmt: skip


def _checks_of_activities(
    level: LevelMeasurement, prediction: Prediction, seen: Mapping[str, int]
) -> Iterator[HeldOutCheck]:
    best, draws = prediction.best, prediction.draws
    checked = partial(_check, level.learners)
    for name, activity in sorted(level.activities.items()):
        if name not in best.responses_s:
            continue
        # Counts scatter like Poisson counts, here and at the levels of the fit: seen 100 times is known to 10 %.
        scatter = (1 / max(activity.visits, 1) + 1 / max(seen.get(name, 0), 1)) ** 0.5
        doubt = 3 * scatter
        rates = [p.throughput_per_s.get(name, 0.0) for p in draws]
        yield checked(
            "throughput_per_s", name, best.throughput_per_s[name], rates, activity.throughput_per_s,
            tolerance=max(THROUGHPUT_TOLERANCE, doubt), visits=activity.visits, doubt=doubt,
        )  # fmt: skip
        for quantity, measured in activity.responses.quantiles().items():
            drawn = [getattr(p, quantity)[name] for p in draws if name in p.responses_s]
            yield checked(
                quantity, name, getattr(best, quantity)[name], drawn, measured.value_s,
                tolerance=RESPONSE_TOLERANCE, visits=activity.visits, doubt=measured.doubt,
            )  # fmt: skip


def _check(
    learners: int,
    quantity: str,
    activity: str | None,
    predicted: float,
    drawn: Sequence[float],
    measured: float,
    *,
    tolerance: float,
    visits: int,
    doubt: float,
) -> HeldOutCheck:
    low, high = around_draws(predicted, drawn)
    return HeldOutCheck(
        learners=learners,
        quantity=quantity,
        activity=activity,
        predicted=predicted,
        low=low,
        high=high,
        measured=measured,
        tolerance=tolerance,
        visits=visits,
        doubt=doubt,
    )
