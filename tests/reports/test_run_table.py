"""The table at the end of a run."""

import io

import numpy as np
from rich.console import Console

from firstbell.models.measurement import Quantile, Responses
from firstbell.models.run_summary import ActivitySummary, RunSummary
from firstbell.reports.run_table import run_table


def _shown(planned_arrivals: int | None = None, **activities: ActivitySummary) -> list[str]:
    console = Console(file=io.StringIO(), width=130)
    console.print(run_table(RunSummary(activities=activities, planned_arrivals=planned_arrivals)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def _activity(response_s: float, samples: int) -> ActivitySummary:
    return ActivitySummary(
        visits=12_000, errors=3, missed=41, late=17, late_by_generator=5,
        response=Responses.of(np.full(samples, response_s)),
        first_byte_p95=Quantile(value_s=0.25, interval_s=None), download_p95=Quantile(value_s=0.0021, interval_s=None),
    )  # fmt: skip


def test_missed_and_late_visits_stand_in_the_row_of_the_percentiles() -> None:
    row = next(line for line in _shown(login=_activity(1.5, 500)) if "login" in line)
    assert (
        row.split()
        == ("login 12\u202f000 3 41 17 5 1.50\u202fs 1.50\u202fs 1.50\u202fs 250\u202fms 2.10\u202fms")
        .replace("\u202f", " ")
        .split()
    )


def test_a_percentile_of_too_few_visits_is_a_dash_and_no_row_is_left_out() -> None:
    lines = _shown(login=_activity(1.5, 500), submit=_activity(0.5, 5))
    row = next(line for line in lines if "submit" in line)
    assert row.count("–") == 3


def test_the_table_says_what_its_words_mean() -> None:
    words = " ".join(" ".join(_shown(login=_activity(1.5, 500))).split())
    assert "Times run from when a visit was due" in words
    assert "Missed: never began, so in no percentile" in words


def test_how_many_were_to_arrive_stands_above_them() -> None:
    assert "1 234 arrivals" in _shown(1234, login=_activity(1.5, 500))[0].replace("\u202f", " ")
    assert "arrivals" not in " ".join(_shown(login=_activity(1.5, 500)))
