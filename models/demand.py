"""Service demands from the utilisation law: U = Σ X_a D_a + U_0, over many windows.

Non-negative least squares, weighted by the noise that each window must have; intervals by a bootstrap of blocks of
windows, since neighbouring windows share their queues. Source: Lazowska et al. 1984, ch. 12; the regression as in
Zhang, Cherkasova & Smirni 2007.

A rare and cheap activity drowns in that noise: alone, the law gives it 0 or its neighbour's share. What is known
besides may be told as a `Prior`; it adds rows to the least squares, so that the data overrule it where they can.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from scipy.stats import norm
from scipy.stats import t as student

from firstbell.models.problems import InputError

Floats = NDArray[np.float64]

# A fit's levels are all of them on cores that are mostly idle: what they say of busy ones hangs on little, and what is
# peculiar to one mix passes for it. So a coldness is believed as far as one expects it: the scale of a half-normal.
_COLDNESS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6)
_USUAL_COLDNESS = 0.1
_REWEIGHTINGS = 2
_BLOCKS_EACH = 4  # blocks of windows for each unknown, at least
_SURE = 1.5  # standard deviations above nothing
_LEAST_SHARE = 0.02
_LEAST_JOB_S = 2e-5  # who is known to come does something there


@dataclass(frozen=True, kw_only=True, eq=False)
class Prior:
    """What is known of demands before: D_a = (n_a b + e_a) (1 + c (1 - U)), with b, e_a and c not negative.

    Each request costs the same b whatever it is for, and the activity has its own e_a. All of it costs up to c times
    more where the cores are idle: caches are cold and a processor has to be woken then, so that work gets cheaper as
    the load rises. About 0.1 is usual, and more is believed only where the data insist. ``requests_per_visit``
    (classes,) are the n_a; ``most_s`` (classes,) the scale of e_a: the response time of a visit that had the system for
    itself, of which its demand is a part; ``idle`` (windows,) the 1 - U.
    ``comes`` (classes,) tells who visits this station at all; None where nobody knows, and the data decide.
    """

    requests_per_visit: Floats
    most_s: Floats
    idle: Floats
    comes: tuple[bool | None, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class DemandFit:
    """Demands at one station: ``demand_s`` (classes,), ``draws_s`` (draws, classes), ``background`` as utilisation with
    its ``background_draws`` (draws,).

    ``most_s`` (classes,) is the most that each may be by the bootstrap before those of noise were left out; 0 without a
    prior, when none is. Demands are those on busy cores; ``coldness`` and ``coldness_draws`` (draws,) are the prior's
    c, by which they rise on idle ones, 0 without a prior. ``residual`` (windows,) is measured less explained;
    ``r_squared`` is of the weighted regression, None where the utilisation did not vary; ``condition_number`` is that
    of the design matrix with its column for the background. ``inflation`` (classes,) says how far each demand's
    variance is inflated by the others' company (the variance inflation factor): above 10, that single demand is
    doubtful though the sums are not (Belsley 1980).
    """

    demand_s: Floats
    draws_s: Floats
    most_s: Floats
    coldness: float
    coldness_draws: Floats
    background: float
    background_draws: Floats
    residual: Floats
    r_squared: float | None
    condition_number: float
    inflation: Floats

    def interval_s(self, coverage: float = 0.95) -> tuple[Floats, Floats]:
        """Bootstrap interval of each demand (percentile method), widened to hold the estimate itself.

        What was left out as noise may be as much as noise hides: its interval reaches from its floor to there.
        """
        tail = (1 - coverage) / 2
        low, high = np.quantile(self.draws_s, [tail, 1 - tail], axis=0)
        left_out = np.ptp(self.draws_s, axis=0) == 0
        high = np.where(left_out, np.maximum(high, self.most_s), high)
        return np.minimum(low, self.demand_s), np.maximum(high, self.demand_s)


def utilisation_law(
    throughput_per_s: ArrayLike,
    utilization: ArrayLike,
    *,
    background: bool = True,
    prior: Prior | None = None,
    draws: int = 200,
    block: int = 5,
    seed: int = 1,
    source: str = "service demand",
) -> DemandFit:
    """Demands from ``throughput_per_s`` (windows, classes) and ``utilization`` (windows,), in servers busy.

    With a prior, activities whose demand the bootstrap can't tell from nothing have none: whoever is said to visit a
    station waits in its queue, so a demand of noise would be worse than none.

    Raises InputError where there are fewer windows than demands or where nothing was busy.
    """
    rates = np.asarray(throughput_per_s, dtype=float)
    busy = np.asarray(utilization, dtype=float)
    _check(rates, busy, background, source)
    design = _Design.of(rates, busy, background, prior)
    most_s = np.zeros(rates.shape[1])
    if prior is not None:
        before = _resampled(design, block, draws, seed).coefficients
        most_s = np.quantile(design.demand_s(before), 0.975, axis=0)
        design = design.without(_insignificant(design, before))
    resampled = _resampled(design, block, draws, seed)
    fitted = design.solve()
    return DemandFit(
        demand_s=design.demand_s(fitted.coefficients),
        draws_s=design.demand_s(resampled.coefficients),
        most_s=most_s,
        coldness=float(fitted.coldness),
        coldness_draws=np.asarray(resampled.coldness),
        background=float(fitted.coefficients[-1]),
        background_draws=resampled.coefficients[:, -1],
        residual=fitted.residual,
        r_squared=_r_squared(busy, busy - fitted.residual, design.weights),
        condition_number=float(np.linalg.cond(np.column_stack([rates, np.ones(len(rates))]))),
        inflation=_variance_inflation(rates),
    )


def demand_law(utilization: float, throughput_per_s: ArrayLike, response_s: ArrayLike) -> Floats:
    """Demands (classes,) at one operating point, the busy time shared out in proportion to X_c R_c (LibReDE's rule)."""
    shares = np.asarray(throughput_per_s, dtype=float) * np.asarray(response_s, dtype=float)
    return np.asarray(utilization * shares / shares.sum() / np.asarray(throughput_per_s, dtype=float))


def condition_number(rates: Floats) -> float:
    """Condition number of the design with its column for the background, all columns scaled to unit length.

    Columns of nothing are left out: what never came has no demand to be found.
    """
    design = np.column_stack([rates, np.ones(len(rates))])
    norms = np.linalg.norm(design, axis=0)
    return float(np.linalg.cond(design[:, norms > 0] / norms[norms > 0]))


def _variance_inflation(rates: Floats) -> Floats:
    """1 / (1 - R²) of each class's throughput regressed on the others'; inf where they tell it wholly."""
    centred = rates - rates.mean(axis=0)
    norms = np.linalg.norm(centred, axis=0)
    scaled = centred / np.where(norms > 0, norms, 1)
    inverse = np.linalg.pinv(scaled.T @ scaled)
    factors = np.diag(inverse).copy()
    factors[norms == 0] = np.inf
    return np.asarray(np.maximum(factors, 1.0), dtype=float)


def _check(rates: Floats, busy: Floats, background: bool, source: str) -> None:
    if rates.ndim != 2 or busy.shape != rates.shape[:1]:
        what = f"throughput has the shape {rates.shape} and utilisation {busy.shape}"
        raise InputError.single(source=source, what=what, remedy="Give one row of throughputs for each utilisation")
    if not (np.isfinite(rates).all() and np.isfinite(busy).all()) or (rates < 0).any() or (busy < 0).any():
        what = "throughputs and utilisations must be finite and not negative"
        raise InputError.single(source=source, what=what, remedy="Look for gaps in the measurement")
    unknowns = rates.shape[1] + background
    if len(busy) < unknowns:
        what = f"{len(busy)} windows can't tell {unknowns} demands apart"
        raise InputError.single(source=source, what=what, remedy="Measure longer, or at more levels")
    if not busy.any() or not rates.any():
        what = "nothing was busy in any window"
        raise InputError.single(
            source=source, what=what, remedy="Check that the target's metrics are those of the target"
        )
    if not np.ptp(rates, axis=0).any():
        what = "no throughput varied from one window to another"
        raise InputError.single(source=source, what=what, remedy="Measure several levels and mixes")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Solution:
    """``coefficients`` (…, classes + 2) of the design's columns, and the ``coldness`` (…) that fits best with them."""

    coefficients: Floats
    coldness: Floats
    residual: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class _Triangle:
    """Weighted columns at one coldness as ``rotation`` (rows, unknowns) times ``upper`` (unknowns, unknowns)."""

    coldness: float
    columns: Floats
    rotation: Floats
    upper: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class _Design:
    """The least squares of one station.

    ``columns`` (windows, classes + 2): throughputs, then all requests together, then the background; ``used``
    (classes + 2,) tells which of them may be other than 0.
    """

    columns: Floats
    busy: Floats
    weights: Floats
    idle: Floats
    used: NDArray[np.bool_]
    prior: Prior | None

    @classmethod
    def of(cls, rates: Floats, busy: Floats, background: bool, prior: Prior | None) -> "_Design":
        """Weights are one over each window's standard deviation: it rises with the root of the load, as a count's.

        The load is the fitted one: with the measured one, windows that are low by chance would weigh more than those
        that are high, and every demand would come out too small.
        """
        windows, classes = rates.shape
        together = np.zeros(windows) if prior is None else rates @ _requests_here(prior)
        design = cls(
            columns=np.column_stack([rates, together, np.ones(windows)]),
            busy=busy,
            weights=np.ones(windows),
            idle=np.zeros(windows) if prior is None else prior.idle,
            used=np.array([*_may_come(prior, classes), prior is not None, background]),
            prior=None,
        )
        for _ in range(_REWEIGHTINGS):
            residual = design.solve().residual
            shape = np.sqrt(np.maximum(busy - residual, 0.05 * float(np.mean(busy))))
            # In seconds, for the prior speaks in seconds, too.
            noise = float(np.std(residual / shape)) or 1e-9
            design = replace(design, weights=1 / (noise * shape))
        return replace(design, prior=prior)

    @property
    def classes(self) -> int:
        """Number of activities."""
        return int(self.columns.shape[1]) - 2

    @property
    def unknowns(self) -> int:
        """Number of coefficients that may be other than 0."""
        return int(np.sum(self.used))

    def noise(self, fitted: _Solution, length: int) -> tuple[Floats, NDArray[np.int64]]:
        """Residuals (windows,) as large as the noise that made them, and the block (windows,) to which each belongs.

        A fit follows its data and leaves too little: each block's residuals are what they would be of a fit without it
        (the jackknife: Bell & McCaffrey's CR3, 2002), and all are stretched as Student's t is wider than the normal
        distribution with so many blocks.
        """
        columns = self._weighted(float(fitted.coldness))[:, self.used]
        inverse = np.linalg.pinv(columns.T @ columns)
        blocks = [np.arange(start, min(start + length, len(self.busy))) for start in range(0, len(self.busy), length)]
        noise, owner = np.zeros(len(self.busy)), np.zeros(len(self.busy), dtype=np.int64)
        for number, rows in enumerate(blocks):
            hat = columns[rows] @ inverse @ columns[rows].T
            weighted = fitted.residual[rows] * self.weights[rows]
            noise[rows] = np.linalg.lstsq(np.eye(len(rows)) - hat, weighted, rcond=1e-8)[0] / self.weights[rows]
            owner[rows] = number
        freedom = max(len(blocks) - self.unknowns, 1)
        return noise * float(student.ppf(0.975, freedom) / norm.ppf(0.975)), owner

    def without(self, columns: NDArray[np.bool_]) -> "_Design":
        """The same with these columns held at 0."""
        return replace(self, used=self.used & ~columns)

    def solve(self) -> _Solution:
        """The best coefficients, none negative, with the coldness that explains most for how unusual it is."""
        return self.solve_for(self.busy)

    def solve_for(self, busy: Floats) -> _Solution:
        """The same for another utilisation (windows,) at the same throughputs."""
        tried = [self._at(triangle, busy) for triangle in self._triangles]
        return min(tried, key=lambda found: found[0] + float(found[1].coldness / _USUAL_COLDNESS) ** 2)[1]

    def _at(self, triangle: "_Triangle", busy: Floats) -> tuple[float, _Solution]:
        target = busy * self.weights
        projected = triangle.rotation[: len(busy)].T @ target
        found = np.zeros(self.columns.shape[1])
        found[self.used] = _nnls(triangle.upper, projected)
        missed = triangle.upper @ found[self.used] - projected
        unexplained = float(target @ target - projected @ projected + missed @ missed)
        residual = busy - triangle.columns @ found
        return unexplained, _Solution(coefficients=found, coldness=np.array(triangle.coldness), residual=residual)

    @cached_property
    def _triangles(self) -> tuple["_Triangle", ...]:
        """One for each coldness that is tried: the same for every bootstrap draw, whose NNLS is then a small one."""
        return tuple(self._triangle(coldness) for coldness in (_COLDNESS if self.prior is not None else (0.0,)))

    def _triangle(self, coldness: float) -> "_Triangle":
        weighted = self._weighted(coldness)
        rotation, upper = np.linalg.qr(weighted[:, self.used])
        columns = weighted[: len(self.busy)] / self.weights[:, None]
        return _Triangle(coldness=coldness, columns=columns, rotation=rotation, upper=upper)

    def _weighted(self, coldness: float) -> Floats:
        """Weighted rows of the least squares: the windows, then what was known before, which aims at 0."""
        columns = self.columns.copy()
        columns[:, :-1] *= (1 + coldness * self.idle)[:, None]
        design = columns * self.weights[:, None]
        if self.prior is None:
            return design
        extras = np.zeros((self.classes, design.shape[1]))
        np.fill_diagonal(extras, 1 / self.prior.most_s)
        return np.vstack([design, extras])

    def demand_s(self, coefficients: Floats) -> Floats:
        """Demands (…, classes) on busy cores from coefficients (…, classes + 2)."""
        own = coefficients[..., : self.classes]
        if self.prior is None:
            return own
        found = own + coefficients[..., [self.classes]] * _requests_here(self.prior)
        known = np.array([comes is True for comes in self.prior.comes])
        return np.maximum(found, np.where(known, _LEAST_JOB_S, 0.0))


def _resampled(design: _Design, block: int, draws: int, seed: int) -> _Solution:
    """Solutions of the same windows with other noise, stacked: (draws, …).

    A wild bootstrap: the design stays as it was planned, and the residuals of each block of neighbouring windows, which
    share their queues, are multiplied by one normal number (Wu 1986; Cameron, Gelbach & Miller 2008).
    """
    rng = np.random.default_rng(seed)
    fitted = design.solve()
    noise, owner = design.noise(fitted, _block_length(len(design.busy), design.unknowns, block))
    explained = design.busy - fitted.residual
    multipliers = rng.standard_normal((draws, int(owner[-1]) + 1))
    found = [design.solve_for(explained + row[owner] * noise) for row in multipliers]
    return _Solution(
        coefficients=np.array([one.coefficients for one in found]),
        coldness=np.array([one.coldness for one in found]),
        residual=np.array([one.residual for one in found]),
    )


def _block_length(windows: int, unknowns: int, most: int) -> int:
    """So long that neighbours' noise stays together, so short that there are blocks enough to tell its size."""
    return max(1, min(most, windows // (_BLOCKS_EACH * unknowns)))


def _may_come(prior: Prior | None, classes: int) -> list[bool]:
    return [True] * classes if prior is None else [comes is not False for comes in prior.comes]


def _requests_here(prior: Prior) -> Floats:
    """Requests a visit (classes,) that pass this station."""
    return np.where(_may_come(prior, len(prior.comes)), prior.requests_per_visit, 0.0)


def _insignificant(design: _Design, coefficients: Floats) -> NDArray[np.bool_]:
    """Columns that can't be told from 0. The background stays, since nobody queues for it, and so does the cost of
    every request where somebody is known to come."""
    prior = design.prior
    assert prior is not None, "without a prior every class is kept"
    best, least_s = design.solve().coefficients, _LEAST_SHARE * prior.most_s
    own = slice(0, design.classes)
    doubtful: NDArray[np.bool_] = best < _SURE * np.std(coefficients, axis=0)
    doubtful[own] |= best[own] < least_s
    doubtful[design.classes] |= bool(np.all(best[design.classes] * _requests_here(prior) < least_s))
    doubtful[design.classes] &= True not in prior.comes
    doubtful[-1] = False
    return doubtful


def _nnls(design: Floats, target: Floats) -> Floats:
    """Non-negative least squares with columns scaled to unit length, for the solver's sake."""
    scale = np.linalg.norm(design, axis=0)
    scale[scale == 0] = 1
    solution, _ = nnls(design / scale, target)
    return np.asarray(solution / scale)


def _r_squared(busy: Floats, explained: Floats, weights: Floats) -> float | None:
    mean = np.average(busy, weights=weights**2)
    total = float(np.sum((weights * (busy - mean)) ** 2))
    return None if total == 0 else 1 - float(np.sum((weights * (busy - explained)) ** 2)) / total
