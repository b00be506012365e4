"""What a fit takes for granted, tested on what was measured: Little's law, steady plateaus, mixes that differ, sharing.

Each test says what it found, where its limit lies, and what to do where it is passed.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from firstbell.models.black_box import Plateaus
from firstbell.models.demand import condition_number
from firstbell.models.fitted_model import AssumptionTest
from firstbell.models.measurement import LevelMeasurement, Span
from firstbell.models.streams import Stream
from firstbell.models.visits import Visits

Floats = NDArray[np.float64]

LITTLE_GAP = 0.05
TREND_PROBABILITY = 0.001
INFLATION = 10.0  # Belsley, Kuh & Welsch 1980
CONDITION = 30.0  # the same, of columns scaled to unit length
DISCIPLINE_ODDS = 10.0
_LOOKS = 20
_SURE = 3.0  # standard errors
_BUSY = 0.4  # below this utilisation nobody waits enough to tell in which order


def little_gap(level: LevelMeasurement, told: Sequence[Stream]) -> float | None:
    """Learners that Little's law finds in the thinking streams, X (R + Z), over those who were planned there, less 1.

    Z is what they were told, not what was measured: a generator that thinks too long shows here. None where no such
    stream was seen, or where the plateau has a mix of its own.
    """
    gap = _little_gap(level, told)
    return None if gap is None else gap[0]


def _little_gap(level: LevelMeasurement, told: Sequence[Stream]) -> tuple[float, float] | None:
    """The gap and its standard error, from numbers of visits that scatter like Poisson counts."""
    if level.kind == "calibration":
        return None
    responses_s = level.mean_response_s()
    found = planned = variance = 0.0
    for stream in told:
        rate = {name: level.activities[name].throughput_per_s for name in stream.visits if name in level.activities}
        if stream.name == "sign-in" or not rate:
            continue
        cycles_s = {
            name: stream.time_s + responses_s.get(name, 0.0) + level.activities[name].network_s for name in rate
        }
        found += sum(x * cycles_s[name] for name, x in rate.items())
        variance += sum(x * cycles_s[name] ** 2 / level.hold_s for name, x in rate.items())
        planned += level.learners * stream.share
    return (found / planned - 1, variance**0.5 / planned) if planned else None


def little_test(levels: Sequence[LevelMeasurement], told: Sequence[Stream]) -> AssumptionTest:
    """Whether learners are where Little's law has them, at the level where they are furthest from it."""
    worst, worst_limit, where = 0.0, LITTLE_GAP, None
    for level in levels:
        gap = _little_gap(level, told)
        if gap is not None:
            limit = LITTLE_GAP + _SURE * gap[1]
            if where is None or abs(gap[0]) / limit > abs(worst) / worst_limit:
                worst, worst_limit, where = gap[0], limit, level
    if where is None:
        return _unknown("Little's law", LITTLE_GAP, "No stream of thinking learners was seen.")
    holds = abs(worst) <= worst_limit
    remedy = "" if holds else " Look whether the generator kept its think times, and leave the level out."
    says = f"At {where.learners} learners X (R + Z) is {worst:+.1%} off the learners who were there.{remedy}"
    return AssumptionTest(name="Little's law", found=worst, limit=worst_limit, holds=holds, says=says)


def stationarity_test(levels: Sequence[LevelMeasurement], visits: Visits) -> AssumptionTest:
    """Whether the visits under way neither rise nor fall within plateaus (Kendall's τ, corrected for their number)."""
    asked_s, end_s = np.sort(visits.asked_s), np.sort(visits.end_s)
    tested = [(*_trend(asked_s, end_s, span), level) for level in levels for span in level.spans]
    if not tested:
        return _unknown("steady plateaus", TREND_PROBABILITY, "There was no plateau to look at.")
    probability, tau, level = min(tested, key=lambda each: each[0])
    probability = min(probability * len(tested), 1.0)
    holds = probability >= TREND_PROBABILITY
    if holds:
        says = "The visits under way neither rose nor fell within plateaus by more than chance explains."
    else:
        way = "rose" if tau > 0 else "fell"
        says = (
            f"At {level.learners} learners the visits under way {way} while the plateau was held: it was not in a "
            "steady state. Let ramps and plateaus last longer, or leave out a level beyond saturation."
        )
    return AssumptionTest(name="steady plateaus", found=probability, limit=TREND_PROBABILITY, holds=holds, says=says)


def collinearity_test(rates: Floats, inflation: Mapping[str, float]) -> AssumptionTest:
    """Whether the mixes of windows (windows, activities) differ enough to tell demands apart."""
    condition = condition_number(rates)
    doubtful = sorted(name for name, factor in inflation.items() if factor > INFLATION)
    if not doubtful:
        says = f"The mixes differ enough: the condition number is {condition:.3g}, no demand's variance is tenfold."
    else:
        says = (
            f"The demands of {', '.join(doubtful)} can hardly be told apart: they came in a nearly fixed mix "
            f"(condition number {condition:.3g}). Their sum is sure, the single figures are not. Measure more mixes."
        )
    found = min(condition, 1e9)
    return AssumptionTest(name="mixes that differ", found=found, limit=CONDITION, holds=not doubtful, says=says)


def discipline_test(
    plateaus: Plateaus, demand_s: Mapping[str, float], requests: Mapping[str, float], utilization: Floats
) -> AssumptionTest:
    """Whether visits wait in proportion to their own size, as when a processor is shared, or all alike, as in a queue.

    What response times grew by from the quietest plateau (``utilization``: (plateaus,)) to the busiest is explained
    once by demands, once by numbers of requests, each of which would wait its turn as long as any other. ``found`` is
    how many times likelier the second is.
    """
    name = "sharing by size"
    low, high = int(np.argmin(utilization)), int(np.argmax(utilization))
    if utilization[high] < _BUSY:
        return _unknown(
            name, DISCIPLINE_ODDS, f"No plateau used {_BUSY:.0%} of the platform, so hardly anybody waited."
        )
    grown_s = plateaus.response_s[high] - plateaus.response_s[low]
    error_s = np.hypot(plateaus.error_s[high], plateaus.error_s[low])
    known = np.isfinite(grown_s) & (error_s > 0)
    if known.sum() < 3:
        return _unknown(name, DISCIPLINE_ODDS, "Fewer than three activities were seen often enough at both ends.")
    names = [each for each, told in zip(plateaus.activities, known, strict=True) if told]
    # A model that is off by a tenth of the growth is no worse for it: neither of the two is the whole truth.
    weight = 1 / np.hypot(error_s[known], 0.1 * np.abs(grown_s[known]))
    shared, queued = (
        _misfit(np.array([of.get(each, 0.0) for each in names]) * weight, grown_s[known] * weight)
        for of in (demand_s, requests)
    )
    odds = float(np.exp(np.clip((shared - queued) / 2, -20, 20)))
    if odds <= DISCIPLINE_ODDS:
        says = "Visits wait by their own size, as where a processor is shared."
    else:
        says = (
            f"Small requests wait as long as large ones ({odds:.3g} times likelier than by size): first come, first "
            "served. Look for a queue with few threads in front of the work; until then trust throughput and "
            "utilisation, and p95 of small activities less."
        )
    return AssumptionTest(name=name, found=odds, limit=DISCIPLINE_ODDS, holds=odds <= DISCIPLINE_ODDS, says=says)


def _misfit(explains: Floats, grown: Floats) -> float:
    """Weighted squares that one factor on what explains leaves."""
    square = float(explains @ explains)
    factor = max(float(explains @ grown) / square, 0.0) if square > 0 else 0.0
    return float(np.sum((grown - factor * explains) ** 2))


def _trend(asked_s: Floats, end_s: Floats, span: Span) -> tuple[float, float]:
    """Probability that chance alone makes such a trend in the visits under way, and the trend's τ."""
    edges = np.linspace(span.start_s, span.end_s, _LOOKS + 1)
    moments_s = (edges[1:] + edges[:-1]) / 2
    under_way = np.searchsorted(asked_s, moments_s) - np.searchsorted(end_s, moments_s)
    if np.ptp(under_way) == 0:
        return 1.0, 0.0
    tau, probability = kendalltau(moments_s, under_way)
    return float(probability), float(tau)


def _unknown(name: str, limit: float, says: str) -> AssumptionTest:
    return AssumptionTest(name=name, found=None, limit=limit, holds=None, says=says)


def advice_of(tests: Sequence[AssumptionTest]) -> Iterator[str]:
    """What to do about those that do not hold."""
    return (test.says for test in tests if test.holds is False)
