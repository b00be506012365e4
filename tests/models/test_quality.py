"""Video as the learners of a level saw it."""

from typing import Any

import pyarrow as pa
import pytest

from firstbell.models.quality import view_quality


def views(**columns: list[Any]) -> pa.Table:
    return pa.table(columns)


def test_the_views_of_a_level_are_summed_up_and_no_others() -> None:
    table = views(
        level=[0, 0, 1], startup_s=[0.1, 0.3, 9.0], played_s=[90.0, 100.0, 1.0], stalled_s=[10.0, 0.0, 50.0],
        stalls=[2, 0, 7],
    )  # fmt: skip
    found = view_quality(table, (0,))
    assert found is not None
    assert (found.views, found.stalls) == (2, 2)
    assert found.startup_p50_s == pytest.approx(0.2)
    assert found.rebuffer_ratio == pytest.approx(10 / 200)


def test_a_view_without_a_first_frame_has_no_start_up_time() -> None:
    nan = float("nan")
    table = views(level=[0, 0], startup_s=[nan, 0.4], played_s=[0.0, 0.0], stalled_s=[0.0, 0.0], stalls=[0, 0])
    found = view_quality(table, (0,))
    assert found is not None
    assert (found.views, found.startup_p95_s, found.rebuffer_ratio) == (2, 0.4, None)
    nothing = view_quality(table.slice(0, 1), (0,))
    assert nothing is not None
    assert nothing.startup_p95_s is None


def test_without_views_there_is_no_quality_to_tell() -> None:
    table = views(level=[3], startup_s=[0.1], played_s=[1.0], stalled_s=[0.0], stalls=[0])
    assert view_quality(table, (0,)) is None
    assert view_quality(None, (0,)) is None
