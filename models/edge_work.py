"""What an edge cache did during a run, from what the target showed each second."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from firstbell.models.record import floats


@dataclass(frozen=True, kw_only=True)
class EdgeWork:
    """Requests for content that were hits, misses, or waited for another's fetch (coalesced); and their bytes.

    ``busy`` is the share of its one core that the edge used, None where that is not told; it passes all other requests
    on, so that they count in it as well.
    """

    hits: int
    misses: int
    coalesced: int
    passed: int
    failures: int
    origin_bytes: int
    learner_bytes: int
    objects: int
    held_bytes: int
    evictions: int
    busy: float | None

    @classmethod
    def of(cls, server: pa.Table | None, *, since_s: float = -np.inf) -> "EdgeWork | None":
        """From a record's server metrics, from the last scrape before ``since_s`` on; None where there is no edge."""
        if server is None or "edge_hits" not in server.column_names:
            return None
        time_s = floats(server, "time_s")
        server = server.slice(max(int(np.searchsorted(time_s, since_s, side="right")) - 1, 0))

        def grown(name: str) -> int:
            values = floats(server, f"edge_{name}")
            return int(values[-1] - values[0])

        return cls(
            hits=grown("hits"), misses=grown("misses"), coalesced=grown("coalesced"), passed=grown("passed"),
            failures=grown("failures"), origin_bytes=grown("origin_bytes"), learner_bytes=grown("learner_bytes"),
            objects=int(floats(server, "edge_objects")[-1]), held_bytes=int(floats(server, "edge_held_bytes")[-1]),
            evictions=grown("evictions"), busy=_busy(server),
        )  # fmt: skip

    @property
    def requests(self) -> int:
        return self.hits + self.misses + self.coalesced

    @property
    def hit_ratio(self) -> float | None:
        """Share of requests that caused no fetch; None where there was none."""
        return 1 - self.misses / self.requests if self.requests else None

    def as_json(self) -> dict[str, Any]:
        """The same with plain numbers."""
        return {**asdict(self), "hit_ratio": self.hit_ratio}


def _busy(server: pa.Table) -> float | None:
    if "cpu_seconds.edge" not in server.column_names or len(server) < 2:
        return None
    time_s, cpu_s = floats(server, "time_s"), floats(server, "cpu_seconds.edge")
    return float((cpu_s[-1] - cpu_s[0]) / (time_s[-1] - time_s[0]))
