"""Each figure in the tables of the purchase, the objectives and the forecast has its source with it.

The rule: a table has a column of sources, or its caption links to where they stand in the same report.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from firstbell.models.study import Study
from firstbell.reports.html import render_html

SECTIONS = {"buy", "objectives", "sizing", "roll-out", "forecast", "stations", "workings"}
VOID = {"meta", "br", "img", "link", "hr", "input", "col"}


@dataclass
class Table:
    """A table of one of the sections."""

    section: str
    columns: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    unsourced: list[str] = field(default_factory=list)


class Reading(HTMLParser):
    """Tables with their columns, the links of their captions and their figures; and all anchors of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.tables: list[Table] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._row: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.anchors.add(told["id"])
        section = next((it["id"] for name, it in reversed(self._open) if it.get("id") in SECTIONS), None)
        if tag == "table" and section is not None:
            self.tables.append(Table(section))
        if tag == "a" and self._within("caption") and self._in_table():
            self.tables[-1].links.append(told["href"].removeprefix("#"))
        if tag == "tr":
            self._row = []
        if tag in ("td", "th"):
            self._row.append((told.get("class", ""), ""))
        if tag not in VOID:
            self._open.append((tag, told))

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self._in_table() and not self._within("thead"):
            table = self.tables[-1]
            sourced = any(kind == "source" and text.strip() for kind, text in self._row)
            found = [text for kind, text in self._row if "figure" in kind and any(map(str.isdigit, text))]
            table.figures += found
            table.unsourced += [] if sourced else found
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._row:
            kind, text = self._row[-1]
            self._row[-1] = (kind, text + data)

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)

    def _in_table(self) -> bool:
        return self._within("table") and any(it.get("id") in SECTIONS for _, it in self._open)


@pytest.fixture(scope="module")
def reading(study: Study) -> Reading:
    return Reading(render_html(study))


def test_every_section_has_figures(reading: Reading) -> None:
    assert {table.section for table in reading.tables if table.figures} == SECTIONS
    assert sum(len(table.figures) for table in reading.tables) > 200


def test_every_figure_has_its_source_beside_it_or_a_link_to_it_in_the_caption(reading: Reading) -> None:
    for table in reading.tables:
        linked = bool(table.links) and set(table.links) <= reading.anchors
        assert linked or not table.unsourced, (table.section, table.unsourced[:3])


def test_links_of_captions_lead_somewhere(reading: Reading) -> None:
    assert {link for table in reading.tables for link in table.links} <= reading.anchors
