"""A run record: what one load run left on disk, read back as tables."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from firstbell.models.fitted_model import ThreadPool
from firstbell.models.machine_speed import ReferenceTasks
from firstbell.models.manifest import Manifest, read_manifest
from firstbell.models.measurement import ServerSeries, Span
from firstbell.models.plan import Plan
from firstbell.models.problems import InputError, Problem

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SERVER_FILE = "server.parquet"
MISSED = "missed"
OFFLINE = "offline"

_READERS = 4  # a part is small, so that most of its time goes by before the first of its bytes is there

_TIMES = ("due_s", "start_s", "first_byte_s", "end_s")
_COUNTS = ("status", "bytes", "learner", "visit", "level")
_WORDS = ("activity", "step", "outcome")
_COMPARABLE = ("workload_hash", "target", "adapter", "backend", "machine", "byte_fraction")


@dataclass(frozen=True, kw_only=True, eq=False)
class RunRecord:
    """One run's folder. Tables are read when they are asked for; parts that a killed run left unfinished are not there.

    Samples are kept once they are read: all who ask look at the same moment of a run that is still under way.

    Times are CLOCK_MONOTONIC seconds of the machine that made the record.
    """

    folder: Path
    manifest: Manifest

    @classmethod
    def read(cls, folder: Path) -> "RunRecord":
        """Open a record; raise InputError where there is none or its manifest is damaged."""
        return cls(folder=folder, manifest=read_manifest(folder))

    @property
    def plan(self) -> Plan:
        """What was asked for."""
        return self.manifest.plan

    @property
    def complete(self) -> bool:
        """Whether the run went through its whole plan."""
        return self.manifest.status == "complete"

    @property
    def spans(self) -> tuple[Span, ...]:
        """The measured parts of the plan's plateaus, those that the run did not reach included."""
        return tuple(
            Span(
                index=level.index,
                kind=level.kind,
                learners=level.learners,
                ramp_start_s=level.ramp_start_s,
                start_s=level.start_s,
                end_s=level.end_s,
                paces=self.plan.plateaus[level.index].paces,
            )
            for level in self.manifest.levels
        )

    @cached_property
    def ended_s(self) -> float:
        """When the run ended; of a killed one, its last sign of life; minus infinity where there was none."""
        if self.manifest.ended_s is not None:
            return self.manifest.ended_s
        times = self.generator()["time_s"]
        return float(times.to_numpy().max()) if len(times) else float("-inf")

    def samples(self) -> pa.Table:
        """Every request, those missed included: see the format for the columns; words are dictionary-encoded."""
        return self._samples

    @cached_property
    def _samples(self) -> pa.Table:
        # In one piece: thousands of small ones would cost every step afterwards more than its work.
        table = self._parts("samples")
        return table.unify_dictionaries().combine_chunks() if table is not None else _no_samples()

    def views(self) -> pa.Table | None:
        """How each view of a video went; None where no view is on record."""
        return self._parts("views")

    def writes(self) -> pa.Table | None:
        """What the platform was asked to keep, and whether it said so; None where nothing was."""
        return self._parts("writes")

    def lines(self) -> pa.Table | None:
        """By which line of the profile each learner came; None where they had no lines of their own."""
        return self._parts("lines")

    def rungs(self) -> pa.Table | None:
        """Video fetched, a row a view and rung; None where that is not on record."""
        return self._parts("rungs")

    def generator(self) -> pa.Table:
        """The state of each of the generator's processes, a row a second, with the column ``process``."""
        tables = [
            table.append_column("process", pa.array([int(path.name.split("-")[0])] * len(table), pa.int16()))
            for path, table in self._files("generator")
        ]
        if tables:
            return pa.concat_tables(tables)
        names = ("time_s", "cpu_s", "learners", "loop_lag_s", "open_files", "rss_bytes", "requests", "process")
        return pa.table({name: pa.array([], pa.float64()) for name in names})

    def server(self) -> pa.Table | None:
        """The target's metrics, a row a scrape; None where it showed none."""
        path = self.folder / SERVER_FILE
        return _table(path) if path.exists() else None

    def server_series(self) -> ServerSeries | None:
        """CPU by station at each scrape; None where the target does not tell it."""
        table = self.server()
        if table is None or "cores" not in table.column_names:
            return None
        stations = labels(table, "cpu_seconds")
        if not stations or len(table) < 2:
            return None
        columns = [floats(table, f"cpu_seconds.{station}") for station in stations]
        known = ~np.isnan(np.column_stack(columns)).any(axis=1)
        return ServerSeries(
            stations=stations,
            time_s=floats(table, "time_s")[known],
            cpu_s=np.column_stack(columns)[known],
            cores=float(np.nanmedian(floats(table, "cores"))),
        )

    def disturbance(self, span: Span) -> float | None:
        """Share of the target's cores that other programs used during a plateau; None where that is not known.

        What the cores did in all, by the kernel's count, less what the target says that it used itself.
        """
        table, series = self.server(), self.server_series()
        if table is None or series is None or "host_busy_s" not in table.column_names:
            return None
        time_s, busy_s = floats(table, "time_s"), floats(table, "host_busy_s")
        if "mirror_cpu_seconds" in table.column_names:  # the target's own process, but no station of requests
            busy_s = busy_s - np.nan_to_num(floats(table, "mirror_cpu_seconds"))
        busy = np.diff(np.interp([span.start_s, span.end_s], time_s, busy_s))[0] / span.hold_s
        own = float(series.cores_used(span.start_s, span.end_s).sum())
        return max(float(busy - own) / series.cores, 0.0)

    def reference_tasks(self) -> ReferenceTasks | None:
        """Jobs at the station whose jobs are all alike; None where the target names no such."""
        table, station = self.server(), self.manifest.backend.get("same_job_each_time")
        names = (f"jobs.{station}", f"cpu_seconds.{station}")
        if table is None or not all(name in table.column_names for name in names):
            return None
        time_s, tasks, cpu_s = (floats(table, name) for name in ("time_s", *names))
        known = ~np.isnan(tasks + cpu_s)
        return ReferenceTasks(time_s=time_s[known], tasks=tasks[known], cpu_s=cpu_s[known]) if known.sum() > 1 else None

    def thread_pools(self) -> tuple[ThreadPool, ...]:
        """The threads of each station; empty where the target does not tell them.

        Stations that the target says take turns are one pool, with as many threads as the fewest of them has.
        """
        table = self.server()
        if table is None or "workers" not in table.column_names:
            return ()
        workers = max(1, round(float(np.nanmedian(floats(table, "workers")))))
        threads = {
            station: max(1, round(float(np.nanmax(floats(table, f"threads.{station}"))) / workers))
            for station in labels(table, "threads")
        }
        together = [tuple(group) for group in self.manifest.backend.get("one_at_a_time", ())]
        alone = [(station,) for station in threads if not any(station in group for group in together)]
        return tuple(
            ThreadPool(stations=group, replicas=workers, threads=min(threads[station] for station in group))
            for group in (*alone, *together)
            if all(station in threads for station in group)
        )

    def ledger(self) -> dict[tuple[str, str], float]:
        """CPU seconds a visit by (activity, station), from the target's own books by route; only for checking a fit.

        A route's mean cost is taken for each of its requests, whichever activity made it. Empty where nothing is told.
        """
        table = self.server()
        if table is None or len(table) < 2:
            return {}
        costs = _cost_by_route(table)
        made = without_missed(self.samples())
        requests, visits = _requests_by_step(made), _visits_by_activity(made)
        found: dict[tuple[str, str], float] = {}
        for (activity, step), count in requests.items():
            for station, cost_s in _step_cost(costs, self.manifest.routes.get(step, ())).items():
                key = (activity, station)
                found[key] = found.get(key, 0.0) + cost_s * count / visits[activity]
        return found

    def _parts(self, name: str) -> pa.Table | None:
        tables = [table for _, table in self._files(name)]
        return pa.concat_tables(tables) if tables else None

    def _files(self, name: str) -> list[tuple[Path, pa.Table]]:
        paths = sorted((self.folder / name).glob("*.parquet"))
        with ThreadPoolExecutor(_READERS) as readers:
            return list(zip(paths, readers.map(_table, paths), strict=True))


def check_comparable(records: Sequence[RunRecord]) -> None:
    """Raise InputError, with every difference, unless the records may be counted as one measurement."""
    first = records[0]
    problems = [
        Problem(
            source=str(record.folder),
            key=key,
            value=repr(getattr(record.manifest, key)),
            what=f"this run can't be counted together with {first.folder}, which has {getattr(first.manifest, key)!r}",
            remedy="Give runs of one workload, target and machine",
        )
        for record in records[1:]
        for key in _COMPARABLE
        if getattr(record.manifest, key) != getattr(first.manifest, key)
    ]
    if problems:
        raise InputError(problems)


def lateness_s(samples: pa.Table) -> Floats:
    """By how much the generator itself was late with each request made, in the order of the table without those missed.

    A learner has one connection and does one thing at a time: a request that was due while an earlier one was still
    under way could not start before, and that wait is the target's doing. So lateness runs from the due time or the
    end of the learner's request before, whichever was later.
    """
    made = without_missed(samples)
    learner, due, start, end = (made[name].to_numpy() for name in ("learner", "due_s", "start_s", "end_s"))
    order = np.lexsort((start, learner))
    free, whose = due[order], learner[order]
    np.maximum(free[1:], end[order][:-1], out=free[1:], where=whose[1:] == whose[:-1])
    late = np.empty_like(due)
    late[order] = start[order] - free
    return late


def without_missed(samples: pa.Table) -> pa.Table:
    """The samples of requests that were made at all."""
    missed = is_word(samples, "outcome", MISSED)
    return samples.filter(pa.array(~missed)) if missed.any() else samples


def missed_only(samples: pa.Table) -> pa.Table:
    """The samples of visits that were due and never began."""
    return samples.filter(pa.array(is_word(samples, "outcome", MISSED)))


def is_word(samples: pa.Table, column: str, word: str) -> Mask:
    """Which samples (n,) have this word in a column of words; told by its code, so that none of n strings is made."""
    words, codes = coded(samples, column)
    return np.asarray(codes == words.index(word)) if word in words else np.zeros(len(codes), dtype=bool)


def coded(samples: pa.Table, column: str) -> tuple[tuple[str, ...], NDArray[np.signedinteger[Any]]]:
    """The dictionary of a column of words, and each sample's code (n,) in it. Words may be in it that no sample has."""
    chunks = samples[column].combine_chunks()
    encoded: Any = chunks if isinstance(chunks, pa.DictionaryArray) else chunks.dictionary_encode()
    return tuple(encoded.dictionary.to_pylist()), encoded.indices.to_numpy()


def _no_samples() -> pa.Table:
    columns: dict[str, pa.Array[Any]] = {name: pa.array([], pa.float64()) for name in _TIMES}
    columns |= {name: pa.array([], pa.int64()) for name in _COUNTS}
    columns |= {name: pa.array([], pa.string()).dictionary_encode() for name in _WORDS}
    return pa.table(columns)


def _table(path: Path) -> pa.Table:
    try:
        # A part is so small that reading ahead, in threads of Arrow's own, would cost as much again as the reading.
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            return file.read(use_threads=False)
    except (OSError, pa.ArrowException) as error:
        what = f"this part of the record is damaged: {error}"
        raise InputError.single(source=str(path), what=what, remedy="Run again, or restore the file") from None


def floats(table: pa.Table, name: str) -> Floats:
    """A column as numbers."""
    values: Floats = table[name].to_numpy().astype(np.float64)
    return values


def labels(table: pa.Table, family: str) -> tuple[str, ...]:
    """The labels of a family of columns, such as the stations of ``cpu_seconds``."""
    return tuple(name.removeprefix(f"{family}.") for name in table.column_names if name.startswith(f"{family}."))


def _grown(table: pa.Table, name: str) -> float:
    """By how much a counter rose; one that appeared on the way began at 0."""
    values = floats(table, name)
    known = values[~np.isnan(values)]
    return float(known[-1] - (0.0 if np.isnan(values[0]) else known[0])) if len(known) else 0.0


def _cost_by_route(table: pa.Table) -> dict[str, tuple[float, dict[str, float]]]:
    """By route: requests answered, and CPU seconds by station."""
    found: dict[str, tuple[float, dict[str, float]]] = {}
    requests: dict[str, float] = {}
    for label in labels(table, "requests"):
        route = label.rpartition(".")[0]
        requests[route] = requests.get(route, 0.0) + _grown(table, f"requests.{label}")
    for label in labels(table, "activity_cpu_seconds"):
        station, _, route = label.partition(".")
        _, costs = found.setdefault(route, (requests.get(route, 0.0), {}))
        costs[station] = _grown(table, f"activity_cpu_seconds.{label}")
    return found


def _step_cost(costs: Mapping[str, tuple[float, dict[str, float]]], routes: Sequence[str]) -> dict[str, float]:
    known = [costs[route] for route in routes if route in costs]
    requests = sum(count for count, _ in known)
    if requests == 0:
        return {}
    stations = {station for _, by_station in known for station in by_station}
    return {station: sum(by.get(station, 0.0) for _, by in known) / requests for station in stations}


def _requests_by_step(made: pa.Table) -> dict[tuple[str, str], int]:
    (activities, activity), (steps, step) = coded(made, "activity"), coded(made, "step")
    counts = np.bincount(activity.astype(np.int64) * len(steps) + step)
    return {
        (activities[pair // len(steps)], steps[pair % len(steps)]): int(counts[pair])
        for pair in np.flatnonzero(counts).tolist()
    }


def _visits_by_activity(made: pa.Table) -> dict[str, int]:
    activities, activity = coded(made, "activity")
    # Both are numbers of 32 bits. As one of 64 they are sorted, and told apart, in a tenth of the time of a grouping.
    visit = made["learner"].to_numpy().astype(np.int64) << 32 | made["visit"].to_numpy()
    return {name: _different(visit[activity == code]) for code, name in enumerate(activities)}


def _different(numbers: NDArray[np.int64]) -> int:
    """How many different numbers there are."""
    ordered = np.sort(numbers)
    return int(np.sum(ordered[1:] != ordered[:-1])) + min(len(ordered), 1)
