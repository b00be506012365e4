"""Digests of a platform whose costs are known: visits by chance, and processor time by chance around what is told."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firstbell.models.comparison.digest import (
    ActivityDigest,
    Digest,
    Label,
    RouteCost,
    ServerDigest,
    Times,
    ViewsDigest,
)
from firstbell.models.study import ValidityResult
from firstbell.models.workload.assumptions import Objective

BLOCKS = 12
BLOCK_S = 2.0
CORES = 2.0
# Activity: visits a second, true visits a second of a learner, ms at app and at database, mean response in ms.
COSTS: Mapping[str, tuple[float, float, float, float, float]] = {
    "page": (40.0, 0.007, 2.0, 3.0, 30.0),
    "answer": (30.0, 0.0017, 1.0, 1.0, 20.0),
    "autosave": (30.0, 0.0017, 0.2, 0.4, 8.0),
    "beacon": (20.0, 0.009, 0.1, 0.3, 6.0),
    "poll": (40.0, 0.0067, 0.1, 0.0, 2.0),
    "submit": (5.0, 0.0002, 0.2, 0.6, 12.0),
}
STATIONS = ("app", "database")
DELIVERY_MS = 0.2
MACHINE = {"cpu": "made up", "cores": "2", "memory_bytes": "8", "system": "Linux 6"}
OBJECTIVES = (
    Objective(name="page p95", measure="response_s", activity="page", percentile=95.0, limit=1.0, source="estimate"),
    Objective(name="errors", measure="error_ratio", limit=0.01, source="estimate"),
)


def digest(
    *,
    seed: int,
    begun_s: float = 1_000.0,
    demand: Mapping[tuple[str, str], float] | None = None,
    speed: float = 1.0,
    slower: Mapping[str, float] | None = None,
    errors: Mapping[str, float] | None = None,
    books: bool = True,
    metrics: bool = True,
    validity: ValidityResult | None = None,
    **label: Any,
) -> Digest:
    """One run. ``demand`` has factors by cell, ``slower`` factors on response times, ``errors`` shares that failed.

    ``speed`` is a factor on all processor time, as a slow minute of the machine makes it.
    """
    rng = np.random.default_rng(seed)
    activities, costs, requests = [], [], {}
    used = {station: np.zeros(BLOCKS) for station in (*STATIONS, "delivery", "auth")}
    for name, (rate, _, app_ms, database_ms, response_ms) in COSTS.items():
        visits = rng.poisson(rate * BLOCK_S, BLOCKS)
        failed = rng.binomial(visits, (errors or {}).get(name, 0.0))
        block = np.repeat(np.arange(BLOCKS), visits - failed)
        time_s = rng.gamma(4, response_ms / 4e3, len(block)) * (slower or {}).get(name, 1.0)
        activities.append(
            ActivityDigest(
                name=name,
                visits=tuple(visits.tolist()),
                errors=tuple(failed.tolist()),
                missed=(0,) * BLOCKS,
                response=Times.of(time_s, block, BLOCKS),
            )
        )
        requests[name] = tuple(visits.astype(float).tolist())
        for station, cost_ms in zip(STATIONS, (app_ms, database_ms), strict=True):
            if cost_ms:
                factor = speed * (demand or {}).get((name, station), 1.0)
                each = np.array([rng.gamma(4, cost_ms / 4e3, count).sum() for count in visits]) * factor
                costs.append(RouteCost(route=name, station=station, cpu_s=tuple(each.tolist())))
                used[station] += each
        used["delivery"] += visits * DELIVERY_MS / 1e3 * speed * rng.gamma(400, 1 / 400, BLOCKS)
    tasks = np.full(BLOCKS, 3.0)
    used["auth"] += 0.025 * speed * tasks * rng.gamma(400, 1 / 400, BLOCKS)
    server = ServerDigest(
        cores=CORES,
        stations={station: tuple(cpu_s.tolist()) for station, cpu_s in used.items()},
        costs=tuple(costs) if books else (),
        requests=requests if books else {},
        busy_s=tuple(sum(used.values()).tolist()),  # type: ignore[attr-defined]
        reference_tasks=tuple(tasks.tolist()),
        reference_cpu_s=tuple(used["auth"].tolist()),
    )
    return Digest(
        label=_label(begun_s, seed, label),
        validity=validity or ValidityResult(verdict="valid", reasons=()),
        block_s=BLOCK_S,
        start_s=tuple((BLOCK_S * np.arange(BLOCKS)).tolist()),
        activities=tuple(activities),
        views=(
            ViewsDigest(
                startup=Times.of(rng.gamma(4, 0.05, 240), np.repeat(np.arange(BLOCKS), 20), BLOCKS),
                played_s=(200.0,) * BLOCKS,
                stalled_s=(1.0,) * BLOCKS,
            ),
        ),
        server=server if metrics else None,
        requests_per_visit={name: {f"{name}.any": 1.0} for name in COSTS},
        bytes_per_visit=dict.fromkeys(COSTS, 2_000.0),
        routes={f"{name}.any": (name,) for name in COSTS},
        visits_per_learner_s={name: costs[1] for name, costs in COSTS.items()},
        objectives=OBJECTIVES,
        max_utilization=0.7,
    )


def _label(begun_s: float, seed: int, changes: Mapping[str, Any]) -> Label:
    told: dict[str, Any] = {
        "name": f"run-{seed}", "created": "2026-01-01T00:00:00+00:00", "begun_s": begun_s,
        "ended_s": begun_s + BLOCKS * BLOCK_S, "firstbell": "0.1.0", "versions": {"python": "3"}, "machine": MACHINE,
        "workload": "kosovo", "workload_hash": "abc", "target": "http://127.0.0.1:8000", "adapter": "reference",
        "backend": "{}", "byte_fraction": 1.0, "learners": 50, "pace": 50.0, "load": "{}", "seed": seed,
        "status": "complete",
    }  # fmt: skip
    return Label(**told | changes)


def rounds(seed: int, number: int = 3, *, apart_s: float = 0.0, **changes: Any) -> list[Digest]:
    """Rounds of one side; both sides' rounds are side by side unless one is ``apart_s`` later."""
    return [digest(seed=seed + turn, begun_s=1_000.0 + 60 * turn + apart_s, **changes) for turn in range(number)]


def load_per_learner(demand: Mapping[tuple[str, str], float] | None = None) -> float:
    """The true cores of a learner."""
    total = 0.0
    for name, (_, rate, app_ms, database_ms, _) in COSTS.items():
        for station, cost_ms in zip(STATIONS, (app_ms, database_ms), strict=True):
            total += rate * cost_ms / 1e3 * (demand or {}).get((name, station), 1.0)
        total += rate * DELIVERY_MS / 1e3
    auth_requests_s = sum(each[0] for each in COSTS.values())
    # The reference task is booked by no route, so that all requests share it.
    return total + sum(each[1] for each in COSTS.values()) * 0.025 * 3 / BLOCK_S / auth_requests_s
