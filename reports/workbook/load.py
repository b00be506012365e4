"""What a level's learners ask for, on its sheet: visits of each work, and bits by what they are for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from firstbell.models.figures import Values, stated_names
from firstbell.models.sizing.sign_in import burst_logins_per_s
from firstbell.models.traffic import ACTIVITIES, VISITS, bits_in, bits_out, requests_per_visit, stated_visits
from firstbell.reports.names import activity_name
from firstbell.reports.workbook.formula import Formula, largest
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.section import Section
from firstbell.reports.workbook.tiers import Moment

_BANDWIDTH = "sizing.bandwidth."


@dataclass(frozen=True, kw_only=True)
class Load:
    """Cells of a level: visits a second by work, requests as a range, the moments that tiers must stand, lines."""

    visits: Mapping[str, Formula]
    requests: Formula
    moments: tuple[Moment, ...]
    burst: Formula
    edge_bare: Formula
    edge_line: Formula
    origin_line: Formula
    origin_two_addresses: Formula
    ingest_line: Formula


def load_of(section: Section, inputs: Inputs, learners: Formula, two_addresses_hit_ratio: Formula) -> Load:
    """Write both tables."""
    # The profile's rates are formulas over numbers by key path: they write themselves down, whatever the numbers are.
    values, count = cast(Values, inputs), cast(float, learners)
    section.heading("First bell")
    share = learners / inputs["levels.contract"]
    burst = section.line(
        "logins a second at the peak", Formula.of(burst_logins_per_s(values, cast(float, share))), "1/s"
    )
    section.gap()
    visits, requests, moments = _visits(section, values, count, burst)
    headroom = 1 + inputs[f"{_BANDWIDTH}headroom"]
    section.heading("Bits a second to the learners", ("For", "Value"))
    outgoing = {name: section.line(name, Formula.of(bits), "bit/s") for name, bits in bits_out(values, count).items()}
    edge_bare = section.line("all, without headroom", _sum(outgoing), "bit/s")
    own = outgoing["pages"] / inputs["states.browsing.requests_per_page"]
    own = section.line("made for one learner", own + outgoing.get("reports", Formula.of(0)), "bit/s")
    origin = {
        words: section.line(f"from the origin{words}, without headroom", (edge_bare - own) * (1 - hit) + own, "bit/s")
        for words, hit in (
            ("", inputs[f"{_BANDWIDTH}edge_hit_ratio"]), (", videos with two addresses", two_addresses_hit_ratio)
        )
    }  # fmt: skip
    section.gap()
    section.heading("Bits a second from the learners", ("For", "Value"))
    incoming = {name: section.line(name, Formula.of(bits), "bit/s") for name, bits in bits_in(values, count).items()}
    section.gap()
    one, two = origin.values()
    return Load(
        visits=visits, requests=requests, moments=moments, burst=burst, edge_bare=edge_bare,
        edge_line=edge_bare * headroom, origin_line=one * headroom, origin_two_addresses=two * headroom,
        ingest_line=_sum(incoming) * headroom,
    )  # fmt: skip


def _sum(cells: Mapping[str, Formula]) -> Formula:
    return sum(cells.values(), Formula.of(0))


def _visits(
    section: Section, values: Values, learners: float, burst: Formula
) -> tuple[dict[str, Formula], Formula, tuple[Moment, ...]]:
    """The table of works: visits, their requests, and what the tiers see of them any time and at first bell."""
    section.heading(
        "Visits and requests a second, at people's true pace",
        ("Work", "Visits", "Requests a visit", "Requests", "As the tiers see", "The same at first bell"),
    )
    sheet, first = section.sheet, section.row
    each = requests_per_visit(values)
    rates = {name: VISITS[name](values, learners) for name in ACTIVITIES}
    rates |= {name: stated_visits(values, learners, name) for name in stated_names(values)}
    visits, requests, seen, at_bell = {}, [], [], []
    for row, (name, rate) in enumerate(rates.items(), first):
        sheet.text(row, 0, activity_name(name))
        visits[name] = sheet.formula(row, 1, Formula.of(rate), unit="1/s")
        of_one = each[name] if name in ACTIVITIES else values[f"states.stated.{name}.requests"]
        of_visit = sheet.formula(row, 2, Formula.of(of_one))
        requests.append(sheet.formula(row, 3, visits[name] * of_visit, unit="1/s"))
        # Players fetch segments that nobody sees.
        more = 1 + values[f"{_BANDWIDTH}discarded_share"] if name == "segment" else 1
        seen.append(sheet.formula(row, 4, visits[name] * more, unit="1/s"))
        burst_or_not = largest(visits[name], burst) if name == "login" else seen[-1]
        at_bell.append(sheet.formula(row, 5, burst_or_not, unit="1/s"))
    section.row = first + len(rates) + 1
    moments = tuple(
        Moment(name=name, visits_per_s=sheet.column(first, cells, column))
        for name, cells, column in (("any time", seen, 4), ("first bell", at_bell, 5))
    )
    return visits, sheet.column(first, requests, 3), moments
