"""How runs went over time: what each kept state came to, and where a level changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from firstbell.models.comparison.capacity import capacity_of
from firstbell.models.comparison.change_points import change_points
from firstbell.models.comparison.costs import Costs, Shape
from firstbell.models.comparison.digest import Digest, dense
from firstbell.models.comparison.histogram import quantile_s
from firstbell.models.comparison.resampling import resampled

CAPACITY = "capacity"
_DRAWS = 200
_FEWEST_VISITS = 20


@dataclass(frozen=True, kw_only=True)
class State:
    """One kept state of a platform: by quantity its value with a 95 % interval."""

    created: str
    name: str
    values: Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A change of level of one quantity: ``place`` is that of the first state after it."""

    quantity: str
    place: int
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Trend:
    """States in the order of time, and the turns in them. Quantities are those that every state tells."""

    states: tuple[State, ...]
    turns: tuple[Turn, ...]

    @property
    def quantities(self) -> tuple[str, ...]:
        """Capacity first, where it is known."""
        if not self.states:
            return ()
        return tuple(name for name in self.states[0].values if all(name in state.values for state in self.states))

    @classmethod
    def of(cls, states: Sequence[State]) -> "Trend":
        """Look for turns in the logarithm of each quantity: a change is a share."""
        ordered = tuple(sorted(states, key=lambda state: state.created))
        bare = cls(states=ordered, turns=())
        return cls(states=ordered, turns=tuple(turn for name in bare.quantities for turn in _turns(ordered, name)))


def state_of(runs: Sequence[Digest], *, seed: int = 1) -> State:
    """One state, from all its runs."""
    (side, _) = resampled(runs, runs, paired=True, at_once=True, draws=_DRAWS, seed=seed)
    values: dict[str, tuple[float, float, float]] = {}
    costs = Costs(side=side, shape=Shape.of(runs), weights=side.drawn)
    if costs.known:
        found = capacity_of(costs)
        values[CAPACITY] = (found.low, found.learners, found.high)
        for activity in dict.fromkeys(name for name, _ in costs.demands):
            demand = np.sum([each for (name, _), each in costs.demands.items() if name == activity], axis=0)
            values[f"{activity}: processor time"] = _with_interval(demand)
    for activity in runs[0].names:
        parts = [each.response for run in runs if (each := run.activity(activity)) is not None]
        if len(parts) == len(runs) and sum(part.total for part in parts) >= _FEWEST_VISITS:
            bins, counts = dense(parts)
            values[f"{activity}: response time p95"] = _with_interval(quantile_s(bins, side.drawn @ counts, 0.95))
    label = runs[0].label
    return State(created=label.created, name=label.commit or label.created[:16], values=values)


def _with_interval(drawn: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> tuple[float, float, float]:
    known = drawn[np.isfinite(drawn)]
    low, high = (float(bound) for bound in np.quantile(known, [0.025, 0.975]))
    likely = float(drawn[0])
    return min(low, likely), likely, max(high, likely)


def _turns(states: Sequence[State], name: str) -> list[Turn]:
    values = np.array([state.values[name][1] for state in states])
    if (values <= 0).any():
        return []
    places = change_points(np.log(values))
    edges = [0, *places, len(values)]
    levels = [float(np.exp(np.mean(np.log(values[a:b])))) for a, b in pairwise(edges)]
    return [
        Turn(quantity=name, place=place, before=levels[number], after=levels[number + 1])
        for number, place in enumerate(places)
    ]
