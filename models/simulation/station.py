"""One station with several servers and any distributions (G/G/c), first come first served.

The recursion of Kiefer and Wolfowitz (1955): an arriving customer takes the server that is free first, and the times
at which servers become free are all that has to be known. They lie in a heap.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firstbell.models.estimate import Estimate
from firstbell.models.problems import InputError, Problem
from firstbell.models.simulation.compiled import compiled
from firstbell.models.simulation.distribution import Distribution, DistributionTable
from firstbell.models.simulation.random_numbers import RandomState, draw, random_state
from firstbell.models.simulation.result import estimate_of_batches

Floats = NDArray[np.float64]

SOURCE = "simulated station"
BATCHES = 40
CUSTOMERS_AT_A_TIME = 1_000_000  # between two chances of Ctrl-C


@dataclass(frozen=True, kw_only=True, eq=False)
class StationSimulation:
    """Customers after the warm-up, in the order of their arrival: ``waits_s`` and ``responses_s``, both (customers,).

    Intervals come from the means of equally many successive customers (Law 2015, § 9.5.3).
    """

    servers: int
    duration_s: float
    waits_s: Floats
    responses_s: Floats

    @property
    def throughput_per_s(self) -> float:
        return len(self.waits_s) / self.duration_s

    @cached_property
    def utilization(self) -> float:
        """Service asked for over what the servers could give meanwhile."""
        return float(self.responses_s.sum() - self.waits_s.sum()) / self.duration_s / self.servers

    @cached_property
    def wait_probability(self) -> float:
        """Share of the customers who find all servers busy."""
        return float(np.count_nonzero(self.waits_s)) / len(self.waits_s)

    @cached_property
    def mean_wait_s(self) -> Estimate:
        return _mean_of_batches(self.waits_s)

    @cached_property
    def mean_response_s(self) -> Estimate:
        return _mean_of_batches(self.responses_s)

    def wait_quantile_s(self, probability: float) -> float:
        """The wait that this share of the customers stay within."""
        return float(np.quantile(self.waits_s, probability))

    def response_quantile_s(self, probability: float) -> float:
        """The response time that this share of the customers stay within."""
        return float(np.quantile(self.responses_s, probability))


def simulate_station(
    *, interarrival: Distribution, service: Distribution, servers: int, customers: int, warmup: int, seed: int
) -> StationSimulation:
    """Lets ``warmup`` customers pass unseen and then ``customers`` seen; raises InputError where that is impossible.

    Interarrival times and services are independent; an overloaded station is simulated as asked, and never settles.
    """
    _check(interarrival, servers=servers, customers=customers, warmup=warmup)
    table = DistributionTable()
    kinds = np.array([table.number_of(interarrival), table.number_of(service)])
    random, records, values = random_state(seed), table.records(), table.values()
    clock, free_s = np.zeros(1), np.zeros(servers)
    unseen = np.empty((2, min(warmup, CUSTOMERS_AT_A_TIME)))
    for first in range(0, warmup, CUSTOMERS_AT_A_TIME):
        count = min(warmup - first, CUSTOMERS_AT_A_TIME)
        _pass_through(random, records, values, kinds, clock, free_s, unseen[0, :count], unseen[1, :count])
    began_s = clock[0]
    waits_s, responses_s = np.empty(customers), np.empty(customers)
    for first in range(0, customers, CUSTOMERS_AT_A_TIME):
        part = slice(first, first + CUSTOMERS_AT_A_TIME)
        _pass_through(random, records, values, kinds, clock, free_s, waits_s[part], responses_s[part])
    return StationSimulation(
        servers=servers, duration_s=float(clock[0] - began_s), waits_s=waits_s, responses_s=responses_s
    )


@compiled
def _pass_through(
    random: RandomState,
    records: NDArray[np.void],
    values: Floats,
    kinds: NDArray[np.int64],
    clock: Floats,
    free_s: Floats,
    waits_s: Floats,
    responses_s: Floats,
) -> None:
    """Fills waits and responses of the next customers; ``free_s`` is a heap of when each server becomes free."""
    now = clock[0]
    servers = len(free_s)
    for customer in range(len(waits_s)):
        now += draw(random, records, values, kinds[0])
        service_s = draw(random, records, values, kinds[1])
        wait_s = max(free_s[0] - now, 0.0)
        waits_s[customer] = wait_s
        responses_s[customer] = wait_s + service_s
        free_at_s = now + wait_s + service_s
        place, child = 0, 1
        while child < servers:
            if child + 1 < servers and free_s[child + 1] < free_s[child]:
                child += 1
            if free_at_s <= free_s[child]:
                break
            free_s[place] = free_s[child]
            place, child = child, 2 * child + 1
        free_s[place] = free_at_s
    clock[0] = now


def _check(interarrival: Distribution, *, servers: int, customers: int, warmup: int) -> None:
    problems = [
        Problem(source=SOURCE, key=key, value=repr(value), what="not a whole number of them", remedy=f"Give ≥ {least}.")
        for key, value, least in (("servers", servers, 1), ("customers", customers, 1), ("warmup", warmup, 0))
        if value < least or value != int(value)
    ]
    if interarrival.mean == 0:
        what = "all customers come at the same moment"
        problems.append(Problem(source=SOURCE, key="interarrival", value="0", what=what, remedy="Give a mean above 0."))
    if problems:
        raise InputError(problems)


def _mean_of_batches(sample: Floats) -> Estimate:
    found = np.array([part.mean() for part in np.array_split(sample, min(BATCHES, len(sample)))])
    return estimate_of_batches(float(sample.mean()), found, unit="s")
