"""How many learners a measured platform carries: forecast at the true pace and in the true mix, at the objectives.

The load of a learner is known from demands. Two limits are looked for: the utilisation that the profile allows, and the
one at which a percentile reaches its objective. A shared core stretches every response by 1 / (1 - U) (processor
sharing, Kleinrock 1976), so that a percentile measured at U_m reaches its limit L at U = 1 - (1 - U_m) p / L. That is
coarser than the simulation of `firstbell study`; its share in the error is alike on both sides of a comparison.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstbell.models.comparison.costs import Costs
from firstbell.models.comparison.digest import dense
from firstbell.models.comparison.histogram import quantile_s
from firstbell.models.workload.assumptions import Objective

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Learners in session at the objectives, with a 95 % interval of the bootstrap, and what limits them."""

    learners: float
    low: float
    high: float
    binding: str


def capacity_of(costs: Costs) -> Capacity:
    """The capacity of one side; its costs must be `known`."""
    limits = dict(_limits(costs))
    stacked = np.column_stack(list(limits.values()))
    utilization = np.clip(stacked.min(axis=1), 0.0, None)
    learners = utilization * costs.cores / costs.load_per_learner
    low, high = np.quantile(learners[1:], [0.025, 0.975])
    return Capacity(
        learners=float(learners[0]),
        low=float(min(low, learners[0])),
        high=float(max(high, learners[0])),
        binding=list(limits)[int(np.argmin(stacked[0]))],
    )


def _limits(costs: Costs) -> Iterator[tuple[str, Floats]]:
    """The utilisation (1 + draws,) that each limit allows."""
    run = costs.side.runs[0]
    yield f"utilisation of {run.max_utilization:.0%}", np.full(len(costs.weights), run.max_utilization)
    for objective in run.objectives:
        value_s = _percentile_s(costs, objective)
        if value_s is not None:
            yield objective.name, 1 - (1 - np.minimum(costs.utilization, 1.0)) * value_s / objective.limit


def _percentile_s(costs: Costs, objective: Objective) -> Floats | None:
    if objective.measure != "response_s" or objective.percentile is None:
        return None
    found = [run.activity(objective.activity or "") for run in costs.side.runs]
    known = [each for each in found if each is not None]
    share = objective.percentile / 100
    if len(known) < len(found) or sum(each.response.total for each in known) * (1 - share) < 1:
        return None
    bins, counts = dense([each.response for each in known])
    value_s = quantile_s(bins, costs.weights @ counts, share)
    return np.where(np.isnan(value_s), value_s[0], value_s)
