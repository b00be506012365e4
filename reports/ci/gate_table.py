"""The verdict on the terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from firstbell.models.comparison.comparison import Change, Comparison
from firstbell.models.objectives.judgement import Judgement
from firstbell.reports.ci.checks import GateReport
from firstbell.reports.ci.sentences import cells, design_words, rows, value_words
from firstbell.reports.numbers import unbroken

_OUTCOMES = {True: ("holds", "green"), False: ("missed", "red"), None: ("not told", "yellow")}
_STYLES = {0: "bold green", 1: "bold red", 2: "bold yellow", 3: "bold yellow"}


def print_gate(report: GateReport, console: Console) -> None:
    """The headline, the objectives, and what changed."""
    console.print(Text(unbroken(report.headline), style=_STYLES[report.exit_code]))
    if report.judgements:
        console.print(_objectives(report.judgements))
    if report.comparison is not None:
        print_comparison(report.comparison, console)
    elif report.wrong and not report.judgements:
        for check in report.wrong:
            console.print(Text(f"  {check.says}"))


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Each activity, whatever surely changed, and how fine the comparison was."""
    console.print(_changes(comparison))
    for words in (design_words(comparison), *comparison.notes):
        console.print(Text(unbroken(words)))


def _objectives(judgements: tuple[Judgement, ...]) -> Table:
    table = _table("Objective", "Measured", "", "")
    for judgement in judgements:
        mark, style = _OUTCOMES[judgement.holds]
        table.add_row(Text(judgement.name), Text(value_words(judgement)), Text(mark, style=style), Text(judgement.why))
    return table


def _changes(comparison: Comparison) -> Table:
    table = _table("Beside the baseline", "Before", "Now", "Change", "95 % interval", "Found from", "")
    for change in rows(comparison):
        table.add_row(*_row(change))
    return table


def _row(change: Change) -> tuple[Text, ...]:
    style = "red" if change.worse else "green" if change.better else ""
    mark = "worse" if change.worse else "better" if change.better else ""
    return tuple(Text(text, style=style) for text in (change.name, *cells(change), mark))


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right", no_wrap=place == 0)
    return table
