"""What a run measured: throughput, response times, utilisation and their checks, by level and activity."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firstbell.models.intervals import Interval, batch_means, percentile_ranks, wilson
from firstbell.models.visits import Visits

Floats = NDArray[np.float64]
FEWEST = 20


@dataclass(frozen=True, kw_only=True)
class Span:
    """The measured part of one plateau: who was there, from when to when (CLOCK_MONOTONIC seconds).

    Its learners came or went from ``ramp_start_s`` on. ``paces`` are the factors on their clocks. ``slowness`` is
    the processor time that work took meanwhile, relative to the run's average (see ``machine_speed``).
    """

    index: int
    kind: str
    learners: int
    ramp_start_s: float
    start_s: float
    end_s: float
    paces: Mapping[str, float] = field(default_factory=dict)
    slowness: float = 1.0

    @property
    def hold_s(self) -> float:
        """Length of the measured part."""
        return self.end_s - self.start_s

    def same_level(self, other: "Span") -> bool:
        """Whether both are looks at one level: as many learners who do the same, for the same purpose."""
        return (self.kind, self.learners, self.paces) == (other.kind, other.learners, other.paces)


def levels_of(spans: Iterable[Span]) -> tuple[tuple[Span, ...], ...]:
    """The spans of each level together, in the order in which levels were first seen."""
    levels: list[list[Span]] = []
    for span in spans:
        known = next((level for level in levels if level[0].same_level(span)), None)
        if known is None:
            levels.append([span])
        else:
            known.append(span)
    return tuple(tuple(level) for level in levels)


@dataclass(frozen=True, kw_only=True, eq=False)
class ServerSeries:
    """The backend's own counters at each scrape: ``time_s`` (scrapes,), ``cpu_s`` (scrapes, stations), both rising."""

    stations: tuple[str, ...]
    time_s: Floats
    cpu_s: Floats
    cores: float

    def cores_used(self, start_s: float, end_s: float) -> Floats:
        """Mean CPU seconds a second of each station between two moments; NaN where no scrapes span them."""
        unknown = np.full(len(self.stations), np.nan)
        if len(self.time_s) < 2 or start_s < self.time_s[0] - 1.5 or end_s > self.time_s[-1] + 1.5:
            return unknown
        start_s, end_s = max(start_s, float(self.time_s[0])), min(end_s, float(self.time_s[-1]))
        if end_s <= start_s:
            return unknown
        at_ends = [np.interp([start_s, end_s], self.time_s, column) for column in self.cpu_s.T]
        return np.array([(last - first) / (end_s - start_s) for first, last in at_ends])


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """A measured quantile with its order-statistic 95 % interval, None where there are too few samples to bound it."""

    value_s: float
    interval_s: tuple[float, float] | None

    @property
    def doubt(self) -> float:
        """Half the interval's width relative to the value; inf without an interval."""
        if self.interval_s is None:
            return float("inf")
        low_s, high_s = self.interval_s
        return (high_s - low_s) / 2 / self.value_s

    @classmethod
    def of(cls, ordered_s: Floats, share: float) -> "Quantile | None":
        """The quantile of response times in rising order; None where there are too few to tell it."""
        if len(ordered_s) * (1 - share) < 1 or len(ordered_s) < FEWEST:
            return None
        ranks = percentile_ranks(samples=len(ordered_s), share=share)
        interval_s = None
        if ranks is not None:
            interval_s = float(ordered_s[ranks.lower - 1]), float(ordered_s[ranks.upper - 1])
        return cls(value_s=float(np.quantile(ordered_s, share)), interval_s=interval_s)


@dataclass(frozen=True, kw_only=True)
class Responses:
    """Response times of one activity at one level. A quantile of too few samples is None, not a guess.

    ``mean_interval_s`` is the 95 % interval of the mean by batch means.
    """

    mean_s: float | None
    mean_interval_s: tuple[float, float] | None
    p50: Quantile | None
    p95: Quantile | None
    p99: Quantile | None

    @classmethod
    def of(cls, response_s: Floats) -> "Responses":
        """Summarise response times (n,) in the order of time; n may be 0."""
        ordered = np.sort(response_s)
        interval = batch_means(response_s)
        return cls(
            mean_s=float(np.mean(ordered)) if len(ordered) else None,
            mean_interval_s=None if interval is None else (max(interval.low, 0.0), interval.high),
            p50=Quantile.of(ordered, 0.5),
            p95=Quantile.of(ordered, 0.95),
            p99=Quantile.of(ordered, 0.99),
        )

    @property
    def p50_s(self) -> float | None:
        """The median."""
        return None if self.p50 is None else self.p50.value_s

    @property
    def p95_s(self) -> float | None:
        """The 95th percentile."""
        return None if self.p95 is None else self.p95.value_s

    @property
    def p99_s(self) -> float | None:
        """The 99th percentile."""
        return None if self.p99 is None else self.p99.value_s

    def quantiles(self) -> dict[str, Quantile]:
        """Those that predictions are held against and that are known, by the names that predictions give them."""
        known = {"p50_s": self.p50, "p95_s": self.p95, "p99_s": self.p99}
        return {name: quantile for name, quantile in known.items() if quantile is not None}


@dataclass(frozen=True, kw_only=True)
class ActivityMeasurement:
    """One activity at one level. ``network_s`` is the mean that learners' own lines added; it is no response time."""

    throughput_per_s: float
    requests_per_visit: float
    bytes_per_visit: float
    responses: Responses
    visits: int
    errors: int
    network_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class LevelMeasurement:
    """One level, over all ``spans`` in which it was held: N, X, R and U, all measured, none derived from the others."""

    spans: tuple[Span, ...]
    activities: Mapping[str, ActivityMeasurement]
    station_cores: Mapping[str, float]
    cores: float
    lateness_p99_s: float | None

    @property
    def learners(self) -> int:
        """Learners in session."""
        return self.spans[0].learners

    @property
    def kind(self) -> str:
        """What the level is for."""
        return self.spans[0].kind

    @property
    def hold_s(self) -> float:
        """How long it was measured, all spans together."""
        return sum(span.hold_s for span in self.spans)

    @property
    def indices(self) -> tuple[int, ...]:
        """Its plateaus in the plan; samples are marked with them."""
        return tuple(span.index for span in self.spans)

    @property
    def requests_per_s(self) -> float:
        """Requests of all activities answered in a second."""
        return sum(a.throughput_per_s * a.requests_per_visit for a in self.activities.values())

    @property
    def utilization(self) -> float:
        """Share of the backend's cores that its stations used; NaN where no metrics were read."""
        return sum(self.station_cores.values()) / self.cores

    @property
    def error_ratio(self) -> float:
        """Failed visits over all."""
        visits = sum(a.visits for a in self.activities.values())
        return sum(a.errors for a in self.activities.values()) / visits if visits else 0.0

    @property
    def error_interval(self) -> Interval | None:
        """95 % interval of ``error_ratio``; None where nothing was visited."""
        visits = sum(a.visits for a in self.activities.values())
        return wilson(failures=sum(a.errors for a in self.activities.values()), requests=visits) if visits else None

    def throughput_per_s(self) -> dict[str, float]:
        """Visits a second by activity."""
        return {name: a.throughput_per_s for name, a in self.activities.items()}

    def mean_response_s(self) -> dict[str, float]:
        """Mean response time by activity, for those that were seen."""
        return {n: a.responses.mean_s for n, a in self.activities.items() if a.responses.mean_s is not None}


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """Short spans of the run for the utilisation law.

    ``visits_per_s`` (windows, activities), ``cores`` used (windows, stations). A visit counts in each window by the
    share of its response time that fell there.
    """

    activities: tuple[str, ...]
    stations: tuple[str, ...]
    start_s: Floats
    end_s: Floats
    visits_per_s: Floats
    cores: Floats

    def overlapping(self, spans: Sequence[Span]) -> NDArray[np.bool_]:
        """Which windows touch one of the plateaus or its ramp."""
        touched = np.zeros(len(self.start_s), dtype=bool)
        for span in spans:
            touched |= (self.end_s > span.ramp_start_s) & (self.start_s < span.end_s)
        return touched

    def where(self, mask: NDArray[np.bool_]) -> "Windows":
        """The windows that the mask picks."""
        return Windows(
            activities=self.activities,
            stations=self.stations,
            start_s=self.start_s[mask],
            end_s=self.end_s[mask],
            visits_per_s=self.visits_per_s[mask],
            cores=self.cores[mask],
        )


def measure_level(visits: Visits, server: ServerSeries | None, spans: Sequence[Span]) -> LevelMeasurement:
    """Measure one level by the visits that ended in one of its spans.

    Those that were due in them would leave out the slowest: what is under way when a run ends has no end.
    """
    inside = np.zeros(len(visits.end_s), dtype=bool)
    for span in spans:
        inside |= (visits.end_s >= span.start_s) & (visits.end_s < span.end_s)
    ended = visits.where(inside)
    hold_s = sum(span.hold_s for span in spans)
    return LevelMeasurement(
        spans=tuple(spans),
        activities={
            name: _measure_activity(ended.of_activity(name), hold_s)
            for name in visits.activities
            if (ended.activity == visits.activities.index(name)).any()
        },
        station_cores=_station_cores(server, spans, hold_s) if server is not None else {},
        cores=server.cores if server is not None else float("nan"),
        lateness_p99_s=float(np.quantile(ended.late_s, 0.99)) if len(ended.late_s) else None,
    )


def _station_cores(server: ServerSeries, spans: Sequence[Span], hold_s: float) -> dict[str, float]:
    used_s = sum(server.cores_used(span.start_s, span.end_s) * span.hold_s for span in spans)
    return dict(zip(server.stations, np.asarray(used_s / hold_s).tolist(), strict=True))


def _measure_activity(ended: Visits, hold_s: float) -> ActivityMeasurement:
    return ActivityMeasurement(
        throughput_per_s=len(ended.due_s) / hold_s,
        requests_per_visit=float(np.mean(ended.requests)),
        bytes_per_visit=float(np.mean(ended.received_bytes)),
        responses=Responses.of(ended.response_s[~ended.failed][np.argsort(ended.due_s[~ended.failed])]),
        visits=len(ended.due_s),
        errors=int(np.sum(ended.failed if ended.cut_off is None else ended.failed & ~ended.cut_off)),
        network_s=0.0 if ended.network_s is None else float(np.mean(ended.network_s)),
    )


def windows_of(visits: Visits, server: ServerSeries) -> Windows:
    """One window between each two scrapes of the backend."""
    edges = server.time_s
    lengths = np.diff(edges)
    rates = np.column_stack(
        [_visits_in(visits.of_activity(name), edges) / lengths for name in visits.activities]
    ) if visits.activities else np.zeros((len(lengths), 0))  # fmt: skip
    return Windows(
        activities=visits.activities,
        stations=server.stations,
        start_s=edges[:-1],
        end_s=edges[1:],
        visits_per_s=rates,
        cores=np.diff(server.cpu_s, axis=0) / lengths[:, None],
    )


def _visits_in(visits: Visits, edges: Floats) -> Floats:
    """Visits by window, each shared out over the windows that its response time spans."""
    asked_s, duration_s = visits.asked_s, np.maximum(visits.response_s, 1e-9)
    # The visits completed by time t, with those under way counted by the part behind them. They are few: those behind
    # the first that is not over, and before the last that has begun.
    all_over_s = np.maximum.accumulate(asked_s + 1.001 * duration_s)
    none_before_s = np.minimum.accumulate(asked_s[::-1])[::-1]
    firsts = np.searchsorted(all_over_s, edges, side="right")
    lasts = np.searchsorted(none_before_s, edges, side="right")
    done = []
    for edge, first, last in zip(edges, firsts, lasts, strict=True):
        moving = slice(first, last)
        done.append(first + np.clip((edge - asked_s[moving]) / duration_s[moving], 0, 1).sum())
    return np.diff(done)
