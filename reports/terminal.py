"""The closing words in the terminal: the answer, the main figures, the trust in them, and where the report lies."""

from collections.abc import Iterator
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from firstbell.models.study import Study
from firstbell.reports.answer import Answer, answer_of, extrapolation_marks, load_sentence, row_figure
from firstbell.reports.numbers import count
from firstbell.reports.purchase import ItemAcrossLevels, main_groups, purchase_levels
from firstbell.reports.trust import Trust, miss_in_words, trust_in, trust_sentences

_MISSES_SHOWN = 5


def print_summary(study: Study, report_path: Path, console: Console) -> None:
    """Print the answer: with tables and colour to a terminal, as plain lines elsewhere."""
    answer, trust = answer_of(study), trust_in(study)
    lines = _styled if console.is_terminal else _plain
    lines(study, answer, trust, console)
    console.print(Text(f"Report: {report_path}"), soft_wrap=True)


def _styled(study: Study, answer: Answer, trust: Trust, console: Console) -> None:
    for notice in answer.notices:
        style = "bold red" if notice.grave else "bold"
        console.print(Text("\n".join([notice.title, *notice.reasons]), style=style))
    console.print()
    colour = "bold green" if answer.good else "bold red"
    console.print(Text.assemble((f"{answer.word}. ", colour), (answer.sentence, "bold")))
    if study.sizing and answer.figures:
        console.print()
        console.print(_purchase_table(study))
        for line in _uncertainty_lines(study):
            console.print(Padding(Text(line), (0, 0, 0, 2)))
    console.print()
    for line in _trust_lines(trust):
        console.print(Padding(Text(line, style="red" if line.startswith("Miss") else ""), (0, 0, 0, 2)))
    console.print()


def _plain(study: Study, answer: Answer, trust: Trust, console: Console) -> None:
    for line in _plain_lines(study, answer, trust):
        console.print(Text(line), soft_wrap=True)


def _plain_lines(study: Study, answer: Answer, trust: Trust) -> Iterator[str]:
    for notice in answer.notices:
        yield " ".join([notice.title, *notice.reasons])
    yield f"{answer.word}. {answer.sentence}"
    levels = purchase_levels(study)
    for item in _main_items(study) if answer.figures else ():
        for level, row in zip(levels, item.rows, strict=True):
            if row is not None:
                yield f"{count(level.learners)} learners, {item.title}: {row_figure(row)}"
    yield from _uncertainty_lines(study) if answer.figures else ()
    yield from _trust_lines(trust)


def _uncertainty_lines(study: Study) -> Iterator[str]:
    yield from extrapolation_marks(row for item in _main_items(study) for row in item.present)
    said = load_sentence(study)
    if said is not None:
        yield said


def _purchase_table(study: Study) -> Table:
    title = "What must be bought (95 % intervals in brackets)"
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Item")
    for level in purchase_levels(study):
        table.add_column(f"{level.level.capitalize()}\n{count(level.learners)} learners", justify="right")
    for item in _main_items(study):
        table.add_row(Text(item.title), *(Text(row_figure(row) if row else "–") for row in item.rows))
    return table


def _main_items(study: Study) -> tuple[ItemAcrossLevels, ...]:
    return tuple(item for _, items in main_groups(study) for item in items)


def _trust_lines(trust: Trust) -> Iterator[str]:
    yield from trust_sentences(trust)
    for check in trust.misses[:_MISSES_SHOWN]:
        yield f"Miss: {miss_in_words(check)}"
    unshown = len(trust.misses) - _MISSES_SHOWN
    if unshown > 0:
        yield f"Misses not listed here: {unshown}; the report has them all."
