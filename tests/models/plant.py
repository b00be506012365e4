"""A plant whose demands are known: simulated thread pools on one core, and what a run against it would have recorded.

Nothing here uses the code under test: the plant's steps, its learners and its counters are put together by themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from firstbell.models.fitted_model import (
    ActivityModel,
    FitQuality,
    FittedModel,
    MeasuredStream,
    RequestStep,
    ThreadPool,
)
from firstbell.models.manifest import LevelTimes, Manifest
from firstbell.models.plan import Plan, Plateau
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.simulator import simulate
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit
from firstbell.models.streams import Pacing
from firstbell.models.workload import Workload, read_workload

Floats = NDArray[np.float64]

PROFILE = Path(__file__).parents[2] / "fixtures/profiles/kosovo.yaml"
STATIONS = ("auth", "app", "database", "delivery")
CORES = 1.0
BACKGROUND = (0.0, 0.01, 0.0, 0.02)
SPREAD = 0.25  # squared coefficient of variation of what single visits cost
PACE = 20.0
SESSION_S = 1200.0
BEGAN_S = 1000.0

# Requests of a visit, and its CPU milliseconds at auth, app, database and delivery.
COSTS: Mapping[str, tuple[int, tuple[float, float, float, float]]] = {
    "login": (4, (20.0, 2.0, 0.8, 0.8)),
    "page": (3, (0.0, 2.5, 2.0, 0.6)),
    "video_start": (3, (0.0, 0.6, 0.0, 0.9)),
    "segment": (1, (0.0, 0.0, 0.0, 0.5)),
    "beacon": (1, (0.0, 0.3, 0.3, 0.1)),
    "quiz_start": (2, (0.0, 1.0, 1.0, 0.2)),
    "answer": (2, (0.0, 1.2, 1.0, 0.2)),
    "autosave": (1, (0.0, 0.4, 0.4, 0.1)),
    "submit": (1, (0.0, 1.0, 1.0, 0.1)),
    "poll": (1, (0.0, 0.3, 0.0, 0.1)),
}
# Stream, the state whose pace moves it, share of the learners, visits of a cycle, pacing, seconds from one to the next.
STREAMS: tuple[tuple[str, str, float, Mapping[str, float], Pacing, float], ...] = (
    ("sign-in", "login", 1.0, {"login": 1.0}, "think", 60.0),
    ("browsing", "browsing", 0.14 / 0.94, {"page": 1.0}, "think", 1.0),
    ("views", "watching", 0.30 / 0.94, {"video_start": 1.0}, "think", 11.5),
    ("segments", "", 0.30 / 0.94, {"segment": 1.0}, "period", 6.0),
    ("beacons", "watching", 0.30 / 0.94, {"beacon": 1.0}, "period", 1.7),
    ("quiz", "quiz", 0.10 / 0.94, {"quiz_start": 3.0, "answer": 19.5, "submit": 2.0}, "think", 2.44),
    ("autosave", "quiz", 0.10 / 0.94, {"autosave": 1.0}, "period", 3.0),
    ("polls", "lesson", 0.40 / 0.94, {"poll": 1.0}, "period", 3.0),
)
FOLLOWS = {"segments": "views", "beacons": "views"}

# A request comes in and goes out again by the same two.
WAY = (("delivery", 0.5), ("app", 0.5), ("auth", 1.0), ("database", 1.0), ("app", 0.5), ("delivery", 0.5))
PACED_STATES = ("login", "browsing", "quiz", "watching", "lesson")
CLIMB = (
    *(
        Plateau(
            kind="calibration", learners=200, ramp_s=2, hold_s=10,
            paces={state: 2.5 if state == boosted else 0.4 for state in PACED_STATES},
        )
        for boosted in PACED_STATES
    ),
    Plateau(kind="fit", learners=94, ramp_s=2, hold_s=30),
    Plateau(kind="fit", learners=188, ramp_s=2, hold_s=30),
    Plateau(kind="fit", learners=282, ramp_s=2, hold_s=30),
    Plateau(kind="held-out", learners=376, ramp_s=2, hold_s=40),
)  # fmt: skip


def kosovo() -> Workload:
    """The shipped profile."""
    return read_workload(PROFILE)


def kosovo_with_lines(folder: Path) -> Workload:
    """The shipped profile with its lines, written to a folder as `firstbell init --networks` does."""
    path = folder / "kosovo.yaml"
    parts = (PROFILE, PROFILE.parents[1] / "networks" / "kosovo.yaml")
    path.write_text("".join(part.read_text(encoding="utf-8") for part in parts), encoding="utf-8")
    return read_workload(path)


def demand_s(activity: str, station: str) -> float:
    """The true demand of a visit."""
    return COSTS[activity][1][STATIONS.index(station)] / 1e3


def total_demand_s(activity: str) -> float:
    """The true demand of a visit at all stations."""
    return sum(COSTS[activity][1]) / 1e3


def true_model(*, cores: float = CORES, draws: int = 3, highest_utilization: float = 0.6) -> FittedModel:
    """What a perfect fit of the plant would find, its bootstrap draws 2 % apart."""
    activities = [
        ActivityModel(
            name=name,
            demand_s=tuple(cost / 1e3 for cost in costs),
            draws_s=tuple(tuple(cost / 1e3 * (0.98 + 0.02 * draw) for cost in costs) for draw in range(draws)),
            intervals_s=tuple((0.96 * cost / 1e3, 1.04 * cost / 1e3) for cost in costs),
            requests_per_visit=requests,
            bytes_per_visit=250_000.0 if name == "segment" else 2_000.0,
            steps=(RequestStep(name=f"{name}.any", count=requests, share=1.0),),
            factors=(0.5, 1.0, 1.5),
            latency_s=0.001,
            visits_seen=1_000_000,
            ledger_s=(None,) * len(STATIONS),
        )
        for name, (requests, costs) in COSTS.items()
    ]
    return FittedModel(
        workload="kosovo",
        workload_hash=kosovo().hash,
        stations=STATIONS,
        background=BACKGROUND,
        coldness=(0.0,) * len(STATIONS),
        coldness_draws=((0.0,) * len(STATIONS),) * draws,
        cores=cores,
        pools=tuple(ThreadPool(stations=(name,), replicas=1, threads=2) for name in STATIONS),
        activities=tuple(activities),
        streams=tuple(
            MeasuredStream(
                name=name, share=share, visits=dict(visits), pacing=pacing, time_s=time_s, follows=FOLLOWS.get(name)
            )
            for name, _, share, visits, pacing, time_s in STREAMS
        ),
        pace=PACE,
        quality=FitQuality(
            windows=100, window_s=1.0, condition_number=12.0, inflation=dict.fromkeys(COSTS, 1.5),
            r_squared=dict.fromkeys(STATIONS, 0.99), lowest_learners=94, highest_learners=282,
            highest_utilization=highest_utilization, held_out=(376,), advice=("Measure more mixes.",),
        ),
    )  # fmt: skip


def write_record(
    folder: Path, *, plateaus: Sequence[Plateau] = CLIMB, seed: int = 1, metrics: bool = True, **changes: Any
) -> Path:
    """Play the plateaus and leave the record of a run; ``changes`` go to its manifest."""
    folder.mkdir(parents=True)
    times = tuple(_times(plateaus))
    played = [_played(plateau, level, seed + level.index) for plateau, level in zip(plateaus, times, strict=True)]
    found = _Played.joined(played)
    rng = np.random.default_rng(seed)
    _write(folder / "samples/000-0000.parquet", _samples(found, times))
    _write(folder / "generator/000-0000.parquet", _generator(times))
    _write(folder / "views/000-0000.parquet", _views(times))
    if metrics:
        _write(folder / "server.parquet", _server(found, times, rng))
    plan = Plan(
        workload=str(PROFILE), target="http://127.0.0.1:8000", plateaus=tuple(plateaus), pace=PACE, session_s=SESSION_S
    )
    told: dict[str, Any] = {
        "firstbell": "0.1.0", "versions": {"python": "3"}, "machine": {"cpu": "simulated"}, "workload": "kosovo",
        "workload_hash": kosovo().hash, "target": plan.target, "adapter": "reference",
        "backend": {"workers": 1, "password_hash": {"scheme": "argon2id"}}, "server_cores": (1,), "seed": seed,
        "routes": {}, "pace": PACE, "byte_fraction": 1.0, "plan": plan, "created": "2026-01-01T00:00:00+00:00",
        "created_s": BEGAN_S - 1, "levels": times, "ended_s": times[-1].end_s, "status": "complete",
    }  # fmt: skip
    Manifest(**told | changes).write(folder)
    return folder


@dataclass(frozen=True, kw_only=True, eq=False)
class _Played:
    """Visits as columns: code of the activity, when the learner began to wait, when that ended."""

    activity: NDArray[np.int64]
    asked_s: Floats
    end_s: Floats

    @classmethod
    def joined(cls, parts: Sequence["_Played"]) -> "_Played":
        columns = {
            name: np.concatenate([getattr(part, name) for part in parts]) for name in ("activity", "asked_s", "end_s")
        }
        return cls(**columns)


def _times(plateaus: Sequence[Plateau]) -> Iterator[LevelTimes]:
    now_s = BEGAN_S
    for index, plateau in enumerate(plateaus):
        start_s = now_s + plateau.ramp_s
        yield LevelTimes(
            index=index, kind=plateau.kind, learners=plateau.learners, ramp_start_s=now_s, start_s=start_s,
            end_s=start_s + plateau.hold_s,
        )  # fmt: skip
        now_s = start_s + plateau.hold_s


def _played(plateau: Plateau, level: LevelTimes, seed: int) -> _Played:
    """Visits from the ramp's last second to the plateau's end: those that ended in between."""
    early_s = min(plateau.ramp_s, 1.0)
    result = simulate(_system(plateau), duration_s=plateau.hold_s + early_s, warmup_s=20.0, seed=seed)
    found = [result.activities[name] for name in COSTS]
    ends_s = [activity.ends_s + level.start_s - early_s for activity in found]
    return _Played(
        activity=np.repeat(np.arange(len(found)), [activity.count for activity in found]),
        asked_s=np.concatenate([end - activity.responses_s for end, activity in zip(ends_s, found, strict=True)]),
        end_s=np.concatenate(ends_s),
    )


def _system(plateau: Plateau) -> SimulatedSystem:
    sources = [
        Source(
            name=name, population=round(plateau.learners * share), mix=_shares(visits), pacing=pacing,
            time_s=_time(pacing, time_s / plateau.paces.get(state, 1.0)),
        )
        for name, state, share, visits, pacing, time_s in STREAMS
    ]  # fmt: skip
    return SimulatedSystem(
        hosts=(Host(name="machine", cores=CORES),),
        pools=tuple(Pool(name=name, host="machine", threads=2) for name in STATIONS),
        activities=tuple(_activity(name) for name in COSTS),
        sources=tuple(sources),
    )


def _shares(visits: Mapping[str, float]) -> dict[str, float]:
    return {name: count / sum(visits.values()) for name, count in visits.items()}


def _time(pacing: Pacing, time_s: float) -> Distribution:
    return Distribution.exponential(time_s) if pacing == "think" else Distribution.deterministic(time_s)


def _activity(name: str) -> Activity:
    requests, _ = COSTS[name]
    visits = [
        Visit(pool=station, service_s=part * demand_s(name, station) / requests)
        for station, part in WAY
        if demand_s(name, station) > 0
    ]
    step = Step(visits=tuple(visits), latency_s=0.001 / requests)
    return Activity(name=name, steps=(step,) * requests, factor=Distribution.gamma(1.0, scv=SPREAD))


def _samples(found: _Played, times: Sequence[LevelTimes]) -> pa.Table:
    """Each visit by a learner of its own, so that none waits for another; its requests equally long."""
    names = list(COSTS)
    requests = np.array([COSTS[name][0] for name in names])[found.activity]
    visit = np.repeat(np.arange(len(requests)), requests)
    place = np.arange(len(visit)) - np.repeat(np.cumsum(requests) - requests, requests)
    length_s = ((found.end_s - found.asked_s) / requests)[visit]
    start_s = found.asked_s[visit] + place * length_s
    activity = np.array(names)[found.activity][visit]
    received = np.where(activity == "segment", 250_000, 2_000)
    return pa.table(
        {
            "due_s": start_s, "start_s": start_s, "first_byte_s": start_s + length_s / 2, "end_s": start_s + length_s,
            "status": pa.array(np.full(len(visit), 200), pa.int16()), "bytes": pa.array(received, pa.int64()),
            "learner": pa.array(visit, pa.int32()), "visit": pa.array(np.ones(len(visit)), pa.int32()),
            "level": pa.array(_levels(found.asked_s, times)[visit], pa.int16()),
            "activity": pa.array(activity.tolist()).dictionary_encode(),
            "step": pa.array([f"{name}.any" for name in activity]).dictionary_encode(),
            "outcome": pa.array(["ok"] * len(visit)).dictionary_encode(),
        }
    )  # fmt: skip


def _levels(due_s: Floats, times: Sequence[LevelTimes]) -> NDArray[np.int64]:
    level = np.full(len(due_s), -1)
    for held in times:
        level[(due_s >= held.start_s) & (due_s < held.end_s)] = held.index
    return level


def _server(found: _Played, times: Sequence[LevelTimes], rng: np.random.Generator) -> pa.Table:
    """Counters as a scrape a second reads them: each visit's cost is used up evenly while it is under way."""
    scrapes_s = np.arange(BEGAN_S, times[-1].end_s + 1.5)
    factor = rng.gamma(1 / SPREAD, SPREAD, len(found.activity))
    length_s = np.maximum(found.end_s - found.asked_s, 1e-9)
    columns: dict[str, Floats] = {"time_s": scrapes_s}
    costs = np.array([cost for _, cost in COSTS.values()])[found.activity] / 1e3 * factor[:, None]
    done = np.array([np.clip((now - found.asked_s) / length_s, 0, 1) @ costs for now in scrapes_s])
    for index, station in enumerate(STATIONS):
        columns[f"cpu_seconds.{station}"] = done[:, index] + BACKGROUND[index] * (scrapes_s - BEGAN_S)
        columns[f"threads.{station}"] = np.full(len(scrapes_s), 2.0)
    columns |= {"cores": np.full(len(scrapes_s), CORES), "workers": np.full(len(scrapes_s), 1.0)}
    return pa.table(columns)


def _generator(times: Sequence[LevelTimes]) -> pa.Table:
    time_s = np.arange(BEGAN_S, times[-1].end_s + 0.5)
    learners = np.full(len(time_s), times[0].learners)
    for level in times:
        learners[time_s >= level.start_s] = level.learners
    rest = {name: np.zeros(len(time_s)) for name in ("loop_lag_s", "open_files", "rss_bytes", "requests")}
    return pa.table({"time_s": time_s, "cpu_s": 0.2 * (time_s - BEGAN_S), "learners": learners, **rest})


def _views(times: Sequence[LevelTimes]) -> pa.Table:
    level = np.repeat([each.index for each in times], 20)
    rows = len(level)
    return pa.table(
        {
            "level": pa.array(level, pa.int16()), "startup_s": np.full(rows, 0.02), "played_s": np.full(rows, 12.0),
            "stalled_s": np.zeros(rows), "stalls": pa.array(np.zeros(rows), pa.int32()),
        }
    )  # fmt: skip


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path)
