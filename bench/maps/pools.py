"""Flow-equivalent pools, against the whole chain of states with the held threads in it."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve

from bench.maps.grid import ErrorMap, Family, Known, mapped
from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.pools import pool
from firstbell.models.networks.solver import solve

THINK_TIME_S = 1.0
CPU_SERVERS = 4
THREADS = (2, 4, 8, 16)
OVER_KNEE = (0.5, 0.8, 1.0, 1.2, 2.0)


def pools() -> Family:
    """A web server whose threads are held during database calls."""
    maps = tuple(_pool_map(share, quantity) for share in (0.3, 0.7) for quantity in ("throughput", "response time"))
    return Family(
        name="pools",
        title="Pools: threads that are held while they wait for a database",
        formulas="`pool`: the inside replaced by a station that works as fast as it does with so many jobs",
        truth="exact: the Markov chain with learners thinking, waiting for a thread, at the processors (4) and at the "
        "database (2 connections), all times exponential",
        use="Throughput within 1.1 % and response times within 6.5 %, always on the safe side, and within 1 % "
        "from twice as many threads as processors on. Beyond product-form insides (first-come stations with "
        "unequal demands, other distributions), simulate the system that you have.",
        maps=maps,
    )


def _pool_map(database_share: float, quantity: str) -> ErrorMap:
    """``database_share``: of a job's service time of 0.1 s that is spent at the database."""
    cpu_s, database_s = 0.1 * (1.0 - database_share), 0.1 * database_share

    def cell(i: int, j: int) -> tuple[float, Known]:
        threads = THREADS[i]
        station = pool(name="web", threads=threads, inside=_inside(cpu_s, database_s))
        fastest = max(station.rates or (1.0,)) / station.demand_of("job")
        learners = max(2, round(OVER_KNEE[j] * fastest * (THINK_TIME_S + 0.1)))
        classes = (CustomerClass(name="job", population=learners, think_time_s=THINK_TIME_S),)
        found = solve(Network(classes=classes, stations=(station,))).classes["job"]
        rate = _true_throughput(learners, threads, cpu_s, database_s)
        if quantity == "throughput":
            return found.throughput_per_s, Known(value=rate)
        return found.response_time_s, Known(value=learners / rate - THINK_TIME_S)

    title = f"{quantity}, {database_share:.0%} of the work at the database"
    return mapped(title, ("threads", THREADS), ("learners over the knee", OVER_KNEE), cell)


def _inside(cpu_s: float, database_s: float) -> tuple[Station, Station]:
    return (
        Station(name="cpu", servers=CPU_SERVERS, demand_s={"job": cpu_s}),
        Station(name="database", servers=2, demand_s={"job": database_s}),
    )


def _true_throughput(learners: int, threads: int, cpu_s: float, database_s: float) -> float:
    """Jobs a second, from the stationary distribution of (present, those of them at the database)."""
    states = [
        (present, at_database) for present in range(learners + 1) for at_database in range(min(present, threads) + 1)
    ]
    number = {state: i for i, state in enumerate(states)}
    moves = []
    leaving = np.zeros(len(states))
    for (present, at_database), i in number.items():
        at_cpu = min(present, threads) - at_database
        to_database = min(at_cpu, CPU_SERVERS) / cpu_s
        leaving[i] = min(at_database, 2) / database_s
        if present < learners:
            moves.append((i, number[present + 1, at_database], (learners - present) / THINK_TIME_S))
        if at_cpu > 0:
            moves.append((i, number[present, at_database + 1], to_database))
        if at_database > 0:
            moves.append((i, number[present - 1, at_database - 1], leaving[i]))
    return float(_stationary(moves, len(states)) @ leaving)


def _stationary(moves: list[tuple[int, int, float]], states: int) -> np.ndarray:
    origins, targets, rates = map(np.array, zip(*moves, strict=True))
    outflow = np.bincount(origins, weights=rates, minlength=states)
    everywhere = np.arange(states)
    rows = np.concatenate((targets, everywhere))
    columns = np.concatenate((origins, everywhere))
    balance = csr_matrix((np.concatenate((rates, -outflow)), (rows, columns)), shape=(states, states)).tolil()
    balance[0, :] = 1.0
    right = np.zeros(states)
    right[0] = 1.0
    return np.asarray(spsolve(balance.tocsc(), right))
