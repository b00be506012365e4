"""What a set of runs came to, by an objective's measure, in every draw of its blocks."""

import numpy as np
from numpy.typing import NDArray

from firstbell.models.comparison.capacity import capacity_of
from firstbell.models.comparison.costs import Costs, Shape
from firstbell.models.comparison.digest import ActivityDigest, Times, ViewsDigest, dense
from firstbell.models.comparison.histogram import middle_s, quantile_s
from firstbell.models.comparison.resampling import Side
from firstbell.models.measurement import FEWEST
from firstbell.models.objectives.expression import Expression
from firstbell.models.problems import InputError
from firstbell.models.workload.gate import GateObjective

Floats = NDArray[np.float64]

TOLERATED = 4.0
"""Times the time that satisfies: the Apdex specification's limit of what is tolerated."""


class UntoldError(Exception):
    """The runs can't tell a value; says why."""


class Values:
    """One side's values for an objective: arrays (1 + draws,), the first as measured."""

    def __init__(self, side: Side, objective: GateObjective, weights: Floats) -> None:
        self._side = side
        self._objective = objective
        self._expression: Expression = objective.expression
        self._weights = weights * self._inside()

    def value(self) -> Floats:
        """Raises UntoldError where too little was seen, InputError where the runs can't know what is asked for."""
        found = getattr(self, f"_{self._expression.measure}")()
        if not np.isfinite(found[0]):
            raise UntoldError("nothing was seen of it")
        return np.asarray(np.where(np.isfinite(found), found, found[0]), dtype=float)

    def _inside(self) -> Floats:
        """(blocks,) 1 for the blocks that lie in the objective's window, 0 for others."""
        window_s = self._objective.window_s
        starts = np.concatenate([np.array(run.start_s) for run in self._side.runs])
        if window_s is None:
            return np.ones(len(starts))
        block_s = self._side.runs[0].block_s
        inside = (starts >= window_s[0] - block_s / 2) & (starts + block_s <= window_s[1] + block_s / 2)
        if not inside.any():
            last_s = float(starts.max(initial=0.0)) + block_s
            raise UntoldError(f"nothing was measured in that window; the run was measured from 0 to {last_s:g} s")
        return inside.astype(float)

    # Measures, by their names

    def _p(self) -> Floats:
        parts = [dense([each.response for each in part]) for part in self._by_activity()]
        return self._percentile(*_merged(parts), "visits that went well")

    def _startup_p(self) -> Floats:
        return self._percentile(*dense([each.startup for each in self._views()]), "views")

    def _error_ratio(self) -> Floats:
        return _ratio(self._counted("errors"), self._counted("visits"))

    def _missed_ratio(self) -> Floats:
        missed = self._counted("missed")
        return _ratio(missed, missed + self._counted("visits"))

    def _rebuffer_ratio(self) -> Floats:
        views = self._views()
        stalled = self._weights @ self._column([each.stalled_s for each in views])
        return _ratio(stalled, stalled + self._weights @ self._column([each.played_s for each in views]))

    def _throughput(self) -> Floats:
        return _ratio(self._counted("visits") - self._counted("errors"), self._weights @ self._side.block_s)

    def _apdex(self) -> Floats:
        limit_s = self._expression.satisfied_s or 0.0
        seen = self._counted("visits") + self._counted("missed")
        score = np.zeros(len(self._weights))
        for part in self._by_activity():
            bins, counts = dense([each.response for each in part])
            took_s, drawn = middle_s(bins), self._weights @ counts
            satisfied = drawn[:, took_s <= limit_s].sum(axis=1)
            tolerated = drawn[:, (took_s > limit_s) & (took_s <= TOLERATED * limit_s)].sum(axis=1)
            score += satisfied + tolerated / 2
        return _ratio(score, seen)

    def _capacity(self) -> Floats:
        costs = Costs(side=self._side, shape=Shape.of(self._side.runs), weights=self._weights)
        if not costs.known:
            raise UntoldError("the target told no processor times, so that nobody knows what a learner costs it")
        found = capacity_of(costs)
        return np.array([found.learners, found.low, found.high])

    # What they are made of

    def _by_activity(self) -> list[list[ActivityDigest]]:
        """Each activity that the objective is about, run by run."""
        objective, runs = self._objective, self._side.runs
        self._check_line()
        seen = dict.fromkeys(name for run in runs for name in run.names)
        names = seen if objective.activity is None else (objective.activity,)
        if objective.activity is not None:
            self._check_activity(objective.activity)
        found = []
        for name in names:
            found.append([run.activity(name, objective.line) or _nothing(name, run.blocks) for run in runs])
        return found

    def _check_activity(self, name: str) -> None:
        runs = self._side.runs
        known = {each for run in runs for each in (*run.names, *run.visits_per_learner_s)}
        if name not in known:
            raise InputError.single(
                source=self._objective.name, key="activity", value=name, what="there is no such activity",
                remedy=f"Take one of {', '.join(sorted(known))}",
            )  # fmt: skip

    def _check_line(self) -> None:
        line, known = self._objective.line, sorted({line for run in self._side.runs for line in run.lines})
        if line is not None and line not in known:
            remedy = f"Take one of {', '.join(known)}" if known else "Take it out, or give the profile a network"
            raise InputError.single(
                source=self._objective.name, key="line", value=line, what="nobody came by such a line", remedy=remedy
            )

    def _views(self) -> list[ViewsDigest]:
        self._check_line()
        line = self._objective.line
        found = [view for run in self._side.runs for view in run.views if view.line == line]
        if len(found) < len(self._side.runs):
            raise UntoldError("no view of a video was seen")
        return found

    def _percentile(self, bins: NDArray[np.int64], counts: Floats, what: str) -> Floats:
        share = self._expression.share or 0.5
        drawn = self._weights @ counts
        seen = int(drawn[0].sum())
        if seen < FEWEST or seen * (1 - share) < 1:
            needed = max(FEWEST, int(np.ceil(round(1 / (1 - share), 6))))
            raise UntoldError(f"only {seen} {what} were seen, and this percentile needs {needed}")
        return quantile_s(bins, drawn, share)

    def _counted(self, name: str) -> Floats:
        total = np.zeros(len(self._weights))
        for part in self._by_activity():
            total += self._weights @ self._column([getattr(each, name) for each in part])
        return total

    def _column(self, of_run: list[tuple[float, ...]]) -> Floats:
        return self._side.column(of_run)


def _merged(parts: list[tuple[NDArray[np.int64], Floats]]) -> tuple[NDArray[np.int64], Floats]:
    """Histograms over the same blocks as one."""
    bins = np.unique(np.concatenate([each for each, _ in parts]))
    counts = np.zeros((len(parts[0][1]), len(bins)))
    for each, more in parts:
        counts[:, np.searchsorted(bins, each)] += more
    return bins, counts


def _nothing(name: str, blocks: int) -> ActivityDigest:
    none = (0,) * blocks
    return ActivityDigest(name=name, visits=none, errors=none, missed=none, response=Times(blocks=((),) * blocks))


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
