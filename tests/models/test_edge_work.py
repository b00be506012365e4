"""What an edge did, from scrapes."""

import pyarrow as pa
import pytest

from firstbell.models.edge_work import EdgeWork

NAMES = ("passed", "failures", "origin_bytes", "learner_bytes", "evictions")
SERVER = pa.table(
    {
        "time_s": [0.0, 1.0, 2.0, 3.0],
        "edge_hits": [0.0, 50.0, 100.0, 160.0],
        "edge_misses": [0.0, 5.0, 10.0, 30.0],
        "edge_coalesced": [0.0, 0.0, 0.0, 20.0],
        "edge_objects": [0.0, 5.0, 10.0, 20.0],
        "edge_held_bytes": [0.0, 50.0, 100.0, 200.0],
        "cpu_seconds.edge": [0.0, 0.1, 0.2, 0.5],
        **{f"edge_{name}": [0.0, 0.0, 10.0, 40.0] for name in NAMES},
    }
)


def test_only_what_it_did_since_measuring_began_counts() -> None:
    found = EdgeWork.of(SERVER, since_s=2.5)
    assert found is not None
    assert (found.hits, found.misses, found.coalesced, found.requests) == (60, 20, 20, 100)
    assert found.hit_ratio == pytest.approx(0.8)
    assert (found.objects, found.held_bytes, found.origin_bytes) == (20, 200, 30)
    assert found.busy == pytest.approx(0.3)
    assert found.as_json()["hit_ratio"] == pytest.approx(0.8)


def test_without_a_moment_it_is_the_whole_record() -> None:
    found = EdgeWork.of(SERVER)
    assert found is not None
    assert (found.hits, found.misses) == (160, 30)


def test_a_target_without_an_edge_has_none() -> None:
    assert EdgeWork.of(None) is None
    assert EdgeWork.of(pa.table({"time_s": [0.0]})) is None
