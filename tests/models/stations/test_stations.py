"""Round trips, limits and orders that the single stations must keep; published numbers are in the reference cases."""

import math

import numpy as np
import pytest

from firstbell.models.problems import InputError
from firstbell.models.stations.birth_death import stationary
from firstbell.models.stations.erlang_a import ErlangA
from firstbell.models.stations.erlang_loss import Engset, ErlangLoss, offered_for_blocking, servers_for_blocking
from firstbell.models.stations.finite_room import MG1K, MMcK, lognormal_mg1k, md1k
from firstbell.models.stations.finite_source import FiniteSource
from firstbell.models.stations.fork_join import ForkJoin
from firstbell.models.stations.infinite import Concurrency
from firstbell.models.stations.mdc import MDc
from firstbell.models.stations.mg1 import MG1, ProcessorSharing
from firstbell.models.stations.mgc import MGc
from firstbell.models.stations.mmc import MMc, servers_for_wait, utilization_for_wait_probability

SHARES = [0.01, 0.5, 0.9, 0.95, 0.99, 0.9999]


@pytest.mark.parametrize("servers", [1, 7, 300])
@pytest.mark.parametrize("target", [1e-4, 0.02, 0.5])
def test_the_load_for_a_blocking_blocks_that_much(servers: int, target: float) -> None:
    load = offered_for_blocking(servers=servers, target_blocking=target)
    assert ErlangLoss(offered_erlangs=load, servers=servers).blocking == pytest.approx(target, rel=1e-9)
    assert servers_for_blocking(offered_erlangs=load * (1 - 1e-9), target_blocking=target) == servers


@pytest.mark.parametrize("station", [
    MMc(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=5),
    MMc(arrival_rate_per_s=0.5, service_rate_per_s=1.0, servers=1),
    MMc(arrival_rate_per_s=1.0, service_rate_per_s=1.0, servers=2),
    MMc(arrival_rate_per_s=1900.0, service_rate_per_s=10.0, servers=200),
])  # fmt: skip
def test_percentiles_of_waits_and_responses_come_back(station: MMc) -> None:
    for share in SHARES:
        response = station.response_percentile_s(share)
        assert station.response_tail_at(response) == pytest.approx(1 - share, rel=1e-8)
        wait = station.wait_percentile_s(share)
        assert wait == 0.0 or station.wait_tail_at(wait) == pytest.approx(1 - share, rel=1e-9)
        assert wait <= response


def test_the_mean_response_is_the_area_below_its_tail() -> None:
    station = MMc(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=5)
    times = np.linspace(0.0, 60.0, 60_001)
    tail = [station.response_tail_at(float(t)) for t in times]
    assert np.trapezoid(tail, times) == pytest.approx(station.mean_response_s, rel=1e-6)


def test_one_server_less_would_not_keep_the_promise() -> None:
    station = servers_for_wait(arrival_rate_per_s=100.0, service_rate_per_s=3.0, wait_s=0.1, share=0.95)
    fewer = MMc(arrival_rate_per_s=100.0, service_rate_per_s=3.0, servers=station.servers - 1)
    assert station.wait_tail_at(0.1) <= 0.05 < fewer.wait_tail_at(0.1)


def test_the_utilisation_for_a_wait_probability_comes_back() -> None:
    utilization = utilization_for_wait_probability(servers=8, wait_probability=0.3)
    station = MMc(arrival_rate_per_s=8 * utilization, service_rate_per_s=1.0, servers=8)
    assert station.wait_probability == pytest.approx(0.3, rel=1e-9)


def test_special_cases_are_each_other() -> None:
    one = MMc(arrival_rate_per_s=0.8, service_rate_per_s=1.0, servers=1)
    assert one.mean_response_s == pytest.approx(5.0)
    assert MG1(arrival_rate_per_s=0.8, mean_service_s=1.0, scv=1.0).mean_wait_s == pytest.approx(one.mean_wait_s)
    constant = MDc(arrival_rate_per_s=0.8, service_s=1.0, servers=1)
    assert constant.mean_wait_s == pytest.approx(MG1(arrival_rate_per_s=0.8, mean_service_s=1.0, scv=0.0).mean_wait_s)
    assert constant.wait_probability == pytest.approx(0.8, rel=1e-9)
    many = MGc(arrival_rate_per_s=4.0, mean_service_s=1.0, scv=1.0, servers=5)
    assert many.mean_wait_s == pytest.approx(many.exponential.mean_wait_s)
    assert not many.approximate
    assert ForkJoin(arrival_rate_per_s=0.8, service_rate_per_s=1.0, branches=1).mean_response_s == pytest.approx(5.0)
    assert ProcessorSharing(arrival_rate_per_s=0.8, mean_service_s=1.0).mean_in_system == pytest.approx(4.0)


def test_large_room_is_no_limit() -> None:
    endless = MMc(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=5)
    roomy = MMcK(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=5, capacity=2000)
    assert roomy.mean_wait_s == pytest.approx(endless.mean_wait_s, rel=1e-9)
    assert roomy.wait_probability == pytest.approx(endless.wait_probability, rel=1e-9)
    assert roomy.loss < 1e-100


def test_no_room_to_wait_is_erlang_b() -> None:
    station = MMcK(arrival_rate_per_s=8.0, service_rate_per_s=1.0, servers=10, capacity=10)
    assert station.loss == pytest.approx(ErlangLoss(offered_erlangs=8.0, servers=10).blocking, rel=1e-12)
    assert station.wait_probability == 0.0


def test_geometric_arrivals_during_service_make_mg1k_into_mm1k() -> None:
    exponential = MG1K(arrival_rate_per_s=0.9, mean_service_s=1.0, capacity=6,
                       arrivals_in_service=lambda k: (0.9 / 1.9) ** k / 1.9)  # fmt: skip
    same = MMcK(arrival_rate_per_s=0.9, service_rate_per_s=1.0, servers=1, capacity=6)
    assert exponential.loss == pytest.approx(same.loss, rel=1e-9)


def test_losses_rise_with_variability() -> None:
    steady = md1k(arrival_rate_per_s=0.9, service_s=1.0, capacity=8).loss
    varied = [
        lognormal_mg1k(arrival_rate_per_s=0.9, mean_service_s=1.0, scv=scv, capacity=8).loss for scv in (0.1, 1, 4)
    ]
    assert steady < varied[0] < varied[1] < varied[2]


def test_patience_without_end_is_erlang_c() -> None:
    station = ErlangA(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=5, abandon_rate_per_s=1e-7)
    endless = MMc(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=5)
    assert station.mean_wait_s == pytest.approx(endless.mean_wait_s, rel=1e-5)
    assert station.abandon_probability < 1e-6


def test_many_sources_with_little_load_each_are_poisson() -> None:
    finite = Engset(idle_source_load_erlangs=8.0 / 1e6, servers=10, sources=1_000_000)
    assert finite.call_congestion == pytest.approx(ErlangLoss(offered_erlangs=8.0, servers=10).blocking, rel=1e-4)
    assert finite.call_congestion < finite.time_congestion
    assert Engset(idle_source_load_erlangs=1.0, servers=5, sources=5).call_congestion == 0.0


def test_many_learners_who_think_long_are_poisson() -> None:
    finite = FiniteSource(population=400_000, think_time_s=1e5, service_s=1.0, servers=5)
    endless = MMc(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=5)
    assert finite.wait_probability == pytest.approx(endless.wait_probability, rel=1e-3)
    assert finite.wait_percentile_s(0.95) == pytest.approx(endless.wait_percentile_s(0.95), rel=1e-3)


def test_waits_of_a_finite_source_come_back_and_have_the_right_mean() -> None:
    station = FiniteSource(population=60, think_time_s=10.0, service_s=1.0, servers=4)
    for share in SHARES:
        wait = station.wait_percentile_s(share)
        assert wait == 0.0 or station.wait_tail_at(wait) == pytest.approx(1 - share, rel=1e-7)
    times = np.linspace(0.0, 60.0, 20_001)
    area = np.trapezoid([station.wait_tail_at(float(t)) for t in times], times)
    assert area == pytest.approx(station.mean_response_s - 1.0, rel=1e-5)


@pytest.mark.parametrize("servers", [1, 3, 20])
@pytest.mark.parametrize("utilization", [0.3, 0.8, 0.97])
def test_constant_service_waits_less_than_exponential_but_at_least_half_as_long(
    servers: int, utilization: float
) -> None:
    constant = MDc(arrival_rate_per_s=servers * utilization, service_s=1.0, servers=servers)
    exponential = MMc(arrival_rate_per_s=servers * utilization, service_rate_per_s=1.0, servers=servers)
    assert 0.5 - 1e-9 <= constant.mean_wait_s / exponential.mean_wait_s < 1.0
    assert constant.wait_probability < exponential.wait_probability + 1e-9


def test_approximations_of_the_wait_rise_with_variability() -> None:
    waits = [
        MGc(arrival_rate_per_s=4.0, mean_service_s=1.0, scv=scv, servers=5).mean_wait_s
        for scv in (0, 0.25, 0.99, 1, 1.5, 4)
    ]
    assert waits == sorted(waits)


def test_a_percentile_of_sessions_is_the_least_that_suffices() -> None:
    sessions = Concurrency.of(arrival_rate_per_s=38.3, mean_service_s=3000.0)
    number = sessions.percentile(0.99)
    assert sessions.tail_at(number) <= 0.01 < sessions.tail_at(number - 1)


def test_birth_and_death_balance() -> None:
    births, deaths = np.array([3.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0])
    found = stationary(births, deaths)
    assert found.sum() == pytest.approx(1.0)
    assert found[:-1] * births == pytest.approx(found[1:] * deaths)


def test_wrong_parameters_are_all_named() -> None:
    with pytest.raises(InputError) as raised:
        MMc(arrival_rate_per_s=-1.0, service_rate_per_s=math.inf, servers=0)
    assert len(raised.value.problems) == 3
    with pytest.raises(InputError, match=r"utilisation 1\.333"):
        MMc(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=3)
    with pytest.raises(InputError, match="less room than servers"):
        MMcK(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=3, capacity=2)


def test_waits_before_a_full_room_have_the_right_mean_and_percentiles() -> None:
    station = MMcK(arrival_rate_per_s=40.0, service_rate_per_s=15.0, servers=3, capacity=12)
    times = np.linspace(0.0, 3.0, 30_001)
    area = np.trapezoid([station.wait_tail_at(time) for time in times], times)
    assert area == pytest.approx(station.mean_wait_s, rel=1e-5)
    assert station.wait_tail_at(station.wait_percentile_s(0.95)) == pytest.approx(0.05, rel=1e-9)
    assert MMcK(arrival_rate_per_s=4.0, service_rate_per_s=1.0, servers=3, capacity=3).wait_percentile_s(0.99) == 0.0


def test_nearly_all_lost_leaves_a_utilisation_of_at_most_one() -> None:
    lost = MMcK(arrival_rate_per_s=3e6, service_rate_per_s=1.0, servers=3, capacity=20)
    assert lost.utilization <= 1.0
    assert lost.throughput_per_s == pytest.approx(3.0, rel=1e-9)
    given_up = ErlangA(arrival_rate_per_s=3e6, service_rate_per_s=1.0, servers=3, abandon_rate_per_s=100.0)
    assert given_up.utilization <= 1.0


def test_percentiles_exist_from_hardly_any_load_to_all_but_saturation() -> None:
    idle = MMc(arrival_rate_per_s=1e-12, service_rate_per_s=1.0, servers=200)
    assert idle.wait_percentile_s(0.99) == 0.0
    full = MMc(arrival_rate_per_s=math.nextafter(3.0, 0.0), service_rate_per_s=1.0, servers=3)
    exponential_s = math.log(2.0) * full.mean_wait_s
    assert full.response_percentile_s(0.5) == pytest.approx(exponential_s, rel=1e-6)


@pytest.mark.parametrize("spare", [1e-4, 1e-6, 1e-9])
def test_constant_service_near_saturation_waits_half_as_long_as_exponential(spare: float) -> None:
    """Heavy traffic: E[W] (c μ − λ) → (1 + scv)/2 · P(wait), of which the probability tends to 1 (Kingman 1962)."""
    station = MDc(arrival_rate_per_s=10.0 * (1.0 - spare), service_s=1.0, servers=10)
    assert station.mean_wait_s * 10.0 * spare == pytest.approx(0.5, rel=3e-3 + 40 * math.sqrt(spare))


def test_impatience_of_ages_beside_spare_servers_is_erlang_c() -> None:
    station = ErlangA(arrival_rate_per_s=1.0, service_rate_per_s=1.0, servers=3, abandon_rate_per_s=1e-15)
    erlang_c = MMc(arrival_rate_per_s=1.0, service_rate_per_s=1.0, servers=3)
    assert station.mean_queue == pytest.approx(erlang_c.mean_wait_s, rel=1e-9)


@pytest.mark.parametrize("scv", [0.25, 1.0, 4.0])
def test_any_services_at_one_server_wait_as_pollaczek_and_khinchine_say(scv: float) -> None:
    station = MGc(arrival_rate_per_s=0.5, mean_service_s=1.0, scv=scv, servers=1)
    assert station.mean_wait_s == pytest.approx(0.5 * (1.0 + scv) / 2.0 / 0.5, rel=1e-12)
    assert not station.approximate
