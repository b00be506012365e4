"""One closed class, one queueing station, any delays: exact by birth and death, in as many steps as customers.

With n at the station, customers arrive at the rate (N − n)/Z and are served at the rate μ(n)/D (Kleinrock 1975, §3.8).
Delays are insensitive to their distribution, so Z is all the time spent away from the station.
"""

import numpy as np

from firstbell.models.networks.closed import ClosedAnswer, ClosedModel, Floats
from firstbell.models.stations.birth_death import stationary


def fits_one_queue(model: ClosedModel) -> bool:
    """Whether ``one_queue`` can solve it."""
    return len(model.populations) == 1 and len(model.own_rates) == 1 and bool(model.demand_s[0, 0] > 0)


def one_queue(model: ClosedModel) -> ClosedAnswer:
    """Exact throughput, residence time and presence."""
    customers, away, demand = int(model.populations[0]), float(model.delay_s[0]), float(model.demand_s[0, 0])
    present = np.arange(customers + 1, dtype=float)
    speeds = _speeds(model.rates[0], customers)
    if away == 0.0:
        probabilities = (present == customers).astype(float)
    else:
        probabilities = stationary((customers - present[:-1]) / away, speeds / demand)
    throughput = float(probabilities[1:] @ speeds) / demand
    length = float(probabilities @ present)
    return ClosedAnswer(
        throughput_per_s=np.array([throughput]),
        residence_s=np.array([[length / throughput]]),
        presence={0: probabilities},
    )


def _speeds(rates: Floats, customers: int) -> Floats:
    """μ(1) … μ(N)."""
    return np.asarray(rates[np.minimum(np.arange(customers), len(rates) - 1)])
