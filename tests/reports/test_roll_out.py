"""The roll-out: what is to be ordered by when, on the page, in Markdown and as a file."""

import csv
from datetime import date

import pytest

from firstbell.models.study import Due, Study
from firstbell.reports.html import render_html
from firstbell.reports.languages import language_of
from firstbell.reports.markdown import render_markdown
from firstbell.reports.roll_out import due_titles, orders_of, past_orders, roll_out_csv
from firstbell.reports.roll_out_plots import levels_plot, orders_plot


def test_the_highest_level_comes_last_with_its_own_purchases(study: Study) -> None:
    expected, contract = orders_of(study.roll_out)
    assert (expected.learners, contract.learners) == (15_000, 115_000)
    assert {each.level for each in contract.due} == {"contract"}
    assert [each.starts_on for each in contract.stages] == [date(2025, 9, 1), date(2026, 9, 1)]


def test_what_should_have_been_ordered_before_the_study_is_named(study: Study) -> None:
    late = past_orders(orders_of(study.roll_out)[-1], study)
    assert late
    assert all(each.order_by_safe < date(2025, 3, 14) for each in late)
    page = render_html(study)
    assert "Already late for the safe day when this study was made:" in page
    assert due_titles(late) in page.replace("&#39;", "'")


def test_each_purchase_stands_on_the_page_with_its_days(study: Study) -> None:
    page = render_html(study)
    assert '<a href="#roll-out">When to order</a>' in page
    for level in orders_of(study.roll_out):
        for due in level.due:
            cells = (f"<td>{day}</td>" for day in map(_said, (due.needed_on, due.order_by, due.order_by_safe)))
            assert all(cell in page for cell in cells)


def test_markdown_has_the_highest_levels_table(study: Study) -> None:
    lines = render_markdown(study).splitlines()
    table = [line.replace("\xa0", " ") for line in lines if line.startswith("| Servers, app | ")]
    assert len(table) == 2
    assert "| 1 Sep 2026 | 4 May 2026 | 4 Jan 2026 | 20 (16 to 28) servers | 18 servers |" in table[1]


def test_plots_say_in_words_what_they_show(study: Study) -> None:
    levels, orders = levels_plot(study), orders_plot(study)
    assert levels is not None
    assert orders is not None
    assert "contract: 1 September 2025" in levels.description
    assert "Servers, app by 4 January 2025 to 4 May 2025" in orders.description
    albanian = levels_plot(study, language=language_of("sq"))
    assert albanian is not None
    assert "1 shtator 2025" in albanian.description


def test_without_a_roll_out_nothing_is_told(study: Study) -> None:
    silent = study.model_copy(update={"roll_out": None})
    assert orders_of(silent.roll_out) == ()
    assert levels_plot(silent) is None
    assert orders_plot(silent) is None
    assert "When to order" not in render_html(silent)
    assert "When to order" not in render_markdown(silent)


def test_the_file_has_every_purchase_and_no_formula(study: Study) -> None:
    assert study.roll_out is not None
    first, *others = study.roll_out.due
    plan = study.roll_out.model_copy(update={"due": (first.model_copy(update={"title": "=1+1"}), *others)})
    written = list(csv.DictReader(roll_out_csv(plan).splitlines()))
    assert list(written[0]) == list(Due.model_fields)
    assert [row["order_by"] for row in written] == [str(each.order_by) for each in plan.due]
    assert [float(row["added"]) for row in written] == pytest.approx([each.added for each in plan.due])
    assert written[0]["title"] == "'=1+1"


def _said(day: date) -> str:
    return f"{day.day}\N{NO-BREAK SPACE}{day:%b}\N{NO-BREAK SPACE}{day.year}"
