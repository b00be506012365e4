"""The open classes of a network: alone, or beside closed ones that are already solved."""

import numpy as np
from scipy.special import logsumexp

from firstbell.models.networks.closed import ClosedAnswer, ClosedModel, Floats
from firstbell.models.networks.open_load import open_present


def open_customers(model: ClosedModel, answer: ClosedAnswer) -> Floats:
    """(K) mean number of open customers at each queueing station."""
    if model.populations.size == 0:
        return np.array([_alone(rates, load) for rates, load in zip(model.own_rates, model.open_load, strict=True)])
    return np.array([_beside_closed(model, answer, k) for k in range(len(model.own_rates))])


def alone_empty_probability(rates: Floats, load: float) -> float:
    """Probability that nobody is at a station that only open classes use."""
    logs, _, _ = _weights(rates, load)
    return float(np.exp(-logsumexp(logs)))


def _alone(rates: Floats, load: float) -> float:
    """Mean number at a birth–death station with geometric tail (Lazowska et al. 1984, ch. 8)."""
    if load == 0.0:
        return 0.0
    logs, counts, share = _weights(rates, load)
    probabilities = np.exp(logs - logsumexp(logs))
    # the last entry stands for the whole tail, whose mean count is its first plus share / (1 - share)
    return float(counts @ probabilities + probabilities[-1] * share / (1.0 - share))


def _weights(rates: Floats, load: float) -> tuple[Floats, Floats, float]:
    """Log weights of 0 … m present (the last one summed over the tail), those counts, and the tail's ratio."""
    counts = np.arange(len(rates) + 1, dtype=float)
    share = load / rates[-1]
    with np.errstate(divide="ignore"):
        logs = np.concatenate(([0.0], np.cumsum(np.log(load) - np.log(rates))))
    logs[-1] -= np.log1p(-share)
    return logs, counts, share


def _beside_closed(model: ClosedModel, answer: ClosedAnswer, k: int) -> float:
    load, rates = float(model.open_load[k]), model.own_rates[k]
    if load == 0.0:
        return 0.0
    closed = float(answer.queue_length[k].sum())
    share = load / rates[-1]
    if len(rates) == 1:
        return float(share * (1.0 + closed) / (1.0 - share))
    if k in answer.presence:
        return _from_presence(rates, load, answer.presence[k], closed)
    return _approximate(model, answer, k, closed)


def _from_presence(rates: Floats, load: float, presence: Floats, closed: float) -> float:
    """Σ_n p(n) E[open | n closed], where E is linear in n from the last rate on."""
    share = load / rates[-1]
    few = min(len(rates), len(presence))
    means = open_present(rates, load, few - 1)
    linear = share * (np.arange(few) + 1.0) / (1.0 - share)
    return float(share * (1.0 + closed) / (1.0 - share) + presence[:few] @ (means - linear))


def _approximate(model: ClosedModel, answer: ClosedAnswer, k: int, closed: float) -> float:
    """Load in service plus those waiting, ρ/(1 − ρ) (closed waiting + P(all busy)); see ``approximate``."""
    load = float(model.open_load[k])
    if model.load_dependent[k]:
        return float(open_present(model.own_rates[k], load, round(closed))[-1])
    share = load / model.servers[k]
    busy = float(answer.throughput_per_s @ model.demand_s[k])
    waiting = float(answer.waiting_probability[k])
    return float(load + share / (1.0 - share) * (max(0.0, closed - busy) + waiting))
