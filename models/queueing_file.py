"""The file of ``firstbell solve``: a queueing model read strictly into its type, and answered."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from firstbell.models.cache import LruCache, zipf
from firstbell.models.links import MultirateLink
from firstbell.models.networks.solution import SolutionRefused
from firstbell.models.problems import InputError, Problem
from firstbell.models.queueing_answers import Answer, answer_of
from firstbell.models.queueing_network_file import read_network
from firstbell.models.queueing_questions import DemandQuestion, LossQuestion, ScalabilityQuestion
from firstbell.models.stations.erlang_a import ErlangA
from firstbell.models.stations.erlang_loss import Engset, ErlangLoss
from firstbell.models.stations.finite_room import MMcK
from firstbell.models.stations.mg1 import MG1
from firstbell.models.stations.mgc import MGc
from firstbell.models.stations.mmc import MMc
from firstbell.models.strict_fields import Fields
from firstbell.models.strict_yaml import Document, read


def solve_file(path: Path | str) -> Answer:
    """The answer to the model in a file, ready for JSON (an infinite number becomes null).

    Raises InputError with every problem of the file; also where a method's answer breaks a law of queueing.
    """
    return solve_document(read(Path(path)))


def solve_document(document: Document) -> Answer:
    """The same for a document that is already read."""
    try:
        return {name: _finite(value) for name, value in answer_of(read_model(document)).items()}
    except (SolutionRefused, FloatingPointError) as refusal:
        raise InputError.single(
            source=document.source,
            key="method",
            what=f"the answer found breaks a law that it must obey ({refusal})",
            remedy="Use method: auto.",
        ) from None
    except InputError as error:
        raise InputError(_placed(problem, document) for problem in error.problems) from None


def read_model(document: Document) -> object:
    """The typed model of a document; raises InputError with every problem found."""
    fields = Fields(document)
    name = fields.text("model")
    if name not in READERS:
        if name:
            fields.problem(("model",), name, "no such model", f"Use one of {', '.join(READERS)}.")
        fields.refuse()
    return READERS[name](fields)


def _checked(fields: Fields) -> None:
    fields.finish()
    fields.refuse()


def _loss(fields: Fields) -> ErlangLoss | LossQuestion:
    given = [key for key in ("offered_erlangs", "servers", "target_blocking") if fields.has(key)]
    if len(given) != 2:
        what = "two of offered_erlangs, servers and target_blocking are needed"
        fields.problem((), given, what, "Leave out the one to be found.")
    offered = fields.number("offered_erlangs", above=0.0) if "offered_erlangs" in given else None
    servers = fields.whole("servers") if "servers" in given else None
    target = fields.number("target_blocking", above=0.0) if "target_blocking" in given else None
    fields.asked |= {"offered_erlangs", "servers", "target_blocking"}
    _checked(fields)
    if offered is not None and servers is not None:
        return ErlangLoss(offered_erlangs=offered, servers=servers)
    return LossQuestion(offered_erlangs=offered, servers=servers, target_blocking=target or 0.0)


def _mmc(fields: Fields) -> MMc:
    arrival, service = fields.number("arrival_rate_per_s", above=0.0), fields.number("service_rate_per_s", above=0.0)
    servers = fields.whole("servers")
    _checked(fields)
    return MMc(arrival_rate_per_s=arrival, service_rate_per_s=service, servers=servers)


def _mmck(fields: Fields) -> MMcK:
    arrival, service = fields.number("arrival_rate_per_s", above=0.0), fields.number("service_rate_per_s", above=0.0)
    servers, capacity = fields.whole("servers"), fields.whole("capacity")
    _checked(fields)
    return MMcK(arrival_rate_per_s=arrival, service_rate_per_s=service, servers=servers, capacity=capacity)


def _erlang_a(fields: Fields) -> ErlangA:
    arrival, service = fields.number("arrival_rate_per_s", above=0.0), fields.number("service_rate_per_s", above=0.0)
    servers, abandon = fields.whole("servers"), fields.number("abandon_rate_per_s", above=0.0)
    _checked(fields)
    return ErlangA(arrival_rate_per_s=arrival, service_rate_per_s=service, servers=servers, abandon_rate_per_s=abandon)


def _mg1(fields: Fields) -> MG1:
    arrival, service = fields.number("arrival_rate_per_s", above=0.0), fields.number("mean_service_s", above=0.0)
    scv = fields.number("scv", least=0.0)
    _checked(fields)
    return MG1(arrival_rate_per_s=arrival, mean_service_s=service, scv=scv)


def _mgc(fields: Fields) -> MGc:
    arrival, service = fields.number("arrival_rate_per_s", above=0.0), fields.number("mean_service_s", above=0.0)
    scv, servers = fields.number("scv", least=0.0), fields.whole("servers")
    _checked(fields)
    return MGc(arrival_rate_per_s=arrival, mean_service_s=service, scv=scv, servers=servers)


def _engset(fields: Fields) -> Engset:
    load = fields.number("idle_source_load_erlangs", above=0.0)
    servers, sources = fields.whole("servers"), fields.whole("sources")
    _checked(fields)
    return Engset(idle_source_load_erlangs=load, servers=servers, sources=sources)


def _link(fields: Fields) -> MultirateLink:
    capacity = fields.whole("capacity_units")
    units, offered = fields.wholes("units_per_class"), fields.numbers("offered_erlangs", least=0.0)
    _checked(fields)
    return MultirateLink(capacity_units=capacity, units_per_class=units, offered_erlangs=offered)


def _usl(fields: Fields) -> ScalabilityQuestion:
    learners, rates = fields.numbers("learners", above=0.0), fields.numbers("throughput_per_s", above=0.0)
    _checked(fields)
    return ScalabilityQuestion(learners=tuple(learners), throughput_per_s=tuple(rates))


def _cache(fields: Fields) -> LruCache:
    by_bytes = fields.has("sizes_bytes")
    sizes = fields.numbers("sizes_bytes", above=0.0) if by_bytes else None
    objects = fields.whole("objects", default=len(sizes) if sizes is not None else None)
    exponent = fields.number("zipf", least=0.0)
    capacity = fields.number("capacity_bytes" if by_bytes else "capacity_objects", above=0.0)
    _checked(fields)
    return LruCache(
        popularity=zipf(objects, exponent), capacity=capacity, sizes=None if sizes is None else np.array(sizes)
    )


def _demand(fields: Fields) -> DemandQuestion:
    rates, busy = fields.rows("throughput_per_s", least=0.0), fields.numbers("utilization", least=0.0)
    design = np.column_stack([np.ones(len(rates)), np.array(rates)]) if rates and rates[0] else None
    if design is not None and len(design) >= design.shape[1] and np.linalg.matrix_rank(design) < design.shape[1]:
        what = "the classes' throughputs don't vary independently, so no demand can be told from another"
        fields.problem(("throughput_per_s",), None, what, "Measure several mixes, and levels with only one of them.")
    _checked(fields)
    return DemandQuestion(throughput_per_s=tuple(map(tuple, rates)), utilization=tuple(busy))


READERS: dict[str, Callable[[Fields], object]] = {
    "network": read_network,
    "erlang-b": _loss,
    "erlang-c": _mmc,
    "mmc": _mmc,
    "mmck": _mmck,
    "erlang-a": _erlang_a,
    "mg1": _mg1,
    "mgc": _mgc,
    "engset": _engset,
    "kaufman-roberts": _link,
    "usl": _usl,
    "cache-lru": _cache,
    "service-demand": _demand,
}


def _placed(problem: Problem, document: Document) -> Problem:
    """A problem found by a model's own check speaks of the file, and of the line where the key stands."""
    if problem.source.startswith(document.source):
        return problem
    return replace(problem, source=document.place((problem.key or "",)))


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
