"""What a run was like over each kind of line and at each school, as tables for the terminal."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from firstbell.models.network_summary import LineSummary, NetworkSummary
from firstbell.reports.names import activity_name
from firstbell.reports.numbers import count, percent, seconds

MOST_SCHOOLS = 12

_COLUMNS = ("Learners", "Visits", "Errors", "Offline")
_VIDEO = ("Views", "Start p95", "Still", "Rungs in %")


def network_tables(summary: NetworkSummary, activity: str = "page") -> tuple[Table, ...]:
    """A row for each kind of line, and one for each school, those where video stood still the most first.

    ``activity`` is the one whose response time is shown; all of them are in the JSON document.
    """
    schools = dict(sorted(summary.schools.items(), key=lambda item: (-_stood_still(item[1]), item[0])))
    shown = dict(list(schools.items())[:MOST_SCHOOLS])
    hidden = len(schools) - len(shown)
    tables = [_table("Line", summary.lines, activity, _caption(activity))]
    if shown:
        rest = f"{hidden} schools more, where video stood still no longer: see --json." if hidden else ""
        tables.append(_table("School", shown, activity, rest))
    return tuple(tables)


def _caption(activity: str) -> str:
    return (
        f"Times are what learners waited: {activity_name(activity)} p95 from due, of it the mean that their own line "
        "took. Offline: ended because the line was gone, no error of the platform. Still: time that video stood still. "
        "Rungs: shares of the video fetched, lowest first."
    )


def _table(kind: str, rows: Mapping[str, LineSummary], activity: str, caption: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, caption=caption, caption_justify="left")
    table.add_column(kind, no_wrap=True)
    for name in (*_COLUMNS, f"{activity_name(activity).capitalize()} p95", "by the line", *_VIDEO):
        table.add_column(name, justify="right", no_wrap=name == _VIDEO[-1])
    for name, line in rows.items():
        table.add_row(Text(name), *_counts(line), *_responses(line, activity), *_video(line))
    return table


def _counts(line: LineSummary) -> tuple[Text, ...]:
    faults = (line.errors, line.offline)
    plain = (Text(count(line.learners)), Text(count(line.visits)))
    return (*plain, *(Text(count(number), style="red" if number else "") for number in faults))


def _responses(line: LineSummary, activity: str) -> tuple[str, str]:
    found = line.activities.get(activity)
    return (
        (seconds(None), seconds(None)) if found is None else (seconds(found.response.p95_s), seconds(found.network_s))
    )


def _video(line: LineSummary) -> tuple[str, ...]:
    rungs = "/".join(f"{100 * share:.0f}" for share in line.rung_shares)
    quality = line.quality
    if quality is None:
        return "0", seconds(None), percent(None), rungs
    return count(quality.views), seconds(quality.startup_p95_s), percent(quality.rebuffer_ratio), rungs


def _stood_still(line: LineSummary) -> float:
    quality = line.quality
    return 0.0 if quality is None or quality.rebuffer_ratio is None else quality.rebuffer_ratio
