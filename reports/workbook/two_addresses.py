"""An edge's hit ratio where content has two addresses: Che's approximation, its two times found by halving in columns.

The formulas are those of ``models.duplicate_addresses``, where objects of nearly the same rank are taken together.
"""

from collections.abc import Callable

from firstbell.reports.workbook.formula import (
    Formula,
    exponential,
    largest,
    root,
    rounded_down,
    smallest,
    summed,
    where,
)
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.section import Section

_ALONE, _GROUP_RATIO, _GROUPS = 16, 1.25, 84  # room for 60 million objects
_LOG_TIMES = (-5.0, 40.0)
_HALVINGS = 44


def two_addresses_hit_ratio(section: Section, inputs: Inputs) -> Formula:
    """Writes groups of objects and both searches; gives the hit ratio."""
    section.heading(
        "An edge that knows each video by two addresses (Che's approximation)",
        ("Last rank of a group", "rank", "objects", "middle rank", "popularity of one"),
    )
    count, popularity = _objects(section, inputs)
    hit, digital = inputs["sizing.bandwidth.edge_hit_ratio"], inputs["session.digital_id_share"]
    shares = (digital, 1 - digital)

    def hits(time: Formula, share: object) -> Formula:
        return summed(popularity * count * (1 - exponential(0 - popularity * time * share)))

    def kept(time: Formula, share: object) -> Formula:
        return summed(count * (1 - exponential(0 - popularity * time * share)))

    one = _searched(section, "time to live with one address", lambda time: hits(time, 1), hit)
    room = section.line("objects that the edge has room for", kept(one, 1), "learners")
    two = _searched(section, "time to live with two", lambda time: kept(time, shares[0]) + kept(time, shares[1]), room)
    ratio = section.line(
        "hit ratio with two addresses", shares[0] * hits(two, shares[0]) + shares[1] * hits(two, shares[1]), "share"
    )
    section.gap()
    return ratio


def _objects(section: Section, inputs: Inputs) -> tuple[Formula, Formula]:
    """Ranges over the groups: how many objects each has, none in those beyond the last, and how popular one is."""
    videos, zipf = inputs["content.videos"], inputs["content.popularity_zipf"]
    sheet, first_row = section.sheet, section.row
    last = Formula.of(0)
    counts, weights = [], []
    for row, number in enumerate(range(1, _GROUPS + 1), first_row):
        wider = number if number <= _ALONE else largest(last + 1, rounded_down(last * _GROUP_RATIO))
        before, last = last, sheet.formula(row, 1, smallest(videos, wider), unit="learners")
        counts.append(sheet.formula(row, 2, last - before, unit="learners"))
        middle = where(counts[-1] <= 1, last, root((before + 0.5) * (last + 0.5)))
        weights.append(sheet.formula(row, 3, middle, unit="number"))
    count, middles = sheet.column(first_row, counts, 2), sheet.column(first_row, weights, 3)
    total = summed(count * middles ** (0 - zipf))
    popularity = [
        sheet.formula(row, 4, middle ** (0 - zipf) / total, unit="tiny")
        for row, middle in enumerate(weights, first_row)
    ]
    section.row = first_row + _GROUPS
    return count, sheet.column(first_row, popularity, 4)


def _searched(section: Section, words: str, rising: Callable[[Formula], Formula], wanted: Formula) -> Formula:
    """The time at which a rising function of it has the value that is wanted."""
    sheet, first_row = section.sheet, section.row + 1
    for column, title in enumerate((f"Search: {words}", "least", "most", "found in the middle")):
        sheet.text(section.row, column, title, "number_column" if column else "column")
    low, high = (Formula.of(end) for end in _LOG_TIMES)
    for row in range(first_row, first_row + _HALVINGS):
        low, high = (sheet.formula(row, column, end) for column, end in ((1, low), (2, high)))
        middle = (low + high) / 2
        above = sheet.formula(row, 3, rising(exponential(middle))) >= wanted
        low, high = where(above, low, middle), where(above, middle, high)
    section.row = first_row + _HALVINGS
    return section.line(words, exponential((low + high) / 2), "number")
