"""What a run measured, as a table for the terminal: no percentile without what it leaves out beside it."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from firstbell.models.measurement import Quantile
from firstbell.models.run_summary import LATE_S, ActivitySummary, RunSummary
from firstbell.reports.numbers import count, seconds

_COLUMNS = (
    "Visits", "Errors", "Missed", "Late", "by us", "p50", "p95", "p99", "First byte p95", "Download p95",
)  # fmt: skip


def run_table(summary: RunSummary) -> Table:
    """A row for each activity, times from when a visit was due."""
    late = seconds(LATE_S)
    caption = (
        f"Times run from when a visit was due; download from its first byte. Late: began more than {late} after that; "
        "by us: for no other reason than the generator. Missed: never began, so in no percentile."
    )
    planned = summary.planned_arrivals
    title = None if planned is None else f"{count(planned)} arrivals, each due at a moment fixed before the run"
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, caption=caption, caption_justify="left"
    )
    table.add_column("Activity", no_wrap=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for name, activity in summary.activities.items():
        table.add_row(Text(name), *_counts(activity), *_times(activity))
    return table


def _counts(activity: ActivitySummary) -> tuple[Text, ...]:
    faults = (activity.errors, activity.missed, activity.late, activity.late_by_generator)
    return (Text(count(activity.visits)), *(Text(count(number), style="red" if number else "") for number in faults))


def _times(activity: ActivitySummary) -> tuple[Text, ...]:
    response = activity.response
    shown = (response.p50, response.p95, response.p99, activity.first_byte_p95, activity.download_p95)
    return tuple(Text(_time(quantile)) for quantile in shown)


def _time(quantile: Quantile | None) -> str:
    return seconds(None if quantile is None else quantile.value_s)
