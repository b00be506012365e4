"""Locust's own statistics, kept small. In a process of its own: importing Locust patches the one that does."""

import json
import subprocess
import sys

COUNTED = """
import json
from locust.stats import RequestStats
from firstbell.scenarios.statistics import forget_seconds

stats = RequestStats()
stats.total.start_time = 0.0
most = 0
for second in range(1_000):
    for entry in (stats.total, stats.get("poll.get", "GET")):
        entry.num_requests += 3
        entry.num_reqs_per_sec[second] += 3
        entry.num_fail_per_sec[second] += 1
        entry.last_request_timestamp = float(second)
    forget_seconds(stats)
    most = max(most, len(stats.total.num_reqs_per_sec), len(stats.get("poll.get", "GET").num_fail_per_sec))
print(json.dumps([most, stats.total.current_rps, stats.total.current_fail_per_sec, stats.total.num_requests]))
"""


def test_locust_keeps_counts_of_the_last_two_minutes_and_still_tells_the_rate() -> None:
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, timeout=60, check=True)
    most, rate_per_s, failures_per_s, requests = json.loads(done.stdout)
    assert most <= 121
    assert (rate_per_s, failures_per_s, requests) == (3.0, 1.0, 3_000)


FED = """
import json, time
import numpy as np
from locust.env import Environment
from firstbell.scenarios.columns import SAMPLE
from firstbell.scenarios.statistics import LocustStatistics

environment = Environment()
statistics = LocustStatistics(environment)
now_s = time.monotonic() - 40
for second in range(40):
    rows = np.zeros(300, dtype=SAMPLE)
    rows["due_s"], rows["end_s"] = now_s + second, now_s + second + np.arange(300) / 1000
    statistics.feed(rows, [("poll", "poll.get", "GET")])
entry, total = environment.stats.get("poll.get", "GET"), environment.stats.total
print(json.dumps([entry.response_times_cache, entry.get_response_time_percentile(0.5), len(total.response_times_cache),
                  total.get_current_response_time_percentile(0.5)]))
"""


def test_copies_of_response_times_are_kept_of_the_total_alone() -> None:
    done = subprocess.run([sys.executable, "-c", FED], capture_output=True, text=True, timeout=60, check=True)
    copies, median_ms, of_total, current_ms = json.loads(done.stdout)
    assert copies is None
    assert median_ms == 150
    assert 0 < of_total <= 20
    assert current_ms == 150
