"""What a visit costs at each tier: CPU seconds, from a fitted model or as stated."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from firstbell.models.estimate import Estimate
from firstbell.models.figures import Array, Figure
from firstbell.models.fitted_model import ActivityModel, FittedModel
from firstbell.models.sizing.distributions import distribution_of
from firstbell.models.traffic import ACTIVITIES

TIERS = ("auth", "app", "database", "delivery")
_UNKNOWN = "an activity or tier that the sizing doesn't know"
_TOGETHER = "demands"
_ALL_ALIKE = ("measurement", "discrepancy")


@dataclass(frozen=True, kw_only=True)
class BaseResponse:
    """Response time of an activity at low load: median and 95th percentile, in seconds."""

    p50_s: float
    p95_s: float

    def at(self, percentile: float) -> float:
        """Any percentile, by the lognormal through the two."""
        spread = np.log(self.p95_s / self.p50_s) / ndtri(0.95)
        return float(self.p50_s * np.exp(spread * ndtri(percentile / 100)))


@dataclass(frozen=True, kw_only=True)
class Demands:
    """CPU seconds of a visit by (activity, tier); what is left out costs nothing there.

    ``draws`` (draws, activities, tiers), in the order of ``ACTIVITIES`` and ``TIERS``, carries what the intervals
    can't: that demands fitted together are uncertain together. ``segment_bytes`` is the mean size of the segments
    that were measured, None where they had their true size. ``service_scv`` is the squared coefficient of variation
    of one job's service time within an activity: 1 is exponential.

    ``measurement`` and ``discrepancy`` are the relative standard deviations of all demands together that come with what
    was measured and with what the model missed; None where that is not known. ``measured_cores`` is the processor time
    in use at the highest load that was measured, None where nothing was.
    """

    cpu_s: Mapping[tuple[str, str], Estimate]
    source: str
    draws: Array | None = None
    base_response_s: Mapping[str, BaseResponse] = field(default_factory=dict)
    segment_bytes: float | None = None
    service_scv: float = 1.0
    measurement: float | None = None
    discrepancy: float | None = None
    measured_cores: float | None = None

    def __post_init__(self) -> None:
        unknown = [key for key in self.cpu_s if key[0] not in ACTIVITIES or key[1] not in TIERS]
        if unknown:
            raise ValueError(f"{_UNKNOWN}: {unknown}")
        if any(each.low < 0 for each in self.cpu_s.values()):
            raise ValueError("a demand must not be negative")
        if self.draws is not None and self.draws.shape[1:] != (len(ACTIVITIES), len(TIERS)):
            raise ValueError(f"draws must have the shape (draws, {len(ACTIVITIES)}, {len(TIERS)})")

    def layers(self) -> dict[str, str]:
        """What must be drawn, with its layer of uncertainty: each stated demand, or one row of all that were fitted."""
        if self.draws is None:
            return {_name(key): "stated" for key in self.cpu_s}
        return {_TOGETHER: "parameters"} | {name: name for name in _ALL_ALIKE if name not in self.unknown_layers}

    @property
    def unknown_layers(self) -> tuple[str, ...]:
        """Layers that fitted demands have and that nobody knows; demands that are stated have no such layers."""
        return () if self.draws is None else tuple(name for name in _ALL_ALIKE if getattr(self, name) is None)

    def values(self, positions: Mapping[str, Array]) -> dict[tuple[str, str], Array]:
        """Arrays (1 + draws,) of every demand that was given: the likely value, then draws at ``positions`` by name."""
        if self.draws is None:
            return {key: self._drawn_alone(key, positions[_name(key)]) for key in self.cpu_s}
        rows = np.floor(positions[_TOGETHER] * len(self.draws)).astype(int)
        together = self.draws[rows] * self._all_alike(positions)[:, None, None]
        return {
            (activity, tier): np.concatenate(
                [[each.likely], together[:, ACTIVITIES.index(activity), TIERS.index(tier)]]
            )
            for (activity, tier), each in self.cpu_s.items()
        }

    def _all_alike(self, positions: Mapping[str, Array]) -> Array:
        """Factors (draws,) on all demands: lognormal, with the median 1."""
        known = {name: getattr(self, name) for name in _ALL_ALIKE if name in positions}
        logs = [np.zeros_like(positions[_TOGETHER]), *(sd * ndtri(positions[name]) for name, sd in known.items())]
        return np.asarray(np.exp(np.sum(logs, axis=0)))

    def _drawn_alone(self, key: tuple[str, str], position: Array) -> Array:
        estimate = self.cpu_s[key]
        sampled = distribution_of(Figure(key=_name(key), estimate=estimate)).at(position)
        return np.concatenate([[estimate.likely], sampled])


def _name(key: tuple[str, str]) -> str:
    return f"demand of {key[0]} at {key[1]}"


def demands_of(model: FittedModel) -> Demands:
    """The demands of a fitted model, with its bootstrap draws and its response times at low load."""
    known = [activity for activity in model.activities if activity.name in ACTIVITIES]
    tiers = [(model.stations.index(tier), tier) for tier in TIERS if tier in model.stations]
    source = f"fitted from {model.quality.windows} windows of {model.quality.window_s:g} s"
    draws = np.zeros((max(model.draws, 1), len(ACTIVITIES), len(TIERS)))
    cpu_s = {}
    for activity in known:
        # A model without bootstrap draws is taken as exact.
        drawn = np.array(activity.draws_s[: model.draws] or (activity.demand_s,))
        for column, tier in tiers:
            draws[:, ACTIVITIES.index(activity.name), TIERS.index(tier)] = drawn[:, column]
            cpu_s[activity.name, tier] = _estimate(activity.demand_s[column], drawn[:, column], source)
    segment = next((activity.bytes_per_visit for activity in known if activity.name == "segment"), None)
    responses = {activity.name: _base_response(activity) for activity in known if activity.total_demand_s > 0}
    return Demands(
        cpu_s=cpu_s,
        source=source,
        draws=draws,
        base_response_s=responses,
        segment_bytes=segment,
        measurement=model.measurement_error,
        discrepancy=model.quality.discrepancy,
        measured_cores=model.quality.highest_utilization * model.cores,
    )


def _estimate(likely: float, draws: Array, source: str) -> Estimate:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(low=min(float(low), likely), likely=likely, high=max(float(high), likely), unit="s", source=source)


def _base_response(activity: ActivityModel) -> BaseResponse:
    """What a visit takes where nobody waits: its CPU time, as varied as its factors say, and its latency."""
    p50, p95 = np.quantile(np.array(activity.factors), [0.5, 0.95]) * activity.total_demand_s + activity.latency_s
    return BaseResponse(p50_s=float(p50), p95_s=float(max(p50, p95)))
