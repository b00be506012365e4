"""Which machines of a catalogue carry a tier: the cheapest, and why not the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from firstbell.models.figures import Array
from firstbell.models.sizing.bandwidth import edge_line_bits_per_s
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.mixes import Kind, Mix, cheapest, of_one_kind
from firstbell.models.sizing.prices import Machine, Prices, machine_price
from firstbell.models.sizing.rows import Term, derived_term
from firstbell.models.sizing.tier_needs import app_cores_of, needs_of, path_of
from firstbell.models.sizing.tiers import Tier
from firstbell.models.study import Rejected

_RESOURCES = ("cores", "memory", "line")
_SCALES = {"cores": (1.0, " cores"), "memory": (1e9, " GB of memory"), "line": (1e9, " Gbit/s")}


@dataclass(frozen=True, kw_only=True)
class TierMachines:
    """A tier with what it needs of each resource, the kinds there are for it, and the cheapest of them.

    ``operations_per_s`` is what each machine's disk must do, 0 where nothing is known of it; ``most`` machines may be
    in it, the spare ones counted.
    """

    tier: Tier
    needs: tuple[Array, ...]
    operations_per_s: Array
    spare: Array
    most: Array
    kinds: tuple[Kind, ...]
    machines: dict[str, Machine]
    mix: Mix

    @property
    def price(self) -> Array:
        """The mix's price; where no kind carries what a draw asks for, the dearest of all other draws."""
        price = self.mix.price
        return np.where(np.isfinite(price), price, np.max(price[np.isfinite(price)], initial=0.0))

    @property
    def bought(self) -> str:
        """In words, such as "3 × large-64 + 1 × small-4"."""
        return " + ".join(f"{count} × {name}" for name, count in self.mix.counts.items())

    @property
    def binding(self) -> str:
        """The resource of which least is left over with the spare machines down."""
        left = self._left(dict(self.mix.counts))
        used = [float(need[0]) / has if has > 0 else 0.0 for need, has in zip(self.needs, left, strict=True)]
        return _RESOURCES[used.index(max(used))]

    @property
    def terms(self) -> list[Term]:
        """What the machines are chosen by."""
        units = ("cores", "bytes", "bit/s")
        return [
            derived_term(f"{self.tier.name}: {name} in service", need, unit=unit, source="the rows of that tier")
            for name, need, unit in zip(_RESOURCES, self.needs, units, strict=True)
            if need.any()
        ]

    def rejected(self, currency: str) -> tuple[Rejected, ...]:
        """One machine less, each kind alone, and that nothing is large enough in some draws."""
        return (*self._one_less(), *self._other_kinds(currency), *self._beyond())

    def _one_less(self) -> Iterator[Rejected]:
        if not self.mix.counts:
            return
        most = max(self.mix.counts, key=lambda name: self.mix.counts[name])
        counts = {**self.mix.counts, most: self.mix.counts[most] - 1}
        spare = int(self.spare[0])
        down = f"with {spare} down " if spare else ""
        for name, need, has in zip(_RESOURCES, self.needs, self._left(counts), strict=True):
            if has < need[0]:
                scale, unit = _SCALES[name]
                reason = f"{down}{max(has, 0.0) / scale:,.0f}{unit} are left of the {need[0] / scale:,.0f} needed"
                yield Rejected(option=f"one {most} less", reason=reason)
                return

    def _other_kinds(self, currency: str) -> Iterator[Rejected]:
        price = float(self.mix.price[0])
        for kind in self.kinds:
            if list(self.mix.counts) == [kind.name]:
                continue
            count = float(of_one_kind(kind, self.needs, self.spare)[0])
            alone = " alone" if kind.name in self.mix.counts else ""
            if not np.isfinite(count):
                yield Rejected(option=f"{kind.name}{alone}", reason=self._unfit(kind))
                continue
            option = f"{count:.0f} × {kind.name}{alone}"
            if count > self.most[0]:
                reason = f"too many: {self.most[0]:.0f} servers may be in this tier; decided by {self._decides(kind)}"
            else:
                cost = count * float(kind.price[0])
                reason = f"{_dearer(cost, price)}: {cost:,.0f} {currency} a month; decided by {self._decides(kind)}"
            yield Rejected(option=option, reason=reason)

    def _beyond(self) -> Iterator[Rejected]:
        beyond = float(np.mean(~np.isfinite(self.mix.price)))
        if 0 < beyond < 1:
            reason = f"none carries the tier in {beyond:.1%} of the draws: those count as the dearest of the others"
            yield Rejected(option="the catalogue's largest machines", reason=reason)

    def _unfit(self, kind: Kind) -> str:
        wanted = float(self.operations_per_s[0])
        does = self.machines[kind.name].disk_operations_per_s
        if wanted > 0 and does is None:
            return f"disk: each must do {wanted:,.0f} operations a second, and the catalogue does not say what it does"
        if does is not None and wanted > does:
            return f"disk: each must do {wanted:,.0f} operations a second, and it does {does:,.0f}"
        return "memory: its own system leaves nothing of it"

    def _decides(self, kind: Kind) -> str:
        """The resource that asks for the most machines of a kind."""
        wanted = [float(need[0]) / float(gives[0]) for need, gives in zip(self.needs, kind.gives, strict=True)]
        return _RESOURCES[wanted.index(max(wanted))]

    def _left(self, counts: dict[str, int]) -> list[float]:
        """What so many have of each resource with the spare ones down, the largest by that resource."""
        there = [kind for kind in self.kinds if counts.get(kind.name, 0) > 0]
        return [
            sum(counts[kind.name] * float(kind.gives[at][0]) for kind in there)
            - float(self.spare[0]) * max((float(kind.gives[at][0]) for kind in there), default=0.0)
            for at in range(len(_RESOURCES))
        ]


def _dearer(cost: float, than: float) -> str:
    if cost <= than:
        return "costs the same"
    return f"dearer by {cost / than - 1:.0%}" if cost < 2 * than else f"{cost / than:.1f} times as dear"


def tier_machines(case: Case, tiers: Sequence[Tier], prices: Prices) -> list[TierMachines]:
    """The cheapest for each tier, draw by draw."""
    app_cores = app_cores_of(tiers)
    return [_machines(case, tier, app_cores, prices) for tier in tiers]


def _machines(case: Case, tier: Tier, app_cores: Array, prices: Prices) -> TierMachines:
    wanted = needs_of(case, tier, app_cores)
    nothing = np.zeros(1)
    memory = nothing if wanted.memory_bytes is None else wanted.memory_bytes
    operations = nothing if wanted.disk_operations_per_s is None else wanted.disk_operations_per_s
    line = edge_line_bits_per_s(case.values, case.learners) if tier.name == "delivery" else nothing
    needs, spare = (tier.cores, memory, line), np.ceil(case.values["sizing.servers.spare_nodes"])
    most = case.values.get(f"{path_of(tier.name)}.most_servers", np.full(1, np.inf))
    own = case.values.get(f"{path_of(tier.name)}.node_memory_bytes", nothing)
    kinds = tuple(
        Kind(
            name=name,
            gives=(np.full(1, float(each.cores)), each.memory_bytes - own, np.full(1, each.line_bits_per_s)),
            price=case.values[machine_price(name)],
            fits=operations <= (each.disk_operations_per_s or 0.0),
        )
        for name, each in prices.machines.items()
    )
    return TierMachines(
        tier=tier,
        needs=needs,
        operations_per_s=operations,
        spare=spare,
        most=most,
        kinds=kinds,
        machines=dict(prices.machines),
        mix=cheapest(kinds, needs, spare, most),
    )
