"""How far the instances drifted apart, from scrapes."""

import pyarrow as pa
import pytest

from firstbell.models.divergence import Divergence

SERVER = pa.table(
    {
        "time_s": [0.0, 1.0, 2.0, 3.0],
        "divergence_items.phone": [0.0, 2.0, 3.0, 1.0],
        "divergence_bytes.phone": [0.0, 20.0, 30.0, 10.0],
        "divergence_age_seconds.phone": [0.0, 0.5, 1.5, float("nan")],
        "differing_items": [0.0, 0.0, 1.0, 1.0],
    }
)


def test_most_mean_and_end_are_told_for_the_instance_that_lacks() -> None:
    found = Divergence.of(SERVER)
    assert found is not None
    phone = found.lacking["phone"]
    assert (phone.most_items, phone.last_items, phone.mean_items) == (3, 1, 1.5)
    assert (phone.most_bytes, phone.last_bytes, phone.mean_bytes) == (30, 10, 15.0)
    assert (phone.oldest_s, phone.last_age_s) == (1.5, 1.5)
    assert found.differing_items == 1
    assert found.mirror is None
    assert found.as_json()["lacking"]["phone"]["most_items"] == 3


def test_the_mirror_s_work_is_what_it_did_during_the_run() -> None:
    counters = {
        "mirror_copies": [10.0, 10.0, 12.0, 14.0], "mirror_failures": [1.0, 1.0, 2.0, 4.0],
        "mirror_bytes": [100.0, 150.0, 180.0, 220.0], "mirror_lag_seconds": [5.0, 5.0, 9.0, 15.0],
        "mirror_longest_lag_seconds": [2.0, 2.0, 2.5, 3.5],
    }  # fmt: skip
    table = SERVER
    for name, values in counters.items():
        table = table.append_column(name, pa.array(values))
    found = Divergence.of(table)
    assert found is not None
    assert found.mirror is not None
    assert (found.mirror.copies, found.mirror.failures, found.mirror.sent_bytes) == (4, 3, 120)
    assert found.mirror.mean_lag_s == pytest.approx(2.5)
    assert found.mirror.longest_lag_s == 3.5


def test_a_target_with_one_instance_or_without_metrics_has_none() -> None:
    assert Divergence.of(None) is None
    assert Divergence.of(pa.table({"time_s": [0.0]})) is None
