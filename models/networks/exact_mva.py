"""Exact mean value analysis of one or several closed classes over single-server stations.

R_kr(n) = D_kr (1 + Q_k(n − e_r)),  X_r(n) = n_r / (Z_r + Σ_k R_kr(n)),  Q_k(n) = Σ_r X_r(n) R_kr(n)
(Reiser & Lavenberg 1980). Only sums and products of positive numbers, so it is stable at any population. The lattice
of population vectors is walked with the largest class outermost, of which only two layers are kept.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from firstbell.models.networks.closed import ClosedAnswer, ClosedModel, Floats

Ints = NDArray[np.int64]


def exact_mva(model: ClosedModel) -> ClosedAnswer:
    """Exact throughput (R) and residence times (K, R) of a model whose stations have a fixed speed each.

    Work: Π(N_r + 1) · K · R steps; memory: that product without the largest class, times 2K doubles.
    """
    order = np.argsort(-model.populations, kind="stable")
    speeds = model.capacity.reshape(-1, 1)
    demand = np.ascontiguousarray((model.demand_s / speeds)[:, order].T)
    counts = model.populations[order].astype(np.int64)
    strides = np.concatenate((np.cumprod(counts[:0:-1] + 1)[::-1], [1]))
    layers = np.zeros((2, strides[0], demand.shape[1]))
    seen = np.zeros_like(demand)
    throughput = np.zeros(len(counts))
    _walk(counts, strides, model.delay_s[order] + demand.sum(axis=1), demand, layers, throughput, seen)
    back = np.argsort(order, kind="stable")
    return ClosedAnswer(throughput_per_s=throughput[back], residence_s=(demand * (1.0 + seen))[back].T)


@njit(cache=True)
def _walk(
    counts: Ints, strides: Ints, least: Floats, demand: Floats, layers: Floats, throughput: Floats, seen: Floats
) -> None:
    """Fills ``throughput`` (R) and what an arrival of each class ``seen`` (R, K) at the full population.

    ``counts`` (R), outermost class first; ``strides[r]`` is the step of one customer of class r within a layer
    (``strides[0]`` is the layer's size); ``least`` (R) the cycle time without queueing; ``demand`` (R, K);
    ``layers`` (2, layer size, K) is room for the queue lengths.
    """
    classes, stations = demand.shape
    present = np.zeros(classes, dtype=np.int64)
    for outer in range(counts[0] + 1):
        present[0] = outer
        for index in range(strides[0]):
            for k in range(stations):
                layers[outer % 2, index, k] = 0.0
            for r in range(classes):
                if present[r] > 0:
                    layer, place = (1 - outer % 2, index) if r == 0 else (outer % 2, index - strides[r])
                    cycle = least[r]
                    for k in range(stations):
                        cycle += demand[r, k] * layers[layer, place, k]
                    rate = present[r] / cycle
                    throughput[r] = rate
                    for k in range(stations):
                        seen[r, k] = layers[layer, place, k]
                        layers[outer % 2, index, k] += rate * demand[r, k] * (1.0 + seen[r, k])
            for r in range(classes - 1, 0, -1):
                present[r] += 1
                if present[r] <= counts[r]:
                    break
                present[r] = 0
