"""How sure a change is: moderated Student's t on the log ratio, corrected for the number of changes looked for.

Few rounds tell little of how much one round differs from the next, and many quantities measured in the same rounds
tell a lot together. So each quantity's variance is drawn towards what all of its kind show (Smyth 2004): the variance
of its blocks, which is its own, and a variance from run to run, which they have in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from firstbell.models.workload.gate import Correction

Floats = NDArray[np.float64]

POWER = 0.9
"""With which a change as large as the minimum detectable one is found."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """One quantity's log ratio of both sides in every draw, (1 + draws,): the first is the one measured.

    ``kind`` says with which others its variance is pooled, ``margin`` how much worse (as a share) nobody minds,
    ``worse`` whether more is worse (1) or less is (-1).
    """

    kind: str
    drawn: Floats
    within: Floats
    margin: float
    worse: int = 1

    @property
    def known(self) -> bool:
        """Whether it could be told in all draws."""
        return bool(np.isfinite(self.drawn).all() and np.isfinite(self.within).all())


@dataclass(frozen=True, kw_only=True)
class Significance:
    """A log ratio with its standard error; ``p_worse`` and ``p_better`` are one-sided, beyond the margin, corrected."""

    log_ratio: float
    error: float
    freedom: float
    p_worse: float
    p_better: float
    detectable: float

    def interval(self, confidence: float) -> tuple[float, float]:
        """Of the ratio."""
        reach = float(student.ppf((1 + confidence) / 2, self.freedom)) * self.error
        return float(np.exp(self.log_ratio - reach)), float(np.exp(self.log_ratio + reach))


def significances(
    evidence: Sequence[Evidence], *, runs: int, run_to_run: float, alpha: float, correction: Correction
) -> tuple[Significance, ...]:
    """Judge all quantities together; every one must be `known`.

    ``run_to_run`` is the relative standard deviation from one run to the next where there is only one run a side.
    """
    errors: list[tuple[float, float]] = [(0.0, 1.0)] * len(evidence)
    for kind in dict.fromkeys(each.kind for each in evidence):
        places = [place for place, each in enumerate(evidence) if each.kind == kind]
        for place, found in zip(places, _errors([evidence[p] for p in places], runs, run_to_run), strict=True):
            errors[place] = found
    worse = [_p(each, error, freedom, 1) for each, (error, freedom) in zip(evidence, errors, strict=True)]
    better = [_p(each, error, freedom, -1) for each, (error, freedom) in zip(evidence, errors, strict=True)]
    strict = alpha / max(len(evidence), 1)
    return tuple(
        Significance(
            log_ratio=float(each.drawn[0]),
            error=error,
            freedom=freedom,
            p_worse=p_worse,
            p_better=p_better,
            detectable=_detectable(each.margin, error, freedom, strict),
        )
        for each, (error, freedom), p_worse, p_better in zip(
            evidence, errors, corrected(worse, correction), corrected(better, correction), strict=True
        )
    )


def _errors(evidence: Sequence[Evidence], runs: int, run_to_run: float) -> list[tuple[float, float]]:
    """Standard error and degrees of freedom of each quantity of one kind."""
    within = np.array([float(np.var(each.within[1:], ddof=1)) for each in evidence])
    pooled = max(len(evidence), 4)
    if runs < 2:
        return [(float(np.sqrt(own + 2 * run_to_run**2)), float(pooled)) for own in within]
    # Runs drawn from K runs, and blocks within them, vary by (b + w) / K (K - 1) / K and by w / K: b is the variance
    # from run to run, w that of a run's blocks. What is looked for is (b + w) / K.
    drawn = np.array([float(np.var(each.drawn[1:], ddof=1)) for each in evidence])
    whole = np.maximum(drawn - within, 0.0) * runs / (runs - 1)
    floor = np.maximum(within, 1e-10)
    between = max(float(np.average(whole - within, weights=1 / floor)), 0.0)
    moderated = (pooled * (within + between) + (runs - 1) * whole) / (pooled + runs - 1)
    return [(float(np.sqrt(variance)), float(pooled + runs - 1)) for variance in moderated]


def _p(evidence: Evidence, error: float, freedom: float, direction: int) -> float:
    change = direction * evidence.worse * float(evidence.drawn[0])
    beyond = change - np.log1p(evidence.margin)
    return float(student.sf(beyond / max(error, 1e-12), freedom))


def _detectable(margin: float, error: float, freedom: float, alpha: float) -> float:
    """The smallest change that is found with `POWER`, as a share."""
    sure = float(student.ppf(1 - alpha, freedom) + student.ppf(POWER, freedom))
    return float(np.expm1(np.log1p(margin) + sure * error))


def corrected(p: Sequence[float], correction: Correction) -> tuple[float, ...]:
    """p values for so many tests at once, in their order.

    Holm (1979) bounds the chance of a single false alarm, Benjamini & Hochberg (1995) the share of false ones.
    """
    values = np.asarray(p, dtype=float)
    count = len(values)
    order = np.argsort(values)
    if correction == "holm":
        stepped = np.maximum.accumulate(values[order] * (count - np.arange(count)))
    else:
        stepped = np.minimum.accumulate((values[order] * count / np.arange(1, count + 1))[::-1])[::-1]
    found = np.empty(count)
    found[order] = np.minimum(stepped, 1.0)
    return tuple(found.tolist())
