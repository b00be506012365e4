"""An objective as people write it: ``p95 < 800 ms``, ``error_ratio <= 0.1 %``, ``capacity >= 95 % of baseline``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Unit = Literal["s", "ratio", "1/s", "learners"]

_PATTERN = re.compile(
    r"\s*(?P<measure>[a-z_]+)(?P<percentile>\d+(?:\.\d+)?)?\s*(?:\(\s*(?P<argument>[^)]*)\))?\s*(?P<sign>[<>]=?)\s*"
    r"(?P<number>[-+]?\d+(?:\.\d+)?)\s*(?P<unit>ms|s|%|/s|learners)?\s*(?P<relative>of\s+baseline)?\s*"
)
_TIME = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s)\s*")
_UNITS: Mapping[str, tuple[Unit, float]] = {
    "ms": ("s", 1e-3), "s": ("s", 1.0), "%": ("ratio", 1e-2), "/s": ("1/s", 1.0), "learners": ("learners", 1.0),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Measure:
    """What may be asked for: its unit, whether more of it is better, and how it is written."""

    unit: Unit
    more_is_better: bool
    example: str
    percentile: bool = False
    argument: bool = False


MEASURES: Mapping[str, _Measure] = {
    "p": _Measure(unit="s", more_is_better=False, example="p95 < 800 ms", percentile=True),
    "startup_p": _Measure(unit="s", more_is_better=False, example="startup_p95 < 2 s", percentile=True),
    "error_ratio": _Measure(unit="ratio", more_is_better=False, example="error_ratio <= 0.1 %"),
    "missed_ratio": _Measure(unit="ratio", more_is_better=False, example="missed_ratio <= 0.1 %"),
    "rebuffer_ratio": _Measure(unit="ratio", more_is_better=False, example="rebuffer_ratio <= 1 %"),
    "throughput": _Measure(unit="1/s", more_is_better=True, example="throughput >= 40 /s"),
    "apdex": _Measure(unit="ratio", more_is_better=True, example="apdex(500 ms) >= 0.85", argument=True),
    "capacity": _Measure(unit="learners", more_is_better=True, example="capacity >= 15000 learners"),
}


class ExpressionError(ValueError):
    """An expression says nothing that could be judged: what is wrong with it, and what to write."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(what)


@dataclass(frozen=True, kw_only=True)
class Expression:
    """``measure`` is a key of MEASURES; ``limit`` is in its unit or, where ``relative``, a share of the baseline's.

    ``share`` is a percentile's, ``satisfied_s`` the time with which an Apdex counts somebody as satisfied.
    """

    text: str
    measure: str
    sign: str
    limit: float
    relative: bool
    share: float | None = None
    satisfied_s: float | None = None

    @property
    def unit(self) -> Unit:
        """The unit of what is measured, the baseline's as well."""
        return MEASURES[self.measure].unit

    @property
    def more_is_better(self) -> bool:
        """Whether the limit is the least that must be reached."""
        return MEASURES[self.measure].more_is_better

    def holds(self, value: float) -> bool:
        """Whether a value, or a ratio to the baseline, is within the limit."""
        return {
            "<": value < self.limit,
            "<=": value <= self.limit,
            ">": value > self.limit,
            ">=": value >= self.limit,
        }[self.sign]


def parse(text: str) -> Expression:
    """Read an expression; raise ExpressionError where it is none."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ExpressionError(_unreadable(text), f"Write it like {_examples()}")
    name, percentile = match["measure"], match["percentile"]
    measure = MEASURES.get(name)
    if measure is None or measure.percentile != (percentile is not None):
        raise ExpressionError(f"there is no measure {name}{percentile or ''}", _did_you_mean(name))
    relative = match["relative"] is not None
    if match["sign"].startswith(">") != measure.more_is_better:
        direction = "be at least" if measure.more_is_better else "be at most"
        raise ExpressionError(
            f"{name}{percentile or ''} must {direction} its limit", f"Write it like {measure.example}"
        )
    return Expression(
        text=" ".join(text.split()),
        measure=name,
        sign=match["sign"],
        limit=_limit(measure, float(match["number"]), match["unit"], relative=relative),
        relative=relative,
        share=_share(percentile),
        satisfied_s=_satisfied_s(measure, match["argument"]),
    )


def _limit(measure: _Measure, number: float, unit: str | None, *, relative: bool) -> float:
    if relative:
        if unit != "%":
            remedy = "Write it like capacity >= 95 % of baseline"
            raise ExpressionError("a part of the baseline is told in %", remedy)
        return _above_nothing(number / 100, measure)
    if unit is None and measure.unit == "ratio":
        limit = number
    else:
        if unit is None:
            raise ExpressionError("the limit has no unit", f"Write it like {measure.example}")
        kind, factor = _UNITS[unit]
        if kind != measure.unit:
            raise ExpressionError(f"{unit} is no unit of this measure", f"Write it like {measure.example}")
        limit = number * factor
    if measure.unit == "ratio" and limit > 1:
        raise ExpressionError("a ratio above 1 holds always or never", f"Write it like {measure.example}")
    return limit if measure.unit == "ratio" and limit == 0 else _above_nothing(limit, measure)


def _above_nothing(limit: float, measure: _Measure) -> float:
    if limit <= 0:
        raise ExpressionError("the limit must be greater than 0", f"Write it like {measure.example}")
    return limit


def _share(percentile: str | None) -> float | None:
    if percentile is None:
        return None
    share = float(percentile) / 100
    if not 0 < share < 1:
        raise ExpressionError(f"there is no percentile {percentile}", "Write one between 0 and 100, such as p95")
    return share


def _satisfied_s(measure: _Measure, argument: str | None) -> float | None:
    if argument is None and not measure.argument:
        return None
    match = _TIME.fullmatch(argument or "")
    if match is None or not measure.argument:
        what = "an Apdex needs the time that satisfies" if measure.argument else "only apdex takes a time in brackets"
        raise ExpressionError(what, f"Write it like {measure.example}")
    return _above_nothing(float(match[1]) * _UNITS[match[2]][1], measure)


def _unreadable(text: str) -> str:
    if re.search(r"[^<>]=[^=]|==|!=", text):
        return "an objective compares by <, <=, > or >="
    return "this is not an objective"


def _did_you_mean(name: str) -> str:
    close = get_close_matches(name, MEASURES, n=1)
    guess = f"Did you mean {MEASURES[close[0]].example}? " if close else ""
    return f"{guess}Measures are written like {_examples()}"


def _examples() -> str:
    return "; ".join(measure.example for measure in MEASURES.values())


WINDOW = re.compile(r"\s*(\d+(?:\.\d+)?)\s*s?\s*to\s*(\d+(?:\.\d+)?)\s*s\s*")


def window_of(text: str) -> tuple[float, float]:
    """Seconds from when measuring began, of ``10 s to 60 s``; raise ExpressionError where it is no such window."""
    match = WINDOW.fullmatch(text)
    if match is None:
        raise ExpressionError("this is not a window of time", "Write it like 10 s to 60 s, from when measuring begins")
    begin_s, end_s = float(match[1]), float(match[2])
    if begin_s >= end_s:
        raise ExpressionError("the window ends before it begins", "Write the earlier second first: 10 s to 60 s")
    return begin_s, end_s
