from collections.abc import Callable
from pathlib import Path

import pytest

from firstbell.models.estimate import Estimate
from firstbell.models.sizing import Demands, size
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload, read_workload

PROFILE = Path(__file__).parents[3] / "fixtures/profiles/kosovo.yaml"

# CPU milliseconds of a visit, such as a fast reference platform shows.
COSTS_MS = {
    "login": {"auth": 22, "app": 5, "database": 2, "delivery": 0.8},
    "page": {"app": 2.5, "database": 2.5, "delivery": 0.3},
    "video_start": {"app": 0.5, "database": 0.2, "delivery": 0.6},
    "segment": {"app": 0.05, "delivery": 0.4},
    "beacon": {"app": 0.3, "database": 0.3, "delivery": 0.08},
    "quiz_start": {"app": 1, "database": 1, "delivery": 0.15},
    "answer": {"app": 1, "database": 1, "delivery": 0.15},
    "autosave": {"app": 0.4, "database": 0.4, "delivery": 0.08},
    "submit": {"app": 1, "database": 1, "delivery": 0.08},
    "poll": {"app": 0.15, "delivery": 0.06},
}


def demands_times(factor: float) -> Demands:
    """The costs above times a factor, each known to within about a fifth."""
    cpu_s = {
        (activity, tier): Estimate(
            low=0.85e-3 * factor * cost,
            likely=1e-3 * factor * cost,
            high=1.2e-3 * factor * cost,
            unit="s",
            source="stated",
        )
        for activity, costs in COSTS_MS.items()
        for tier, cost in costs.items()
    }
    return Demands(cpu_s=cpu_s, source="stated")


@pytest.fixture(scope="session")
def kosovo() -> Workload:
    return read_workload(PROFILE)


@pytest.fixture(scope="session")
def demands() -> Demands:
    return demands_times(1.0)


@pytest.fixture(scope="session")
def rows(kosovo: Workload, demands: Demands) -> tuple[SizingRow, ...]:
    return size(kosovo, demands)


@pytest.fixture(scope="session")
def contract(rows: tuple[SizingRow, ...]) -> dict[str, SizingRow]:
    return {row.item: row for row in rows if row.level == "contract"}


@pytest.fixture(scope="session")
def demands_of_factor() -> Callable[[float], Demands]:
    return demands_times
