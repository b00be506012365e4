"""Runs the simulation of a system, once or in replications."""

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firstbell.models.simulation.engine import FINISHED, NO_ROOM, advance, populate, settle
from firstbell.models.simulation.layout import (
    ABSENT,
    EVENTS,
    FREE_SLOT,
    NOBODY,
    SAMPLED,
    SimulationState,
    laid_out,
)
from firstbell.models.simulation.result import (
    SimulatedActivity,
    SimulatedHost,
    SimulatedPool,
    SimulationResult,
)
from firstbell.models.simulation.system import SimulatedSystem

Scalar = TypeVar("Scalar", bound=np.generic)

BATCHES = 20
FEWEST_REPLICATIONS = 5  # from so many on, each is one batch of the pooled result
FIRST_ROOM = 4096
EVENTS_AT_A_TIME = 2_000_000  # between two chances of Ctrl-C


def simulate(system: SimulatedSystem, *, duration_s: float, warmup_s: float, seed: int) -> SimulationResult:
    """Simulates ``warmup_s`` seconds unseen and then ``duration_s`` seconds measured.

    The same system, times and seed give the same numbers on every machine with the same arithmetic. Raises ValueError
    for times that are none.
    """
    _check_times(duration_s, warmup_s)
    state = _run(_warmed_up(system, warmup_s, seed), warmup_s + duration_s)
    settle(state)
    return _result(system, state, duration_s, warmup_s)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scrapes:
    """A pool's own counters, read now and then: ``time_s`` (scrapes,) from the end of the warm-up on, and ``work_s``
    (scrapes, pools), the service that each pool has worked off by then, in seconds."""

    pools: tuple[str, ...]
    time_s: NDArray[np.float64]
    work_s: NDArray[np.float64]


def simulate_scraped(
    system: SimulatedSystem, *, duration_s: float, warmup_s: float, every_s: float, seed: int
) -> tuple[SimulationResult, Scrapes]:
    """The same simulation, its pools' counters read every ``every_s`` seconds, as a load test scrapes a platform."""
    _check_times(duration_s, warmup_s)
    if not (math.isfinite(every_s) and 0 < every_s <= duration_s):
        raise ValueError(f"cannot scrape every {every_s!r} s within {duration_s!r} s")
    state = _warmed_up(system, warmup_s, seed)
    time_s = np.arange(0.0, duration_s + every_s * 1e-9, every_s)
    rows = [state.pools["work_s"].copy()]
    for until_s in time_s[1:]:
        state = _run(state, warmup_s + until_s)
        settle(state)
        rows.append(state.pools["work_s"].copy())
    state = _run(state, warmup_s + duration_s)
    settle(state)
    scrapes = Scrapes(pools=tuple(pool.name for pool in system.pools), time_s=time_s, work_s=np.array(rows))
    return _result(system, state, duration_s, warmup_s), scrapes


def simulate_replications(
    system: SimulatedSystem, *, duration_s: float, warmup_s: float, seeds: Sequence[int], threads: int = 2
) -> SimulationResult:
    """Independent simulations, one a seed, pooled: quantiles of all their samples together.

    From five replications on, intervals come from the replications; with fewer, from the batches of each.
    ``threads`` of them run at once; the result does not depend on it. Raises ValueError without a seed.
    """
    if not seeds:
        raise ValueError("a simulation needs at least one seed")
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"the same seed twice is the same simulation twice: {list(seeds)}")
    with ThreadPoolExecutor(max_workers=threads) as executor:
        runs = list(
            executor.map(lambda seed: simulate(system, duration_s=duration_s, warmup_s=warmup_s, seed=seed), seeds)
        )
    return runs[0] if len(runs) == 1 else _pooled(runs)


def _check_times(duration_s: float, warmup_s: float) -> None:
    if not (math.isfinite(duration_s) and duration_s > 0 and math.isfinite(warmup_s) and warmup_s >= 0):
        raise ValueError(f"cannot simulate {warmup_s!r} s of warm-up and {duration_s!r} s")


def _warmed_up(system: SimulatedSystem, warmup_s: float, seed: int) -> SimulationState:
    """The state after the warm-up, with all tallies at nothing."""
    state = laid_out(system, seed=seed, room=FIRST_ROOM)
    _free_slots(state, occupied=sum(source.population or 1 for source in system.sources))
    populate(state)
    state = _run(state, warmup_s)
    settle(state)
    _forget(state)
    return state


def _run(state: SimulationState, until_s: float) -> SimulationState:
    """Goes on until a time, in more room where it is needed."""
    while True:
        status = advance(state, float(until_s), EVENTS_AT_A_TIME)  # an int would be compiled for anew
        if status == FINISHED:
            return state
        if status == NO_ROOM:
            state = _roomier(state)


def _roomier(state: SimulationState) -> SimulationState:
    """The same state with twice the room for what was full."""
    room = len(state.sample_end_s)
    if state.counters[SAMPLED] == room:
        return state._replace(
            sample_end_s=_grown(state.sample_end_s, 2 * room),
            sample_response_s=_grown(state.sample_response_s, 2 * room),
            sample_activity=_grown(state.sample_activity, 2 * room),
        )
    slots = len(state.customers)
    more = state._replace(
        customers=_grown(state.customers, 2 * slots),
        timer_keys_s=_grown(state.timer_keys_s, 2 * slots),
        timer_slots=_grown(state.timer_slots, 2 * slots),
        thread_keys_s=_grown(state.thread_keys_s, 2 * slots),
        thread_slots=_grown(state.thread_slots, 2 * slots),
    )
    more.customers["doing"][slots:] = ABSENT
    _free_slots(more, occupied=slots)
    return more


def _grown(array: NDArray[Scalar], length: int) -> NDArray[Scalar]:
    """The array with its last axis that long. (Joining arrays of records makes a dtype that is compiled for anew.)"""
    grown = np.zeros((*array.shape[:-1], length), array.dtype)
    grown[..., : array.shape[-1]] = array
    return grown


def _free_slots(state: SimulationState, *, occupied: int) -> None:
    """Puts the slots behind the occupied ones on the list of free ones."""
    slots = len(state.customers)
    if occupied == slots:
        return
    state.customers["next"][occupied:] = np.arange(occupied + 1, slots + 1)
    state.customers["next"][-1] = NOBODY
    state.counters[FREE_SLOT] = occupied


def _forget(state: SimulationState) -> None:
    """Sets all tallies to nothing, as the warm-up ends."""
    state.counters[SAMPLED] = 0
    state.presence_s[:] = 0.0
    state.pools["busy_s"] = 0.0
    state.pools["work_s"] = 0.0
    state.machines["busy_s"] = 0.0


def _result(system: SimulatedSystem, state: SimulationState, duration_s: float, warmup_s: float) -> SimulationResult:
    return SimulationResult(
        duration_s=duration_s,
        events=int(state.counters[EVENTS]),
        activities=_activities(system, state, duration_s, warmup_s),
        pools=_pools(system, state, duration_s),
        hosts=_hosts(system, state, duration_s),
    )


def _activities(
    system: SimulatedSystem, state: SimulationState, duration_s: float, warmup_s: float
) -> dict[str, SimulatedActivity]:
    count = state.counters[SAMPLED]
    kinds = state.sample_activity[:count]
    found = {}
    for number, activity in enumerate(system.activities):
        chosen = np.flatnonzero(kinds == number)
        found[activity.name] = SimulatedActivity(
            name=activity.name,
            duration_s=duration_s,
            ends_s=state.sample_end_s[chosen] - warmup_s,
            responses_s=state.sample_response_s[chosen],
            batches=BATCHES,
        )
    return found


def _pools(system: SimulatedSystem, state: SimulationState, duration_s: float) -> dict[str, SimulatedPool]:
    found = {}
    for number, pool in enumerate(system.pools):
        present = state.presence_s[number] / duration_s
        busy = float(state.pools[number]["busy_s"]) / duration_s
        limited = pool.kind == "queue" and pool.threads is not None
        found[pool.name] = SimulatedPool(
            name=pool.name,
            utilization=busy / (pool.replicas * (pool.threads or 1)) if limited else None,
            busy=busy,
            cpu_s_per_s=float(state.pools[number]["work_s"]) / duration_s,
            queue=max(float(present.sum()) - busy, 0.0),
            present={each.name: float(mean) for each, mean in zip(system.activities, present, strict=True)},
        )
    return found


def _hosts(system: SimulatedSystem, state: SimulationState, duration_s: float) -> dict[str, SimulatedHost]:
    found = {}
    first = 0
    for host in system.hosts:
        machines = state.machines[first : first + host.machines]
        first += host.machines
        work_s = sum(
            float(state.pools[number]["work_s"]) for number, pool in enumerate(system.pools) if pool.host == host.name
        )
        found[host.name] = SimulatedHost(
            name=host.name,
            utilization=work_s / duration_s / host.capacity / host.machines,
            occupied=float(machines["busy_s"].mean()) / duration_s,
        )
    return found


def _pooled(runs: Sequence[SimulationResult]) -> SimulationResult:
    """One result of equally long replications."""
    first = runs[0]
    return SimulationResult(
        duration_s=first.duration_s * len(runs),
        events=sum(run.events for run in runs),
        activities={name: _pooled_activity([run.activities[name] for run in runs]) for name in first.activities},
        pools={name: _pooled_pool([run.pools[name] for run in runs]) for name in first.pools},
        hosts={name: _pooled_host([run.hosts[name] for run in runs]) for name in first.hosts},
    )


def _pooled_activity(runs: Sequence[SimulatedActivity]) -> SimulatedActivity:
    duration_s = runs[0].duration_s
    return SimulatedActivity(
        name=runs[0].name,
        duration_s=duration_s * len(runs),
        ends_s=np.concatenate([run.ends_s + number * duration_s for number, run in enumerate(runs)]),
        responses_s=np.concatenate([run.responses_s for run in runs]),
        batches=len(runs) if len(runs) >= FEWEST_REPLICATIONS else sum(run.batches for run in runs),
    )


def _pooled_pool(runs: Sequence[SimulatedPool]) -> SimulatedPool:
    utilizations = [run.utilization for run in runs if run.utilization is not None]
    return SimulatedPool(
        name=runs[0].name,
        utilization=_mean(utilizations) if utilizations else None,
        busy=_mean(run.busy for run in runs),
        cpu_s_per_s=_mean(run.cpu_s_per_s for run in runs),
        queue=_mean(run.queue for run in runs),
        present={name: _mean(run.present[name] for run in runs) for name in runs[0].present},
    )


def _pooled_host(runs: Sequence[SimulatedHost]) -> SimulatedHost:
    return SimulatedHost(
        name=runs[0].name,
        utilization=_mean(run.utilization for run in runs),
        occupied=_mean(run.occupied for run in runs),
    )


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found)
