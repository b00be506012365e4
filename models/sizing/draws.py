"""Seeded draws of every uncertain figure, from a scrambled Sobol sequence (Owen 1997; Joe & Kuo 2008).

The points fill the space of all figures evenly, so that quantiles settle with far fewer draws than plain sampling
needs. Each name has a dimension by its place in the order, exact or not: two profiles with the same keys are drawn
alike, and a what-if run differs only by what was changed.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats.qmc import Sobol

from firstbell.models.figures import Array, Figure, Values
from firstbell.models.sizing.distributions import Distribution, distribution_of

_EDGE = 1e-9  # probabilities of 0 and 1 have no finite quantile


def probabilities(names: Sequence[str], *, draws: int, seed: int | Sequence[int]) -> dict[str, Array]:
    """For each name ``draws`` probabilities in (0, 1), independent between names."""
    engine = Sobol(len(names), scramble=True, rng=np.random.default_rng(seed))
    # Sobol points come in powers of two; the first of them are nearly as even as all,
    # though a power of two is the better number to ask for.
    points = engine.random_base2(max(draws - 1, 0).bit_length())[:draws]
    return dict(zip(names, np.clip(points, _EDGE, 1 - _EDGE).T, strict=True))


def probabilities_apart(names: Sequence[str], *, draws: int, seed: int) -> dict[str, Array]:
    """The same for names that are not always asked for: those of all others stay what they are without them.

    The points stand in a random order: two scramblings of one sequence, point by point, would go together.
    """
    order = np.random.default_rng([seed, 0]).permutation(draws)
    return {name: each[order] for name, each in probabilities(names, draws=draws, seed=[seed, 1]).items()}


def drawn(distributions: Mapping[str, Distribution], *, draws: int, seed: int) -> dict[str, Array]:
    """Draws (draws,) of each distribution, independent of one another."""
    positions = probabilities(list(distributions), draws=draws, seed=seed)
    return {name: each.at(positions[name]) for name, each in distributions.items()}


def drawn_values(figures: Mapping[str, Figure], positions: Mapping[str, Array]) -> dict[str, Array]:
    """Arrays (1 + draws,) of every figure: the likely value, then draws; the states' shares add up to 1 in each."""
    values = {
        key: np.concatenate([[figure.estimate.likely], distribution_of(figure).at(positions[key])])
        for key, figure in figures.items()
    }
    return renormalised(values)


def renormalised(values: Values) -> dict[str, Array]:
    """The same values, with states' shares that add up to 1."""
    shares = {key: each for key, each in values.items() if key.startswith("states.") and key.endswith(".share")}
    total = np.sum(list(shares.values()), axis=0)
    return {**values, **{key: each / total for key, each in shares.items()}}
