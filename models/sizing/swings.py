"""How far each input alone moves a figure: a tornado, by sizing once more for each end of each interval.

One input at a time goes to the low and to the high end of its interval while all others keep their likely values. All
of these cases are columns of one sizing, as draws are, so that the whole costs no more than a few hundred draws.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from firstbell.models.figures import Array
from firstbell.models.sizing.case import Assumed
from firstbell.models.sizing.distributions import CONFIDENCE
from firstbell.models.sizing.draws import renormalised
from firstbell.models.study import Swing

_ALL_DEMANDS = {
    "measurement": "CPU of everything, as measured",
    "discrepancy": "CPU of everything, by the model's error",
}
_REACH = float(ndtri((1 + CONFIDENCE) / 2))


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Cases (1 + 2 n,): the likely one, then for each of the n inputs named the one with it low and with it high."""

    names: tuple[str, ...]
    assumed: Assumed

    @classmethod
    def of(cls, assumed: Assumed) -> "Ends":
        """All inputs of a sizing that are not exact: stated figures, demands, and what is unsure of all demands."""
        figures = {key: figure.estimate for key, figure in assumed.figures.items()}
        demands = {f"CPU of {a} at {tier}": (a, tier) for a, tier in assumed.demands.cpu_s}
        costs = {name: assumed.demands.cpu_s[key] for name, key in demands.items()}
        spreads = {
            title: spread
            for name, title in _ALL_DEMANDS.items()
            if assumed.demands.draws is not None and (spread := getattr(assumed.demands, name))
        }
        unsure = [name for name, each in {**figures, **costs}.items() if each.low < each.high]
        names = (*unsure, *spreads)
        columns = {name: slice(1 + 2 * at, 3 + 2 * at) for at, name in enumerate(names)}
        count = 1 + 2 * len(names)
        values = {key: np.full(count, each.likely) for key, each in figures.items()}
        demand_s = {key: np.full(count, costs[name].likely) for name, key in demands.items()}
        for name in unsure:
            varied = values[name] if name in figures else demand_s[demands[name]]
            estimate = figures[name] if name in figures else costs[name]
            varied[columns[name]] = estimate.low, estimate.high
        for name, spread in spreads.items():
            factors = np.exp(np.array([-_REACH, _REACH]) * spread)
            for varied in demand_s.values():
                varied[columns[name]] *= factors
        return cls(names=names, assumed=replace(assumed, values=renormalised(values), demand_s=demand_s, redrawn={}))

    def swings(self, values: Array) -> tuple[Swing, ...]:
        """Of a row's values (1 + 2 n,): what each input that moves it makes of it, the widest first."""
        if len(values) == 1:
            return ()
        low, high = values[1::2].tolist(), values[2::2].tolist()
        likely = float(values[0])
        found = [
            Swing(name=name, at_low=at_low, at_high=at_high)
            for name, at_low, at_high in zip(self.names, low, high, strict=True)
            if at_low != likely or at_high != likely
        ]
        return tuple(sorted(found, key=lambda swing: -swing.width))
