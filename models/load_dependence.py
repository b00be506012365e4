"""Demands that grow with the load, and how far a forecast may be taken: MVASD and the USL side by side.

MVASD (Kattepur & Nambiar 2015) keeps the network and lets demands follow a monotone spline over the measured plateaus;
the Universal Scalability Law needs no network and follows throughput alone. Where both are asked for a load far beyond
what was measured, only their agreement makes a forecast of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import isotonic_regression
from scipy.stats import chi2

from firstbell.models.fitted_model import FittedModel, MeasuredLoad
from firstbell.models.problems import InputError
from firstbell.models.usl import ScalabilityFit, fit_scalability

Floats = NDArray[np.float64]

REACH = 2.0  # times the highest measured load
AGREE = 0.10  # relative difference of the two throughputs
_GROWTH = 0.05  # less than that is no growth to plan for, however sure it is
_SURE = 0.01
_LEAST_ERROR = 0.005  # relative: no level's processor time is known better


def growth_of(loads: Sequence[MeasuredLoad]) -> tuple[tuple[float, float], ...]:
    """Requests a second and the factor on all demands there, lowest load first; empty where demands do not grow.

    Isotonic regression of the measured over the explained processor time, taken where it is better than a constant by
    Bartholomew's test at 1 %.
    """
    known = sorted((each for each in loads if each.cores_ratio is not None), key=lambda each: each.answered_per_s)
    if len(known) < 3:
        return ()
    ratio = np.array([each.cores_ratio for each in known], dtype=float)
    error = np.array([max(each.ratio_error or 0.0, _LEAST_ERROR) for each in known])
    constant = np.average(ratio, weights=error**-2)
    steps = isotonic_regression(ratio, weights=error**-2).x
    gained = float(np.sum(((ratio - constant) / error) ** 2) - np.sum(((ratio - steps) / error) ** 2))
    if _chance_of(gained, len(known)) > _SURE or steps[-1] / steps[0] < 1 + _GROWTH:
        return ()
    return tuple((each.answered_per_s, float(step)) for each, step in zip(known, steps, strict=True))


def _chance_of(gained: float, levels: int) -> float:
    """Probability that noise alone gains so much by rising steps in place of a constant.

    A mixture of χ² with 0 to n - 1 degrees of freedom; l steps come with the probability |s(n, l)| / n!, s being
    Stirling's numbers of the first kind (Bartholomew 1959; exact for equal errors).
    """
    stirling = np.poly(-np.arange(levels))[::-1][1:]  # x (x + 1) … (x + n - 1), from x on
    return float(stirling @ np.append(float(gained <= 0), chi2.sf(gained, np.arange(1, levels))) / stirling.sum())


def factor_at(growth: Sequence[tuple[float, float]], requests_per_s: float) -> float:
    """The factor on demands at a load: a monotone cubic spline (Fritsch & Carlson 1980), its last slope kept beyond."""
    if not growth:
        return 1.0
    loads, factors = np.array(growth).T
    if requests_per_s <= loads[0]:
        return float(factors[0])
    if requests_per_s <= loads[-1]:
        return float(PchipInterpolator(loads, factors)(requests_per_s))
    slope = (factors[-1] - factors[-2]) / (loads[-1] - loads[-2])
    return float(factors[-1] + slope * (requests_per_s - loads[-1]))


def extrapolation(beyond: float) -> str:
    """The mark of a figure at so many times the highest measured load; empty where that is within it."""
    if beyond <= 1:
        return ""
    far = f", beyond the {REACH:g} times that may be relied on" if beyond > REACH else ""
    return f"extrapolated: {beyond:.3g} times the highest measured load{far}"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Whether a load may be forecast. ``beyond``: by how many times it passes the highest measured one.

    ``network_per_s`` and ``usl_per_s`` are the throughputs that both models give, the second None where the USL could
    not be fitted; ``refused`` says why nothing may be forecast, None where something may.
    """

    beyond: float
    network_per_s: float
    usl_per_s: float | None
    refused: str | None
    note: str


def reach_of(model: FittedModel, *, load: float, offered_per_s: float, answered_per_s: float) -> Reach:
    """Judge a forecast of ``answered_per_s`` at ``offered_per_s``; ``load`` is the share of the cores asked for."""
    beyond = load / model.quality.highest_utilization
    law, why = _law_of(model.loads)
    usl_per_s = None if law is None else law.law.throughput_at_learners(offered_per_s)
    agree = usl_per_s is not None and abs(usl_per_s / answered_per_s - 1) <= AGREE
    if beyond <= 1:
        refused, note = None, "within what was measured"
    elif beyond <= REACH:
        refused, note = None, extrapolation(beyond)
    elif agree:
        refused, note = None, f"{extrapolation(beyond)}; network and USL agree within {AGREE:.0%}"
    else:
        told = why if usl_per_s is None else f"the network says {answered_per_s:.4g}/s, the USL {usl_per_s:.4g}/s"
        refused = (
            f"{beyond:.3g} times the highest measured load, and no second model agrees: {told}. "
            "Measure a higher level, up to half of this one."
        )
        note = "refused"
    return Reach(beyond=beyond, network_per_s=answered_per_s, usl_per_s=usl_per_s, refused=refused, note=note)


def _law_of(loads: Sequence[MeasuredLoad]) -> tuple[ScalabilityFit | None, str]:
    """The USL over what was offered and answered; with the reason where it can't be fitted."""
    try:
        return fit_scalability([each.offered_per_s for each in loads], [each.answered_per_s for each in loads]), ""
    except InputError as error:
        return None, f"the USL can't be fitted ({error.problems[0].what})"
