"""Bounds of a closed network of one class over single servers, from its demands alone (Lazowska et al. 1984, ch. 5).

With N customers, think time Z, D = Σ D_k, largest demand M and mean demand A over K stations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from firstbell.models.stations.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Least and greatest throughput (customers a second) and response time (seconds)."""

    throughput_per_s: tuple[float, float]
    response_s: tuple[float, float]


def asymptotic_bounds(*, population: float, think_time_s: float, demand_s: Sequence[float]) -> Bounds:
    """N/(Z + ND) ≤ X ≤ min(N/(Z + D), 1/M) (Denning & Buzen 1978)."""
    _check(population, think_time_s, demand_s)
    total, largest = sum(demand_s), max(demand_s)
    low = population / (think_time_s + population * total)
    high = min(population / (think_time_s + total), 1.0 / largest)
    return Bounds(throughput_per_s=(low, high), response_s=_responses(population, think_time_s, total, largest))


def balanced_bounds(*, population: float, think_time_s: float, demand_s: Sequence[float]) -> Bounds:
    """Balanced systems (Zahorjan et al. 1982): tighter, as any imbalance costs throughput.

    N/(Z + D + (N−1)M/(1 + Z/(ND))) ≤ X ≤ min(1/M, N/(Z + D + (N−1)A/(1 + Z/D))).
    """
    _check(population, think_time_s, demand_s)
    total, largest = sum(demand_s), max(demand_s)
    others = population - 1.0
    longest = total + others * largest / (1.0 + think_time_s / (population * total))
    shortest = total + others * (total / len(demand_s)) / (1.0 + think_time_s / total)
    low = population / (think_time_s + longest)
    high = min(1.0 / largest, population / (think_time_s + shortest))
    shortest = max(population * largest - think_time_s, shortest)
    return Bounds(throughput_per_s=(low, high), response_s=(shortest, longest))


def _responses(population: float, think_time_s: float, total: float, largest: float) -> tuple[float, float]:
    return max(total, population * largest - think_time_s), population * total


def _check(population: float, think_time_s: float, demand_s: Sequence[float]) -> None:
    check = Parameters("bounds").positive(population=population).not_negative(think_time_s=think_time_s)
    for position, demand in enumerate(demand_s):
        check.positive(**{f"demand_s[{position}]": demand})
    if not demand_s:
        check.add("demand_s", [], "no demands", "Give at least one.")
    check.refuse()
