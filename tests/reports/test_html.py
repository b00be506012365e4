"""The HTML report: offline, accessible, complete and truthful."""

import itertools
import re
from html.parser import HTMLParser

import pytest

from firstbell.models.study import Study
from firstbell.reports.answer import row_figure
from firstbell.reports.html import render_html
from firstbell.reports.layers import share_cells, shares_in_words
from firstbell.reports.names import LAYER_MEANINGS
from firstbell.reports.numbers import count, interval, percent, quantity, rate, seconds

VOID = {"meta", "br", "link", "img", "input", "hr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Page(HTMLParser):
    """Reads a page and notes what a test asks about; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open[-1:]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", "".join(self.words))


@pytest.fixture(scope="module")
def report(study: Study) -> str:
    return render_html(study)


@pytest.fixture(scope="module")
def page(report: str) -> Page:
    return Page(report)


def test_the_page_needs_no_script_and_nothing_from_elsewhere(report: str, page: Page) -> None:
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "img", "iframe", "object", "embed")]
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not re.findall(r"@import|url\((?!#)", report)


def test_every_link_leads_somewhere_and_no_identifier_is_used_twice(report: str, page: Page) -> None:
    identifiers = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    referred = {(attributes.get("href") or attributes.get("xlink:href") or "")[1:] for _, attributes in page.tags}
    referred |= set(re.findall(r"url\(#([^)]+)\)", report))
    assert referred - {""} <= set(identifiers)


def test_headings_step_down_one_at_a_time(page: Page) -> None:
    steps = [int(tag[1]) for tag, _ in page.tags if tag in HEADINGS]
    assert steps[0] == 1
    assert steps.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(steps))


def test_every_plot_has_a_name_and_a_description(page: Page) -> None:
    plots = [attributes for tag, attributes in page.tags if tag == "svg"]
    identifiers = {attributes.get("id") for _, attributes in page.tags}
    assert len(plots) == 2 + 10 + 6 + 1 + 2 + 6 + 1 + 2
    for attributes in plots:
        assert attributes["role"] == "img"
        assert set((attributes["aria-labelledby"] or "").split()) <= identifiers


def test_every_plot_links_to_its_table(study: Study, partial_study: Study) -> None:
    for each in (study, partial_study):
        page = render_html(each)
        figures = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
        assert len(figures) == page.count("<svg")
        for figure in figures:
            (anchor,) = re.findall(r'<a href="#([^"]+)">As a table</a>', figure)
            (target,) = re.findall(rf'<(?:div|section)[^>]* id="{anchor}".*?<table.*?</table>', page, re.DOTALL)
            assert any(map(str.isdigit, re.sub("<[^>]*>", "", target)))


def test_the_lines_of_the_plots_stand_in_tables(study: Study, page: Page) -> None:
    for point in study.curve:
        assert rate(point.throughput_per_s) in page.text
        for activity, p95_s in point.p95_s.items():
            assert seconds(point.p50_s[activity]) in page.text
            assert seconds(p95_s) in page.text


def test_every_sizing_figure_stands_in_the_report_with_formula_input_and_source(study: Study, page: Page) -> None:
    for row in study.sizing:
        for words in (row.title, row_figure(row), row.binding, row.formula, row.source):
            assert words in page.text
        for one in row.inputs:
            assert one.name in page.text
            assert interval(one.low, one.value, one.high, one.unit) in page.text
            assert one.source in page.text
        for option in row.rejected:
            assert option.option in page.text


def test_every_level_stands_in_the_report(study: Study, page: Page) -> None:
    for level in study.levels:
        for words in (count(level.learners), rate(level.throughput_per_s), percent(level.utilization)):
            assert words in page.text
        for activity in level.activities.values():
            assert seconds(activity.response_s.p50) in page.text
            assert seconds(activity.response_s.p99) in page.text


def test_every_check_stands_in_the_report(study: Study, page: Page) -> None:
    for check in study.validation:
        unit = "per_s" if check.quantity.endswith("_per_s") else "s"
        assert interval(check.low, check.predicted, check.high, unit) in page.text
        assert quantity(check.measured, unit) in page.text


def test_every_demand_stands_in_the_report_with_the_backends_own_count(study: Study, page: Page) -> None:
    for demand in study.demands:
        found = demand.demand_s
        assert interval(found.low, found.likely, found.high, "s") in page.text
        assert seconds(demand.ledger_s) in page.text


def test_a_miss_is_told_by_word_and_with_its_reason(study: Study, report: str, page: Page) -> None:
    (missed,) = [check for check in study.validation if not check.within]
    assert page.text.count("MISS") == 1
    assert "Miss: Login p95 response time at 520" in page.text
    assert missed.note in page.text
    assert ">miss<" in report


def test_of_many_misses_the_first_page_tells_the_worst_and_how_many_there_are(study: Study) -> None:
    missed = tuple(check.model_copy(update={"within": False}) for check in study.validation)
    page = Page(render_html(study.model_copy(update={"validation": missed})))
    assert page.text.count("Miss:") == 5
    assert "the five worst of 42 misses" in page.text
    assert page.text.count("MISS") == 42


def test_the_first_page_says_what_was_scaled_down_and_what_concurrent_means(study: Study, page: Page) -> None:
    first = page.text[: page.text.index("In this report")]
    for words in (study.verdict.sentence, study.concurrent_meaning, *study.scaled_down, *study.not_measured):
        assert words in first


def test_every_sized_figure_stands_with_the_share_of_each_layer(study: Study, page: Page) -> None:
    for row in study.sizing:
        assert shares_in_words(row.shares) in page.text
        assert "".join(share_cells(row.shares)) in page.text
    assert "Where the uncertainty comes from" in page.text
    assert all(meaning in page.text for meaning in LAYER_MEANINGS.values())


def test_what_is_extrapolated_is_marked_beside_each_figure_and_told_on_the_first_page(study: Study, page: Page) -> None:
    marked = [row for row in study.sizing if row.note]
    assert {row.learners for row in marked} == {45000, 115000}
    assert all(row_figure(row).endswith("†") for row in marked)
    first = page.text[: page.text.index("In this report")]
    assert "7.67 times the highest measured load, beyond the 2 times that may be relied on" in first


def test_what_is_refused_is_not_forecast(study: Study) -> None:
    refused = study.forecast[-1].measured_system.model_copy(
        update={"holds": None, "throughput_per_s": None, "utilization": {}, "refused": "too far"}
    )
    last = study.forecast[-1].model_copy(update={"measured_system": refused})
    page = Page(render_html(study.model_copy(update={"forecast": (last,)})))
    assert page.text.count("not forecast") >= 2


def test_a_black_box_is_called_one_on_the_first_page(study: Study) -> None:
    assert study.fit is not None
    fit = study.fit.model_copy(update={"demands_from": "responses"})
    alone = tuple(each.model_copy(update={"sized_system": None}) for each in study.forecast)
    page = Page(render_html(study.model_copy(update={"fit": fit, "forecast": alone})))
    first = page.text[: page.text.index("In this report")]
    assert "The platform showed no processor times" in first
    assert "no cores and no servers are sized" in first
    assert "Sized system" not in page.text[page.text.index("In this report") : page.text.index("Predicted against")]
    assert "The utilisation law gives the demand" not in page.text


def test_extrapolation_is_said_in_words(page: Page) -> None:
    assert page.text.count("That is an extrapolation") == 3


def test_the_same_study_gives_the_same_bytes(study: Study, report: str) -> None:
    assert render_html(study) == report


def test_a_study_stopped_early_says_so_and_invents_nothing(partial_study: Study) -> None:
    page = Page(render_html(partial_study))
    for words in ("stopped before its end", "2 levels were measured", "Not finished.", "Nothing was sized."):
        assert words in page.text
    assert "It holds." not in page.text
    assert "There is no prediction to compare with." in page.text
    assert ">predicted<" not in render_html(partial_study)


def test_a_study_without_any_level_still_gives_a_report(partial_study: Study) -> None:
    page = Page(render_html(partial_study.model_copy(update={"levels": ()})))
    assert "0 levels were measured" in page.text
    assert not [tag for tag, _ in page.tags if tag == "svg"]


def test_an_invalid_measurement_says_so_first(invalid_study: Study) -> None:
    text = Page(render_html(invalid_study)).text
    warning = text.index("This measurement is not valid")
    assert warning < text.index("What must be bought")
    assert invalid_study.validity.reasons[0] in text[warning : warning + 400]
    assert "Not valid." in text
    assert invalid_study.verdict.sentence not in text


def test_text_from_a_study_cannot_break_the_page(partial_study: Study) -> None:
    hostile = '</style><script>alert("1")</script>'
    page = Page(render_html(partial_study.model_copy(update={"workload_title": hostile, "scaled_down": (hostile,)})))
    assert not [tag for tag, _ in page.tags if tag == "script"]


def test_colours_of_text_stand_out_from_the_page(report: str) -> None:
    colours = dict(re.findall(r"--(ink|muted|accent|bad): (#[0-9a-f]{6})", report))
    grounds = ("#ffffff", *re.findall(r"--(?:pale|bad-pale): (#[0-9a-f]{6})", report))
    assert len(colours) == 4
    assert len(grounds) == 3
    for colour in colours.values():
        assert min(contrast(colour, ground) for ground in grounds) >= 4.5


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_chance_that_a_purchase_is_enough_and_what_moves_it_are_told(study: Study, partial_study: Study) -> None:
    page = render_html(study)
    assert "everything is enough in 5.0\u202f% of cases; at the P95 of each line in 75\u202f%" in page
    assert page.count('id="tornado-') >= 3
    assert "What one input alone makes of it at the contract level" in page
    without = render_html(partial_study)
    assert 'id="chances"' not in without
    assert 'id="tornado-' not in without
