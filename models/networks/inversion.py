"""Exact closed classes over single-server stations, by inverting the normalising constant's generating function.

Σ_N G(N) z^N = exp(Σ_r Z_r z_r) Π_k 1/(1 − Σ_r D_kr z_r) = F(z), and over a grid of angles with M_r points by class

    mean of F(ρ e^{iθ}) e^{−iN·θ} = G(N) ρ^N + Σ_{j≠0} G(N + jM) ρ^{N+jM}

(Choudhury, Leung & Whitt 1995). The same sums with e^{iθ_r}, and with a station's term once more, give
X_r = G(N − e_r)/G(N) and Q_kr = D_kr G₊(N − e_r)/G(N), where G₊ has the station twice.

At the saddle point ρ of F(ρ) ρ^−N this is an open network's distribution about N. Where learners think it is nearly
normal, and F dies away about θ = 0 just as fast as M may shrink: some 30 points a class do, whatever the populations.
Full stations make its tails longer, so that more points are needed; smaller radii shorten them, for digits (``LOST``).

Points are left out where F adds less than ``MISSED`` in all, and the grid is fine enough for the other terms to stay
below that; both are bounds, given the saddle point's estimate of G(N). Afterwards they are seen: each comes in with
N + jM customers, so that Σ_k Q_kr + Z_r X_r = N_r tells of them and of lost digits; a gap above ``GAP`` is refused.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from firstbell.models.networks.closed import ClosedAnswer, ClosedModel, Floats
from firstbell.models.networks.saddle_point import GeneratingFunction
from firstbell.models.networks.solution import SolutionRefused
from firstbell.models.networks.torus import Ints, sum_torus, torus

MISSED = 1e-12
GAP = 1e-9
LOST = 1e5
MOST_CLASSES = 6
"""The points grow as some thirty to this power."""

WEIGHTS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 15.0, 20.0)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """``radii`` (R), how many points there are on each class's circle, how many of them to either side of θ = 0 count,
    and the |F| / F(ρ) below which a point is left out."""

    radii: Floats
    spacing: Ints
    reach: Ints
    threshold: float

    @property
    def points(self) -> float:
        """At most how many are summed; the other half is conjugate."""
        return float(np.prod(2.0 * self.reach + 1.0)) / 2.0


def inversion(model: ClosedModel) -> ClosedAnswer:
    """Exact throughput (R) and residence times (K, R) of a model whose stations have a fixed speed each.

    Raises SolutionRefused when too many digits are lost.
    """
    function = _function(model)
    grid = grid_of(model)
    load = function.demand_s * grid.radii
    idle = 1.0 - load.sum(axis=1)
    sums = _sums(model, grid, load, idle)
    throughput = grid.radii * sums[0, 1:] / sums[0, 0]
    lengths = load / idle[:, np.newaxis] * sums[1:, 1:] / sums[0, 0]
    present = model.delay_s * throughput + lengths.sum(axis=0)
    gap = float(np.max(np.abs(present / model.populations - 1.0)))
    if not gap <= GAP:
        raise SolutionRefused(f"inversion: too many digits are lost: {gap:.1g} of a class's customers are missing")
    return ClosedAnswer(throughput_per_s=throughput, residence_s=lengths / throughput)


def inversion_steps(model: ClosedModel) -> float:
    """At most how often ``inversion`` would work out a station's term."""
    return grid_of(model).points * (len(model.demand_s) + 1.0)


def grid_of(model: ClosedModel) -> Grid:
    """The grid with the fewest points, among radii that come the nearer to 0 the more weight full stations get; a
    hundred times the points count as much as all the digits that may be lost."""
    function = _function(model)
    saddle = function.saddle_point(model.populations, function.inside(model.populations))
    least = function.log_at(saddle, model.populations)
    constant = function.log_constant(model.populations, saddle)
    best, cost = None, np.inf
    logs = saddle
    for weight in WEIGHTS:
        logs = function.saddle_point(model.populations, logs, weight)
        lost = function.log_at(logs, model.populations) - least
        if best is not None and lost > np.log(LOST):
            break
        share = np.exp(constant - least - lost)
        spacing = _spacing(function, model.populations, logs, share)
        grid = _reached(function, logs, spacing, MISSED * share)
        if best is None or grid.points * np.exp(lost * 0.4) < cost:
            best, cost = grid, grid.points * np.exp(lost * 0.4)
    assert best is not None
    return best


def _function(model: ClosedModel) -> GeneratingFunction:
    return GeneratingFunction(delay_s=model.delay_s, demand_s=model.demand_s / model.capacity.reshape(-1, 1))


def _sums(model: ClosedModel, grid: Grid, load: Floats, idle: Floats) -> Floats:
    """What ``sum_torus`` finds, by class as they are in the model; the cores take every other point of a class."""
    order = np.argsort(-grid.reach, kind="stable")
    points = torus(
        populations=model.populations[order],
        thinking=(model.delay_s * grid.radii)[order],
        idle=idle,
        load=load[:, order],
        spacing=grid.spacing[order],
        reach=grid.reach[order],
    )
    workers = len(os.sched_getaffinity(0)) if len(order) > 1 else 1
    parts = np.zeros((workers, len(idle) + 1, len(order) + 1))
    with ThreadPoolExecutor(workers) as pool:
        tasks = [pool.submit(sum_torus, points, n, workers, grid.threshold, parts[n]) for n in range(workers)]
        for task in tasks:
            task.result()
    sums = parts.sum(axis=0)
    sums[:, 1 + order] = sums[:, 1:].copy()
    return np.asarray(sums)


def _spacing(function: GeneratingFunction, populations: Floats, logs: Floats, share: float) -> Ints:
    """(R) odd numbers of points at which all aliases with more or fewer of a class are less than ``MISSED`` of the
    constant, by Chernoff's bound of how many there are of it at these radii, whatever the other classes do."""
    load, thinking = function.demand_s * np.exp(logs), function.delay_s * np.exp(logs)
    idle = 1.0 - load.sum(axis=1, keepdims=True)
    points = np.empty(len(logs), dtype=np.int64)
    for r, present in enumerate(populations):
        own = load[:, r : r + 1]
        steps = np.geomspace(1e-9, 1.0, 400)
        room = np.log1p(np.min(idle[own > 0] / own[own > 0], initial=100.0)) * 0.999
        more = _tilted(idle, own, thinking[r], present, steps * room)
        fewer = _tilted(idle, own, thinking[r], present, -5.0 * steps)
        missed = np.log(MISSED * share)
        above = np.min((more - missed) / (steps * room))
        below = np.min((fewer - missed) / (5.0 * steps))
        points[r] = 2 * int(np.ceil(max(above, min(below, present + 1.0)) / 2.0)) + 1
    return points


def _tilted(idle: Floats, own: Floats, thinking: float, present: float, steps: Floats) -> Floats:
    """log of F with a class's radius e^step times as long, over F, less step times the number present."""
    grown = np.expm1(steps)
    logs = thinking * grown - present * steps - np.log1p(-own / idle * grown).sum(axis=0)
    return np.asarray(logs)


def _reached(function: GeneratingFunction, logs: Floats, spacing: Ints, threshold: float) -> Grid:
    load = function.demand_s * np.exp(logs)
    thinking = function.delay_s * np.exp(logs)
    reach = [_reach(load, r, thinking[r], spacing[r], threshold) for r in range(len(logs))]
    return Grid(radii=np.exp(logs), spacing=spacing, reach=np.array(reach), threshold=threshold)


def _reach(load: Floats, r: int, thinking: float, spacing: int, threshold: float) -> int:
    """How far a class's points reach before F is below the threshold whatever the other classes' angles."""
    idle = 1.0 - load.sum(axis=1)
    free = load.sum(axis=1) - load[:, r]

    def most(step: int) -> float:
        angle = 2.0 * np.pi * step / spacing
        versine = 2.0 * np.sin(angle / 2.0) ** 2
        near = np.abs(1.0 - load[:, r] * np.exp(1j * angle)) - free
        return float(np.exp(-thinking * versine) * np.prod(idle / np.maximum(near, idle)))

    inside, outside = 0, int(spacing) // 2 + 1
    while outside - inside > 1:
        middle = (inside + outside) // 2
        if most(middle) >= threshold:
            inside = middle
        else:
            outside = middle
    return inside
