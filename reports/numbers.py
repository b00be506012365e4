"""Figures as people read them: units, digits and intervals. The only place where seconds become milliseconds."""

import math
import re
from collections.abc import Sequence
from datetime import datetime

from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.languages.language import THIN

UNKNOWN = "–"
_WIDE = "\u00a0"  # no-break space
_EXACT_BELOW = 10_000  # whole numbers up to here are counts that somebody buys: never rounded

_DECIMAL_STEPS = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_BYTES = {"bytes", "byte", "B"}
_BITS_PER_S = {"bits_per_s", "bits/s", "bit/s"}
_BYTES_PER_S = {"bytes_per_s", "bytes/s", "B/s"}
_SECONDS = {"s", "seconds"}
_RATIOS = {"ratio", "share"}
_PLAIN = {"", "1", "number", "count"}
_A_MONTH = "/month"
# Units that are words, with that of one.
_COUNTED = {
    "accounts": "account",
    "classes": "class",
    "connections": "connection",
    "cores": "core",
    "encoders": "encoder",
    "learners": "learner",
    "lessons": "lesson",
    "nodes": "node",
    "servers": "server",
}


def count(value: float, *, language: Language = ENGLISH) -> str:
    """A whole number with thin spaces between thousands: 115000 is "115 000"."""
    return language.figure(value, 0)


def learners(value: float, *, language: Language = ENGLISH) -> str:
    """So many learners: "115 000 learners"."""
    return f"{count(value, language=language)} {language.plural('learner', 'learners', value)}"


def number(value: float | None, *, digits: int = 3, language: Language = ENGLISH) -> str:
    """A measured figure without an interval, to ``digits`` significant digits; 0.0004 is never "0"."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    return _to_step(value, _step(value, digits), language)


def quantity(value: float | None, unit: str, *, language: Language = ENGLISH) -> str:
    """A figure without an interval, in the unit that suits its size: 0.0004 s is "0.400 ms"."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    factor, shown = _unit(unit, value)
    return _joined(number(value * factor, language=language), shown, language)


def seconds(value: float | None, *, language: Language = ENGLISH) -> str:
    """A time, in s, ms or µs by its size."""
    return quantity(value, "s", language=language)


def rate(value: float | None, *, language: Language = ENGLISH) -> str:
    """So many a second."""
    return quantity(value, "per_s", language=language)


def percent(ratio: float | None, *, language: Language = ENGLISH) -> str:
    """A share: two digits below 10 %, whole percents above; 99.7 % is never "100 %"."""
    if ratio is None or not math.isfinite(ratio):
        return UNKNOWN
    hundredths = ratio * 100
    if hundredths == 0:
        return f"0{THIN}%"
    if 99 <= hundredths < 100:
        return f"{language.figure(min(hundredths, 99.9), 1)}{THIN}%"
    step = min(_step(hundredths, 2), 1.0)
    return f"{_to_step(hundredths, step, language)}{THIN}%"


def unbroken(text: str) -> str:
    """Numbers without the spaces between thousands: terminals break lines there, and half of a number is another."""
    return re.sub(r"(?<=\d)\s(?=\d)", "", text)


def moment(text: str, *, language: Language = ENGLISH) -> str:
    """An ISO 8601 time as "14 March 2025, 08:05 (UTC+01:00)"; anything else as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return language.moment(found)


def exact(value: float, unit: str, *, language: Language = ENGLISH) -> str:
    """A stated figure, as short as it can be said with four digits: 0.2 is "0.2", 115000 "115 000"."""
    if not math.isfinite(value):
        return UNKNOWN
    factor, shown = _unit(unit, value)
    return _joined(_short(value * factor, language), shown, language)


def bare(value: float, unit: str, *, like: float, language: Language = ENGLISH) -> str:
    """A stated figure without its unit, which is the one in which ``like`` is shown and is told beside it."""
    factor, _ = _unit(unit, like)
    return _short(value * factor, language)


def interval(low: float, likely: float, high: float, unit: str, *, language: Language = ENGLISH) -> str:
    """A figure with its 95 % interval, as "212 (180 to 260) cores".

    All three share one unit, and are rounded to a hundredth to a tenth of the interval's width, at most four
    digits. An interval without width is not shown.
    """
    if low == likely == high:
        return exact(likely, unit, language=language)
    if not all(math.isfinite(value) for value in (low, likely, high)):
        return UNKNOWN
    factor, shown = _unit(unit, likely or high)
    first, middle, last = rounded([value * factor for value in (low, likely, high)], language=language)
    name = language.text("a second") if shown == "/s" else _named(shown, language)
    figures = language.text("{likely} ({low} to {high})", likely=middle, low=first, high=last)
    return f"{figures}{_WIDE if name else ''}{name}"


def rounded(values: Sequence[float], *, language: Language = ENGLISH) -> list[str]:
    """Low, likely and high as text, to the digits that the interval's width supports.

    Each keeps at least two digits of its own, so that a small bound of a wide interval does not become 0.
    """
    low, likely, high = values
    whole = all(float(value).is_integer() for value in values)
    if whole and max(abs(low), abs(high)) < _EXACT_BELOW:
        return [count(value, language=language) for value in values]
    step = max(_step(high - low, 2), _step(likely or high, 4))
    if whole:
        step = max(step, 1.0)
    return [_to_step(value, min(step, _step(value, 2)), language) if value else "0" for value in values]


def _unit(unit: str, value: float) -> tuple[float, str]:
    """Factor and name of the unit in which ``value`` is shown."""
    if unit in _SECONDS:
        return _time(value)
    if unit in _BYTES:
        return _decimal(value, "B")
    if unit in _BITS_PER_S:
        return _decimal(value, "bit/s")
    if unit in _BYTES_PER_S:
        return _decimal(value, "B/s")
    if unit in _RATIOS:
        return 100.0, "%"
    if unit in _PLAIN:
        return 1.0, ""
    if unit == "per_s":
        return 1.0, "/s"
    return 1.0, unit.replace("_per_", "/").replace("_", " ")


def _time(value: float) -> tuple[float, str]:
    if abs(value) >= 1 or value == 0:
        return 1.0, "s"
    return (1e3, "ms") if abs(value) >= 1e-5 else (1e6, "µs")


def _decimal(value: float, base: str) -> tuple[float, str]:
    for size, prefix in _DECIMAL_STEPS:
        if abs(value) >= size:
            return 1 / size, prefix + base
    return 1.0, base


def _joined(figure: str, unit: str, language: Language) -> str:
    if not unit:
        return figure
    if unit.startswith("/"):
        return figure + unit
    return f"{figure}{THIN if len(unit) <= 2 else _WIDE}{_named(unit, language, figure)}"


def _named(unit: str, language: Language, figure: str = "0") -> str:
    """A unit by the figure that stands before it, where it is a word; in the plural after an interval."""
    if unit.endswith(_A_MONTH):
        return f"{unit.removesuffix(_A_MONTH)}/{language.text('month')}"
    if unit not in _COUNTED:
        return language.text(unit)
    return language.plural(_COUNTED[unit], unit, language.read(figure))


def _step(value: float, digits: int) -> float:
    """The power of ten to which ``value`` is rounded to keep so many significant digits."""
    if value == 0:
        return 0.0
    exponent = int(f"{abs(value):.{digits - 1}e}".split("e")[1])
    return float(f"1e{exponent - digits + 1}")


def _to_step(value: float, step: float, language: Language) -> str:
    if step >= 1:
        return count(math.copysign(math.floor(abs(value) / step + 0.5) * step, value), language=language)
    return language.figure(value, -round(math.log10(step)))


def _short(value: float, language: Language) -> str:
    if value == 0 or float(value).is_integer():
        return count(value, language=language)
    text = _to_step(value, _step(value, 4), language)
    return text.rstrip("0").rstrip(language.decimal) if language.decimal in text else text
