"""A formula of a workbook together with what it gives: whatever is calculated with it makes a longer formula.

The sizing's own functions, given formulas in place of numbers, write themselves down: one form of each stands in the
models and in the workbook. The value stands in the file beside the formula, for programs that don't calculate. What a
formula can't follow raises TypeError: a number that was taken out of it would look live and would not be.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaincc, gammaln, ndtri

_COMPARED, _ADDED, _TIMES, _POWER, _ATOM = range(1, 6)  # how strongly the parts of a text hold together


@dataclass(frozen=True, eq=False)
class Formula:
    """Text in Excel's language and its value: a number, or an array (n,) where the text is a range of n cells."""

    text: str
    value: Any
    binds: int = _ATOM

    @classmethod
    def of(cls, part: object) -> "Formula":
        """A part of a calculation: a formula, a number, or numpy's array of one of either."""
        if isinstance(part, Formula):
            return part
        if isinstance(part, np.ndarray):
            if part.size != 1:
                raise TypeError(f"{part.size} numbers at once are no part of a formula")
            return cls.of(part.reshape(-1)[0])
        if isinstance(part, bool | np.bool_):
            return cls("TRUE" if part else "FALSE", bool(part))
        if isinstance(part, int | float | np.number):
            number = float(part)
            return cls(f"{number:.15g}".upper(), number, _ATOM if number >= 0 else _ADDED)
        raise TypeError(f"{type(part).__name__} is no part of a formula")

    def __add__(self, other: object) -> "Formula":
        return _joined(self, "+", other, _ADDED)

    def __radd__(self, other: object) -> "Formula":
        return _joined(other, "+", self, _ADDED)

    def __sub__(self, other: object) -> "Formula":
        return _joined(self, "-", other, _ADDED)

    def __rsub__(self, other: object) -> "Formula":
        return _joined(other, "-", self, _ADDED)

    def __mul__(self, other: object) -> "Formula":
        return _joined(self, "*", other, _TIMES)

    def __rmul__(self, other: object) -> "Formula":
        return _joined(other, "*", self, _TIMES)

    def __truediv__(self, other: object) -> "Formula":
        return _joined(self, "/", other, _TIMES)

    def __rtruediv__(self, other: object) -> "Formula":
        return _joined(other, "/", self, _TIMES)

    def __pow__(self, other: object) -> "Formula":
        return _joined(self, "^", other, _POWER)

    def __rpow__(self, other: object) -> "Formula":
        return _joined(other, "^", self, _POWER)

    def __gt__(self, other: object) -> "Formula":
        return _joined(self, ">", other, _COMPARED)

    def __ge__(self, other: object) -> "Formula":
        return _joined(self, ">=", other, _COMPARED)

    def __lt__(self, other: object) -> "Formula":
        return _joined(self, "<", other, _COMPARED)

    def __le__(self, other: object) -> "Formula":
        return _joined(self, "<=", other, _COMPARED)

    def __bool__(self) -> bool:
        raise TypeError("a formula must not decide what is written: its value may change")

    def __float__(self) -> float:
        raise TypeError("a number taken out of a formula no longer follows its cells")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *parts: object, **options: object) -> "Formula":
        """What numpy's functions make of formulas."""
        if method != "__call__" or options:
            raise TypeError(f"{ufunc.__name__}.{method} can't be written as a formula")
        calculated: Callable[..., Formula] | None = _UFUNCS.get(ufunc)
        if calculated is None:
            raise TypeError(f"{ufunc.__name__} can't be written as a formula")
        return calculated(*map(Formula.of, parts))


def _joined(left: object, sign: str, right: object, binds: int) -> Formula:
    a, b = Formula.of(left), Formula.of(right)
    if (sign == "*" and _is(b, 1)) or (sign == "/" and _is(b, 1)) or (sign == "+" and _is(b, 0)):
        return a
    if (sign == "*" and _is(a, 1)) or (sign == "+" and _is(a, 0)):
        return b
    first = a.text if (a.binds >= binds and sign != "^") or a.binds == _ATOM else f"({a.text})"
    # Of equal strength the right part keeps its brackets, but for sums and products, in which order is nothing.
    open_right = b.binds > binds or (b.binds == binds and sign in "+*" and "/" not in b.text)
    second = b.text if open_right else f"({b.text})"
    return Formula(f"{first}{sign}{second}", _VALUES[sign](a.value, b.value), binds)


NOT_AVAILABLE = Formula("NA()", math.nan)
"""What can't be told: whatever is calculated with it can't be told either."""


def _is(formula: Formula, number: float) -> bool:
    """Whether this is the constant itself, not a cell that happens to hold it."""
    return formula.text == f"{number:g}"


_VALUES: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: np.divide(a, b) if np.all(b) else math.nan,
    "^": lambda a, b: a**b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def _called(name: str, value: Any, *parts: Formula) -> Formula:
    return Formula(f"{name}({','.join(part.text for part in parts)})", value)


def largest(*parts: object) -> Formula:
    """The largest of several formulas or ranges."""
    known = [Formula.of(part) for part in parts]
    return _called("MAX", float(max(np.max(part.value) for part in known)), *known)


def smallest(*parts: object) -> Formula:
    """The smallest of several formulas or ranges."""
    known = [Formula.of(part) for part in parts]
    return _called("MIN", float(min(np.min(part.value) for part in known)), *known)


def rounded_up(part: object) -> Formula:
    """To the next whole number; for numbers above 0."""
    known = Formula.of(part)
    return _called("ROUNDUP", float(np.ceil(known.value)), known, Formula.of(0))


def rounded_down(part: object) -> Formula:
    """To the whole number below; for numbers above 0."""
    known = Formula.of(part)
    return _called("ROUNDDOWN", float(np.floor(known.value)), known, Formula.of(0))


def where(condition: Formula, then: object, otherwise: object) -> Formula:
    """One of two formulas; what the other one gives, an error even, does not matter."""
    a, b = Formula.of(then), Formula.of(otherwise)
    return _called("IF", a.value if condition.value else b.value, condition, a, b)


def exponential(part: object) -> Formula:
    known = Formula.of(part)
    return _called("EXP", np.exp(known.value), known)


def logarithm(part: object) -> Formula:
    """Natural; an error where there is none, as in the workbook."""
    known = Formula.of(part)
    return _called("LN", math.log(known.value) if known.value > 0 else math.nan, known)


def root(part: object) -> Formula:
    known = Formula.of(part)
    return _called("SQRT", float(np.sqrt(known.value)), known)


def normal_quantile(part: object) -> Formula:
    """Of the standard normal distribution."""
    known = Formula.of(part)
    return _called("NORMSINV", float(ndtri(known.value)), known)


def summed(part: Formula) -> Formula:
    """The sum of a range, or of what is calculated with ranges of one length, cell by cell."""
    return _called("SUMPRODUCT", float(np.sum(part.value)), part)


def summed_products(*ranges: Formula) -> Formula:
    """Σ of the products of ranges, cell by cell."""
    return _called("SUMPRODUCT", float(np.sum(np.prod([each.value for each in ranges], axis=0))), *ranges)


def summed_where(criteria: Formula, least: Formula, amounts: Formula) -> Formula:
    """Σ of the amounts in a range whose criteria, in another, are ``least`` or more."""
    value = float(np.sum(np.asarray(amounts.value)[np.asarray(criteria.value) >= least.value]))
    return Formula(f'SUMIF({criteria.text},">="&{least.text},{amounts.text})', value)


def place_of(value: object, cells: Formula) -> Formula:
    """The first cell of a range that holds a value, counted from 1; an error where none does."""
    sought = Formula.of(value)
    found = np.flatnonzero(np.asarray(cells.value) == sought.value)
    place = float(found[0]) + 1 if len(found) else math.nan
    return _called("MATCH", place, sought, cells, Formula.of(0))


def erlang_b(offered: Formula, servers: Formula) -> Formula:
    """Erlang's B: a Poisson probability over its distribution function."""
    a, c = float(offered.value), float(servers.value)
    probability = math.exp(c * math.log(a) - a - float(gammaln(c + 1))) if a > 0 else 0.0
    exact = f"POISSON({servers.text},{offered.text},FALSE)"
    up_to = f"POISSON({servers.text},{offered.text},TRUE)"
    below = float(gammaincc(c + 1, a))
    return Formula(f"{exact}/{up_to}", probability / below if below else math.nan, _TIMES)


def concatenated(*parts: Formula | str) -> Formula:
    """Words and whole numbers one after the other, as a text."""
    known = [Formula(f'"{part}"', part) if isinstance(part, str) else part for part in parts]
    said = "".join(part.value if isinstance(part.value, str) else f"{part.value:g}" for part in known)
    return _called("CONCATENATE", said, *known)


def text_at(cells: Sequence[str], range_text: str, place: Formula) -> Formula:
    """The text in a range at a place counted from 1."""
    known = not math.isnan(float(place.value))
    return Formula(f"INDEX({range_text},{place.text})", cells[int(place.value) - 1] if known else "")


_UFUNCS: dict[np.ufunc, Callable[..., Formula]] = {
    np.add: lambda a, b: a + b,
    np.subtract: lambda a, b: a - b,
    np.multiply: lambda a, b: a * b,
    np.divide: lambda a, b: a / b,
    np.power: lambda a, b: a**b,
    np.maximum: largest,
    np.minimum: smallest,
    np.ceil: rounded_up,
    np.floor: rounded_down,
    np.sqrt: root,
    np.exp: exponential,
}
