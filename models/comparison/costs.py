"""What a visit costs at each station, and what a learner asks for, in every draw of a side.

Processor time is counted and not waited for: a busy neighbour stretches a response by half and a demand by a few
percent. Where the target keeps books by route, a visit's demand is its requests' mean cost; what no book has (the
server's own work on connections, or everything where there are no books) is shared out by requests and bytes.

How many requests a visit makes is taken as the same on both sides: by chance it never is, and no change of the
platform makes a page that asks for more by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from firstbell.models.comparison.digest import Digest, ServerDigest
from firstbell.models.comparison.resampling import Side

Floats = NDArray[np.float64]
Cell = tuple[str, str]
"""An activity and a station."""

DELIVERY = "delivery"
FEWEST_REQUESTS = 50
_NOT_LEARNERS = ("metrics", "health", "configuration", "divergence", "unknown")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What both sides share: requests by activity and step, bytes of a visit, the true mix, what a byte weighs."""

    requests_per_visit: Mapping[str, Mapping[str, float]]
    bytes_per_visit: Mapping[str, float]
    visits_per_learner_s: Mapping[str, float]
    requests_a_byte: float

    @classmethod
    def of(cls, runs: Sequence[Digest]) -> "Shape":
        """The mean over all runs of both sides."""
        names = tuple(dict.fromkeys(name for run in runs for name in run.requests_per_visit))
        steps = {
            name: [run.requests_per_visit[name] for run in runs if name in run.requests_per_visit] for name in names
        }
        sizes = {name: [run.bytes_per_visit[name] for run in runs if name in run.bytes_per_visit] for name in names}
        return cls(
            requests_per_visit={name: _mean_steps(found) for name, found in steps.items()},
            bytes_per_visit={name: float(np.mean(found)) for name, found in sizes.items() if found},
            visits_per_learner_s=runs[0].visits_per_learner_s,
            requests_a_byte=_requests_a_byte([run.server for run in runs if run.server is not None]),
        )

    def units(self, activity: str, station: str) -> float:
        """A visit's share in what no book has, in requests; bytes count at delivery alone."""
        requests = sum(self.requests_per_visit[activity].values())
        weighed = self.requests_a_byte * self.bytes_per_visit.get(activity, 0.0)
        return requests + (weighed if station == DELIVERY else 0.0)

    def units_per_learner_s(self, station: str) -> float:
        """The same of a learner in session, a second."""
        known = set(self.requests_per_visit) & set(self.visits_per_learner_s)
        return sum(self.visits_per_learner_s[name] * self.units(name, station) for name in sorted(known))


def _mean_steps(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    steps = dict.fromkeys(step for each in found for step in each)
    return {step: float(np.mean([each.get(step, 0.0) for each in found])) for step in steps}


def _requests_a_byte(servers: Sequence[ServerDigest]) -> float:
    """How much delivering a byte costs beside answering a request, by least squares over all blocks."""
    told = [server for server in servers if DELIVERY in server.stations and server.bytes_out and server.requests]
    if not told:
        return 0.0
    requests = np.concatenate([_all_requests(server) for server in told])
    sent = np.concatenate([np.array(server.bytes_out) for server in told])
    cpu_s = np.concatenate([np.array(server.stations[DELIVERY]) for server in told])
    scale = max(float(sent.mean()), 1.0)
    (of_request, of_bytes), _ = nnls(np.column_stack([requests, sent / scale]), cpu_s)
    return float(of_bytes / scale / of_request) if of_request > 0 else 0.0


def _all_requests(server: ServerDigest) -> Floats:
    learners = [np.array(counts) for route, counts in server.requests.items() if route not in _NOT_LEARNERS]
    return np.asarray(np.sum(learners, axis=0), dtype=float)


@dataclass(frozen=True, kw_only=True, eq=False)
class Costs:
    """One side's costs in its draws: arrays are (1 + draws,), the first of them as measured."""

    side: Side
    shape: Shape
    weights: Floats

    @property
    def _servers(self) -> list[ServerDigest]:
        return [run.server for run in self.side.runs if run.server is not None]

    @property
    def known(self) -> bool:
        """Whether the target of every run told its processor times."""
        return len(self._servers) == len(self.side.runs)

    def summed(self, of_run: Sequence[Sequence[float] | Floats]) -> Floats:
        """Sum over the blocks of each draw."""
        return np.asarray(self.weights @ self.side.column(of_run))

    @cached_property
    def demands(self) -> dict[Cell, Floats]:
        """CPU seconds of a visit by cell, where the books have them and enough requests were seen."""
        found: dict[Cell, Floats] = {}
        for activity, steps in self.shape.requests_per_visit.items():
            for station in self._booked_stations:
                parts = [
                    count * cost
                    for step, count in steps.items()
                    if (cost := self._step_cost(step, station)) is not None
                ]
                if parts and (demand := np.sum(parts, axis=0))[0] > 0:
                    found[activity, station] = demand
        return found

    @cached_property
    def rest(self) -> dict[str, Floats]:
        """CPU seconds by station that no book has, for each request (or what weighs as much)."""
        found = {}
        for station in self._servers[0].stations:
            used = self.summed([server.stations[station] for server in self._servers])
            unbooked = np.maximum(used - self._booked(station), 0.0)
            found[station] = unbooked / np.maximum(self._units_seen(station), 1.0)
        return found

    @cached_property
    def load_per_learner(self) -> Floats:
        """Cores that one learner in session takes at the true pace and in the true mix."""
        booked = [
            self.shape.visits_per_learner_s.get(activity, 0.0) * demand
            for (activity, _), demand in self.demands.items()
        ]
        others = [self.shape.units_per_learner_s(station) * cost for station, cost in self.rest.items()]
        return np.asarray(np.sum([*booked, *others], axis=0))

    def station_load(self, station: str) -> Floats:
        """What a learner asks of one station outside of the books."""
        return self.shape.units_per_learner_s(station) * self.rest[station]

    def requests(self, activity: str) -> float:
        """Requests for an activity that the books are known of."""
        routes = {route for step in self.shape.requests_per_visit[activity] for route in self._routes.get(step, ())}
        return sum(sum(sum(server.requests.get(route, ())) for server in self._servers) for route in routes)

    @property
    def cores(self) -> float:
        """Cores of the target."""
        return float(np.median([server.cores for server in self._servers]))

    @cached_property
    def utilization(self) -> Floats:
        """How busy the target's cores were, whoever used them; by its own words where the machine was not asked."""
        time_s = self.weights @ self.side.block_s
        if all(server.busy_s for server in self._servers):
            used = self.summed([server.busy_s for server in self._servers])
        else:
            used = np.sum([self.summed([s.stations[name] for s in self._servers]) for name in self.rest], axis=0)
        return np.asarray(used / time_s / self.cores)

    @property
    def _routes(self) -> Mapping[str, tuple[str, ...]]:
        return self.side.runs[0].routes

    @cached_property
    def _booked_stations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cost.station for server in self._servers for cost in server.costs))

    @cached_property
    def _route_cpu(self) -> dict[tuple[str, str], Floats]:
        """CPU seconds by route and station."""
        keys = dict.fromkeys((cost.route, cost.station) for server in self._servers for cost in server.costs)
        return {key: self.summed([_cost(run, key) for run in self.side.runs]) for key in keys}

    @cached_property
    def _route_requests(self) -> dict[str, Floats]:
        names = dict.fromkeys(route for server in self._servers for route in server.requests)
        return {name: self.summed([_requests(run, name) for run in self.side.runs]) for name in names}

    def _step_cost(self, step: str, station: str) -> Floats | None:
        """Mean CPU seconds of a step's request; None where none was seen."""
        routes = [route for route in self._routes.get(step, ()) if route in self._route_requests]
        cpu = [self._route_cpu[route, station] for route in routes if (route, station) in self._route_cpu]
        if not cpu:
            return None
        requests = np.sum([self._route_requests[route] for route in routes], axis=0)
        if requests[0] <= 0:
            return None
        total = np.sum(cpu, axis=0)
        # A draw that has by chance no such request says nothing else than what was measured.
        cost = np.where(requests > 0, total / np.where(requests > 0, requests, 1.0), total[0] / requests[0])
        return np.asarray(cost, dtype=float)

    def _booked(self, station: str) -> Floats:
        booked = [cpu for (_, where), cpu in self._route_cpu.items() if where == station]
        return np.asarray(np.sum(booked, axis=0)) if booked else np.zeros(len(self.weights))

    def _units_seen(self, station: str) -> Floats:
        learners = [count for route, count in self._route_requests.items() if route not in _NOT_LEARNERS]
        if not learners:  # no books at all: what the generator saw
            seen = [_all_units(run, self.shape, station) for run in self.side.runs]
            return self.summed(seen)
        units = np.sum(learners, axis=0)
        if station == DELIVERY and all(server.bytes_out for server in self._servers):
            units = units + self.shape.requests_a_byte * self.summed([server.bytes_out for server in self._servers])
        return np.asarray(units)


def _all_units(run: Digest, shape: Shape, station: str) -> Floats:
    units = np.zeros(run.blocks)
    for each in run.activities:
        if each.line is None and each.name in shape.requests_per_visit:
            units += shape.units(each.name, station) * np.array(each.visits)
    return units


def _cost(run: Digest, key: tuple[str, str]) -> Sequence[float]:
    assert run.server is not None
    found = next((each.cpu_s for each in run.server.costs if (each.route, each.station) == key), None)
    return (0.0,) * run.blocks if found is None else found


def _requests(run: Digest, route: str) -> Sequence[float]:
    assert run.server is not None
    return run.server.requests.get(route, (0.0,) * run.blocks)
