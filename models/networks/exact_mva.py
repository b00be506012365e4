"""Exact mean value analysis of one or several closed classes over single-server stations.

R_kr(n) = D_kr (1 + Q_k(n − e_r)),  X_r(n) = n_r / (Z_r + Σ_k R_kr(n)),  Q_k(n) = Σ_r X_r(n) R_kr(n)
(Reiser & Lavenberg 1980). Only sums and products of positive numbers, so it is stable at any population.

The population vectors are walked by their totals: those of m customers need only those of m − 1, so that none of them
waits for another, and a row of them is computed at once. They are stored without the largest class, which is what the
others leave of m, and in place: n − e_r lies where n does (the largest class), or before it.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from firstbell.models.networks.closed import ClosedAnswer, ClosedModel, Floats

Ints = NDArray[np.int64]


def exact_mva(model: ClosedModel) -> ClosedAnswer:
    """Exact throughput (R) and residence times (K, R) of a model whose stations have a fixed speed each.

    Work: Π(N_r + 1) · K · R steps; memory: that product without the largest class, times K doubles.
    """
    order = _row_last(model.populations)
    speeds = model.capacity.reshape(-1, 1)
    demand = np.ascontiguousarray((model.demand_s / speeds)[:, order].T)
    counts = model.populations[order].astype(np.int64)
    seen = np.zeros_like(demand)
    throughput = np.zeros(len(counts))
    least = model.delay_s[order] + demand.sum(axis=1)
    walk = _walk_one if len(counts) == 1 else _walk
    walk(counts, least, demand, throughput, seen)
    back = np.argsort(order, kind="stable")
    return ClosedAnswer(throughput_per_s=throughput[back], residence_s=(demand * (1.0 + seen))[back].T)


def _row_last(populations: Floats) -> Ints:
    """The classes in the order of the walk: the largest first, which is not stored, and the next one last, whose
    customers make the rows."""
    falling = np.argsort(-populations, kind="stable")
    return np.concatenate((falling[:1], falling[:0:-1]))


@njit(cache=True)
def _walk_one(counts: Ints, least: Floats, demand: Floats, throughput: Floats, seen: Floats) -> None:
    """``_walk`` for one class, which has no rows."""
    stations = demand.shape[1]
    queue = np.zeros(stations)
    for present in range(1, counts[0] + 1):
        cycle = least[0]
        for k in range(stations):
            cycle += demand[0, k] * queue[k]
        throughput[0] = present / cycle
        for k in range(stations):
            seen[0, k] = queue[k]
            queue[k] = throughput[0] * demand[0, k] * (1.0 + queue[k])


@njit(cache=True)
def _walk(counts: Ints, least: Floats, demand: Floats, throughput: Floats, seen: Floats) -> None:
    """Fills ``throughput`` (R) and what an arrival of each class ``seen`` (R, K) at the full population.

    ``counts`` (R), in the order of ``_row_last``; ``least`` (R) the cycle time without queueing; ``demand`` (R, K).
    """
    classes, stations = demand.shape
    rows_back = _rows_back(counts)
    # one place in front of each row, as its first vector looks back too
    queue = np.zeros((rows_back[0], stations, counts[-1] + 2))
    room = np.empty((2 + stations, counts[-1] + 1))
    room[1] = np.arange(counts[-1] + 1)
    rows_back[0] = 0
    present = np.zeros(classes, dtype=np.int64)
    for total in range(1, counts.sum() + 1):
        present[1:-1] = counts[1:-1]
        for row in range(queue.shape[0] - 1, -1, -1):
            others = total - present[1:-1].sum()
            first, last = max(0, others - counts[0]), min(counts[-1], others)
            if first <= last:
                present[0], present[-1] = others - first, first
                if total == counts.sum():
                    _look_back(queue, row, rows_back, seen)
                _solve_row(queue, row, last - first + 1, present, rows_back, least, demand, room, throughput)
            _step_back(present, counts)


@njit(cache=True)
def _rows_back(counts: Ints) -> Ints:
    """(R) how many rows before n its n − e_r is stored; in place of the largest class's, 0, how many rows there are."""
    rows = np.zeros(counts.size, dtype=np.int64)
    product = 1
    for r in range(counts.size - 2, 0, -1):
        rows[r] = product
        product *= counts[r] + 1
    rows[0] = product
    return rows


@njit(cache=True)
def _look_back(queue: Floats, row: int, rows_back: Ints, seen: Floats) -> None:
    """What an arrival of each class finds at the last vector of the row."""
    classes = rows_back.size
    for r in range(classes):
        for k in range(queue.shape[1]):
            seen[r, k] = queue[row - rows_back[r], k, -2 if r == classes - 1 else -1]


@njit(cache=True)
def _step_back(present: Ints, counts: Ints) -> None:
    """The row before this one: one customer less of the classes between the first and the last."""
    for r in range(present.size - 2, 0, -1):
        present[r] -= 1
        if present[r] >= 0:
            return
        present[r] = counts[r]


@njit(cache=True, error_model="numpy")  # a check of each divisor would keep the compiler from dividing four at once
def _solve_row(
    queue: Floats,
    row: int,
    length: int,
    present: Ints,
    rows_back: Ints,
    least: Floats,
    demand: Floats,
    room: Floats,
    throughput: Floats,
) -> None:
    """Queue lengths of ``length`` vectors of a row, of which ``present`` (R) is the first; each next one has a customer
    more of the last class and one less of the first.

    Looking back from a class of which nobody is present finds a number without meaning, which counts 0 times.
    ``throughput`` (R) is that of the last vector.
    """
    classes, stations = demand.shape
    start = present[-1] + 1
    rate, along = room[0, :length], room[1, :length]
    for k in range(stations):
        room[2 + k, :length] = 0.0
    for r in range(classes):
        customers, step = float(present[r]), 1.0 if r == classes - 1 else -1.0 if r == 0 else 0.0
        if customers == 0.0 and step <= 0.0:
            continue
        begin = start - 1 if r == classes - 1 else start
        before = row - rows_back[r]
        rate[:] = least[r]
        for k in range(stations):
            found, service = queue[before, k, begin : begin + length], demand[r, k]
            for i in range(length):
                rate[i] += service * found[i]
        for i in range(length):
            rate[i] = (customers + step * along[i]) / rate[i]
        throughput[r] = rate[length - 1]
        for k in range(stations):
            found, service, line = queue[before, k, begin : begin + length], demand[r, k], room[2 + k, :length]
            for i in range(length):
                line[i] += rate[i] * service * (1.0 + found[i])
    for k in range(stations):
        queue[row, k, start : start + length] = room[2 + k, :length]
