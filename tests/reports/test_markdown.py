"""The report in short."""

from firstbell.models.study import Study
from firstbell.reports.answer import row_figure
from firstbell.reports.layers import share_cells
from firstbell.reports.markdown import render_markdown


def test_the_answer_and_every_sizing_figure_are_there(study: Study) -> None:
    text = render_markdown(study)
    assert f"**It falls short.** {study.verdict.sentence}" in text
    assert all(row_figure(row) in text for row in study.sizing)
    assert text.count("**MISS**") == 1


def test_every_sizing_figure_stands_with_the_share_of_each_layer(study: Study) -> None:
    text = render_markdown(study)
    assert all(f"{row_figure(row)} | {' | '.join(share_cells(row.shares))} |" in text for row in study.sizing)
    assert "7.67 times the highest measured load" in text


def test_every_row_of_a_table_has_as_many_cells_as_its_header(study: Study) -> None:
    blocks = [block for block in render_markdown(study).split("\n\n") if block.startswith("|")]
    assert len(blocks) == 6
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_an_unfinished_and_an_invalid_study_say_so_first(partial_study: Study, invalid_study: Study) -> None:
    assert "> **This study was stopped before its end." in render_markdown(partial_study)
    text = render_markdown(invalid_study)
    assert text.index("> **This measurement is not valid") < text.index("**Not valid.**")
