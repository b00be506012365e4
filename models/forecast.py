"""What a system would do at people's true pace: the measured one, up to where it breaks, and the sized one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from firstbell.models.estimate import Estimate
from firstbell.models.figures import likely_values, stated_names
from firstbell.models.fitted_model import FittedModel
from firstbell.models.load_dependence import Reach, factor_at, reach_of
from firstbell.models.prediction import ROUTE, Machine, Predicted, Question, measured_machine, predict
from firstbell.models.simulation.system import Activity, Source, Step, Visit
from firstbell.models.streams import Stream, streams_of
from firstbell.models.traffic import stated_visits
from firstbell.models.workload import Workload
from firstbell.models.workload.assumptions import Objective

# Nearer to saturation than this, a steady state exists on paper only: response times take hours to settle.
STEADY_BELOW = 0.97
REQUESTS_TO_SIMULATE = 150_000
BISECTIONS = 7


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """A system at a number of learners at the true pace. ``predicted`` is None where it has no steady state."""

    learners: int
    offered_requests_per_s: float
    offered_cores: Mapping[str, float]
    capacity_cores: Mapping[str, float]
    predicted: Predicted | None
    missed: tuple[str, ...]

    @property
    def load(self) -> float:
        """What is asked of the busiest host over what it can give; above 1 it can't."""
        return max(self.offered_cores[name] / self.capacity_cores[name] for name in self.capacity_cores)

    @property
    def holds(self) -> bool:
        """Whether a steady state exists and every objective on response times is met in it."""
        return self.predicted is not None and not self.missed

    @property
    def requests_per_s(self) -> float:
        """Requests answered: all that are offered, or what saturation lets through."""
        return self.offered_requests_per_s / max(self.load, 1.0)


@dataclass(frozen=True, kw_only=True)
class TrueLoad:
    """A workload at its true pace: streams that were played, and ``with_stated`` the stated states as open arrivals.

    The measured system is asked only for what it was measured with: nobody saw it serve the stated states.
    """

    workload: Workload
    model: FittedModel
    with_stated: bool

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The streams whose activities were measured."""
        known = {activity.name for activity in self.model.activities}
        return tuple(s for s in streams_of(self.workload, played_only=False) if known.issuperset(s.visits))

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """Streams of the workload whose activities were not measured: no forecast counts them."""
        known = {stream.name for stream in self.streams}
        return tuple(s.name for s in streams_of(self.workload, played_only=False) if s.name not in known)

    def stated_activities(self) -> tuple[Activity, ...]:
        """One activity for each stated state, from its stated demands and, for its bytes, the measured delivery."""
        return tuple(self._stated(name) for name in self._stated_names())

    def _stated_names(self) -> list[str]:
        return stated_names(likely_values(self.workload)) if self.with_stated else []

    def stated_sources(self, learners: float) -> tuple[Source, ...]:
        """Open arrivals of the stated states."""
        values = likely_values(self.workload)
        return tuple(
            Source(name=name, mix={name: 1.0}, arrival_rate_per_s=float(stated_visits(values, learners, name)[0]))
            for name in self._stated_names()
        )

    def offered_cores(self, learners: float) -> dict[str, float]:
        """CPU seconds a second that the learners ask of each station on busy cores, as if every answer came at once."""
        model = self.model
        cores = dict(zip(model.stations, model.background, strict=True))
        for stream in self.streams:
            for name, part in stream.mix().items():
                rate = stream.visits_per_s(learners) * part
                for station, demand_s in zip(model.stations, model.activity(name).demand_s, strict=True):
                    cores[station] += rate * demand_s
        activities = {activity.name: activity for activity in self.stated_activities()}
        for source in self.stated_sources(learners):
            for station in model.stations:
                cores[station] += (source.arrival_rate_per_s or 0.0) * activities[source.name].demand_s(station)
        return cores

    def offered_requests_per_s(self, learners: float) -> float:
        """Requests a second, as if every answer came at once."""
        played = sum(
            stream.visits_per_s(learners) * part * self.model.activity(name).requests_per_visit
            for stream in self.streams
            for name, part in stream.mix().items()
        )
        steps = {activity.name: len(activity.steps) for activity in self.stated_activities()}
        stated = sum((s.arrival_rate_per_s or 0.0) * steps[s.name] for s in self.stated_sources(learners))
        return played + stated

    def _stated(self, name: str) -> Activity:
        state = self.workload.states.stated[name]
        requests = round(state.requests.value)
        cost_s = {station: demand.value for station, demand in state.demand_s.items()}
        for_bytes_s = (state.bytes_out.value + state.bytes_in.value) * self._delivery_s_per_byte()
        cost_s["delivery"] = cost_s.get("delivery", 0.0) + for_bytes_s
        visits = tuple(
            Visit(pool=station, service_s=part * cost_s[station] / requests)
            for station, part in ROUTE
            if cost_s.get(station, 0.0) > 0 and station in self.model.stations
        )
        return Activity(name=name, steps=(Step(visits=visits),) * requests)

    def _delivery_s_per_byte(self) -> float:
        """CPU seconds that delivery needs for a byte: a segment's, which are nearly all bytes."""
        known = {activity.name: activity for activity in self.model.activities}
        if "segment" not in known or "delivery" not in self.model.stations or not known["segment"].bytes_per_visit:
            return 0.0
        segment = known["segment"]
        return segment.demand_s[self.model.stations.index("delivery")] / segment.bytes_per_visit


def outlook(
    load: TrueLoad,
    learners: int,
    machine: Machine,
    capacity_cores: Mapping[str, float],
    *,
    seed: int,
    requests: int = REQUESTS_TO_SIMULATE,
) -> Outlook:
    """Look at one number of learners. ``capacity_cores`` is by station, or under ``host`` for all of them together.

    ``requests`` is how many are simulated for the response times, within 20 to 600 s of the system's time.

    Demands that grew with the load of the measured machine are taken as large as they are there at this one.
    """
    requests_per_s = load.offered_requests_per_s(learners)
    if load.model.growth and "host" in capacity_cores:
        load = replace(load, model=load.model.slowed(factor_at(load.model.growth, requests_per_s)))
    stations = load.offered_cores(learners)
    offered = {"host": sum(stations.values())} if "host" in capacity_cores else stations
    asked = max(offered[name] / capacity_cores[name] for name in capacity_cores)
    predicted = None
    if asked < STEADY_BELOW:
        question = Question(
            learners=learners,
            streams=load.streams,
            machine=machine,
            duration_s=float(np.clip(requests / requests_per_s, 20, 600)),
            seed=seed,
            extra=load.stated_sources(learners),
            extra_activities=load.stated_activities(),
        )
        predicted = predict(load.model, question)
    return Outlook(
        learners=learners,
        offered_requests_per_s=requests_per_s,
        offered_cores=offered,
        capacity_cores=dict(capacity_cores),
        predicted=predicted,
        missed=missed_objectives(load.workload.objectives, predicted) if predicted is not None else (),
    )


def reach(model: FittedModel, found: Outlook) -> Reach:
    """How far beyond what was measured an outlook on the measured system is, and whether it may be told at all."""
    return reach_of(
        model, load=found.load, offered_per_s=found.offered_requests_per_s, answered_per_s=found.requests_per_s
    )


def missed_objectives(objectives: Sequence[Objective], predicted: Predicted) -> tuple[str, ...]:
    """Names of the objectives on response times that a prediction misses."""
    missed = []
    for objective in objectives:
        value_s = objective_value_s(objective, predicted)
        if value_s is not None and value_s > objective.limit:
            missed.append(objective.name)
    return tuple(missed)


def objective_value_s(objective: Objective, predicted: Predicted) -> float | None:
    """The predicted time that an objective limits; None where the model can't tell: ratios, unmeasured activities."""
    if objective.percentile is None or objective.activity is None or objective.activity not in predicted.p95_s:
        return None
    return predicted.quantile_s(objective.activity, objective.percentile / 100)


@dataclass(frozen=True, kw_only=True)
class BreakingPoint:
    """The most learners that the measured system carries, and what gives way beyond."""

    learners: Estimate
    binding: str


def breaking_point(load: TrueLoad, *, relative_sd: float, seed: int) -> BreakingPoint:
    """Bisect between nobody and saturation.

    ``relative_sd`` is the standard deviation of the load relative to it, all layers of uncertainty together.
    """
    machine, capacity = measured_machine(load.model), {"host": load.model.cores}
    saturation = _saturation_learners(load)
    low, high = 0, max(int(saturation * STEADY_BELOW), 1)
    binding = "every core busy all the time"
    for _ in range(BISECTIONS):
        middle = (low + high + 1) // 2
        found = outlook(load, middle, machine, capacity, seed=seed)
        if found.holds:
            low = middle
        else:
            high = middle
            binding = ", ".join(found.missed) or binding
    interval = Estimate(
        low=low / (1 + 2 * relative_sd),
        likely=float(low),
        high=low * (1 + 2 * relative_sd),
        unit="learners",
        source="bisection on the simulated model; interval: all layers of the load's uncertainty",
    )
    return BreakingPoint(learners=interval, binding=binding)


def _saturation_learners(load: TrueLoad) -> float:
    """Learners who would ask for every core: the offered load rises in proportion."""
    probe = 1000.0
    idle = sum(load.model.background)
    per_learner = (sum(load.offered_cores(probe).values()) - idle) / probe
    return (load.model.cores - idle) / per_learner


def relative_spread(load: TrueLoad) -> float:
    """Standard deviation of the load that one learner brings, over the bootstrap draws, relative to its mean."""
    probe = 1000.0
    drawn = [
        sum(replace(load, model=load.model.at_draw(index)).offered_cores(probe).values())
        for index in range(load.model.draws)
    ]
    return float(np.std(drawn, ddof=1) / np.mean(drawn)) if len(drawn) > 1 else 0.0
