"""Lines: to the learners, behind the edge, inwards, as billed, and what Teams needs beside the platform."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from firstbell.models.figures import Array, Values
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.rows import Line, Row, derived_term, figure_terms
from firstbell.models.study import Rejected
from firstbell.models.traffic import bits_in, bits_out, in_state
from firstbell.models.workload.states import Day, seconds_of_day

SAMPLE_S = 300
DAY_S = 86_400
MONTH_DAYS = 30

_GROUP = "bandwidth"
_ASSUMED = "sizing.bandwidth"
_OFF_PLATFORM = "information: on the learners' own lines, not the platform's"


def discarded_samples(count: int, percentile: float = 95.0) -> int:
    """How many of the largest samples a month's bill leaves out."""
    return math.floor(round(count * (100 - percentile) / 100, 9))


def billed_percentile(samples: ArrayLike, percentile: float = 95.0) -> float:
    """The largest sample left when the top share is dropped: the rule by which lines are billed."""
    falling = np.sort(np.asarray(samples, dtype=float))[::-1]
    return float(falling[discarded_samples(len(falling), percentile)])


def site_bits_per_s(
    *, meetings: int, receivers: int, screen_down: float, screen_up: float, audio: float
) -> tuple[float, float]:
    """Bits a second down to and up from a school in which each meeting has one shared screen and ``receivers``."""
    return meetings * receivers * (screen_down + audio), meetings * (screen_up + audio)


def day_shares(day: Day) -> Array:
    """Load of a school day as shares of its peak, one each 5 minutes (288,); the last step runs on past midnight."""
    starts = np.array([seconds_of_day(step.start) for step in day.steps])
    shares = np.array([step.share for step in day.steps])
    order = np.argsort(starts)
    times = np.arange(0, DAY_S, SAMPLE_S)
    # Index -1, for times before the first step, is the last step of the evening before.
    return np.asarray(shares[order][np.searchsorted(starts[order], times, side="right") - 1])


def month_shares(day: Day) -> Array:
    """Load of a month of 30 days; on days without school the least of a school day's, which is an assumption."""
    school_days = min(int(day.school_days_per_month.value), MONTH_DAYS)
    samples = day_shares(day)
    rest = np.full(len(samples) * (MONTH_DAYS - school_days), samples.min())
    return np.concatenate([np.tile(samples, school_days), rest])


def edge_bits_per_s(values: Values, learners: float) -> Array:
    """Bits a second to the learners at the day's peak, at the true bytes, without headroom."""
    return np.asarray(np.sum(list(bits_out(values, learners).values()), axis=0))


def edge_line_bits_per_s(values: Values, learners: float) -> Array:
    """The same with the headroom that lines keep."""
    return edge_bits_per_s(values, learners) * (1 + values[f"{_ASSUMED}.headroom"])


def origin_line_bits_per_s(values: Values, learners: float, hit_ratio: Array | None = None) -> Array:
    """What an edge leaves to the origin, with headroom; ``hit_ratio`` is the profile's where None.

    The edge holds video, downloads and the assets of pages. It can't hold what is made for one learner: reports, and
    the HTML of a page, taken as one request's share of the page's bytes.
    """
    bits = bits_out(values, learners)
    html = bits["pages"] / values["states.browsing.requests_per_page"]
    own = html + bits.get("reports", np.zeros(1))
    shared = np.sum(list(bits.values()), axis=0) - own
    missed = shared * (1 - (values[f"{_ASSUMED}.edge_hit_ratio"] if hit_ratio is None else hit_ratio))
    return np.asarray((missed + own) * (1 + values[f"{_ASSUMED}.headroom"]))


def bandwidth_rows(case: Case) -> list[Row]:
    """The lines of one level."""
    rows = [_edge(case), _origin(case), *_origin_of_two(case), _ingest(case), _billed(case), _month(case)]
    kinds = (("minimum", "off_platform_min_bits_per_s"), ("recommended", "off_platform_recommended_bits_per_s"))
    return rows + [_teams(case, kind, key) for kind, key in kinds]


def _row(case: Case, line: Line, formula: Callable[[Values, float], Array]) -> Row:
    reading = case.reading()
    return Row(line=line, values=formula(reading, case.learners), terms=figure_terms(case, reading.keys_read))


def _edge(case: Case) -> Row:
    parts = {name: float(bits[0]) for name, bits in bits_out(case.values, case.learners).items()}
    named = ", ".join(f"{name} {bits / 1e9:.2f}" for name, bits in parts.items() if bits > 0)
    without = float(edge_bits_per_s(case.values, case.learners)[0])
    line = Line(
        group=_GROUP,
        item="edge_peak_bits_per_s",
        title="Line to the learners, day's peak",
        unit="bit/s",
        formula="(playing × ladder mean × (1 + discarded_share) + pages/s × page bits + other states) × (1 + headroom)",
        binding="learners whose video plays at the same time",
        source=f"rates of the profile at the true pace; Gbit/s before headroom: {named}",
        rejected=(Rejected(option=f"{without / 1e9:.1f} Gbit/s", reason="no headroom: the peak fills the line"),),
    )
    return _row(case, line, edge_line_bits_per_s)


def _origin(case: Case) -> Row:
    hit = float(case.values[f"{_ASSUMED}.edge_hit_ratio"][0])
    bare = float(edge_line_bits_per_s(case.values, case.learners)[0])
    line = Line(
        group=_GROUP,
        item="origin_peak_bits_per_s",
        title="Line from the origin to the edge, day's peak",
        unit="bit/s",
        formula="(cacheable bits × (1 − edge_hit_ratio) + HTML and reports) × (1 + headroom)",
        binding=f"edge hit ratio {hit:.0%}; a cold edge misses more",
        source="edge hit ratio of the profile, for all cacheable bytes alike",
        rejected=(Rejected(option="no edge", reason=f"the origin would carry all {bare / 1e9:.1f} Gbit/s"),),
    )
    return _row(case, line, origin_line_bits_per_s)


def _origin_of_two(case: Case) -> list[Row]:
    """The same, should the instances give the same content different addresses; nothing where there is one instance."""
    if case.values["sizing.storage.instances"][0] < 2:
        return []
    hit = case.assumed.hit_ratio_under_two_names
    one = float(case.values[f"{_ASSUMED}.edge_hit_ratio"][0])
    reading = case.reading()
    values = origin_line_bits_per_s(reading, case.learners, hit)
    because = "Che's approximation: as large a cache as has the profile's hit ratio with one address for each video"
    terms = figure_terms(case, reading.keys_read)
    terms.append(derived_term("edge hit ratio with two addresses", hit, unit="", source=because))
    line = Line(
        group=_GROUP,
        item="origin_two_addresses_peak_bits_per_s",
        title="The same line, if each instance has addresses of its own",
        unit="bit/s",
        formula="(cacheable bits × (1 − hit ratio with two addresses) + HTML and reports) × (1 + headroom)",
        binding=f"the edge keeps the same video twice: it hits {hit[0]:.0%}, not {one:.0%}",
        source=f"{because}, learners split by digital_id_share, videos by popularity_zipf",
        rejected=(
            Rejected(option=f"{one:.0%} all the same", reason="takes an edge with room for both instances' addresses"),
        ),
    )
    return [Row(line=line, values=values, terms=terms)]


def _ingest(case: Case) -> Row:
    line = Line(
        group=_GROUP,
        item="ingest_peak_bits_per_s",
        title="Line for uploads, day's peak",
        unit="bit/s",
        formula="uploads/s × bytes_in × 8 × (1 + headroom)",
        binding="uploads of teachers and learners",
        source="states of the profile that were stated, not played",
    )
    return _row(case, line, ingest_line_bits_per_s)


def ingest_line_bits_per_s(values: Values, learners: float) -> Array:
    """What comes in at the day's peak, with the headroom that lines keep."""
    incoming = np.sum(list(bits_in(values, learners).values()) or [np.zeros_like(values["session.length_s"])], axis=0)
    return np.asarray(incoming * (1 + values[f"{_ASSUMED}.headroom"]))


def edge_billed_bits_per_s(values: Values, learners: float, day: Day) -> Array:
    """Traffic to the learners as lines are billed: the 95th percentile of a month."""
    return edge_bits_per_s(values, learners) * billed_percentile(month_shares(day))


def edge_month_bytes(values: Values, learners: float, day: Day) -> Array:
    """What goes to the learners in a month."""
    return edge_bits_per_s(values, learners) * float(month_shares(day).mean()) * MONTH_DAYS * DAY_S / 8


def _billed(case: Case) -> Row:
    day = case.assumed.workload.day
    samples = month_shares(day)
    share = billed_percentile(samples)
    free_h = discarded_samples(len(samples)) * SAMPLE_S / 3600
    peak_h = float((samples >= 1).sum()) * SAMPLE_S / 3600
    line = Line(
        group=_GROUP,
        item="edge_p95_bits_per_s",
        title="Traffic to the learners as billed, 95th percentile of the month",
        unit="bit/s",
        formula=f"edge peak without headroom × {share:.2f}, the billed share of the day's steps",
        binding=f"the peak lasts {peak_h:g} h a month, {free_h:g} h are free",
        source=f"5-minute samples of {MONTH_DAYS} days; {day.source}",
        rejected=_below_peak(peak_h, free_h),
    )
    return _row(case, line, lambda values, learners: edge_billed_bits_per_s(values, learners, day))


def _below_peak(peak_h: float, free_h: float) -> tuple[Rejected, ...]:
    if peak_h <= free_h:
        return ()
    reason = f"only the top {free_h:g} h of a month are free, and school at full load takes {peak_h:g} h"
    return (Rejected(option="counting on the percentile to hide the peak", reason=reason),)


def _month(case: Case) -> Row:
    day = case.assumed.workload.day
    mean = float(month_shares(day).mean())
    line = Line(
        group=_GROUP,
        item="edge_month_bytes",
        title="Volume to the learners in a month",
        unit="bytes",
        formula=f"edge peak without headroom × {mean:.3f} (mean of the month's samples) × {MONTH_DAYS} days ÷ 8",
        binding="school days and the evening wave",
        source=f"{day.source}; days without school at the night's load",
    )
    return _row(case, line, lambda values, learners: edge_month_bytes(values, learners, day))


def _teams(case: Case, kind: str, key: str) -> Row:
    path = f"states.lesson.{key}"
    line = Line(
        group=_GROUP,
        item=f"off_platform_{kind}_bits_per_s",
        title=f"Teams lessons beside the platform, {kind} rates",
        unit="bit/s",
        formula=f"learners × lesson share × {key}",
        binding=_OFF_PLATFORM,
        source=case.assumed.figures[path].estimate.source,
    )
    return _row(case, line, lambda values, learners: in_state(values, learners, "lesson") * values[path])
