"""A comment for a merge request, and the summary of a job: the verdict first, then what it stands on."""

from collections.abc import Iterator, Sequence

from firstbell.models.comparison.comparison import Change
from firstbell.models.objectives.judgement import Judgement
from firstbell.reports.ci.checks import GateReport
from firstbell.reports.ci.sentences import cells, rows, value_words
from firstbell.reports.markdown_table import table

_MARKS = {0: "✅", 1: "❌", 2: "⚠️", 3: "⚠️"}
_WORDS = {0: "holds", 1: "falls short", 2: "the input is wrong", 3: "the measurement says nothing"}


def gate_markdown(report: GateReport) -> str:
    """The comment, whole."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: GateReport) -> Iterator[str]:
    yield f"### {_MARKS[report.exit_code]} firstbell: {_WORDS[report.exit_code]}"
    yield ""
    yield _escaped(report.headline)
    yield ""
    if report.judgements:
        yield from _table(("Objective", "Measured", ""), [_objective(j) for j in report.judgements])
    if report.comparison is not None:
        header = ("Beside the baseline", "Before", "Now", "Change (95 %)", "Would be found from", "")
        yield from _table(header, [_change(change) for change in rows(report.comparison)])
    if not report.judgements and report.comparison is None:
        yield from (f"- {_escaped(check.says)}" for check in report.wrong)
        yield ""
    yield from (f"{_escaped(note)}\n" for note in report.notes)


def _objective(judgement: Judgement) -> tuple[str, ...]:
    mark = {True: "✅", False: "❌", None: "⚠️"}[judgement.holds]
    return judgement.name, value_words(judgement), f"{mark} {judgement.why}".strip()


def _change(change: Change) -> tuple[str, ...]:
    mark = "❌" if change.worse else "🟢" if change.better else ""
    before, after, told, interval, detectable = cells(change)
    return change.name, before, after, f"{told} ({interval})" if interval else told, detectable, mark


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    return table(header, [[_escaped(cell).replace("|", "&#124;") for cell in line] for line in lines])


def _escaped(text: str) -> str:
    """Text stays text, whatever an activity or a file is called."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
