"""The sentences on an edge."""

from dataclasses import replace

from firstbell.models.edge_work import EdgeWork
from firstbell.reports.edge import edge_words

WORK = EdgeWork(
    hits=60, misses=20, coalesced=20, passed=500, failures=0, origin_bytes=2_000_000, learner_bytes=9_000_000,
    objects=20, held_bytes=2_000_000, evictions=3, busy=0.3,
)  # fmt: skip


def test_requests_bytes_and_busy_time_are_told() -> None:
    requests, sizes, busy = edge_words(WORK)
    assert "100 requests for content" in requests
    assert "60 hits, 20 waited for another's fetch, 20 fetched" in requests
    assert "3 had to go" in sizes
    assert "limits" not in busy


def test_an_edge_that_limits_is_warned_of_and_failures_are_told() -> None:
    words = list(edge_words(replace(WORK, busy=0.9, failures=2)))
    assert "2 requests were left without an answer" in words[2]
    assert "it limits what is measured" in words[3]


def test_an_edge_that_nobody_asked_says_so() -> None:
    assert list(edge_words(replace(WORK, hits=0, misses=0, coalesced=0))) == ["Edge: nobody asked for content."]
