"""Draws that go together, by a Gaussian copula: each figure keeps its distribution, and ranks get their correlation.

A rank correlation ρ (Spearman) between two figures is one of 2 sin(π ρ / 6) between the normal scores of their
probabilities (Pearson 1907; Clemen & Reilly 1999); the scores are mixed by the Cholesky factor of these correlations.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from firstbell.models.figures import Array
from firstbell.models.problems import InputError, Problem
from firstbell.models.workload.correlations import Correlation

_KEY = "sizing.correlations"


def check_correlations(correlations: Sequence[Correlation], known: Mapping[str, object], *, source: str) -> None:
    """Raise InputError where a key is no figure of the profile, or where not all can hold at once."""
    problems = [
        Problem(
            source=source,
            key=f"{_KEY}[{number}]",
            value=key,
            what="the profile has no such figure",
            remedy="Write a figure's key as the sizing's inputs have it, say sizing.bandwidth.edge_hit_ratio",
        )
        for number, each in enumerate(correlations)
        for key in each.between
        if key not in known
    ]
    for number, each in enumerate(correlations):
        if each.between[0] == each.between[1]:
            what, remedy = "a figure always goes with itself", "Name two figures"
            problems.append(Problem(source=source, key=f"{_KEY}[{number}]", value=each.between[0], what=what,
                                    remedy=remedy))  # fmt: skip
    if not problems and correlations and _least_eigenvalue(correlations) <= 0:
        what, remedy = "these can't all hold at once", "Bring some of them nearer to 0"
        shown = ", ".join(f"{each.rank:g}" for each in correlations)
        problems.append(Problem(source=source, key=_KEY, value=shown, what=what, remedy=remedy))
    if problems:
        raise InputError(problems)


def correlated(positions: Mapping[str, Array], correlations: Sequence[Correlation]) -> dict[str, Array]:
    """The same probabilities by name, of which those of correlated figures go together."""
    names = _names(correlations)
    if not names:
        return dict(positions)
    scores = ndtri(np.array([positions[name] for name in names]))
    mixed = np.linalg.cholesky(_normal_correlations(correlations)) @ scores
    return {**positions, **dict(zip(names, ndtr(mixed), strict=True))}


def _names(correlations: Sequence[Correlation]) -> list[str]:
    return list(dict.fromkeys(name for each in correlations for name in each.between))


def _normal_correlations(correlations: Sequence[Correlation]) -> Array:
    names = _names(correlations)
    matrix = np.eye(len(names))
    for each in correlations:
        first, second = (names.index(name) for name in each.between)
        matrix[first, second] = matrix[second, first] = 2 * np.sin(np.pi * each.rank / 6)
    return matrix


def _least_eigenvalue(correlations: Sequence[Correlation]) -> float:
    return float(np.linalg.eigvalsh(_normal_correlations(correlations)).min())
