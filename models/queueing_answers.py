"""What ``firstbell solve`` answers to each model: plain numbers under the names of the interface."""

from functools import singledispatch

from firstbell.models.cache import LruCache
from firstbell.models.demand import utilisation_law
from firstbell.models.estimate import Estimate
from firstbell.models.links import MultirateLink
from firstbell.models.networks.solver import solve
from firstbell.models.queueing_network_file import SIMULATION, NetworkQuestion
from firstbell.models.queueing_questions import DemandQuestion, LossQuestion, ScalabilityQuestion
from firstbell.models.simulation.network import simulate_network
from firstbell.models.stations.erlang_a import ErlangA
from firstbell.models.stations.erlang_loss import Engset, ErlangLoss, offered_for_blocking, servers_for_blocking
from firstbell.models.stations.finite_room import MMcK
from firstbell.models.stations.mg1 import MG1
from firstbell.models.stations.mgc import MGc
from firstbell.models.stations.mmc import MMc
from firstbell.models.usl import fit_scalability

Answer = dict[str, object]

PERCENTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99}


@singledispatch
def answer_of(model: object) -> Answer:
    """The answer to a model that ``queueing_file`` read."""
    raise TypeError(f"no answer is known for {type(model).__name__}")


@answer_of.register
def _(model: NetworkQuestion) -> Answer:
    if model.method == SIMULATION:
        return simulate_network(model.network, seed=model.seed, completions=model.completions).document()
    return solve(model.network, model.method).document()


@answer_of.register
def _(model: ErlangLoss) -> Answer:
    return {"blocking": model.blocking, "utilization": model.utilization}


@answer_of.register
def _(model: LossQuestion) -> Answer:
    if model.servers is None:
        load = model.offered_erlangs or 0.0
        servers = servers_for_blocking(offered_erlangs=load, target_blocking=model.target_blocking)
        return {"servers": servers, "blocking": ErlangLoss(offered_erlangs=load, servers=servers).blocking}
    load = offered_for_blocking(servers=model.servers, target_blocking=model.target_blocking)
    return {"offered_erlangs": load, "blocking": model.target_blocking}


@answer_of.register
def _(model: MMc) -> Answer:
    return {
        **_station(model),
        "wait_percentiles_s": {name: model.wait_percentile_s(share) for name, share in PERCENTILES.items()},
        "response_percentiles_s": {name: model.response_percentile_s(share) for name, share in PERCENTILES.items()},
    }


@answer_of.register
def _(model: MMcK) -> Answer:
    return {
        **_station(model),
        "loss": model.loss,
        "throughput_per_s": model.throughput_per_s,
        "wait_percentiles_s": {name: model.wait_percentile_s(share) for name, share in PERCENTILES.items()},
    }


@answer_of.register
def _(model: ErlangA) -> Answer:
    return {
        "utilization": model.utilization,
        "abandon_probability": model.abandon_probability,
        "wait_probability": model.wait_probability,
        "mean_wait_s": model.mean_wait_s,
        "mean_queue": model.mean_queue,
        "throughput_per_s": model.throughput_per_s,
    }


@answer_of.register
def _(model: MG1) -> Answer:
    return _station(model)


@answer_of.register
def _(model: MGc) -> Answer:
    return {
        **_station(model),
        "approximate": model.approximate,
        "approximations": {
            "whitt_wait_s": model.whitt_wait_s,
            "allen_cunneen_wait_s": model.allen_cunneen_wait_s,
            "cosmetatos_wait_s": model.cosmetatos_wait_s,
        },
    }


@answer_of.register
def _(model: Engset) -> Answer:
    return {"time_congestion": model.time_congestion, "call_congestion": model.call_congestion}


@answer_of.register
def _(model: MultirateLink) -> Answer:
    return {"blocking": list(model.blocking), "mean_occupied": model.mean_occupied}


@answer_of.register
def _(model: LruCache) -> Answer:
    return {
        "hit_ratio": model.hit_ratio,
        "byte_hit_ratio": model.byte_hit_ratio,
        "characteristic_time": model.characteristic_time,
    }


@answer_of.register
def _(model: ScalabilityQuestion) -> Answer:
    fit = fit_scalability(model.learners, model.throughput_per_s)
    estimates = {
        "contention": fit.contention,
        "coherency": fit.coherency,
        "rate_per_s": fit.rate_per_s,
        "peak_learners": fit.peak_learners,
    }
    return {
        **{name: None if each is None else each.likely for name, each in estimates.items()},
        "peak_throughput_per_s": fit.law.peak_throughput_per_s,
        "residual_standard_error": fit.residual_se,
        "intervals": {name: None if each is None else _interval(each) for name, each in estimates.items()},
    }


@answer_of.register
def _(model: DemandQuestion) -> Answer:
    fit = utilisation_law(model.throughput_per_s, model.utilization)
    low, high = fit.interval_s()
    return {
        "demand_s": fit.demand_s.tolist(),
        "background": fit.background,
        "intervals": [[float(a), float(b)] for a, b in zip(low, high, strict=True)],
        "condition_number": fit.condition_number,
        "inflation": fit.inflation.tolist(),
        "r_squared": fit.r_squared,
    }


def _station(model: MMc | MMcK | MG1 | MGc) -> Answer:
    return {
        "utilization": model.utilization,
        "wait_probability": model.wait_probability,
        "mean_wait_s": model.mean_wait_s,
        "mean_response_s": model.mean_response_s,
        "mean_in_system": model.mean_in_system,
    }


def _interval(estimate: Estimate) -> list[float]:
    return [estimate.low, estimate.high]
