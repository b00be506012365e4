"""From arrays of draws to a line of the purchase, with every input named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import rankdata

from firstbell.models.figures import Array
from firstbell.models.load_dependence import extrapolation
from firstbell.models.sizing.case import Assumed, Case
from firstbell.models.sizing.layers import shares_of
from firstbell.models.study import Input, Percentiles, Rejected, SizingRow, Swing

_TAILS = (0.025, 0.975)
_TELLING = 0.1  # rank correlations below this are not worth a word


@dataclass(frozen=True, kw_only=True)
class Term:
    """An input of a formula: its values (1 + draws,), and the interval that it states or that its draws show.

    ``part`` is the part of the result that the input is a factor of: in a sum, a summand moves no more than itself.
    """

    name: str
    values: Array
    low: float
    high: float
    unit: str
    source: str
    part: float = 1.0

    def input(self) -> Input:
        """The term as a report shows it."""
        likely = float(self.values[0])
        return Input(name=self.name, value=likely, low=self.low, high=self.high, unit=self.unit, source=self.source)


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a row says beside its numbers; ``rests_on_demands`` where what visits cost is in them."""

    group: str
    item: str
    title: str
    unit: str
    formula: str
    binding: str
    source: str
    rejected: tuple[Rejected, ...] = ()
    chosen: Mapping[str, int] = field(default_factory=dict)
    rests_on_demands: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A line with its values (1 + draws,), and the terms of its formula."""

    line: Line
    values: Array
    terms: Sequence[Term]

    def written(
        self, case: Case, *, times_measured_load: float | None, redrawn: Mapping[str, Array], swings: tuple[Swing, ...]
    ) -> SizingRow:
        """The row as a report shows it; its inputs stand in the order of how much they move it (rank correlation).

        ``redrawn`` has the values with one layer of uncertainty drawn anew, by the layer.
        """
        low, high = interval(self.values)
        influence = _influence(case.assumed, self.values, self.terms)
        order = sorted(range(len(self.terms)), key=lambda index: -influence[index])
        telling = [self.terms[index].name for index in order[:2] if influence[index] >= _TELLING]
        moved = f"; moved most by {' and '.join(telling)}" if telling else ""
        line = self.line
        unknown = case.assumed.demands.unknown_layers if line.rests_on_demands else ()
        times = times_measured_load if line.rests_on_demands else None
        return SizingRow(
            level=case.level,
            learners=case.learners,
            group=line.group,
            item=line.item,
            title=line.title,
            quantity=float(self.values[0]),
            unit=line.unit,
            low=low,
            high=high,
            percentiles=percentiles(self.values) if low < high else None,
            binding=line.binding,
            formula=line.formula,
            inputs=tuple(self.terms[index].input() for index in order),
            swings=swings,
            chosen=dict(line.chosen),
            rejected=line.rejected,
            source=line.source + moved,
            shares=shares_of(self.values, redrawn, unknown=unknown) if low < high else None,
            times_measured_load=times,
            note="" if times is None else extrapolation(times),
        )


def figure_terms(case: Case, keys: Iterable[str]) -> list[Term]:
    """Inputs that the profile states."""
    return [_figure_term(case, key) for key in keys]


def derived_term(name: str, values: Array, *, unit: str, source: str, part: float = 1.0) -> Term:
    """An input that was itself calculated: its interval is that of its draws."""
    low, high = interval(values)
    return Term(name=name, values=values, low=low, high=high, unit=unit, source=source, part=part)


def interval(values: Array) -> tuple[float, float]:
    """The 95 % interval of the draws, widened where needed to hold the likely value; counts stay whole."""
    likely = float(values[0])
    if len(values) == 1:
        return likely, likely
    low, high = np.quantile(values[1:], _TAILS)
    if np.array_equal(values, np.round(values)):
        low, high = np.floor(low), np.ceil(high)
    return min(float(low), likely), max(float(high), likely)


def percentiles(values: Array) -> Percentiles:
    """P50, P90 and P95 of the draws; of counts the next whole number, as a smaller one would not do as often."""
    whole = np.array_equal(values, np.round(values))
    found = np.quantile(values[1:], (0.5, 0.9, 0.95), method="higher" if whole else "linear")
    p50, p90, p95 = found.tolist()
    return Percentiles(p50=p50, p90=p90, p95=p95)


def _figure_term(case: Case, key: str) -> Term:
    stated = case.assumed.figures[key].estimate
    return Term(
        name=key,
        values=case.values[key],
        low=stated.low,
        high=stated.high,
        unit=stated.unit,
        source=stated.source,
    )


def _influence(assumed: Assumed, values: Array, terms: Sequence[Term]) -> list[float]:
    """Absolute rank correlation (Spearman) of each input with the result, times its part; 0 for what never varies."""
    result = rankdata(values[1:]) if len(values) > 1 else np.zeros(0)
    return [term.part * _correlation(assumed, term, result) for term in terms]


def _correlation(assumed: Assumed, term: Term, result: Array) -> float:
    values = term.values[1:]
    if len(values) < 3 or len(values) != len(result) or np.ptp(values) == 0 or np.ptp(result) == 0:
        return 0.0
    is_figure = term.values is assumed.values.get(term.name)
    ranks = assumed.ranks(term.name) if is_figure else rankdata(values)
    return abs(float(np.corrcoef(ranks, result)[0, 1]))
