"""Pools of threads as stations."""

import pytest

from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.pools import connections, pool, throughputs_inside
from firstbell.models.networks.solver import solve

CPU = Station(name="cpu", servers=4, demand_s={"job": 0.01})


def response(station: Station) -> float:
    network = Network(classes=(CustomerClass(name="job", population=60, think_time_s=0.5),), stations=(station,))
    return solve(network).classes["job"].response_time_s


def test_a_pool_with_a_thread_for_everybody_changes_nothing() -> None:
    assert response(pool(name="p", threads=60, inside=(CPU,))) == pytest.approx(response(CPU), rel=1e-9)


def test_fewer_threads_than_processors_leave_processors_idle() -> None:
    assert response(pool(name="p", threads=2, inside=(CPU,))) == pytest.approx(response(connections(CPU, 2)), rel=1e-9)


def test_a_saturated_inside_is_never_slower_with_more_jobs() -> None:
    inside = (CPU, Station(name="database", servers=2, demand_s={"job": 0.04}))
    rates = throughputs_inside(inside, 40)
    assert list(rates) == sorted(rates)
    assert rates[-1] == pytest.approx(50.0, rel=1e-9)


def test_pools_nest() -> None:
    database = pool(name="database", threads=3, inside=(Station(name="disk", demand_s={"job": 0.01}),))
    web = pool(name="web", threads=8, inside=(CPU, database))
    assert response(web) > response(database)
