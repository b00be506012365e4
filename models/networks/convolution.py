"""Exact normalising constants for stations whose speed depends on how many are present.

G = F_1 * F_2 * … * F_K over population vectors (Buzen 1973; Reiser & Kobayashi 1975), with
F_k(n) = |n|! Π_r D_kr^{n_r} / n_r! / Π_{j≤|n|} μ_k(j). Since μ_k(j) = μ_k(m) for j ≥ m,

    (F_k * G)(n) = Σ_r D_kr/μ_k(m) · (F_k * G)(n − e_r)  +  Σ_{|j|<m} F_k(j) (1 − μ_k(|j|)/μ_k(m)) · G(n − j),

so a station with c servers costs c terms and not N. While no earlier rate exceeds the last one, every term is
positive: nothing cancels at any population, where plain load-dependent mean value analysis does. Rates that fall are
summed in full.
"""

from itertools import product

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import gammaln

from firstbell.models.networks.closed import ClosedAnswer, ClosedModel, Floats

Ints = NDArray[np.int64]


def convolution(model: ClosedModel) -> ClosedAnswer:
    """Exact throughput (R), residence times (K, R) and presence of every station with several rates."""
    unit = _time_unit(model)
    lattice = _Lattice(model, unit)
    everything = lattice.combined(range(len(model.rates)))
    throughput = lattice.throughput(everything)
    lengths = np.zeros_like(model.demand_s)
    presence = {}
    for k, rates in enumerate(model.rates):
        if len(rates) == 1:
            lengths[k] = lattice.fixed_rate_length(k, everything)
        else:
            lengths[k], presence[k] = lattice.load_dependent_length(k, everything[-1])
    residence = np.divide(lengths, throughput, out=np.zeros_like(lengths), where=throughput > 0)
    return ClosedAnswer(throughput_per_s=throughput / unit, residence_s=residence * unit, presence=presence)


def convolution_steps(model: ClosedModel) -> float:
    """About how many elementary steps ``convolution`` would take."""
    heads = [_head_count(rates, model.populations) for rates in model.rates]
    varying = sum(len(rates) > 1 for rates in model.rates)
    return model.lattice_size * (sum(heads) * (1 + varying) + len(heads))


class _Lattice:
    """Logarithms of normalising constants over all population vectors, flat in C order (last class fastest)."""

    def __init__(self, model: ClosedModel, unit: float) -> None:
        self.counts = model.populations.astype(np.int64)
        self.shape = tuple(self.counts + 1)
        self.strides = np.concatenate((np.cumprod(self.counts[:0:-1] + 1)[::-1], [1]))
        self.rates = model.rates
        self.delay = model.delay_s / unit
        with np.errstate(divide="ignore"):
            self.log_demand = np.log(model.demand_s / unit)

    def combined(self, stations: "range | list[int]") -> Floats:
        """log G of the delays and these stations."""
        values = _log_delays(self.counts, self.delay).ravel()
        for k in stations:
            values = self.with_station(values, k)
        return values

    def with_station(self, values: Floats, k: int) -> Floats:
        vectors, weights, tail = _head(self.rates[k], self.log_demand[k], self.counts)
        steps = self.log_demand[k] - tail
        result = np.empty_like(values)
        offsets = vectors @ self.strides
        _convolve(values, self.counts, self.strides, vectors, offsets, weights, steps, result)
        return result

    def throughput(self, everything: Floats) -> Floats:
        """X_r = G(N − e_r) / G(N)."""
        rates: Floats = np.exp(everything[-1 - self.strides] - everything[-1])
        return rates

    def fixed_rate_length(self, k: int, everything: Floats) -> Floats:
        """Q_kr = D_kr/μ · G₊(N − e_r)/G(N), where G₊ has the station twice."""
        doubled = self.with_station(everything, k)
        logs = self.log_demand[k] - np.log(self.rates[k][-1]) + doubled[-1 - self.strides] - everything[-1]
        return np.asarray(np.exp(logs))

    def load_dependent_length(self, k: int, log_whole: float) -> tuple[Floats, Floats]:
        """Mean numbers (R) and the probabilities of 0, 1, … present: F_k(j) G₋(N − j) / G(N), G₋ without it."""
        others = self.combined([i for i in range(len(self.rates)) if i != k])
        logs = _log_station(self.rates[k], self.log_demand[k], self.counts) + others[::-1].reshape(self.shape)
        probabilities = np.exp(logs - log_whole)
        axes = range(len(self.shape))
        lengths = [
            np.sum(np.arange(size) * probabilities.sum(axis=tuple(a for a in axes if a != r)))
            for r, size in enumerate(self.shape)
        ]
        presence = np.bincount(_totals(self.shape).ravel(), weights=probabilities.ravel())
        return np.array(lengths), np.asarray(presence, dtype=float)


def _time_unit(model: ClosedModel) -> float:
    """Seconds in which about one customer passes, so that the logarithms stay small."""
    longest = max(np.max(model.delay_s / model.populations), 1e-300)
    for k, rates in enumerate(model.rates):
        longest = max(longest, float(np.max(model.demand_s[k])) / rates[-1])
    return float(longest)


def _log_delays(counts: Ints, delay: Floats) -> Floats:
    """Σ_r n_r log Z_r − log n_r! over the lattice."""
    total = np.zeros(tuple(counts + 1))
    for r, (count, seconds) in enumerate(zip(counts, delay, strict=True)):
        with np.errstate(divide="ignore"):
            line = _powers(np.log(seconds), count) - gammaln(np.arange(count + 1) + 1.0)
        total += line.reshape([-1 if axis == r else 1 for axis in range(len(counts))])
    return total


def _powers(log_base: float, count: int) -> Floats:
    """log(base^0), log(base^1), …; the 0th is 0 even for base 0."""
    return np.concatenate(([0.0], np.arange(1, count + 1) * log_base))


def _totals(shape: tuple[int, ...]) -> Ints:
    total = np.zeros(shape, dtype=np.int64)
    for axis, size in enumerate(shape):
        total += np.arange(size).reshape([-1 if other == axis else 1 for other in range(len(shape))])
    return total


def _log_speeds(rates: Floats, length: int) -> Floats:
    """log Π_{j≤n} μ(j) for n = 0 … length."""
    padded = np.concatenate((rates, np.full(max(0, length - len(rates)), rates[-1])))[:length]
    return np.concatenate(([0.0], np.cumsum(np.log(padded))))


def _log_station(rates: Floats, log_demand: Floats, counts: Ints) -> Floats:
    """log F_k over the lattice."""
    totals = _totals(tuple(counts + 1))
    logs = (gammaln(np.arange(counts.sum() + 1) + 1.0) - _log_speeds(rates, int(counts.sum())))[totals]
    for r, count in enumerate(counts):
        line = _powers(log_demand[r], count) - gammaln(np.arange(count + 1) + 1.0)
        logs = logs + line.reshape([-1 if axis == r else 1 for axis in range(len(counts))])
    return np.asarray(logs)


def _rises(rates: Floats) -> bool:
    return bool(np.all(rates <= rates[-1]))


def _head_count(rates: Floats, populations: Floats) -> float:
    if len(rates) == 1:
        return 1.0
    if not _rises(rates):
        return float(np.prod(populations + 1.0))
    depth = min(len(rates) - 1, populations.sum())
    ways = gammaln(depth + len(populations) + 1) - gammaln(depth + 1) - gammaln(len(populations) + 1)
    return float(np.exp(ways))


def _head(rates: Floats, log_demand: Floats, counts: Ints) -> tuple[Ints, Floats, float]:
    """The vectors j (H, R) of the second sum, the logarithms of their weights (H), and log μ(m) (∞: no first sum)."""
    rising = _rises(rates)
    depth = min(len(rates) - 1, int(counts.sum())) if rising else int(counts.sum())
    vectors = np.array([v for v in product(*(range(min(c, depth) + 1) for c in counts)) if sum(v) <= depth])
    totals = vectors.sum(axis=1)
    speeds = np.concatenate(([0.0], rates, np.full(max(0, depth - len(rates)), rates[-1])))[: depth + 1]
    logs = gammaln(totals + 1.0) - _log_speeds(rates, depth)[totals] - gammaln(vectors + 1.0).sum(axis=1)
    powers = np.multiply(vectors, log_demand, out=np.zeros(vectors.shape), where=vectors > 0)
    logs = logs + powers.sum(axis=1)
    if rising:
        with np.errstate(divide="ignore"):
            logs = logs + np.log1p(-speeds / rates[-1])[totals]
    kept = logs > -np.inf
    return vectors[kept], logs[kept], float(np.log(rates[-1])) if rising else np.inf


@njit(cache=True)
def _fits(vector: Ints, present: Ints) -> bool:
    for r in range(present.size):  # noqa: SIM110 (numba compiles the loop faster)
        if vector[r] > present[r]:
            return False
    return True


@njit(cache=True)
def _convolve(
    values: Floats,
    counts: Ints,
    strides: Ints,
    vectors: Ints,
    offsets: Ints,
    weights: Floats,
    steps: Floats,
    result: Floats,
) -> None:
    """result(n) = log(Σ_r exp(steps_r + result(n − e_r)) + Σ_h exp(weights_h + values(n − vectors_h)))."""
    present = np.zeros(counts.size, dtype=np.int64)
    terms = np.empty(counts.size + weights.size)
    for index in range(values.size):
        used = 0
        top = -np.inf
        for r in range(counts.size):
            if present[r] > 0:
                terms[used] = steps[r] + result[index - strides[r]]
                top = max(top, terms[used])
                used += 1
        for h in range(weights.size):
            if offsets[h] <= index and _fits(vectors[h], present):
                terms[used] = weights[h] + values[index - offsets[h]]
                top = max(top, terms[used])
                used += 1
        total = 0.0
        for i in range(used):
            if terms[i] - top > -45.0:
                total += np.exp(terms[i] - top)
        result[index] = top + np.log(total) if total > 0.0 else -np.inf
        for r in range(counts.size - 1, -1, -1):
            present[r] += 1
            if present[r] <= counts[r]:
                break
            present[r] = 0
