"""The tables by line and by school at the end of a run."""

import io

import numpy as np
from rich.console import Console

from firstbell.models.measurement import Responses
from firstbell.models.network_summary import LineActivity, LineSummary, NetworkSummary
from firstbell.models.study import QualityResult
from firstbell.reports.network_table import MOST_SCHOOLS, network_tables


def _line(rebuffer_ratio: float, learners: int = 30) -> LineSummary:
    page = LineActivity(
        visits=400, errors=2, offline=7, response=Responses.of(np.full(400, 1.5)), network_s=1.25, platform_s=0.25
    )
    quality = QualityResult(
        views=21, startup_p50_s=1.0, startup_p95_s=3.0, rebuffer_ratio=rebuffer_ratio, stalls=4
    )  # fmt: skip
    return LineSummary(learners=learners, activities={"page": page}, quality=quality, rung_s=(75.0, 25.0, 0.0))


def _shown(summary: NetworkSummary) -> list[str]:
    console = Console(file=io.StringIO(), width=130)
    for table in network_tables(summary):
        console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().replace("\u202f", " ").replace("\u00a0", " ").splitlines()


def test_a_line_has_its_counts_its_share_of_the_wait_and_its_rungs() -> None:
    shown = _shown(NetworkSummary(lines={"3g": _line(0.02)}, schools={}))
    (row,) = [line.split() for line in shown if "3g" in line]
    assert row[:5] == ["3g", "30", "400", "2", "7"]
    assert row[5:] == ["1.50", "s", "1.25", "s", "21", "3.00", "s", "2.0", "%", "75/25/0"]


def test_the_schools_where_video_stood_still_most_come_first_and_the_rest_is_counted() -> None:
    schools = {f"village 0-{number}": _line(number / 1000) for number in range(MOST_SCHOOLS + 3)}
    shown = _shown(NetworkSummary(lines={"village": _line(0.01)}, schools=schools))
    rows = [line.split()[1] for line in shown if "village 0-" in line]
    assert rows == [f"0-{number}" for number in reversed(range(3, MOST_SCHOOLS + 3))]
    assert any("3 schools more" in line for line in shown)


def test_a_line_without_views_or_pages_says_nothing_of_them() -> None:
    bare = LineSummary(learners=3, activities={}, quality=None, rung_s=(0.0, 0.0))
    (row,) = [line for line in _shown(NetworkSummary(lines={"adsl": bare}, schools={})) if "adsl" in line]
    assert row.split() == ["adsl", "3", "0", "0", "0", "–", "–", "0", "–", "–"]
