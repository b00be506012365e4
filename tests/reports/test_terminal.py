"""The closing words in the terminal."""

import io
from pathlib import Path

from rich.console import Console

from firstbell.models.study import Study
from firstbell.reports.terminal import print_summary

REPORT = Path("a study/report.html")


def printed(study: Study, *, terminal: bool) -> str:
    output = io.StringIO()
    print_summary(study, REPORT, Console(file=output, force_terminal=terminal, width=120, color_system="standard"))
    return output.getvalue()


def test_a_terminal_gets_the_answer_the_figures_and_the_place_of_the_report(study: Study) -> None:
    text = printed(study, terminal=True)
    for words in ("It falls short.", "212 (181 to 261)", "41 of 42 checks", "Miss: Login p95", str(REPORT)):
        assert words in text


def test_elsewhere_the_lines_are_plain_and_whole(study: Study) -> None:
    text = printed(study, terminal=False)
    assert "\x1b" not in text
    assert "Application cores: 212 (181 to 261)" in text
    assert text.splitlines()[0] == f"It falls short. {study.verdict.sentence}"
    assert text.splitlines()[-1] == f"Report: {REPORT}"


def test_an_invalid_study_shows_no_purchase(invalid_study: Study) -> None:
    for terminal in (True, False):
        text = printed(invalid_study, terminal=terminal)
        assert text.index("This measurement is not valid") < text.index("Not valid.")
        assert "Application cores" not in text


def test_an_unfinished_study_has_its_last_words_too(partial_study: Study) -> None:
    for terminal in (True, False):
        assert "Not finished." in printed(partial_study, terminal=terminal)


def test_brackets_in_a_sentence_are_not_taken_for_markup(study: Study) -> None:
    verdict = study.verdict.model_copy(update={"sentence": "It holds [red]not[/red]."})
    assert "[red]not[/red]" in printed(study.model_copy(update={"verdict": verdict}), terminal=False)
