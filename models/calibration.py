"""From measured levels to a fitted model.

Demands come from the utilisation law over many windows, from response times where the target shows no metrics, or from
both. What these can't tell, the shape of a visit at low load, is read off the lowest level: how a visit's cost is
spread over its requests, how much single visits differ, and how much time is spent where no station works.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firstbell.models.assumptions import (
    advice_of,
    collinearity_test,
    discipline_test,
    little_test,
    stationarity_test,
)
from firstbell.models.black_box import BlackBoxFit, MeasuredDemands, Plateaus, response_law
from firstbell.models.demand import DemandFit, Prior, utilisation_law
from firstbell.models.fitted_model import (
    ActivityModel,
    AssumptionTest,
    DemandsFrom,
    FitQuality,
    FittedModel,
    MeasuredLoad,
    MeasuredStream,
    RequestStep,
    ThreadPool,
)
from firstbell.models.load_dependence import growth_of
from firstbell.models.measurement import LevelMeasurement, Windows
from firstbell.models.prediction import MOST_REQUESTS, Predicted, Question, predict_all, question_at
from firstbell.models.problems import InputError
from firstbell.models.streams import Stream, measured_streams
from firstbell.models.visits import Samples, Visits
from firstbell.models.weighted_median import weighted_median

Floats = NDArray[np.float64]
FACTORS = 32
FEWEST_FOR_A_SHAPE = 40
PLATFORM = "platform"  # the only station of a black box
_MISFIT = 4.0
_FEWEST_WINDOWS = 5
_FEWEST_IN_ALL = 5  # visits of an activity, for a median of all levels
_AS_TOLD = 0.05
_SURE = 3.0  # standard errors; the think times of all streams vary about as much as exponential ones, or less
POWERS = (1.0, 0.75, 0.5, 0.25, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """All that a fit looks at. ``levels`` are those used for the fit, lowest first; held-out ones are not in here.

    ``mixes`` are plateaus with other mixes, for what response times tell. Where the target showed no metrics,
    ``windows`` have no stations and ``cores`` is None. ``streams`` are those to look for; ``told`` those whose
    times the generator was told and keeps.
    ``visited`` names the stations of each activity where the architecture is known; where it isn't, the data decide.
    """

    workload: str
    workload_hash: str
    pace: float
    samples: Samples
    visits: Visits
    levels: tuple[LevelMeasurement, ...]
    mixes: tuple[LevelMeasurement, ...]
    windows: Windows
    streams: tuple[Stream, ...]
    told: tuple[Stream, ...]
    pools: tuple[ThreadPool, ...]
    cores: float | None
    ledger_s: Mapping[tuple[str, str], float]
    visited: Mapping[str, tuple[str, ...]]
    held_out: tuple[int, ...]

    @cached_property
    def answered_at_lowest(self) -> NDArray[np.intp]:
        """Places in ``samples`` of the requests at the lowest level that went well."""
        return np.flatnonzero(np.isin(self.samples.level, self.levels[0].indices) & ~self.samples.failed)

    @cached_property
    def visits_at_lowest(self) -> Visits:
        """The visits at the lowest level that went well."""
        return self._answered_at(self.levels[:1])

    def medians_s(self) -> dict[str, float]:
        """Median response time by activity, of all levels and mixes together; only of visits that went well."""
        answered = self._answered_at((*self.levels, *self.mixes))
        each = {name: answered.of_activity(name).response_s for name in answered.activities}
        return {name: float(np.median(found_s)) for name, found_s in each.items() if len(found_s) >= _FEWEST_IN_ALL}

    def _answered_at(self, levels: Sequence[LevelMeasurement]) -> Visits:
        indices = [index for level in levels for index in level.indices]
        return self.visits.where(np.isin(self.visits.level, indices) & ~self.visits.failed)


def fit(
    evidence: Evidence,
    *,
    demands_from: DemandsFrom | None = None,
    draws: int = 100,
    seed: int = 1,
    simulated_s: float = 300.0,
    most_requests: float = MOST_REQUESTS,
) -> FittedModel:
    """Fit a model; raise InputError where the record can't tell the demands.

    Demands come from the target's ``metrics`` (the utilisation law), from ``responses`` (the black box) or from
    ``both``; None takes metrics where there are any. Latencies and the shapes of visits are found with simulations of
    each level, ``simulated_s`` long or ``most_requests``, whichever is less.
    """
    if not evidence.levels:
        remedy = "Let the run go on until its first level is over, or hold out fewer levels"
        raise InputError.single(source="record", what="no level was measured whole", remedy=remedy)
    found = _found(evidence, demands_from, draws, seed)
    streams = _streams(evidence)
    _refuse_unseen(streams, evidence.windows.activities)
    bare = FittedModel(
        workload=evidence.workload,
        workload_hash=evidence.workload_hash,
        stations=found.stations,
        background=found.background,
        coldness=found.coldness,
        coldness_draws=found.coldness_draws,
        cores=found.cores,
        pools=found.pools,
        activities=tuple(_activity(evidence, found, index) for index in range(len(evidence.windows.activities))),
        streams=tuple(MeasuredStream.of(stream) for stream in streams),
        pace=evidence.pace,
        quality=_quality(evidence, found),
    )
    loads = tuple(_load(evidence, bare, level) for level in evidence.levels)
    bare = bare.model_copy(update={"loads": loads, "growth": growth_of(loads)})
    look = _Look(levels=evidence.levels, simulated_s=simulated_s, most_requests=most_requests, seed=seed)
    timed = bare if found.demands_from == "responses" else _with_latencies(bare, look, evidence.medians_s())
    return _with_shapes(timed, look)


def _refuse_unseen(streams: Iterable[Stream], seen: Sequence[str]) -> None:
    """Of what learners do one after the other all must have been seen, or the rest of it can't be placed."""
    for stream in streams:
        unseen = [name for name, part in stream.mix().items() if part > 0 and name not in seen]
        if unseen:
            begun = ", ".join(name for name in stream.mix() if name in seen)
            what = f"learners are told to do {unseen[0]} after {begun}, and nobody did in what was measured"
            remedy = "Measure longer, or more learners"
            raise InputError.single(source="record", key=f"activities.{unseen[0]}", what=what, remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """The levels of the fit, and how they are simulated to be compared with."""

    levels: tuple[LevelMeasurement, ...]
    simulated_s: float
    most_requests: float
    seed: int

    def all_predicted(self, models: Sequence[FittedModel]) -> list[list[Predicted]]:
        """What each model makes of each level."""
        asked = [(model, self._question(model, level), level.spans) for model in models for level in self.levels]
        found = iter(predict_all(asked))
        return [[next(found) for _ in self.levels] for _ in models]

    def _question(self, model: FittedModel, level: LevelMeasurement) -> Question:
        return question_at(model, level, most_s=self.simulated_s, seed=self.seed, most_requests=self.most_requests)


def _demands(evidence: Evidence, cores: float, draws: int, seed: int) -> list[DemandFit]:
    """A fit for each station. How idle the cores were is itself noisy, so a first fit says it for the second."""
    windows = evidence.windows
    used = windows.cores.sum(axis=1)
    explained = np.clip(used - utilisation_law(windows.visits_per_s, used, draws=1).residual, 0, cores)
    idle = 1 - explained / cores
    return [
        utilisation_law(
            windows.visits_per_s,
            busy,
            prior=_prior(evidence, station, idle),
            draws=draws,
            seed=seed,
            source=f"demands at {station}",
        )
        for station, busy in zip(windows.stations, windows.cores.T, strict=True)
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
    """Demands wherever they come from: ``demand_s`` and both ends of its interval (stations, activities), ``draws_s``
    (draws, stations, activities), ``latency_s`` (activities,)."""

    demands_from: DemandsFrom
    stations: tuple[str, ...]
    demand_s: Floats
    low_s: Floats
    high_s: Floats
    draws_s: Floats
    latency_s: Floats
    background: tuple[float, ...]
    coldness: tuple[float, ...]
    coldness_draws: tuple[tuple[float, ...], ...]
    cores: float
    pools: tuple[ThreadPool, ...]
    inflation: dict[str, float]
    condition_number: float
    r_squared: dict[str, float]
    advice: tuple[str, ...]


def _found(evidence: Evidence, demands_from: DemandsFrom | None, draws: int, seed: int) -> _Found:
    if demands_from is None:
        demands_from = "metrics" if evidence.cores is not None else "responses"
    if demands_from == "responses":
        return _from_responses(evidence, draws, seed)
    if evidence.cores is None:
        what = "the record has no metrics of the target"
        remedy = "Fit it with --demands responses, or load a target that shows /metrics"
        raise InputError.single(source="record", what=what, remedy=remedy)
    metrics = _from_metrics(evidence, evidence.cores, draws, seed)
    return metrics if demands_from == "metrics" else _from_both(evidence, metrics, draws, seed)


def _from_metrics(evidence: Evidence, cores: float, draws: int, seed: int) -> _Found:
    fits = _demands(evidence, cores, draws, seed)
    windows = evidence.windows
    low_s, high_s = np.moveaxis(np.array([fit.interval_s() for fit in fits]), 1, 0)
    return _Found(
        demands_from="metrics",
        stations=windows.stations,
        demand_s=np.array([fit.demand_s for fit in fits]),
        low_s=low_s,
        high_s=high_s,
        draws_s=np.stack([fit.draws_s for fit in fits], axis=1),
        latency_s=np.zeros(len(windows.activities)),
        background=tuple(fit.background for fit in fits),
        coldness=tuple(fit.coldness for fit in fits),
        coldness_draws=tuple(zip(*(fit.coldness_draws.tolist() for fit in fits), strict=True)),
        cores=cores,
        pools=evidence.pools,
        inflation=dict(zip(windows.activities, fits[0].inflation.tolist(), strict=True)),
        condition_number=fits[0].condition_number,
        r_squared={
            station: fit.r_squared
            for station, fit in zip(windows.stations, fits, strict=True)
            if fit.r_squared is not None
        },
        advice=(),
    )


def _from_responses(evidence: Evidence, draws: int, seed: int) -> _Found:
    """The black box: one station, the platform, of which nobody can say what is inside."""
    box = response_law(_plateaus(evidence), draws=draws, seed=seed)
    low_s, high_s = np.quantile(box.draws_s, [0.025, 0.975], axis=0)
    return _Found(
        demands_from="responses",
        stations=(PLATFORM,),
        demand_s=box.demand_s[None],
        low_s=np.minimum(low_s, box.demand_s)[None],
        high_s=np.maximum(high_s, box.demand_s)[None],
        draws_s=box.draws_s[:, None],
        latency_s=box.delay_s,
        background=(0.0,),
        coldness=(0.0,),
        coldness_draws=((0.0,),) * draws,
        cores=float(box.servers),
        pools=(ThreadPool(stations=(PLATFORM,), replicas=1, threads=10_000),),
        inflation={},
        condition_number=box.condition_number,
        r_squared={},
        advice=tuple(_box_advice(box)),
    )


def _from_both(evidence: Evidence, metrics: _Found, draws: int, seed: int) -> _Found:
    """The metrics' demands moved by what response times say, each counting by how sure it is.

    Response times tell an activity's demand at all stations together; it is shared out as the metrics say.
    """
    together = MeasuredDemands(demand_s=metrics.demand_s.sum(axis=0), draws_s=metrics.draws_s.sum(axis=1))
    cores = max(round(metrics.cores), 1)
    box = response_law(_plateaus(evidence), servers=cores, measured=together, draws=len(metrics.draws_s), seed=seed)
    factor = box.demand_s / np.maximum(together.demand_s, 1e-12)
    drawn = box.draws_s / np.maximum(together.demand_s, 1e-12)
    return replace(
        metrics,
        demands_from="both",
        demand_s=metrics.demand_s * factor,
        low_s=metrics.demand_s * np.quantile(drawn, 0.025, axis=0),
        high_s=metrics.demand_s * np.quantile(drawn, 0.975, axis=0),
        draws_s=metrics.demand_s * drawn[:, None],
        advice=tuple(_box_advice(box, metrics=True)),
    )


def _plateaus(evidence: Evidence) -> Plateaus:
    return Plateaus.of(evidence.windows.activities, (*evidence.levels, *evidence.mixes), evidence.visits)


def _box_advice(box: BlackBoxFit, *, metrics: bool = False) -> Iterator[str]:
    if not metrics:
        yield (
            "Demands were fitted to response times alone: they are those of whatever is contended, with "
            f"{box.servers} {'server' if box.servers == 1 else 'servers'}. Which station it is can't be told without "
            "metrics, nor what lies at stations that are never busy."
        )
    if box.doubtful:
        yield (
            f"Response times can't tell the demands of {', '.join(box.doubtful)} from a delay that no load changes. "
            "Measure higher levels, or show /metrics."
        )
    if box.misfit > _MISFIT:
        yield (
            f"A network of queues misses the response times by {box.misfit**0.5:.1f} times their errors: something "
            "else than waiting for a processor lengthens them. Its intervals were widened by as much."
        )


def _load(evidence: Evidence, model: FittedModel, level: LevelMeasurement) -> MeasuredLoad:
    """What was asked and answered at a level, and how much more processor time it took than the demands explain."""
    offered = sum(
        stream.stream().visits_per_s(level.learners) * part * model.activity(name).requests_per_visit
        for stream in model.streams
        for name, part in stream.stream().mix().items()
    )
    ratio, error = _cores_ratio(evidence, model, level)
    return MeasuredLoad(
        learners=level.learners,
        offered_per_s=offered,
        answered_per_s=level.requests_per_s,
        cores_ratio=ratio,
        ratio_error=error,
    )


def _cores_ratio(
    evidence: Evidence, model: FittedModel, level: LevelMeasurement
) -> tuple[float, float] | tuple[None, None]:
    """Processor time used over explained in the windows of a level, with its standard error; None without metrics."""
    windows = evidence.windows
    mine = np.zeros(len(windows.start_s), dtype=bool)
    for span in level.spans:
        mine |= (windows.start_s >= span.start_s) & (windows.end_s <= span.end_s)
    if not windows.stations or mine.sum() < _FEWEST_WINDOWS:
        return None, None
    lit = model.at_utilization(level.utilization)
    cost_s = np.array([lit.activity(name).total_demand_s for name in windows.activities])
    explained = windows.visits_per_s[mine] @ cost_s + sum(model.background)
    missed = windows.cores[mine].sum(axis=1) - explained
    mean = float(explained.mean())
    return 1 + float(missed.mean()) / mean, float(missed.std(ddof=1)) / mean / float(mine.sum()) ** 0.5


def _prior(evidence: Evidence, station: str, idle: Floats) -> Prior:
    """Requests a visit, the response time at the lowest level that saw the activity, and who comes here at all."""
    requests, most_s, comes = [], [], []
    for name in evidence.windows.activities:
        seen = [level.activities[name] for level in evidence.levels if name in level.activities]
        times = [found.responses.mean_s for found in seen if found.responses.mean_s is not None]
        requests.append(_requests_per_visit(evidence, name))
        most_s.append(times[0] if times else 1.0)
        comes.append(station in evidence.visited[name] if name in evidence.visited else None)
    return Prior(requests_per_visit=np.array(requests), most_s=np.array(most_s), idle=idle, comes=tuple(comes))


def _activity(evidence: Evidence, found: _Found, index: int) -> ActivityModel:
    name = evidence.windows.activities[index]
    seen = [level.activities[name] for level in evidence.levels if name in level.activities]
    weights = [level.visits for level in seen]
    requests = float(np.average([level.requests_per_visit for level in seen], weights=weights)) if sum(weights) else 1.0
    received = float(np.average([level.bytes_per_visit for level in seen], weights=weights)) if sum(weights) else 0.0
    return ActivityModel(
        name=name,
        demand_s=tuple(found.demand_s[:, index].tolist()),
        draws_s=tuple(tuple(row) for row in found.draws_s[:, :, index].tolist()),
        intervals_s=tuple(zip(found.low_s[:, index].tolist(), found.high_s[:, index].tolist(), strict=True)),
        requests_per_visit=requests,
        bytes_per_visit=received,
        steps=_steps(evidence, name, requests),
        factors=_factors(evidence, name),
        latency_s=float(found.latency_s[index]),
        visits_seen=sum(weights),
        ledger_s=tuple(evidence.ledger_s.get((name, station)) for station in found.stations),
    )


def _steps(evidence: Evidence, activity: str, requests: float) -> tuple[RequestStep, ...]:
    """Whole requests in place of the mean counts: kinds that come less than every other time fall to the others."""
    samples = evidence.samples
    if activity not in samples.activities:
        return (RequestStep(name=activity, count=1, share=1.0),)
    low = evidence.answered_at_lowest
    mine = low[samples.activity[low] == samples.activities.index(activity)]
    visits = max(len(mine) / requests, 1.0)
    platform_s = samples.platform_s
    found = []
    for code in np.unique(samples.step[mine]):
        its_own = mine[samples.step[mine] == code]
        duration_s = platform_s[its_own]
        count = round(len(duration_s) / visits)
        if count:
            found.append((samples.steps[int(code)], count, float(np.sum(duration_s))))
    total = sum(duration_s for _, _, duration_s in found)
    if not found or total <= 0:
        return (RequestStep(name=activity, count=max(round(requests), 1), share=1.0),)
    return tuple(RequestStep(name=name, count=count, share=part / total) for name, count, part in found)


def _factors(evidence: Evidence, activity: str) -> tuple[float, ...]:
    """Equally probable multiples of the mean, from the response times of the lowest level."""
    response_s = evidence.visits_at_lowest.of_activity(activity).response_s
    if len(response_s) < FEWEST_FOR_A_SHAPE:
        return (1.0,) * 2
    quantiles = np.quantile(response_s, (np.arange(FACTORS) + 0.5) / FACTORS)
    return tuple(float(factor) for factor in quantiles / quantiles.mean())


def _streams(evidence: Evidence) -> tuple[Stream, ...]:
    """The streams of the fit levels, their times averaged with the visits seen as weights.

    Where what was seen agrees with what the learners were told, that is the better estimate of the two.
    """
    found: dict[str, list[tuple[Stream, float]]] = {}
    for level in evidence.levels:
        seen = measured_streams(
            evidence.streams,
            learners=level.learners,
            throughput_per_s=level.throughput_per_s(),
            response_s=level.mean_response_s(),
        )
        for stream in seen:
            weight = stream.visits_per_cycle * level.hold_s
            found.setdefault(stream.name, []).append((stream, weight))
    told = {stream.name: stream for stream in evidence.told}
    return tuple(_settled(_averaged(parts), told.get(name), parts) for name, parts in found.items())


def _settled(seen: Stream, told: Stream | None, parts: Sequence[tuple[Stream, float]]) -> Stream:
    visits = sum(weight for _, weight in parts)
    return told if told is not None and _agrees(seen, told, visits) else seen


def _agrees(seen: Stream, told: Stream, visits: float) -> bool:
    """Whether a mean think time, seen in so many visits, can be the told one."""
    return abs(seen.time_s / told.time_s - 1) <= max(_AS_TOLD, _SURE / math.sqrt(max(visits, 1.0)))


def _averaged(parts: Sequence[tuple[Stream, float]]) -> Stream:
    streams, weights = [stream for stream, _ in parts], [weight for _, weight in parts]
    total_s = sum(weights)
    activities = {activity for stream in streams for activity in stream.visits}
    first = streams[0]
    return Stream(
        name=first.name,
        share=first.share,
        visits={a: sum(s.visits[a] / s.visits_per_cycle * w for s, w in parts) / total_s for a in sorted(activities)},
        pacing=first.pacing,
        time_s=float(np.average([stream.time_s for stream in streams], weights=weights)),
        follows=first.follows,
    )


def _with_latencies(model: FittedModel, look: _Look, medians_s: Mapping[str, float]) -> FittedModel:
    """Give each activity the time that its stations do not explain: the median of all levels, weighted by its visits.

    Of medians: neither a few visits that fell into somebody's burst nor a level at which sign-ins were still queueing
    from before must pass for the wire's latency. ``medians_s``, of all levels together, stand for an activity that is
    too rare to have one at any.
    """
    told = {name for level in look.levels for name, seen in level.activities.items() if seen.responses.p50 is not None}
    unexplained_s: dict[str, list[tuple[float, int]]] = {}
    (predicted,) = look.all_predicted([model])
    for level, found in zip(look.levels, predicted, strict=True):
        for name, seen in level.activities.items():
            measured_s = seen.responses.p50_s if name in told else medians_s.get(name)
            if measured_s is not None and name in found.p50_s:
                unexplained_s.setdefault(name, []).append((measured_s - found.p50_s[name], seen.visits))
    latencies_s = {name: max(_middle(parts), 0.0) for name, parts in unexplained_s.items()}
    activities = [a.model_copy(update={"latency_s": latencies_s.get(a.name, 0.0)}) for a in model.activities]
    return model.model_copy(update={"activities": tuple(activities)})


def _middle(weighted: Sequence[tuple[float, int]]) -> float:
    values, weights = np.array(weighted, dtype=float).T[:, None]
    return float(weighted_median(values, weights)[0])


def _with_shapes(model: FittedModel, look: _Look) -> FittedModel:
    """Give each activity the variability that explains its p95 at the levels of the fit.

    The response times that the factors were read from had some waiting in them already, which the simulation adds
    once more: so each table is flattened by the power, between 0 and 1, that fits best.
    """
    misfits: dict[str, dict[float, float]] = {}
    names = [activity.name for activity in model.activities]
    tried = [_flattened(model, dict.fromkeys(names, power)) for power in POWERS]
    for power, predicted in zip(POWERS, look.all_predicted(tried), strict=True):
        for found, level in zip(predicted, look.levels, strict=True):
            for name, misfit in _misfits(found, level).items():
                by_power = misfits.setdefault(name, dict.fromkeys(POWERS, 0.0))
                by_power[power] += misfit
    best = {name: min(by_power, key=by_power.__getitem__) for name, by_power in misfits.items()}
    return _flattened(model, best)


def _flattened(model: FittedModel, powers: Mapping[str, float]) -> FittedModel:
    activities = []
    for activity in model.activities:
        raised = np.array(activity.factors) ** powers.get(activity.name, 1.0)
        activities.append(activity.model_copy(update={"factors": tuple((raised / raised.mean()).tolist())}))
    return model.model_copy(update={"activities": tuple(activities)})


def _misfits(predicted: Predicted, level: LevelMeasurement) -> dict[str, float]:
    """Squared log error of each activity's p95 at a level, weighted by the visits behind it."""
    found = {}
    for name, activity in level.activities.items():
        measured = activity.responses.p95_s
        if measured is not None and name in predicted.p95_s:
            found[name] = activity.visits * float(np.log(predicted.p95_s[name] / measured)) ** 2
    return found


def _quality(evidence: Evidence, found: _Found) -> FitQuality:
    windows = evidence.windows
    learners = [level.learners for level in evidence.levels]
    utilization = np.array([_utilization(level, evidence, found) for level in evidence.levels])
    tests = tuple(_assumptions(evidence, found, utilization))
    advice = [*found.advice, *advice_of(tests)]
    if utilization.max() < 0.3:
        advice.append("No level used more than 30 % of the machine: measure higher levels before you trust a forecast.")
    return FitQuality(
        demands_from=found.demands_from,
        windows=len(windows.start_s),
        window_s=float(np.mean(windows.end_s - windows.start_s)),
        condition_number=found.condition_number if np.isfinite(found.condition_number) else None,
        inflation={name: min(factor, 1e9) for name, factor in found.inflation.items()},
        r_squared=found.r_squared,
        lowest_learners=min(learners),
        highest_learners=max(learners),
        highest_utilization=float(utilization.max()),
        held_out=evidence.held_out,
        assumptions=tests,
        advice=tuple(advice),
    )


def _assumptions(evidence: Evidence, found: _Found, utilization: Floats) -> Iterator[AssumptionTest]:
    activities = evidence.windows.activities
    yield little_test(evidence.levels, evidence.told)
    yield stationarity_test(evidence.levels, evidence.visits)
    yield collinearity_test(evidence.windows.visits_per_s, found.inflation)
    yield discipline_test(
        Plateaus.of(activities, evidence.levels, evidence.visits),
        demand_s=dict(zip(activities, found.demand_s.sum(axis=0).tolist(), strict=True)),
        requests={name: _requests_per_visit(evidence, name) for name in activities},
        utilization=utilization,
    )


def _requests_per_visit(evidence: Evidence, name: str) -> float:
    """As at the lowest level that saw the activity."""
    seen = [level.activities[name] for level in evidence.levels if name in level.activities]
    return seen[0].requests_per_visit if seen else 1.0


def _utilization(level: LevelMeasurement, evidence: Evidence, found: _Found) -> float:
    """As measured; where nobody measured it, as the demands say."""
    if np.isfinite(level.utilization):
        return level.utilization
    demand_s = dict(zip(evidence.windows.activities, found.demand_s.sum(axis=0).tolist(), strict=True))
    return float(sum(rate * demand_s[name] for name, rate in level.throughput_per_s().items()) / found.cores)
