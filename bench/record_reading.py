"""How long a national run's record takes to read: 10 minutes of 11,200 requests a second, by eight processes.

The record is synthetic, but written by the recorder itself, in parts of 2 s. Its learners do what the shipped profile
says; what a visit costs at each station is known, and the target's counters rise by it. Two things are timed, each in a
process of its own, imports included: ``firstbell fit``, and what ``firstbell run`` does when its run has ended.

``python -m bench.record_reading`` prints one JSON document; given a folder, it leaves the record there, in ``record``.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.figures import likely_values
from firstbell.models.manifest import LevelTimes, Manifest
from firstbell.models.plan import Plan, Plateau, PlateauKind
from firstbell.models.record import SERVER_FILE
from firstbell.models.traffic import activity_rates_per_s, requests_per_visit
from firstbell.models.workload import Workload, read_workload
from firstbell.scenarios.recorder import Recorder
from firstbell.scenarios.reference_routes import ROUTES, STATIONS
from firstbell.scenarios.schedule import RAMP

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TIERS = ("delivery", "app", "auth", "database")
# CPU milliseconds of one request of each activity at delivery, app, auth and database.
_COST_MS: Mapping[str, tuple[float, float, float, float]] = {
    "login": (0.1, 0.4, 6.0, 0.2),
    "page": (0.1, 0.7, 0.0, 0.6),
    "video_start": (0.2, 0.2, 0.0, 0.0),
    "segment": (0.4, 0.1, 0.0, 0.0),
    "beacon": (0.1, 0.3, 0.0, 0.3),
    "quiz_start": (0.1, 0.5, 0.0, 0.5),
    "answer": (0.1, 0.6, 0.0, 0.5),
    "autosave": (0.1, 0.4, 0.0, 0.4),
    "submit": (0.1, 1.0, 0.0, 1.0),
    "poll": (0.1, 0.3, 0.0, 0.0),
}
_SPREAD = 0.25  # squared coefficient of variation of a request's cost
_CORES = 32.0
_LATENCY_S = 0.001
_BEGAN_S = 1000.0
_CLOCK_OF = {
    "login": "login", "page": "browsing", "video_start": "watching", "segment": "", "beacon": "watching",
    "quiz_start": "quiz", "answer": "quiz", "submit": "quiz", "autosave": "quiz", "poll": "lesson",
}  # fmt: skip
_CLOCKS = tuple(dict.fromkeys(clock for clock in _CLOCK_OF.values() if clock))
_FAST, _SLOW = 2.0, 0.7  # paces of the one clock that a calibration hurries, and of the others
# Kind and learners of the levels, relative to each other, and their share of the run.
_LEVELS: tuple[tuple[PlateauKind, float, float], ...] = (
    ("fit", 0.5, 0.14),
    ("fit", 0.8, 0.14),
    ("fit", 1.1, 0.14),
    ("held-out", 1.3, 0.14),
    ("held-out", 1.5, 0.14),
)
_CALIBRATION_LEARNERS, _CALIBRATION_SHARE = 0.8, 0.06
_RAMP_SHARE = 0.1
_ERROR_RATIO = 1e-4
_LATE_S = 2e-4  # mean lateness of a visit's first request

_RUN_END = """
import sys
from pathlib import Path
from firstbell.cli.run import _show
from firstbell.models.evidence import RunEvidence
from firstbell.models.record import RunRecord
from firstbell.models.run_summary import RunSummary
from firstbell.models.workload import read_workload
from firstbell.scenarios.validity import judge

record = RunRecord.read(Path(sys.argv[1]))
found = judge(record)
_show(record, found, RunSummary.of(RunEvidence(record=record, workload=read_workload(Path(record.plan.workload)))))
"""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is recorded: the mean rate over the whole run, and in how many parts."""

    requests_per_s: float = 11_200.0
    run_s: float = 600.0
    processes: int = 8
    part_s: float = 2.0


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a process took from its start to its end."""

    wall_s: float
    cpu_s: float
    peak_rss_bytes: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The record, and what it takes to fit it and to end the run that made it."""

    size: Size
    samples: int
    parts: int
    record_bytes: int
    write_s: float
    fit: Cost
    run_end: Cost


def main(kept: str | None = None) -> None:
    """The whole measurement, as JSON on standard output; ``kept`` names a folder that keeps the record."""
    with tempfile.TemporaryDirectory(prefix="firstbell-record-") as folder:
        print(json.dumps(asdict(measured(Size(), Path(kept or folder))), indent=2))


def measured(size: Size, folder: Path) -> Outcome:
    """Write a record into ``folder``, which exists, and time its readers; raise CalledProcessError where one fails."""
    record, model = folder / "record", folder / "model.json"
    began_s = time.monotonic()
    samples = write_record(record, size)
    write_s = time.monotonic() - began_s
    files = [path for path in record.rglob("*") if path.is_file()]
    firstbell = str(Path(sys.executable).with_name("firstbell"))
    return Outcome(
        size=size,
        samples=samples,
        parts=len(list((record / "samples").iterdir())),
        record_bytes=sum(path.stat().st_size for path in files),
        write_s=write_s,
        fit=_cost([firstbell, "fit", str(record), "--out", str(model)]),
        run_end=_cost([sys.executable, "-c", _RUN_END, str(record)]),
    )


def _cost(command: Sequence[str]) -> Cost:
    began_s = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(
        wall_s=time.monotonic() - began_s, cpu_s=used.ru_utime + used.ru_stime, peak_rss_bytes=1024 * used.ru_maxrss
    )


def write_record(folder: Path, size: Size) -> int:
    """Write the record of such a run into a new folder; how many requests are in it."""
    folder.mkdir()
    path = find_workload(DEFAULT)
    workload = read_workload(path)
    behaviour = _Behaviour.of(workload)
    plan = Plan(
        workload=str(path.resolve()), target="http://127.0.0.1:8000", plateaus=_plateaus(size, behaviour),
        processes=size.processes, session_s=workload.session.length_s.value,
    )  # fmt: skip
    levels = tuple(_levels(plan.plateaus))
    _manifest(plan, workload, levels).write(folder)
    books = _Books(math.ceil(levels[-1].end_s - _BEGAN_S) + 1)
    processes = [_Process(number, folder, plan, behaviour, books) for number in range(plan.processes)]
    samples = sum(process.write(levels, size.part_s) for process in processes)
    parquet.write_table(books.table(), folder / SERVER_FILE)
    return samples


def _plateaus(size: Size, behaviour: "_Behaviour") -> tuple[Plateau, ...]:
    """Levels of so many learners that the whole run comes to the rate asked for."""
    hurried = [{clock: _FAST if clock == one else _SLOW for clock in _CLOCKS} for one in _CLOCKS]
    asked: list[tuple[PlateauKind, float, float, Mapping[str, float]]] = [
        *((kind, learners, share, {}) for kind, learners, share in _LEVELS),
        *(("calibration", _CALIBRATION_LEARNERS, _CALIBRATION_SHARE, paces) for paces in hurried),
    ]
    unit = size.requests_per_s / sum(
        learners * share * behaviour.requests_per_s(paces) for _, learners, share, paces in asked
    )
    return tuple(
        Plateau(
            kind=kind,
            learners=round(unit * learners),
            ramp_s=_RAMP_SHARE * share * size.run_s,
            hold_s=(1 - _RAMP_SHARE) * share * size.run_s,
            paces=paces,
        )
        for kind, learners, share, paces in asked
    )


@dataclass(frozen=True, kw_only=True)
class _Behaviour:
    """What one learner does: visits a second by activity, and requests that one of each makes."""

    visits_per_s: Mapping[str, float]
    requests_per_visit: Mapping[str, float]

    @classmethod
    def of(cls, workload: Workload) -> "_Behaviour":
        requests = requests_per_visit(likely_values(workload))
        return cls(
            visits_per_s=activity_rates_per_s(workload, 1.0),
            requests_per_visit={name: float(count[0]) for name, count in requests.items()},
        )

    def paced(self, paces: Mapping[str, float]) -> dict[str, float]:
        """Visits a second with these clocks."""
        return {name: rate * paces.get(_CLOCK_OF[name], 1.0) for name, rate in self.visits_per_s.items()}

    def requests_per_s(self, paces: Mapping[str, float]) -> float:
        """Requests a second with these clocks."""
        return sum(rate * self.requests_per_visit[name] for name, rate in self.paced(paces).items())


def _levels(plateaus: Sequence[Plateau]) -> Iterator[LevelTimes]:
    now_s = _BEGAN_S
    for index, plateau in enumerate(plateaus):
        start_s = now_s + plateau.ramp_s
        end_s = start_s + plateau.hold_s
        yield LevelTimes(
            index=index, kind=plateau.kind, learners=plateau.learners, ramp_start_s=now_s, start_s=start_s, end_s=end_s
        )
        now_s = end_s


def _manifest(plan: Plan, workload: Workload, levels: tuple[LevelTimes, ...]) -> Manifest:
    return Manifest(
        firstbell="synthetic", versions={}, machine={"cores": str(plan.processes)}, workload=workload.name,
        workload_hash=workload.hash, target=plan.target, adapter=plan.adapter,
        backend={"one_at_a_time": [], "same_job_each_time": "auth"}, routes=ROUTES, stations=STATIONS,
        server_cores=(), seed=plan.seed, pace=plan.pace, byte_fraction=1.0, plan=plan,
        created="2026-01-01T00:00:00+00:00", created_s=_BEGAN_S, levels=levels, ended_s=levels[-1].end_s,
        status="complete",
    )  # fmt: skip


class _Books:
    """The target's counters second by second, put together from what each request cost."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._columns: dict[str, Floats] = {}

    def add(self, activity: str, step: str, end_s: Floats, factor: Floats) -> None:
        """Requests of one step that ended then, each at so many times its mean cost."""
        second = np.minimum(end_s - _BEGAN_S, self._seconds - 1).astype(np.int64)
        route = ROUTES[step][0]
        self._count(f"requests.{route}.200", second, np.ones(len(second)))
        for tier, cost_ms in zip(_TIERS, _COST_MS[activity], strict=True):
            if cost_ms:
                for name in (f"cpu_seconds.{tier}", f"activity_cpu_seconds.{tier}.{route}"):
                    self._count(name, second, factor * cost_ms / 1000)
                self._count(f"jobs.{tier}", second, np.ones(len(second)))

    def _count(self, name: str, second: Ints, amount: Floats) -> None:
        counts = np.bincount(second, amount, minlength=self._seconds)
        self._columns[name] = self._columns.get(name, np.zeros(self._seconds)) + counts

    def table(self) -> pa.Table:
        """The counters as scrapes a second apart."""
        told = {"cores": _CORES, "workers": 1.0, **{f"threads.{tier}": 4 * _CORES for tier in _TIERS}}
        columns = {"time_s": _BEGAN_S + np.arange(self._seconds + 1.0)}
        columns |= {name: np.append(0.0, np.cumsum(counts)) for name, counts in self._columns.items()}
        columns |= {name: np.full(self._seconds + 1, value) for name, value in told.items()}
        return pa.table(columns)


class _Process:
    """One process of the generator, which plays its share of every level."""

    def __init__(self, number: int, folder: Path, plan: Plan, behaviour: _Behaviour, books: _Books) -> None:
        self._number = number
        self._plan = plan
        self._behaviour = behaviour
        self._books = books
        self._recorder = Recorder(folder, number)
        self._rng = np.random.default_rng([plan.seed, number])
        self._visits = 0

    def write(self, levels: Sequence[LevelTimes], part_s: float) -> int:
        """Write all parts; how many requests are in them."""
        for level in levels:
            for edges in _parts(level.ramp_start_s, level.start_s, part_s):
                self._write_part(level, *edges, mark=RAMP)
            for edges in _parts(level.start_s, level.end_s, part_s):
                self._write_part(level, *edges, mark=level.index)
        return self._recorder.requests

    def _write_part(self, level: LevelTimes, start_s: float, end_s: float, mark: int) -> None:
        learners = -(-level.learners // self._plan.processes)
        rates = self._behaviour.paced(self._plan.plateaus[level.index].paces)
        rows: list[tuple[Any, ...]] = []
        for name, rate in rates.items():
            count = self._rng.poisson(learners * rate * (end_s - start_s))
            rows += self._rows(name, count, learners, start_s, end_s, mark)
        rows.sort(key=itemgetter(3))  # they are put down as they end
        for row in rows:
            self._recorder.add(*row)
        for second in range(math.ceil(start_s), math.ceil(end_s)):
            cpu_s, requests = 0.3 * (second - _BEGAN_S), self._recorder.requests
            self._recorder.add_generator(float(second), cpu_s, learners, 0.002, 100, 10**9, requests)
        for _ in range(self._rng.poisson(learners * rates["video_start"] * (end_s - start_s))):
            self._recorder.add_view(self._number, mark, start_s, 0.05, 200.0, 0.0, 0, 1, 2e6, False)
        self._recorder.flush()

    def _rows(
        self, name: str, count: int, learners: int, start_s: float, end_s: float, mark: int
    ) -> list[tuple[Any, ...]]:
        """Requests of visits that are due in a part, each with the arguments of ``Recorder.add``."""
        rng, mean = self._rng, self._behaviour.requests_per_visit[name]
        requests = math.floor(mean) + (rng.random(count) < mean % 1)
        visit = np.repeat(np.arange(count), requests)
        place = np.arange(len(visit)) - np.repeat(np.cumsum(requests) - requests, requests)
        factor = rng.gamma(1 / _SPREAD, _SPREAD, len(visit))
        length_s = factor * sum(_COST_MS[name]) / 1000 * (1 + rng.exponential(0.5, len(visit))) + _LATENCY_S
        passed_s = np.cumsum(length_s) - length_s
        due_s = rng.uniform(start_s, end_s, count)[visit] + passed_s - passed_s[np.arange(len(visit)) - place]
        begun_s = due_s + np.where(place == 0, rng.exponential(_LATE_S, len(visit)), 0.0)
        learner = (self._number + self._plan.processes * rng.integers(0, learners, count))[visit]
        number, self._visits = self._visits + visit, self._visits + count
        steps = [step for step in ROUTES if step.partition(".")[0] == name]
        kind = np.minimum(place, len(steps) - 1)
        for index, step in enumerate(steps):
            mine = kind == index
            self._books.add(name, step, due_s[mine] + length_s[mine], factor[mine])
        failed = rng.random(len(visit)) < _ERROR_RATIO
        columns = (
            due_s, begun_s, due_s + 0.7 * length_s, due_s + length_s, rng.integers(500, 500_000, len(visit)),
            learner, number, np.where(failed, 503, 200), np.full(len(visit), mark),
            np.array([self._recorder.step_code(name, step, "GET") for step in steps])[kind],
            np.where(failed, "http-error", "ok"),
        )  # fmt: skip
        return list(zip(*(column.tolist() for column in columns), strict=True))


def _parts(start_s: float, end_s: float, part_s: float) -> Iterator[tuple[float, float]]:
    edges = np.linspace(start_s, end_s, max(round((end_s - start_s) / part_s), 1) + 1)
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
