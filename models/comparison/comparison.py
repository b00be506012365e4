"""What changed between two sides: demands, capacity, response times and errors, each with its interval."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from firstbell.models.comparison.capacity import Capacity, capacity_of
from firstbell.models.comparison.comparability import FEWEST_TASKS, Pairing, pairing_of
from firstbell.models.comparison.costs import FEWEST_REQUESTS, Cell, Costs, Shape
from firstbell.models.comparison.digest import Digest, dense
from firstbell.models.comparison.histogram import quantile_s
from firstbell.models.comparison.resampling import Side, resampled
from firstbell.models.comparison.significance import Evidence, Significance, corrected, significances
from firstbell.models.weighted_median import weighted_median
from firstbell.models.workload.gate import ComparisonRules

Floats = NDArray[np.float64]

EVERYTHING = "everything"
ALL_STATIONS = "all stations"
PROCESSOR = "processor time"
FEWEST_VISITS = 100
_TYPICAL_ERROR = 0.02
_PERCENTILES = ((0.5, "p50"), (0.95, "p95"))


@dataclass(frozen=True, kw_only=True)
class Change:
    """One quantity on both sides. ``ratio`` is after over before, with its interval at the rules' confidence.

    ``before`` is at the speed at which the machine ran the other side: what slowed everything alike is taken out of
    single demands, and told as a change of `EVERYTHING`. ``load`` is by how much a learner asks for more cores, as a
    share of all that they asked for. ``detectable`` is the smallest change that would have been found; ``error`` the
    standard error of the logarithm of ``ratio``, with its degrees of ``freedom``.
    """

    kind: str
    name: str
    activity: str | None
    station: str | None
    unit: str
    before: float
    after: float
    low: float
    ratio: float
    high: float
    p: float
    worse: bool
    better: bool
    detectable: float
    load: float | None = None
    error: float = float("nan")
    freedom: float = float("nan")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two sides compared. ``changes`` has every quantity that was looked at, the significant ones and all others.

    ``sides`` are both as they were drawn, the one before first: whatever else is asked of them is asked of these draws.
    """

    pairing: Pairing
    rules: ComparisonRules
    runs: tuple[int, int]
    changes: tuple[Change, ...]
    capacity: Change | None
    capacities: tuple[Capacity, Capacity] | None
    notes: tuple[str, ...]
    sides: tuple[Side, Side] = field(repr=False, compare=False)

    @property
    def worse(self) -> tuple[Change, ...]:
        """The changes for the worse that are sure, the one that costs most first."""
        found = [change for change in self._all if change.worse]
        return tuple(sorted(found, key=_weight, reverse=True))

    @property
    def better(self) -> tuple[Change, ...]:
        """The changes for the better that are sure."""
        return tuple(sorted((c for c in self._all if c.better), key=_weight))

    @property
    def _all(self) -> tuple[Change, ...]:
        return self.changes if self.capacity is None else (*self.changes, self.capacity)

    @property
    def culprit(self) -> Change | None:
        """The demand that grew most of those that surely grew: where to look first.

        Its station is the one at which most of it was added.
        """
        demands = [change for change in self.worse if change.kind == "demand" and change.activity is not None]
        if not demands:
            return next((change for change in self.worse if change.activity is not None), None)
        activity = max(demands, key=_weight).activity
        cells = [c for c in self.changes if c.kind == "demand" and c.activity == activity and c.station != ALL_STATIONS]
        return max(cells, key=_weight, default=None)


def _weight(change: Change) -> float:
    return change.load if change.load is not None else 0.0


def compare(base: Sequence[Digest], head: Sequence[Digest], *, rules: ComparisonRules, seed: int = 1) -> Comparison:
    """Compare; raise IncomparableError where the runs were not made alike."""
    pairing = pairing_of(base, head, calibrate=rules.calibrate)
    base = sorted(base, key=lambda run: run.label.begun_s)
    head = sorted(head, key=lambda run: run.label.begun_s)
    at_once = pairing.design == "side by side"
    sides = resampled(base, head, paired=pairing.paired, at_once=at_once, draws=rules.draws, seed=seed)
    return _Comparing(pairing=pairing, rules=rules, base=sides[0], head=sides[1]).result()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
    """A quantity before it is judged: its log ratio in every draw, and what to call it."""

    evidence: Evidence
    kind: str
    name: str
    activity: str | None
    station: str | None
    unit: str
    before: float
    after: float
    load: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Comparing:
    """One comparison under way."""

    pairing: Pairing
    rules: ComparisonRules
    base: Side
    head: Side

    def result(self) -> Comparison:
        found = [each for each in self._quantities() if each.evidence.known]
        judged = significances(
            [each.evidence for each in found],
            runs=min(len(self.base.runs), len(self.head.runs)),
            run_to_run=self.rules.run_to_run,
            alpha=1 - self.rules.confidence,
            correction=self.rules.correction,
        )
        changes = [self._change(each, sure) for each, sure in zip(found, judged, strict=True)]
        capacity = next((change for change in changes if change.kind == "capacity"), None)
        others = [*(change for change in changes if change.kind != "capacity"), *self._errors()]
        return Comparison(
            pairing=self.pairing,
            rules=self.rules,
            runs=(len(self.base.runs), len(self.head.runs)),
            changes=tuple(others),
            capacity=capacity,
            capacities=self._capacities,
            notes=tuple(self._notes()),
            sides=(self.base, self.head),
        )

    # Demands and capacity

    @cached_property
    def _shape(self) -> Shape:
        return Shape.of([*self.base.runs, *self.head.runs])

    def _costs(self, *, within: bool) -> tuple[Costs, Costs]:
        sides = (self.base, self.head)
        before, after = (
            Costs(side=side, shape=self._shape, weights=side.within if within else side.drawn) for side in sides
        )
        return before, after

    @cached_property
    def _drawn(self) -> tuple[Costs, Costs]:
        return self._costs(within=False)

    @cached_property
    def _within(self) -> tuple[Costs, Costs]:
        return self._costs(within=True)

    @property
    def _told(self) -> bool:
        return all(costs.known for costs in self._drawn)

    @cached_property
    def _cells(self) -> tuple[Cell, ...]:
        """Those of which both sides saw enough."""
        before, after = self._drawn
        both = [cell for cell in before.demands if cell in after.demands]
        return tuple(cell for cell in both if min(before.requests(cell[0]), after.requests(cell[0])) >= FEWEST_REQUESTS)

    def _speed(self, sides: tuple[Costs, Costs], errors: Floats) -> Floats:
        """Log ratio (1 + draws,) of what is common to all cells: their median, each weighing as it is known."""
        if len(self._cells) < 5:
            return np.zeros(len(sides[0].weights))
        before, after = sides
        ratios = np.column_stack([_log(after.demands[cell], before.demands[cell]) for cell in self._cells])
        return weighted_median(ratios, 1 / (errors**2 + _TYPICAL_ERROR**2))

    @cached_property
    def _cell_errors(self) -> Floats:
        before, after = self._within
        ratios = [_log(after.demands[cell], before.demands[cell]) for cell in self._cells]
        return np.array([float(np.std(each[1:], ddof=1)) for each in ratios])

    @cached_property
    def _speeds(self) -> tuple[Floats, Floats]:
        """Of all draws, and within runs."""
        return self._speed(self._drawn, self._cell_errors), self._speed(self._within, self._cell_errors)

    def _quantities(self) -> Iterator[_Found]:
        if self._told:
            yield from self._demands()
            yield from self._rest()
            yield self._everything()
            yield self._capacity()
        yield from self._times()

    def _demands(self) -> Iterator[_Found]:
        for activity in dict.fromkeys(activity for activity, _ in self._cells):
            cells = [cell for cell in self._cells if cell[0] == activity]
            if len(cells) > 1:
                yield self._demand(activity, cells, ALL_STATIONS)
            for cell in cells:
                yield self._demand(activity, [cell], cell[1])

    def _demand(self, activity: str, cells: Sequence[Cell], station: str) -> _Found:
        pairs = [
            (
                np.sum([before.demands[cell] for cell in cells], axis=0),
                np.sum([after.demands[c] for c in cells], axis=0),
            )
            for before, after in (self._drawn, self._within)
        ]
        before_s, after_s = float(pairs[0][0][0]) * self._slowness, float(pairs[0][1][0])
        rate = self._shape.visits_per_learner_s.get(activity, 0.0)
        return _Found(
            evidence=self._processor_evidence(pairs),
            kind="demand",
            name=f"{activity}: processor time at {station}",
            activity=activity,
            station=station,
            unit="s",
            before=before_s,
            after=after_s,
            load=rate * (after_s - before_s) / (float(self._drawn[0].load_per_learner[0]) * self._slowness),
        )

    def _processor_evidence(self, pairs: Sequence[tuple[Floats, Floats]]) -> Evidence:
        """Of a demand before and after, (1 + draws,) each, in draws of runs and in those within runs."""
        drawn, within = (
            _log(after, before) - speed for (before, after), speed in zip(pairs, self._speeds, strict=True)
        )
        return Evidence(kind=PROCESSOR, drawn=drawn, within=within, margin=self.rules.demand_tolerance)

    @property
    def _slowness(self) -> float:
        """By how much the machine was slower on the second side than on the first, as measured."""
        return float(np.exp(self._speeds[0][0]))

    def _rest(self) -> Iterator[_Found]:
        """What no book has, by station, where it is worth a look."""
        before, after = self._drawn
        for station in before.rest:
            if station not in after.rest or before.station_load(station)[0] < 0.05 * before.load_per_learner[0]:
                continue
            was, became = float(before.rest[station][0]) * self._slowness, float(after.rest[station][0])
            more = became / was - 1 if was > 0 else 0.0
            yield _Found(
                evidence=self._processor_evidence(
                    [(one.rest[station], other.rest[station]) for one, other in (self._drawn, self._within)]
                ),
                kind="demand",
                name=f"each request: processor time at {station} that is no activity's own",
                activity=None,
                station=station,
                unit="s",
                before=was,
                after=became,
                load=more * float(before.station_load(station)[0] / before.load_per_learner[0]),
            )

    def _everything(self) -> _Found:
        drawn, within = self._speeds
        task, task_within = self._reference()
        before = float(self._drawn[0].load_per_learner[0])
        ratio = float(np.exp(drawn[0] - task[0]))
        return _Found(
            evidence=Evidence(
                kind=PROCESSOR,
                drawn=drawn - task,
                within=within - task_within,
                margin=self.rules.common_tolerance(apart=self.pairing.design == "apart"),
            ),
            kind="common",
            name="all activities alike: processor time",
            activity=None,
            station=EVERYTHING,
            unit="cores a learner",
            before=before,
            after=before * ratio,
            load=ratio - 1,
        )

    def _reference(self) -> tuple[Floats, Floats]:
        """Log ratio of the reference task's cost: how much slower the machine was. Of no use side by side."""
        nothing = np.zeros(len(self.base.drawn))
        if self.pairing.design == "side by side":
            return nothing, nothing
        found = []
        for sides in (self._drawn, self._within):
            means = [_mean_task(costs) for costs in sides]
            if any(mean is None for mean in means):
                return nothing, nothing
            found.append(_log(means[1], means[0]))  # type: ignore[arg-type]
        return found[0], found[1]

    def _capacity(self) -> _Found:
        """By the load that a learner brings: what all cells together changed, at one speed of the machine.

        A change that is common to all is in it where both sides ran in the same seconds.
        """
        found = []
        common = self.pairing.design == "side by side"
        for sides, speed in zip((self._drawn, self._within), self._speeds, strict=True):
            before, after = sides
            load = _log(after.load_per_learner, before.load_per_learner)
            found.append(-(load if common else load - speed))
        before_n = self._capacities[0].learners  # type: ignore[index]
        return _Found(
            evidence=Evidence(
                kind=PROCESSOR, drawn=found[0], within=found[1], margin=self.rules.capacity_tolerance, worse=-1
            ),
            kind="capacity",
            name="capacity: learners in session at the objectives",
            activity=None,
            station=None,
            unit="learners",
            before=before_n,
            after=before_n * float(np.exp(found[0][0])),
            load=float(np.expm1(-found[0][0])),
        )

    @cached_property
    def _capacities(self) -> tuple[Capacity, Capacity] | None:
        if not self._told:
            return None
        before, after = self._drawn
        return capacity_of(before), capacity_of(after)

    # Response times and errors

    def _times(self) -> Iterator[_Found]:
        for activity in self.base.runs[0].names:
            pair = [[run.activity(activity) for run in side.runs] for side in (self.base, self.head)]
            if any(each is None for side in pair for each in side):
                continue
            digests = [[each for each in side if each is not None] for side in pair]
            if min(sum(each.response.total for each in side) for side in digests) < FEWEST_VISITS:
                continue
            histograms = [dense([each.response for each in side]) for side in digests]
            for share, name in _PERCENTILES:
                drawn, within = (
                    [
                        quantile_s(bins, (side.within if inside else side.drawn) @ counts, share)
                        for side, (bins, counts) in zip((self.base, self.head), histograms, strict=True)
                    ]
                    for inside in (False, True)
                )
                yield _Found(
                    evidence=Evidence(
                        kind=name,
                        drawn=_log(drawn[1], drawn[0]),
                        within=_log(within[1], within[0]),
                        margin=self.rules.time_tolerance,
                    ),
                    kind=name,
                    name=f"{activity}: response time {name}",
                    activity=activity,
                    station=None,
                    unit="s",
                    before=float(drawn[0][0]),
                    after=float(drawn[1][0]),
                )

    def _errors(self) -> Iterator[Change]:
        """Failed and missed visits by activity: Fisher's exact test, corrected among themselves."""
        tables = []
        for activity in self.base.runs[0].names:
            counts = [_failed(side.runs, activity) for side in (self.base, self.head)]
            if min(visits for _, visits in counts) > 0:
                tables.append((activity, counts))
        p = [_p_more([(failed, visits - failed) for failed, visits in counts]) for _, counts in tables]
        for (activity, counts), each in zip(tables, corrected(p, self.rules.correction), strict=True):
            (failed, visits), (failed_after, visits_after) = counts
            before, after = failed / visits, failed_after / visits_after
            ratio = after / before if before > 0 else (float("inf") if after > 0 else 1.0)
            yield Change(
                kind="errors",
                name=f"{activity}: failed visits",
                activity=activity,
                station=None,
                unit="ratio",
                before=before,
                after=after,
                low=float("nan"),
                ratio=ratio,
                high=float("nan"),
                p=each,
                worse=each < 1 - self.rules.confidence and after - before > self.rules.error_tolerance,
                better=False,
                detectable=float("nan"),
            )

    def _change(self, found: _Found, sure: Significance) -> Change:
        low, high = sure.interval(self.rules.interval)
        alpha = 1 - self.rules.confidence
        return Change(
            kind=found.kind,
            name=found.name,
            activity=found.activity,
            station=found.station,
            unit=found.unit,
            before=found.before,
            after=found.after,
            low=low,
            ratio=float(np.exp(sure.log_ratio)),
            high=high,
            p=sure.p_worse,
            worse=sure.p_worse < alpha,
            better=sure.p_better < alpha,
            detectable=sure.detectable,
            load=found.load,
            error=sure.error,
            freedom=sure.freedom,
        )

    def _notes(self) -> Iterator[str]:
        runs = len(self.base.runs), len(self.head.runs)
        if min(runs) < 2:
            yield (
                "There is only one run on a side. How much runs differ by themselves is taken as "
                f"{self.rules.run_to_run:.0%}; several rounds (`firstbell pair`) would tell."
            )
        if not self._told:
            yield "The target told no processor times: neither demands nor capacity could be compared."
        elif not self._cells:
            yield "The target keeps no books by route: what activities cost can't be told apart."
        if self.pairing.design == "apart" and self._told:
            yield (
                "The sides were measured at different times. A change that makes everything dearer alike can't be "
                "told from a slower machine but by the reference task."
            )
        differences = sorted(_differences([run.label.backend for run in (*self.base.runs, *self.head.runs)]))
        if differences:
            yield f"The target says that it was not set up alike in all runs: {', '.join(differences)}."


def _differences(backends: Sequence[str]) -> set[str]:
    """Keys in which the targets' own words differ, but for those that are another each time."""
    told = [json.loads(backend) for backend in backends]
    keys = {key for each in told for key in each} - {"database"}
    return {key for key in keys if any(each.get(key) != told[0].get(key) for each in told)}


def _failed(runs: Sequence[Digest], activity: str) -> tuple[int, int]:
    found = [each for run in runs if (each := run.activity(activity)) is not None]
    missed = sum(sum(each.missed) for each in found)
    return sum(sum(each.errors) for each in found) + missed, sum(sum(each.visits) for each in found) + missed


def _p_more(counts: Sequence[tuple[int, int]]) -> float:
    return float(fisher_exact(np.array(counts), alternative="less").pvalue)


def _mean_task(costs: Costs) -> Floats | None:
    servers = [run.server for run in costs.side.runs if run.server is not None]
    if not all(server.reference_tasks for server in servers):
        return None
    tasks = costs.summed([server.reference_tasks for server in servers])
    if tasks[0] < FEWEST_TASKS or (tasks <= 0).any():
        return None
    return np.asarray(costs.summed([server.reference_cpu_s for server in servers]) / tasks)


def _log(after: Floats, before: Floats) -> Floats:
    """Of the ratio; NaN where one of them is nothing."""
    known = (after > 0) & (before > 0)
    return np.where(known, np.log(np.where(known, after, 1.0) / np.where(known, before, 1.0)), np.nan)
