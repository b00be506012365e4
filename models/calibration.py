"""From measured levels to a fitted model.

Demands come from the utilisation law over many windows. What the law can't tell, the shape of a visit at low load, is
read off the lowest level: how a visit's cost is spread over its requests, how much single visits differ, and how much
time is spent where no station works.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstbell.models.demand import DemandFit, Prior, utilisation_law
from firstbell.models.fitted_model import (
    ActivityModel,
    FitQuality,
    FittedModel,
    MeasuredStream,
    RequestStep,
    ThreadPool,
)
from firstbell.models.measurement import LevelMeasurement, Windows
from firstbell.models.prediction import Predicted, Question, measured_machine, predict_looks
from firstbell.models.problems import InputError
from firstbell.models.streams import Stream, measured_streams
from firstbell.models.visits import Samples, Visits

Floats = NDArray[np.float64]
FACTORS = 32
FEWEST_FOR_A_SHAPE = 40
_AS_TOLD = 0.05
_SURE = 3.0  # standard errors; the think times of all streams vary about as much as exponential ones, or less
POWERS = (1.0, 0.75, 0.5, 0.25, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """All that a fit looks at. ``levels`` are those used for the fit, lowest first; held-out ones are not in here.

    ``streams`` are those to look for; ``told`` those whose times the generator was told and keeps.
    ``visited`` names the stations of each activity where the architecture is known; where it isn't, the data decide.
    """

    workload: str
    workload_hash: str
    pace: float
    samples: Samples
    visits: Visits
    levels: tuple[LevelMeasurement, ...]
    windows: Windows
    streams: tuple[Stream, ...]
    told: tuple[Stream, ...]
    pools: tuple[ThreadPool, ...]
    cores: float
    ledger_s: Mapping[tuple[str, str], float]
    visited: Mapping[str, tuple[str, ...]]
    held_out: tuple[int, ...]


def fit(evidence: Evidence, *, draws: int = 100, seed: int = 1, simulated_s: float = 300.0) -> FittedModel:
    """Fit a model; raise InputError where the record can't tell the demands.

    Latencies and the shapes of visits are found with simulations of each level, ``simulated_s`` long.
    """
    if not evidence.levels:
        remedy = "Let the run go on until its first level is over, or hold out fewer levels"
        raise InputError.single(source="record", what="no level was measured whole", remedy=remedy)
    fits = _demands(evidence, draws, seed)
    bare = FittedModel(
        workload=evidence.workload,
        workload_hash=evidence.workload_hash,
        stations=evidence.windows.stations,
        background=tuple(fit.background for fit in fits),
        coldness=tuple(fit.coldness for fit in fits),
        coldness_draws=tuple(zip(*(fit.coldness_draws.tolist() for fit in fits), strict=True)),
        cores=evidence.cores,
        pools=evidence.pools,
        activities=tuple(_activity(evidence, fits, index) for index in range(len(evidence.windows.activities))),
        streams=tuple(MeasuredStream.of(stream) for stream in _streams(evidence)),
        pace=evidence.pace,
        quality=_quality(evidence, fits),
    )
    look = _Look(levels=evidence.levels, simulated_s=simulated_s, seed=seed)
    return _with_shapes(_with_latencies(bare, look), look)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """The levels of the fit, and how they are simulated to be compared with."""

    levels: tuple[LevelMeasurement, ...]
    simulated_s: float
    seed: int

    def predicted(self, model: FittedModel, level: LevelMeasurement) -> Predicted:
        question = Question(
            learners=level.learners,
            streams=tuple(stream.stream() for stream in model.streams),
            machine=measured_machine(model),
            duration_s=self.simulated_s,
            seed=self.seed,
        )
        return predict_looks(model, question, level.spans)


def _demands(evidence: Evidence, draws: int, seed: int) -> list[DemandFit]:
    """A fit for each station. How idle the cores were is itself noisy, so a first fit says it for the second."""
    windows = evidence.windows
    used = windows.cores.sum(axis=1)
    explained = np.clip(used - utilisation_law(windows.visits_per_s, used, draws=1).residual, 0, evidence.cores)
    idle = 1 - explained / evidence.cores
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


def _prior(evidence: Evidence, station: str, idle: Floats) -> Prior:
    """Requests a visit, the response time at the lowest level that saw the activity, and who comes here at all."""
    requests, most_s, comes = [], [], []
    for name in evidence.windows.activities:
        seen = [level.activities[name] for level in evidence.levels if name in level.activities]
        times = [found.responses.mean_s for found in seen if found.responses.mean_s is not None]
        requests.append(seen[0].requests_per_visit if seen else 1.0)
        most_s.append(times[0] if times else 1.0)
        comes.append(station in evidence.visited[name] if name in evidence.visited else None)
    return Prior(requests_per_visit=np.array(requests), most_s=np.array(most_s), idle=idle, comes=tuple(comes))


def _activity(evidence: Evidence, fits: Sequence[DemandFit], index: int) -> ActivityModel:
    name = evidence.windows.activities[index]
    seen = [level.activities[name] for level in evidence.levels if name in level.activities]
    weights = [found.visits for found in seen]
    requests = float(np.average([found.requests_per_visit for found in seen], weights=weights)) if sum(weights) else 1.0
    received = float(np.average([found.bytes_per_visit for found in seen], weights=weights)) if sum(weights) else 0.0
    return ActivityModel(
        name=name,
        demand_s=tuple(float(fit.demand_s[index]) for fit in fits),
        draws_s=tuple(tuple(float(d) for d in row) for row in np.column_stack([f.draws_s[:, index] for f in fits])),
        requests_per_visit=requests,
        bytes_per_visit=received,
        steps=_steps(evidence, name, requests),
        factors=_factors(evidence, name),
        latency_s=0.0,
        visits_seen=sum(weights),
        ledger_s=tuple(evidence.ledger_s.get((name, station)) for station in evidence.windows.stations),
    )


def _steps(evidence: Evidence, activity: str, requests: float) -> tuple[RequestStep, ...]:
    """Whole requests in place of the mean counts: kinds that come less than every other time fall to the others."""
    samples = evidence.samples
    if activity not in samples.activities:
        return (RequestStep(name=activity, count=1, share=1.0),)
    low = np.isin(samples.level, evidence.levels[0].indices)
    mine = low & (samples.activity == samples.activities.index(activity)) & ~samples.failed
    visits = max(np.sum(mine) / requests, 1.0)
    found = []
    for code in np.unique(samples.step[mine]):
        duration_s = (samples.end_s - samples.start_s)[mine & (samples.step == code)]
        count = round(len(duration_s) / visits)
        if count:
            found.append((samples.steps[int(code)], count, float(np.sum(duration_s))))
    total = sum(duration_s for _, _, duration_s in found)
    if not found or total <= 0:
        return (RequestStep(name=activity, count=max(round(requests), 1), share=1.0),)
    return tuple(RequestStep(name=name, count=count, share=part / total) for name, count, part in found)


def _factors(evidence: Evidence, activity: str) -> tuple[float, ...]:
    """Equally probable multiples of the mean, from the response times of the lowest level."""
    visits = evidence.visits.of_activity(activity)
    response_s = visits.response_s[np.isin(visits.level, evidence.levels[0].indices) & ~visits.failed]
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


def _with_latencies(model: FittedModel, look: _Look) -> FittedModel:
    """Give each activity the time that its stations do not explain, at the lowest level that saw it often enough.

    Medians: a few visits that fell into somebody's burst must not pass for the wire's latency.
    """
    latencies_s: dict[str, float] = {}
    for level in look.levels:
        explained = look.predicted(model, level).p50_s
        for name, activity in level.activities.items():
            measured = activity.responses.p50_s
            if measured is not None and name in explained:
                latencies_s.setdefault(name, max(measured - explained[name], 0.0))
    activities = [a.model_copy(update={"latency_s": latencies_s.get(a.name, 0.0)}) for a in model.activities]
    return model.model_copy(update={"activities": tuple(activities)})


def _with_shapes(model: FittedModel, look: _Look) -> FittedModel:
    """Give each activity the variability that explains its p95 at the levels of the fit.

    The response times that the factors were read from had some waiting in them already, which the simulation adds
    once more: so each table is flattened by the power, between 0 and 1, that fits best.
    """
    misfits: dict[str, dict[float, float]] = {}
    for power in POWERS:
        tried = _flattened(model, dict.fromkeys((activity.name for activity in model.activities), power))
        for level in look.levels:
            for name, misfit in _misfits(look.predicted(tried, level), level).items():
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


def _quality(evidence: Evidence, fits: Sequence[DemandFit]) -> FitQuality:
    windows = evidence.windows
    names = windows.activities
    inflation = dict(zip(names, fits[0].inflation.tolist(), strict=True))
    learners = [level.learners for level in evidence.levels]
    return FitQuality(
        windows=len(windows.start_s),
        window_s=float(np.mean(windows.end_s - windows.start_s)),
        condition_number=fits[0].condition_number if np.isfinite(fits[0].condition_number) else None,
        inflation={name: min(factor, 1e9) for name, factor in inflation.items()},
        r_squared={
            station: fit.r_squared
            for station, fit in zip(windows.stations, fits, strict=True)
            if fit.r_squared is not None
        },
        lowest_learners=min(learners),
        highest_learners=max(learners),
        highest_utilization=max(level.utilization for level in evidence.levels),
        held_out=evidence.held_out,
        advice=tuple(_advice(inflation, evidence.levels)),
    )


def _advice(inflation: Mapping[str, float], levels: Sequence[LevelMeasurement]) -> list[str]:
    doubtful = sorted(name for name, factor in inflation.items() if factor > 10)
    advice = []
    if doubtful:
        advice.append(
            f"The demands of {', '.join(doubtful)} can hardly be told apart: they came in a nearly fixed mix. "
            "Their sum is sure, the single figures are not. Measure more mixes."
        )
    if max(level.utilization for level in levels) < 0.3:
        advice.append("No level used more than 30 % of the machine: measure higher levels before you trust a forecast.")
    return advice
