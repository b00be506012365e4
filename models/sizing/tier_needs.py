"""What a tier needs beside cores, as far as the profile states it: memory, connections, operations of its disks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from firstbell.models.figures import Array, Values
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.demands import TIERS
from firstbell.models.sizing.rows import Line, Row, Term, derived_term, figure_terms
from firstbell.models.sizing.servers import durable_writes_per_s
from firstbell.models.sizing.tiers import Tier

_GROUP = "servers"
_STATED = "as the profile states it for the tier; nothing of it is measured"
_ROUNDING = 1e-9  # a product a hair above a whole number is that number
_CONNECTIONS = {
    ("connections_per_learner",): "⌈learners × connections_per_learner⌉",
    ("connections_per_app_core",): "⌈app cores × connections_per_app_core⌉",
    ("connections_per_learner", "connections_per_app_core"): "⌈learners × connections_per_learner + app cores ×"
    " connections_per_app_core⌉",
}
_ITEMS = frozenset(
    f"{tier}_{need}" for tier in TIERS for need in ("memory_bytes", "connections", "disk_operations_per_s")
)


@dataclass(frozen=True, kw_only=True)
class TierNeeds:
    """Arrays (1 + draws,), None where the profile does not say.

    ``memory_bytes`` and ``connections`` are shared by the servers in service, the memory of each server's own system
    not counted; ``disk_operations_per_s`` is what each server must do, as each holds all that was written.
    """

    memory_bytes: Array | None
    connections: Array | None
    disk_operations_per_s: Array | None


def needs_of(case: Case, tier: Tier, app_cores: Array) -> TierNeeds:
    """Of one tier; ``app_cores`` are the application's in service, which open connections to others."""
    values, path = case.values, path_of(tier.name)
    connections = _sum(
        _times(values, f"{path}.connections_per_learner", np.full(1, float(case.learners))),
        _times(values, f"{path}.connections_per_app_core", app_cores),
    )
    held = None if connections is None else np.ceil(connections * (1 - _ROUNDING))
    return TierNeeds(
        memory_bytes=_sum(
            _times(values, f"{path}.core_memory_bytes", tier.cores),
            _times(values, f"{path}.connection_memory_bytes", held),
        ),
        connections=held,
        disk_operations_per_s=_times(
            values, f"{path}.operations_per_durable_write", durable_writes_per_s(values, case.learners)
        ),
    )


def is_tier_need(item: str) -> bool:
    """Whether a row's item is one of `tier_need_rows`."""
    return item in _ITEMS


def path_of(tier: str) -> str:
    """Where the profile has what it states of a tier."""
    return f"sizing.servers.tiers.{tier}"


def app_cores_of(tiers: Sequence[Tier]) -> Array:
    """Cores in service at the application, none where it is not sized."""
    return next((tier.cores for tier in tiers if tier.name == "app"), np.zeros(1))


def tier_need_rows(case: Case, tiers: Sequence[Tier]) -> list[Row]:
    """What is stated, by tier."""
    return [row for tier in tiers for row in _rows(case, tier, app_cores_of(tiers))]


def _rows(case: Case, tier: Tier, app_cores: Array) -> Iterator[Row]:
    needs = needs_of(case, tier, app_cores)
    if needs.memory_bytes is not None:
        yield _memory(case, tier, needs.memory_bytes, needs.connections)
    if needs.connections is not None:
        yield _connections(case, tier, needs.connections, app_cores)
    if needs.disk_operations_per_s is not None:
        yield _operations(case, tier, needs.disk_operations_per_s)


def _memory(case: Case, tier: Tier, memory: Array, connections: Array | None) -> Row:
    stated = _stated(case, tier, ("core_memory_bytes", "connection_memory_bytes"))
    summands = {"core_memory_bytes": "cores × core_memory_bytes",
                "connection_memory_bytes": "connections × connection_memory_bytes"}  # fmt: skip
    held = [] if connections is None else [_derived(tier, "connections", connections)]
    return Row(
        line=_line(
            f"{tier.name}_memory_bytes",
            f"Memory in service, {tier.name}, beside each server's own system",
            "bytes",
            " + ".join(summands[key.rpartition(".")[2]] for key in stated),
            "processes and connections at the day's peak",
            by_cores=True,
        ),
        values=np.broadcast_to(memory, tier.cores.shape),
        terms=[_derived(tier, "cores", tier.cores), *held, *figure_terms(case, stated)],
    )


def _connections(case: Case, tier: Tier, connections: Array, app_cores: Array) -> Row:
    stated = _stated(case, tier, ("connections_per_learner", "connections_per_app_core"))
    names = [key.rpartition(".")[2] for key in stated]
    opened_by_app = "connections_per_app_core" in names
    app = [derived_term("app_cores", app_cores, unit="cores", source="the row of that name")] if opened_by_app else []
    return Row(
        line=_line(
            f"{tier.name}_connections",
            f"Connections held open, {tier.name}, all servers",
            "connections",
            _CONNECTIONS[tuple(names)],
            "the application's pools" if opened_by_app else "each learner in session holds its own",
            by_cores=opened_by_app,
        ),
        values=np.broadcast_to(connections, tier.cores.shape),
        terms=[*app, *figure_terms(case, stated)],
    )


def _operations(case: Case, tier: Tier, operations: Array) -> Row:
    key = f"{path_of(tier.name)}.operations_per_durable_write"
    writes = durable_writes_per_s(case.values, case.learners)
    rate = derived_term("durable writes a second", writes, unit="1/s", source="the row of that name")
    return Row(
        line=_line(
            f"{tier.name}_disk_operations_per_s",
            f"Disk operations a second, {tier.name}, each server",
            "1/s",
            "durable writes a second × operations_per_durable_write",
            "each server holds all that was written, so each does all operations; reads are taken to come from memory",
            by_cores=False,
        ),
        values=operations,
        terms=[rate, *figure_terms(case, [key])],
    )


def _line(item: str, title: str, unit: str, formula: str, binding: str, *, by_cores: bool) -> Line:
    return Line(group=_GROUP, item=item, title=title, unit=unit, formula=formula, binding=binding, source=_STATED,
                rests_on_demands=by_cores)  # fmt: skip


def _derived(tier: Tier, name: str, values: Array) -> Term:
    return derived_term(f"{tier.name}_{name}", values, unit=name, source="the row of that name")


def _stated(case: Case, tier: Tier, names: Sequence[str]) -> list[str]:
    return [key for name in names if (key := f"{path_of(tier.name)}.{name}") in case.values]


def _times(values: Values, key: str, amount: Array | None) -> Array | None:
    return None if amount is None or key not in values else values[key] * amount


def _sum(*parts: Array | None) -> Array | None:
    present = [part for part in parts if part is not None]
    return np.asarray(sum(present[1:], present[0])) if present else None
