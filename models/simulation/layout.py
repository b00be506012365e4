"""A simulated system laid out in arrays of records, which is the form that compiled code works on."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbell.models.simulation.distribution import DistributionTable
from firstbell.models.simulation.random_numbers import RandomState, random_state
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source

Records = NDArray[np.void]
Floats = NDArray[np.float64]
Slots = NDArray[np.int32]
Counts = NDArray[np.int64]

NOBODY = -1
NO_HOST = -1
UNLIMITED = 1 << 60

ARRIVING, THINKING, UNDERWAY, QUEUED, SERVED, ABSENT = range(6)  # what a customer is doing
SAMPLED, FREE_SLOT, EVENTS = range(3)  # places in `counters`
NOW, OPENED = range(2)  # places in `clock`
PREFERRED, OTHERS = range(2)  # the ranks of a machine's active threads; machine m's are the rows 2 m and 2 m + 1

MACHINE = np.dtype(
    [
        ("cores", "f8"),
        ("preference", "f8"),
        ("updated_s", "f8"),
        ("busy_since_s", "f8"),
        ("busy_s", "f8"),
        ("first_speed", "i8"),
        ("speeds", "i8"),
    ]
)
POOL = np.dtype(
    [
        ("threads", "i8"),
        ("replicas", "i4"),
        ("first_replica", "i4"),
        ("first_machine", "i4"),
        ("machines", "i4"),
        ("rank", "i4"),
        ("busy_s", "f8"),
        ("work_s", "f8"),
    ]
)
REPLICA = np.dtype([("busy", "i8"), ("head", "i4"), ("tail", "i4")])
VISIT = np.dtype([("pool", "i4"), ("factor", "i4"), ("service_s", "f8")])
STEP = np.dtype([("first_visit", "i4"), ("end_visit", "i4"), ("latency_s", "f8")])
ACTIVITY = np.dtype([("first_step", "i4"), ("end_step", "i4"), ("factor", "i4"), ("each_step", "i4")])
SOURCE = np.dtype(
    [
        ("first_mix", "i4"),
        ("end_mix", "i4"),
        ("time", "i4"),
        ("periodic", "i4"),
        ("interarrival_s", "f8"),
        ("population", "i8"),
    ]
)
MIX = np.dtype([("activity", "i8"), ("up_to", "f8")])
# one line of the processor's cache each: with 115,000 customers every event finds a cold one
CUSTOMER = np.dtype(
    [
        ("due_s", "f8"),
        ("entered_s", "f8"),
        ("started_s", "f8"),
        ("service_s", "f8"),
        ("factor", "f8"),
        ("next", "i4"),
        ("route", "i4"),
        ("step", "i4"),
        ("visit", "i4"),
        ("source", "i2"),
        ("activity", "i2"),
        ("doing", "i4"),
    ]
)


class SimulationState(NamedTuple):
    """Everything that a simulation knows and changes; a heap is a row of keys, of slots, and its size."""

    random: RandomState
    distributions: Records
    values: Floats
    sources: Records
    mix: Records
    activities: Records
    steps: Records
    visits: Records
    pools: Records
    replicas: Records
    machines: Records
    speeds: Floats
    completions_s: Floats  # (machines,) when the next thread of each is done
    virtual_s: Floats  # (2 machines,) service that a thread has had that is active since its rank was last idle
    thread_keys_s: Floats  # (2 machines, room) virtual times at which active threads are done
    thread_slots: Slots
    threads: Counts  # (2 machines,) how many are active
    customers: Records
    timer_keys_s: Floats  # (1, room) when somebody wakes
    timer_slots: Slots
    timers: Counts
    presence_s: Floats  # (pools, activities) time spent there by all
    clock: Floats
    counters: Counts
    sample_end_s: Floats
    sample_response_s: Floats
    sample_activity: NDArray[np.int16]


def laid_out(system: SimulatedSystem, *, seed: int, room: int) -> SimulationState:
    """The system with nobody in it yet, with ``room`` for customers of open sources and for samples."""
    distributions = DistributionTable()
    pools = {pool.name: number for number, pool in enumerate(system.pools)}
    machines, speeds = _machines(system.hosts)
    visits, steps, activities = _activities(system.activities, pools, distributions)
    sources, mix = _sources(system, distributions)
    population = sum(source.population or 0 for source in system.sources)
    clocks = sum(source.population is None for source in system.sources)
    slots = population + clocks + (room if clocks else 0)
    active = min(slots, _most_active(system))
    return SimulationState(
        random=random_state(seed),
        distributions=distributions.records(),
        values=distributions.values(),
        sources=sources,
        mix=mix,
        activities=activities,
        steps=steps,
        visits=visits,
        pools=_pools(system),
        replicas=_replicas(system.pools),
        machines=machines,
        speeds=speeds,
        completions_s=np.full(len(machines), np.inf),
        virtual_s=np.zeros(2 * len(machines)),
        thread_keys_s=np.empty((2 * len(machines), active)),
        thread_slots=np.empty((2 * len(machines), active), np.int32),
        threads=np.zeros(2 * len(machines), np.int64),
        customers=_absent_customers(slots),
        timer_keys_s=np.empty((1, slots)),
        timer_slots=np.empty((1, slots), np.int32),
        timers=np.zeros(1, np.int64),
        presence_s=np.zeros((len(system.pools), len(system.activities))),
        clock=np.zeros(2),
        counters=np.array([0, NOBODY, 0]),
        sample_end_s=np.empty(room),
        sample_response_s=np.empty(room),
        sample_activity=np.empty(room, np.int16),
    )


def _absent_customers(slots: int) -> Records:
    """So many slots that nobody uses."""
    customers = np.zeros(slots, CUSTOMER)
    customers["doing"] = ABSENT
    customers["next"] = NOBODY
    return customers


def _most_active(system: SimulatedSystem) -> int:
    """How many threads of a host can be active at once."""
    threads = [
        UNLIMITED if pool.threads is None else pool.threads * pool.replicas
        for pool in system.pools
        if pool.host is not None
    ]
    return max(1, sum(threads))


def _machines(hosts: Iterable[Host]) -> tuple[Records, Floats]:
    """The machines of all hosts, one after the other (one idle machine where there is no host), and their speeds."""
    machines: list[tuple[float, ...]] = []
    speeds: list[float] = []
    for host in hosts:
        curve = host.speeds or ()
        machines += [(host.cores, host.preference, 0.0, 0.0, 0.0, len(speeds), len(curve))] * host.machines
        speeds += curve
    return np.array(machines or [(1.0, 1.0, 0.0, 0.0, 0.0, 0, 0)], MACHINE), np.array(speeds or [1.0])


def _pools(system: SimulatedSystem) -> Records:
    first_machine = _firsts((host.name, host.machines) for host in system.hosts)
    first_replica = _firsts((pool.name, pool.replicas) for pool in system.pools)
    machines = {host.name: host.machines for host in system.hosts}
    rows = []
    for pool in system.pools:
        threads = UNLIMITED if pool.threads is None or pool.kind == "delay" else pool.threads
        first = NO_HOST if pool.host is None else first_machine[pool.host]
        count = 1 if pool.host is None else machines[pool.host]
        rank = PREFERRED if pool.preferred else OTHERS
        rows.append((threads, pool.replicas, first_replica[pool.name], first, count, rank, 0.0, 0.0))
    return np.array(rows, POOL)


def _replicas(pools: Iterable[Pool]) -> Records:
    replicas = np.zeros(sum(pool.replicas for pool in pools), REPLICA)
    replicas["head"] = NOBODY
    replicas["tail"] = NOBODY
    return replicas


def _firsts(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Where each begins when they are laid one after the other."""
    firsts, total = {}, 0
    for name, count in counts:
        firsts[name] = total
        total += count
    return firsts


def _activities(
    activities: Iterable[Activity], pools: dict[str, int], distributions: DistributionTable
) -> tuple[Records, Records, Records]:
    """Visits, steps and activities, each naming its range of the ones before; step 0 is empty and nobody's."""
    visits: list[tuple[int, int, float]] = []
    steps: list[tuple[int, int, float]] = [(0, 0, 0.0)]
    rows: list[tuple[int, int, int, bool]] = []
    for activity in activities:
        first_step = len(steps)
        for step in activity.steps:
            first_visit = len(visits)
            visits += [
                (pools[visit.pool], distributions.number_of(visit.factor), visit.service_s) for visit in step.visits
            ]
            steps.append((first_visit, len(visits), step.latency_s))
        factor = distributions.number_of(activity.factor)
        rows.append((first_step, len(steps), factor, activity.factor_scope == "step"))
    return np.array(visits or [(0, 0, 0.0)], VISIT), np.array(steps, STEP), np.array(rows, ACTIVITY)


def _sources(system: SimulatedSystem, distributions: DistributionTable) -> tuple[Records, Records]:
    activities = {activity.name: number for number, activity in enumerate(system.activities)}
    mix: list[tuple[int, float]] = []
    rows = []
    for source in system.sources:
        first = len(mix)
        mix += _cumulative(source, activities)
        time = 0 if source.time_s is None else distributions.number_of(source.time_s)
        interarrival_s = 1 / source.arrival_rate_per_s if source.arrival_rate_per_s else math.inf
        periodic = source.pacing == "period"
        rows.append((first, len(mix), time, periodic, interarrival_s, source.population or 0))
    return np.array(rows, SOURCE), np.array(mix, MIX)


def _cumulative(source: Source, activities: dict[str, int]) -> list[tuple[int, float]]:
    """The activities of a source with the probability of each or one before; the last is certain."""
    chosen = [(activities[name], share) for name, share in source.mix.items() if share > 0]
    up_to = np.cumsum([share for _, share in chosen], dtype=float)
    up_to[-1] = math.inf
    return [(number, float(limit)) for (number, _), limit in zip(chosen, up_to, strict=True)]
