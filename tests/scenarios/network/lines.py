"""Lines and learners' ways over them, as tests want them."""

from typing import Any

from firstbell.scenarios.network.access import Access
from firstbell.scenarios.network.line import Line
from firstbell.scenarios.network.timeline import Timeline


def line_of(timeline: Timeline | None = None, down_bits_per_s: float = 8e6, **kwargs: Any) -> Line:
    return Line(timeline or Timeline(), down_bits_per_s=down_bits_per_s, up_bits_per_s=8e6, **kwargs)


def access_of(line: Line, *, most_bits_per_s: float, **kwargs: Any) -> Access:
    known: dict[str, Any] = {"name": "line", "school": None, "round_trip_s": 0.0, "loss": 0.0, "chance": lambda: 1.0}
    rates = {"most_down_bits_per_s": most_bits_per_s, "most_up_bits_per_s": most_bits_per_s}
    return Access(line, **{**rates, **known, **kwargs})
