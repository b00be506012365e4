"""From a method's arrays back to the names of the network."""

import numpy as np

from firstbell.models.networks.closed import ClosedAnswer, ClosedModel, Floats, queueing_stations
from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.open_load import empty_probability
from firstbell.models.networks.open_network import alone_empty_probability, open_customers
from firstbell.models.networks.solution import ClassResult, Solution, StationResult


def solution_of(network: Network, model: ClosedModel, answer: ClosedAnswer, *, method: str, exact: bool) -> Solution:
    """The checked Solution of a network whose closed classes have this answer."""
    table = _Table(network, model, answer)
    stations = {station.name: table.station(station) for station in network.stations}
    return Solution(
        network=network,
        method=method,
        exact=exact,
        classes={each.name: table.customer_class(each, stations) for each in network.classes},
        stations=stations,
    )


class _Table:
    def __init__(self, network: Network, model: ClosedModel, answer: ClosedAnswer) -> None:
        self.network = network
        self.model = model
        self.answer = answer
        self.rows = {station.name: k for k, station in enumerate(queueing_stations(network))}
        self.columns = {each.name: r for r, each in enumerate(network.closed_classes)}
        self.open_present: Floats = open_customers(model, answer)

    def throughput(self, each: CustomerClass) -> float:
        if each.arrival_rate_per_s is not None:
            return float(each.arrival_rate_per_s)
        return float(self.answer.throughput_per_s[self.columns[each.name]])

    def residence(self, station: Station, each: CustomerClass) -> float:
        """An open class's residence time is shared out by load: those present are alike but for their demands. At a
        first-come station all wait alike."""
        demand = station.demand_of(each.name)
        if station.kind == "delay":
            return float(demand)
        k = self.rows[station.name]
        if each.closed:
            return float(self.answer.residence_s[k, self.columns[each.name]])
        if k in self.answer.wait_s:
            return float(demand + self.answer.wait_s[k]) if demand > 0 else 0.0
        load = self.model.open_load[k]
        return float(demand * self.open_present[k] / load) if load > 0 else float(demand)

    def station(self, station: Station) -> StationResult:
        residence = {each.name: self.residence(station, each) for each in self.network.classes}
        length = {each.name: self.throughput(each) * residence[each.name] for each in self.network.classes}
        return StationResult(utilization=self.utilization(station), queue_length=length, residence_time_s=residence)

    def utilization(self, station: Station) -> float:
        work = sum(self.throughput(each) * station.demand_of(each.name) for each in self.network.classes)
        if station.rates is None:
            return work / station.servers if station.kind == "queue" else work
        return self._occupied(self.rows[station.name], work)

    def _occupied(self, k: int, work: float) -> float:
        """Share of time that a station with rates has anybody."""
        rates, load = self.model.own_rates[k], float(self.model.open_load[k])
        if len(rates) == 1:
            return work / float(rates[0])
        if self.model.populations.size == 0:
            return 1.0 - alone_empty_probability(rates, load)
        if k in self.answer.presence:
            return float(1.0 - self.answer.presence[k][0] * empty_probability(rates, load))
        return float(np.clip(self.answer.occupied[k], 0.0, 1.0))

    def customer_class(self, each: CustomerClass, stations: dict[str, StationResult]) -> ClassResult:
        response = sum(result.residence_time_s[each.name] for result in stations.values())
        throughput = self.throughput(each)
        return ClassResult(throughput_per_s=throughput, response_time_s=response, in_system=throughput * response)
