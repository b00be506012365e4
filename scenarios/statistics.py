"""Locust's own statistics, fed from our records in batches: its page stays right, at a fraction of the cost."""

import time
from collections.abc import Sequence

import numpy as np
from locust.env import Environment
from locust.stats import RequestStats, StatsEntry, bucket_response_time
from numpy.typing import NDArray

from firstbell.scenarios.columns import OUTCOMES, Rows

_LOCUSTS_OWN_LISTENERS = 1
_MISSED = OUTCOMES.index("missed")
_KEPT_S = 60


class LocustStatistics:
    """Adds rows of samples to an environment's statistics; response times count from when requests were due."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        # An entry would keep twenty copies of its response times, for figures of the last ten seconds: Locust's page
        # shows them of the total alone. They grow as long as response times come that were not seen before.
        environment.stats.use_response_times_cache = False

    def feed(self, rows: Rows, steps: Sequence[tuple[str, str, str]]) -> None:
        """Add a batch. Other listeners to Locust's request event, if there are any, hear of each request by itself."""
        rows = rows[rows["outcome"] != _MISSED]
        if len(rows) == 0:
            return
        if len(self._environment.events.request._handlers) > _LOCUSTS_OWN_LISTENERS:
            self._fire_each(rows, steps)
        else:
            self._add_all(rows, steps)

    def _fire_each(self, rows: Rows, steps: Sequence[tuple[str, str, str]]) -> None:
        for row in rows:
            _, step, method = steps[row["step"]]
            self._environment.events.request.fire(  # type: ignore[no-untyped-call]
                request_type=method,
                name=step,
                response_time=1000 * float(row["end_s"] - row["due_s"]),
                response_length=int(row["bytes"]),
                exception=_error(row),
                context={},
            )

    def _add_all(self, rows: Rows, steps: Sequence[tuple[str, str, str]]) -> None:
        stats = self._environment.stats
        wall_s = time.time() - time.monotonic() + rows["end_s"]
        response_ms = 1000 * (rows["end_s"] - rows["due_s"])
        _add(stats.total, wall_s, response_ms, rows["bytes"])
        for code in np.unique(rows["step"]):
            of_step = rows["step"] == code
            _, step, method = steps[code]
            _add(stats.get(step, method), wall_s[of_step], response_ms[of_step], rows["bytes"][of_step])
        for row in rows[rows["outcome"] != 0]:
            _, step, method = steps[row["step"]]
            stats.log_error(method, step, _error(row))
        forget_seconds(stats)


def forget_seconds(stats: RequestStats) -> None:
    """Drop the counts of seconds long gone: Locust keeps them all, and looks at the last twelve."""
    for entry in (stats.total, *stats.entries.values()):
        for counts in (entry.num_reqs_per_sec, entry.num_fail_per_sec):
            if len(counts) > 2 * _KEPT_S:
                oldest = max(counts) - _KEPT_S
                for second in [each for each in counts if each < oldest]:
                    del counts[second]


def _error(row: np.void) -> Exception | None:
    if row["outcome"] == 0:
        return None
    outcome = OUTCOMES[row["outcome"]]
    return RuntimeError(f"{outcome} {row['status']}" if row["status"] else outcome)


def _add(
    entry: StatsEntry, wall_s: NDArray[np.float64], response_ms: NDArray[np.float64], received_bytes: NDArray[np.int64]
) -> None:
    last_s, before_s = float(wall_s.max()), entry.last_request_timestamp
    if entry.use_response_times_cache and before_s and int(last_s) > int(before_s):
        entry._cache_response_times(int(last_s) - 1)  # what StatsEntry.log does before a new second's first request
    entry.num_requests += len(wall_s)
    entry.last_request_timestamp = last_s
    for second, count in zip(*np.unique(wall_s.astype(np.int64), return_counts=True), strict=True):
        entry.num_reqs_per_sec[int(second)] += int(count)
    lowest, highest = round(response_ms.min()), round(response_ms.max())
    entry.min_response_time = lowest if entry.min_response_time is None else min(entry.min_response_time, lowest)
    entry.max_response_time = max(entry.max_response_time, highest)
    entry.total_response_time += round(response_ms.sum())
    for bucket, count in zip(*np.unique(np.round(response_ms), return_counts=True), strict=True):
        entry.response_times[bucket_response_time(float(bucket))] += int(count)
    entry.total_content_length += int(received_bytes.sum())
