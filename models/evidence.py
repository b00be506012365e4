"""A run record seen as evidence: visits, levels, windows and the backend's own counters, ready to be fitted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from firstbell.models.calibration import Evidence
from firstbell.models.event_loops import as_if_alone
from firstbell.models.fitted_model import ThreadPool
from firstbell.models.machine_speed import MachineSpeed
from firstbell.models.measurement import (
    LevelMeasurement,
    ServerSeries,
    Span,
    Windows,
    levels_of,
    measure_level,
    windows_of,
)
from firstbell.models.record import RunRecord, coded, is_word, lateness_s, missed_only, without_missed
from firstbell.models.streams import Stream, streams_of, told_streams
from firstbell.models.visits import Codes, Samples, Visits
from firstbell.models.workload import Workload

HELD_OUT = "held-out"
ROUNDING_S = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class RunEvidence:
    """A record and the workload that it was made with."""

    record: RunRecord
    workload: Workload

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The plateaus that were held to their end, in the order of the plan, with the machine's speed in each."""
        return tuple(self.speed.told_with(span) for span in self._held)

    @cached_property
    def speed(self) -> MachineSpeed:
        """How fast the machine was at any moment, beside its average over the plateaus."""
        return MachineSpeed.over(self._held, self.record.reference_tasks())

    @cached_property
    def _held(self) -> tuple[Span, ...]:
        return tuple(span for span in self.record.spans if span.end_s <= self.record.ended_s + ROUNDING_S)

    @cached_property
    def samples(self) -> Samples:
        """The requests that were made; those missed are left out, since they have no response."""
        return _samples(self.record.samples())

    @cached_property
    def visits(self) -> Visits:
        """The requests grouped into visits, without those that never left the learner's own line."""
        return Visits.of(self.samples).reached()

    @cached_property
    def server(self) -> ServerSeries | None:
        """The backend's counters; None where the target showed none."""
        return self.record.server_series()

    @cached_property
    def levels(self) -> tuple[LevelMeasurement, ...]:
        """Every level measured, over all plateaus that held it, in the order of the plan."""
        return tuple(measure_level(self.visits, self.server, spans) for spans in levels_of(self.spans))

    def fit_levels(self, held_out: Sequence[int]) -> tuple[LevelMeasurement, ...]:
        """Levels at the nominal mix that are not held out, fewest learners first."""
        usable = [
            level for level in self.levels if level.kind in ("fit", "run", HELD_OUT) and level.learners not in held_out
        ]
        return tuple(sorted(usable, key=lambda level: level.learners))

    def held_out_levels(self, held_out: Sequence[int]) -> tuple[LevelMeasurement, ...]:
        """Levels kept from the fit, fewest learners first."""
        usable = [level for level in self.levels if level.learners in held_out and level.kind != "calibration"]
        return tuple(sorted(usable, key=lambda level: level.learners))

    def missed(self, level: LevelMeasurement, activity: str) -> int:
        """Visits of an activity that were due at a level and never started."""
        due_s = self._missed["due_s"].to_numpy()
        its_own = is_word(self._missed, "activity", activity)
        return sum(int(np.sum((due_s >= span.start_s) & (due_s < span.end_s) & its_own)) for span in level.spans)

    @cached_property
    def _missed(self) -> pa.Table:
        return missed_only(self.record.samples())

    @property
    def told_streams(self) -> tuple[Stream, ...]:
        """The thinking streams as the plan told its learners to live them."""
        plan = self.record.plan
        return told_streams(self.workload, pace=plan.pace, session_s=plan.session_s, plays=plan.plays)

    @property
    def planned_held_out(self) -> tuple[int, ...]:
        """Learners of the levels that the plan itself keeps from the fit."""
        return tuple(sorted({span.learners for span in self.record.spans if span.kind == HELD_OUT}))

    def windows(self, held_out: Sequence[int]) -> Windows:
        """The windows of all plateaus and ramps that are not held out, other mixes included.

        They are told at the average speed, and as if each request came alone in its event loop's turn.

        Without counters of the backend they have no stations, and are a second long.
        """
        server = self.server if self.server is not None else self._clock
        windows = windows_of(self.visits, server)
        slowness = self.speed.slowness((windows.start_s + windows.end_s) / 2)
        windows = replace(windows, cores=windows.cores / slowness[:, None])
        if self.server is not None:
            windows = as_if_alone(windows, self.record.thread_pools(), self.server.cores)
        kept_back = [span for span in self.record.spans if span.learners in held_out and span.kind != "calibration"]
        return windows.where(windows.overlapping(self.spans) & ~windows.overlapping(kept_back))

    @property
    def _clock(self) -> ServerSeries:
        """Moments a second apart at which nothing was read."""
        time_s = np.arange(self.spans[0].ramp_start_s, self.spans[-1].end_s) if self.spans else np.array([])
        return ServerSeries(stations=(), time_s=time_s, cpu_s=np.zeros((len(time_s), 0)), cores=float("nan"))

    def evidence(self, held_out: Sequence[int]) -> Evidence:
        """What a fit may see."""
        windows = self.windows(held_out)
        return Evidence(
            workload=self.workload.name,
            workload_hash=self.workload.hash,
            pace=self.record.plan.pace,
            samples=self.samples,
            visits=self.visits,
            levels=self.fit_levels(held_out),
            mixes=tuple(level for level in self.levels if level.kind == "calibration"),
            windows=windows,
            streams=streams_of(self.workload, played_only=True, plays=self.record.plan.plays),
            told=self.told_streams,
            pools=self.record.thread_pools() or _one_pool_each(windows.stations),
            cores=self.server.cores if self.server is not None else None,
            ledger_s=self.record.ledger(),
            visited=self.record.manifest.stations,
            held_out=tuple(held_out),
        )


def _one_pool_each(stations: Sequence[str]) -> tuple[ThreadPool, ...]:
    """A target that does not tell its threads: as many as there are requests, so that only the cores limit."""
    return tuple(ThreadPool(stations=(station,), replicas=1, threads=10_000) for station in stations)


def _samples(table: pa.Table) -> Samples:
    made = without_missed(table)
    (activities, activity), (steps, step), (outcomes, outcome) = (
        _in_order(made, name) for name in ("activity", "step", "outcome")
    )
    numbers: dict[str, Any] = {name: made[name].to_numpy() for name in ("due_s", "start_s", "first_byte_s", "end_s")}
    numbers |= {name: made[name].to_numpy() for name in ("learner", "visit", "level")}
    return Samples(
        activities=activities,
        steps=steps,
        outcomes=outcomes,
        activity=activity,
        step=step,
        outcome=outcome,
        late_s=lateness_s(table),
        received_bytes=made["bytes"].to_numpy().astype(np.int64, copy=False),
        network_s=made["network_s"].to_numpy() if "network_s" in made.column_names else None,
        **numbers,
    )


def _in_order(samples: pa.Table, column: str) -> tuple[tuple[str, ...], Codes]:
    """The words that occur, in the order in which they first do, and the code of each row."""
    words, codes = coded(samples, column)
    occurring = compute.unique(pa.array(codes)).to_numpy()
    places = np.zeros(len(words), dtype=codes.dtype)
    places[occurring] = np.arange(len(occurring))
    return tuple(words[code] for code in occurring), places[codes]
