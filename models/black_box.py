"""Demands from response times alone, for a platform that shows no metrics.

A queueing network is fitted to the mean response times of all plateaus: every activity has a demand at one contended
resource, where it waits the longer the busier it is, and a delay, which no load changes. The network is solved by the
project's own mean value analysis; throughputs follow from response times by Little's law. What a visit needs at a place
that is never busy can't be told from a delay, nor which of several places it is that is contended: that takes metrics.

Least squares weighted by the error of each mean (batch means; Law 2015, § 9.5.3), as in Kumar, Tantawi & Zhang 2009.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, nnls

from firstbell.models.measurement import LevelMeasurement
from firstbell.models.networks.approximate import aql, bard_schweitzer
from firstbell.models.networks.closed import ClosedAnswer, ClosedModel
from firstbell.models.problems import InputError
from firstbell.models.visits import Visits

Floats = NDArray[np.float64]

SERVERS = (1, 2, 4, 8, 16)
STARTS = (0.15, 0.5, 0.9)  # the part of the response time at the lowest load that is taken for demand at first
QUICK_STEPS, RIGHT_STEPS = 25, 5
BATCHES = 12
FEWEST = 24
_LEAST_ERROR = 0.005  # relative: clocks and networks are no better
_HARDLY = 1.0  # width of the interval over the demand, from which on it can't be told from a delay


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredDemands:
    """What metrics say: demands (activities,), all stations together, with bootstrap draws (draws, activities)."""

    demand_s: Floats
    draws_s: Floats

    def where(self, mask: NDArray[np.bool_]) -> "MeasuredDemands":
        """Of the activities that the mask picks."""
        return MeasuredDemands(demand_s=self.demand_s[mask], draws_s=self.draws_s[:, mask])


@dataclass(frozen=True, kw_only=True, eq=False)
class Plateaus:
    """Mean response times and throughputs by plateau and activity (plateaus, activities), NaN and 0 where not seen.

    ``error_s`` is the standard error of each mean, ``cycle_s`` the mean time from one visit of a learner to the next,
    ``overall_s`` (activities,) the mean response time of all plateaus together, NaN where nothing was answered.
    """

    activities: tuple[str, ...]
    throughput_per_s: Floats
    response_s: Floats
    error_s: Floats
    cycle_s: Floats
    overall_s: Floats

    def where(self, mask: NDArray[np.bool_]) -> "Plateaus":
        """The same of the activities that the mask picks."""
        return Plateaus(
            activities=tuple(name for name, picked in zip(self.activities, mask, strict=True) if picked),
            throughput_per_s=self.throughput_per_s[:, mask],
            response_s=self.response_s[:, mask],
            error_s=self.error_s[:, mask],
            cycle_s=self.cycle_s[:, mask],
            overall_s=self.overall_s[mask],
        )

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which means are known well enough to be fitted to."""
        return np.isfinite(self.response_s)

    @classmethod
    def of(cls, activities: Sequence[str], levels: Sequence[LevelMeasurement], visits: Visits) -> "Plateaus":
        """Measure the means of all levels, with errors from batches of equal length."""
        shape = (len(levels), len(activities))
        rates, means, errors = np.zeros(shape), np.full(shape, np.nan), np.full(shape, np.nan)
        for column, name in enumerate(activities):
            its_own = visits.of_activity(name)
            for row, level in enumerate(levels):
                if name in level.activities:
                    rates[row, column] = level.activities[name].throughput_per_s
                    means[row, column], errors[row, column] = _mean_with_error(its_own, level)
        learners = np.array([[float(level.learners)] for level in levels])
        # Of all learners, so many visits a second each: whoever does other things between them is away as in thought.
        cycle_s = np.divide(learners, rates, out=np.full(shape, np.nan), where=rates > 0)
        return cls(
            activities=tuple(activities), throughput_per_s=rates, response_s=means, error_s=errors, cycle_s=cycle_s,
            overall_s=np.array([_overall_s(name, levels) for name in activities]),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class BlackBoxFit:
    """``demand_s`` and ``delay_s`` (activities,) with draws (draws, activities), in CPU seconds at ``servers`` servers.

    ``doubtful`` names the activities whose demand can't be told from a delay: only the sum of both is sure.
    ``throughput_error`` is the largest relative error of a plateau's whole throughput, ``misfit`` the squared errors in
    units of their expectation: near 1 where the network describes the platform.
    """

    activities: tuple[str, ...]
    servers: int
    demand_s: Floats
    delay_s: Floats
    draws_s: Floats
    condition_number: float
    misfit: float
    throughput_error: float
    doubtful: tuple[str, ...]


def response_law(
    plateaus: Plateaus,
    *,
    servers: int | None = None,
    measured: MeasuredDemands | None = None,
    draws: int = 200,
    seed: int = 1,
) -> BlackBoxFit:
    """Fit demands and delays to the response times; ``servers`` None: as many as explain them best.

    With ``measured`` demands, these count as further observations, as sure as their draws say. Raises InputError where
    there are fewer observations than unknowns, or where no load made a difference.

    An activity that no plateau saw often enough has the demand that was measured, or none: its response time is then a
    delay, and it is doubtful.
    """
    often = np.asarray(plateaus.seen.any(axis=0))
    if not often.all():
        part = None if measured is None else measured.where(often)
        found = response_law(plateaus.where(often), servers=servers, measured=part, draws=draws, seed=seed)
        return _with_rare(found, plateaus, often, measured)
    _check(plateaus, measured)
    tried = [_fitted(plateaus, count, measured) for count in (SERVERS if servers is None else (servers,))]
    best = min(tried, key=lambda found: found.misfit)
    return best.described(draws, np.random.default_rng(seed))


def _check(plateaus: Plateaus, measured: MeasuredDemands | None) -> None:
    observations = int(plateaus.seen.sum()) + (0 if measured is None else len(measured.demand_s))
    unknowns = 2 * len(plateaus.activities)
    if observations < max(unknowns, 1):
        what = f"{observations} mean response times can't tell {unknowns} demands and delays apart"
        raise InputError.single(source="response times", what=what, remedy="Measure more levels, or for longer")
    whole = plateaus.throughput_per_s.sum(axis=1)
    if np.ptp(whole) < 0.05 * whole.max():
        what = "the plateaus differ by less than 5 % in their throughput"
        remedy = "Measure several levels, the highest near saturation"
        raise InputError.single(source="response times", what=what, remedy=remedy)


def _with_rare(
    found: BlackBoxFit, plateaus: Plateaus, often: NDArray[np.bool_], measured: MeasuredDemands | None
) -> BlackBoxFit:
    """The fit with the activities that it has left out."""
    demand_s, delay_s = np.zeros(len(often)), np.nan_to_num(plateaus.overall_s)
    draws_s = np.zeros((len(found.draws_s), len(often)))
    if measured is not None:
        demand_s, draws_s = measured.demand_s.copy(), measured.draws_s[: len(draws_s)].copy()
        delay_s = np.maximum(delay_s - demand_s, 0.0)
    demand_s[often], delay_s[often], draws_s[:, often] = found.demand_s, found.delay_s, found.draws_s
    rare = () if measured is not None else tuple(n for n, o in zip(plateaus.activities, often, strict=True) if not o)
    return replace(
        found,
        activities=plateaus.activities,
        demand_s=demand_s,
        delay_s=delay_s,
        draws_s=draws_s,
        doubtful=(*found.doubtful, *rare),
    )


def _overall_s(activity: str, levels: Sequence[LevelMeasurement]) -> float:
    """Mean over the visits that were answered at all levels; NaN where none was."""
    seen = [level.activities[activity] for level in levels if activity in level.activities]
    told = [(each.responses.mean_s, each.visits - each.errors) for each in seen if each.responses.mean_s is not None]
    answered = sum(count for _, count in told)
    return sum(mean_s * count for mean_s, count in told) / answered if answered else float("nan")


def _mean_with_error(visits: Visits, level: LevelMeasurement) -> tuple[float, float]:
    """Mean response time and its standard error from batch means; NaN where there are too few visits."""
    sums, counts = [], []
    for span in level.spans:
        edges = np.linspace(span.start_s, span.end_s, max(BATCHES // len(level.spans), 2) + 1)
        inside = (visits.end_s >= span.start_s) & (visits.end_s < span.end_s) & ~visits.failed
        batch = np.searchsorted(edges, visits.end_s[inside], side="right") - 1
        sums.append(np.bincount(batch, visits.response_s[inside], minlength=len(edges) - 1)[: len(edges) - 1])
        counts.append(np.bincount(batch, minlength=len(edges) - 1)[: len(edges) - 1])
    total, count = np.concatenate(sums), np.concatenate(counts)
    if count.sum() < FEWEST:
        return np.nan, np.nan
    mean = float(total.sum() / count.sum())
    spread = np.sum((total - mean * count) ** 2) * len(count) / (len(count) - 1)
    return mean, max(float(np.sqrt(spread)) / float(count.sum()), _LEAST_ERROR * mean)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fitted:
    """Least squares at one number of servers: ``values`` (2 × activities,), their slopes, and what is left over."""

    plateaus: Plateaus
    servers: int
    values: Floats
    slopes: Floats
    residual: Floats

    @property
    def misfit(self) -> float:
        return float(self.residual @ self.residual) / max(len(self.residual) - len(self.values), 1)

    def described(self, draws: int, rng: np.random.Generator) -> BlackBoxFit:
        """Draws by refitting the linearised network to other noise, as large as the misfit says, none negative.

        Activities of one plateau wait in the same queue, so their noise is one.
        """
        classes = len(self.plateaus.activities)
        stretch = max(self.misfit, 1.0) ** 0.5
        plateau = np.nonzero(self.plateaus.seen)[0]
        shared = rng.standard_normal((draws, len(self.plateaus.seen)))[:, plateau]
        alone = rng.standard_normal((draws, len(self.residual) - len(plateau)))
        noise = np.hstack([shared, alone]) * stretch
        target = self.slopes @ self.values
        drawn = np.array([nnls(self.slopes, target + row)[0] for row in noise]).reshape(draws, -1)
        demand_s = self.values[:classes]
        width_s = np.ptp(np.quantile(drawn[:, :classes], [0.025, 0.975], axis=0), axis=0)
        names = self.plateaus.activities
        return BlackBoxFit(
            activities=names,
            servers=self.servers,
            demand_s=demand_s,
            delay_s=self.values[classes:],
            draws_s=drawn[:, :classes],
            condition_number=float(np.linalg.cond(self.slopes / np.linalg.norm(self.slopes, axis=0).clip(1e-300))),
            misfit=self.misfit,
            throughput_error=_throughput_error(self.plateaus, self.values, self.servers),
            doubtful=tuple(n for n, d, w in zip(names, demand_s, width_s, strict=True) if w > _HARDLY * max(d, 1e-12)),
        )


def _fitted(plateaus: Plateaus, servers: int, measured: MeasuredDemands | None) -> _Fitted:
    """From several starts by Bard–Schweitzer, which is quick; the best of them then by AQL, which is right.

    At 80 % utilisation with some hundred learners the first was 6 % high against the simulator, the second 2 %.
    """
    lowest_s = _lowest_response_s(plateaus)
    demands = [np.full(len(lowest_s), part) for part in STARTS]
    if measured is not None:
        demands.append(measured.demand_s / lowest_s)
    quick = _Misses(plateaus=plateaus, servers=servers, measured=measured, method=bard_schweitzer)
    found = []
    for demand in demands:
        # From within the platform's capacity, or the first step already leads nowhere.
        within = demand * min(1.0, 0.8 * servers / float(np.max(plateaus.throughput_per_s @ (demand * lowest_s))))
        start = np.append(within, np.maximum(1 - within, 0.01)).clip(1e-6)
        found.append(least_squares(quick.of, start, bounds=(0, np.inf), max_nfev=QUICK_STEPS))
    best = min(found, key=lambda each: float(each.cost))
    right = least_squares(replace(quick, method=aql).of, best.x, bounds=(0, np.inf), max_nfev=RIGHT_STEPS)
    scale = np.tile(lowest_s, 2)
    slopes = np.asarray(right.jac, dtype=float) / scale
    return _Fitted(plateaus=plateaus, servers=servers, values=right.x * scale, slopes=slopes, residual=right.fun)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Misses:
    """How far a network is from what was measured, in units of the errors."""

    plateaus: Plateaus
    servers: int
    measured: MeasuredDemands | None
    method: Callable[[ClosedModel], ClosedAnswer]

    def of(self, relative: Floats) -> Floats:
        """(observations,) from demands and delays (2 × activities,) relative to the shortest response times."""
        values = relative * np.tile(_lowest_response_s(self.plateaus), 2)
        predicted_s = _responses_s(self.plateaus, values, self.servers, self.method)[0]
        misses = ((predicted_s - self.plateaus.response_s) / self.plateaus.error_s)[self.plateaus.seen]
        if self.measured is None:
            return np.asarray(misses)
        moved_s = values[: len(self.measured.demand_s)] - self.measured.demand_s
        return np.append(misses, _whitening(self.measured) @ moved_s)


def _whitening(measured: MeasuredDemands) -> Floats:
    """The matrix that makes the measured demands' errors independent and of size 1."""
    covariance = np.atleast_2d(np.cov(measured.draws_s, rowvar=False))
    floor_s = np.diag((_LEAST_ERROR * measured.demand_s + 1e-7) ** 2)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance + floor_s)))


def _lowest_response_s(plateaus: Plateaus) -> Floats:
    """(activities,) the shortest mean: what is longer elsewhere is waiting."""
    shortest = np.nanmin(np.where(plateaus.seen.any(axis=0), plateaus.response_s, 1.0), axis=0)
    return np.asarray(np.maximum(shortest, 1e-6))


def _responses_s(
    plateaus: Plateaus, values: Floats, servers: int, method: Callable[[ClosedModel], ClosedAnswer]
) -> tuple[Floats, Floats]:
    """Response times and throughputs (plateaus, activities) of the network with these demands and delays."""
    demand_s, delay_s = np.split(values, 2)
    rates = np.arange(1.0, servers + 1.0)
    response_s = np.zeros(plateaus.response_s.shape)
    throughput_per_s = np.zeros(plateaus.response_s.shape)
    for row, seen in enumerate(plateaus.seen):
        # Times away are those measured: the cycle less the response.
        away_s = np.maximum((plateaus.cycle_s - plateaus.response_s)[row, seen], 0.0)
        model = ClosedModel(
            populations=(plateaus.throughput_per_s * plateaus.cycle_s)[row, seen],
            delay_s=away_s + delay_s[seen],
            demand_s=np.maximum(demand_s[seen], 1e-12)[None, :],
            servers=np.array([float(servers)]),
            own_rates=(rates,),
            open_load=np.zeros(1),
            load_dependent=(False,),
            first_come=(False,),
            scv=np.ones(1),
            open_rate=np.zeros(1),
            open_squares=np.zeros(1),
        )
        answer = method(model)
        response_s[row, seen] = answer.residence_s[0] + delay_s[seen]
        throughput_per_s[row, seen] = answer.throughput_per_s
    return response_s, throughput_per_s


def _throughput_error(plateaus: Plateaus, values: Floats, servers: int) -> float:
    predicted = _responses_s(plateaus, values, servers, aql)[1].sum(axis=1)
    measured = np.where(plateaus.seen, plateaus.throughput_per_s, 0.0).sum(axis=1)
    return float(np.max(np.abs(predicted / measured - 1)))
