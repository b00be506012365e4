"""A network of queues as people write it, for ``firstbell solve``."""

from dataclasses import dataclass
from typing import cast

from firstbell.models.networks.network import CustomerClass, Discipline, Network, Station, StationKind
from firstbell.models.problems import InputError, Problem
from firstbell.models.simulation.network import COMPLETIONS
from firstbell.models.strict_fields import Fields
from firstbell.models.strict_yaml import KeyPath

SIMULATION = "simulation"


@dataclass(frozen=True, kw_only=True)
class NetworkQuestion:
    """A network and the method that is to solve it; ``seed`` and ``completions`` are for a simulation."""

    network: Network
    method: str
    seed: int
    completions: int


def read_network(fields: Fields) -> NetworkQuestion:
    """Reads ``method``, ``classes`` and ``stations``; raises InputError with all problems, of form and of sense.

    ``seed`` and ``completions`` may stand beside ``method: simulation``, which says how long is simulated at least.
    """
    method = fields.text("method", default="auto")
    seed, completions = 1, COMPLETIONS
    if method == SIMULATION:
        seed, completions = fields.whole("seed", default=1, least=0), fields.whole("completions", default=COMPLETIONS)
    classes = tuple(_customer_class(each) for each in fields.mappings("classes"))
    stations = tuple(_station(each) for each in fields.mappings("stations"))
    fields.finish()
    if not (classes and stations and all([each.name for each in classes] + [each.name for each in stations])):
        fields.refuse()  # what has no name can't be spoken of
    try:
        network = Network(classes=classes, stations=stations)
    except InputError as error:
        fields.problems.extend(_placed(problem, fields, classes, stations) for problem in error.problems)
        raise InputError(fields.problems) from None
    fields.refuse()
    return NetworkQuestion(network=network, method=method, seed=seed, completions=completions)


def _customer_class(fields: Fields) -> CustomerClass:
    each = CustomerClass(
        name=fields.text("name"),
        population=fields.number("population") if fields.has("population") else None,
        arrival_rate_per_s=fields.number("arrival_rate_per_s") if fields.has("arrival_rate_per_s") else None,
        think_time_s=fields.number("think_time_s", default=0.0),
    )
    fields.asked |= {"population", "arrival_rate_per_s"}
    fields.finish()
    return each


def _station(fields: Fields) -> Station:
    station = Station(
        name=fields.text("name"),
        kind=cast(StationKind, fields.text("kind", default="queue")),
        servers=fields.whole("servers", default=1),
        demand_s=fields.number_by_name("demand_s"),
        rates=tuple(fields.numbers("rates")) if fields.has("rates") else None,
        discipline=cast(Discipline, fields.text("discipline", default="ps")),
        scv=fields.number("scv", default=1.0),
    )
    fields.asked.add("rates")
    fields.finish()
    return station


def _placed(
    problem: Problem, fields: Fields, classes: tuple[CustomerClass, ...], stations: tuple[Station, ...]
) -> Problem:
    """The same problem with the file and line of the key that it speaks of."""
    place = _path(problem.key or "", "classes", [each.name for each in classes])
    place = place or _path(problem.key or "", "stations", [each.name for each in stations])
    return Problem(
        source=fields.document.place(place),
        key=problem.key,
        value=problem.value,
        what=problem.what,
        remedy=problem.remedy,
    )


def _path(key: str, section: str, names: list[str]) -> KeyPath:
    if key == section:
        return (section,)
    for position, name in enumerate(names):
        beginning = f"{section}.{name}"
        if key == beginning:
            return (section, position)
        if key.startswith(f"{beginning}."):
            return (section, position, *key.removeprefix(f"{beginning}.").split(".", 1))
    return ()
