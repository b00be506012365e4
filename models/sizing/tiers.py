"""How many cores and nodes a tier needs, and which of its limits decides."""

from dataclasses import dataclass

import numpy as np

from firstbell.models.figures import Array
from firstbell.models.sizing.bandwidth import edge_line_bits_per_s
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.demands import TIERS
from firstbell.models.sizing.waiting import Queue, cores_at_utilization, cores_at_wait
from firstbell.models.sizing.work import Work, queue_of, work_at
from firstbell.models.traffic import requests_per_visit
from firstbell.models.workload.assumptions import Objective

LINE = "the line of a node"
CORES = "cores"


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A moment that a tier must stand: any time, or first bell."""

    first_bell: bool
    queue: Queue

    @property
    def prefix(self) -> str:
        """What stands before the names of its limits."""
        return "first bell: " if self.first_bell else ""


@dataclass(frozen=True, kw_only=True)
class Need:
    """A limit that the tier must keep, and the fewest cores that keep it."""

    binding: str
    first_bell: bool
    cores: Array


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What an objective leaves for one wait at the tier; where it is 0 or less, no number of cores helps."""

    objective: Objective
    percentile: float
    base_s: Array
    wait_s: Array

    @property
    def name(self) -> str:
        return f"p{self.percentile:g} of {self.objective.activity}"

    @property
    def usable_s(self) -> Array:
        """The same with infinity where no wait is short enough, so that the other limits decide."""
        return np.where(self.wait_s > 0, self.wait_s, np.inf)


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A tier as it must be bought. Arrays (1 + draws,); ``nodes`` holds the spare ones.

    ``binding`` is the limit that asks for the most cores, the first of them where several do, and ``work`` what comes
    at the moment of that limit.
    """

    name: str
    work: tuple[Work, ...]
    situations: tuple[Situation, ...]
    allowances: tuple[Allowance, ...]
    binding: str
    cores: Array
    nodes: Array
    node_binding: str


def tiers_of(case: Case) -> list[Tier]:
    """Every tier that has work to do."""
    return [_tier(case, name, work) for name in TIERS if (work := work_at(case, name))]


def _tier(case: Case, name: str, work: list[Work]) -> Tier:
    scv = case.assumed.demands.service_scv
    at_bell = work_at(case, name, first_bell=True)
    situations = (
        Situation(first_bell=False, queue=queue_of(work, scv)),
        Situation(first_bell=True, queue=queue_of(at_bell, scv)),
    )
    allowances = allowances_at(case, name)
    needs = _needs(case, situations, allowances)
    cores = np.max([need.cores for need in needs], axis=0)
    deciding = max(needs, key=lambda need: float(need.cores[0]))
    by_cores = np.ceil(cores / case.values["sizing.servers.cores_per_node"])
    by_line = _nodes_by_line(case) if name == "delivery" else np.zeros(1)
    return Tier(
        name=name,
        work=tuple(at_bell if deciding.first_bell else work),
        situations=situations,
        allowances=allowances,
        binding=deciding.binding,
        cores=cores,
        nodes=np.maximum(by_cores, by_line) + case.values["sizing.servers.spare_nodes"],
        node_binding=LINE if by_line[0] > by_cores[0] else CORES,
    )


def _nodes_by_line(case: Case) -> Array:
    line = case.values.get("sizing.servers.node_line_bits_per_s")
    if line is None:
        return np.zeros(1)
    return np.asarray(np.ceil(edge_line_bits_per_s(case.values, case.learners) / line))


def _needs(case: Case, situations: tuple[Situation, ...], allowances: tuple[Allowance, ...]) -> tuple[Need, ...]:
    limit = case.values["sizing.servers.max_utilization"]
    needs = [_utilization_need(each, limit) for each in situations]
    enough = np.max([need.cores for need in needs], axis=0)
    for each in situations:
        for allowance in allowances:
            cores = cores_at_wait(each.queue, allowance.percentile, allowance.usable_s, enough)
            binding = f"{each.prefix}{allowance.name} ≤ {allowance.objective.limit:g} s"
            # Cores that the utilisation asked for already are not the objective's doing.
            own = np.where(cores > enough, cores, 0.0)
            needs.append(Need(binding=binding, first_bell=each.first_bell, cores=own))
    return tuple(needs)


def _utilization_need(situation: Situation, limit: Array) -> Need:
    return Need(
        binding=f"{situation.prefix}utilisation ≤ {limit[0]:.0%}",
        first_bell=situation.first_bell,
        cores=cores_at_utilization(situation.queue, limit),
    )


def allowances_at(case: Case, tier: str) -> tuple[Allowance, ...]:
    """What each objective on an activity that comes to this tier leaves for a wait here."""
    demand_s = case.assumed.demand_s
    return tuple(
        _allowance(case, objective, objective.activity, objective.percentile, tier)
        for objective in case.assumed.workload.objectives
        if objective.percentile and objective.activity and demand_s.get((objective.activity, tier), np.zeros(1)).any()
    )


def _allowance(case: Case, objective: Objective, activity: str, percentile: float, tier: str) -> Allowance:
    """The limit less the response without any wait, in equal parts for each tier and each of its jobs.

    Percentiles are added as if the waits of a visit were all long together, which is the safe side.
    """
    demand_s = case.assumed.demand_s
    visited = [name for name in TIERS if demand_s.get((activity, name), np.zeros(1)).any()]
    jobs = np.ones(1) if tier == "auth" else requests_per_visit(case.values)[activity]
    base_s = _base_response_s(case, activity, percentile, visited)
    wait_s = np.broadcast_to((objective.limit - base_s) / len(visited) / jobs, case.values["session.length_s"].shape)
    return Allowance(objective=objective, percentile=percentile, base_s=base_s, wait_s=wait_s)


def _base_response_s(case: Case, activity: str, percentile: float, visited: list[str]) -> Array:
    """The response at low load: as measured, else the percentile of an exponential with the demands as its mean."""
    measured = case.assumed.demands.base_response_s.get(activity)
    if measured is not None:
        return np.array([measured.at(percentile)])
    total_s = np.sum([case.assumed.demand_s[activity, tier] for tier in visited], axis=0)
    return np.asarray(-np.log(1 - percentile / 100) * total_s)
