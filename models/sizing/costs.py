"""What the purchase costs: the cheapest machines of each tier, disks, traffic; a month, and the whole term.

In each draw the tier is bought for what that draw asks for, at that draw's prices: the interval is that of the price of
what will turn out to be needed.
"""

from collections.abc import Sequence

import numpy as np

from firstbell.models.figures import Array, Values
from firstbell.models.problems import InputError
from firstbell.models.sizing.bandwidth import edge_billed_bits_per_s, edge_month_bytes
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.prices import Prices, machine_price
from firstbell.models.sizing.rows import Line, Row, derived_term, figure_terms
from firstbell.models.sizing.storage import backup_bytes, raw_bytes, raw_today_bytes
from firstbell.models.sizing.tier_machines import TierMachines, tier_machines
from firstbell.models.sizing.tier_needs import path_of
from firstbell.models.sizing.tiers import Tier
from firstbell.models.study import Rejected

GROUP = "costs"
_STORAGE, _TRAFFIC = "storage_cost_per_month", "traffic_cost_per_month"
_BILLED, _VOLUME = "prices.traffic.price_per_billed_gbit_per_s_month", "prices.traffic.price_per_tb"
_WAYS = {
    _BILLED: ("by the 95th percentile", "traffic as billed × price_per_billed_gbit_per_s_month ÷ 10⁹"),
    _VOLUME: ("by volume", "volume of a month × price_per_tb ÷ 10¹²"),
}
_TB, _GBIT = 1e12, 1e9
_YEARS = "sizing.storage.years"
_MONTHS = 12


def is_cost_of_tiers(group: str, item: str) -> bool:
    """Whether a row's cost holds that of servers."""
    return group == GROUP and item not in (_STORAGE, _TRAFFIC)


def cost_rows(case: Case, tiers: Sequence[Tier]) -> list[Row]:
    """Nothing without prices."""
    prices = case.assumed.prices
    if prices is None:
        return []
    parts = [_servers(case, prices, machines) for machines in tier_machines(case, tiers, prices)]
    parts += [_storage(case, prices), _traffic(case, prices)]
    month = _month(prices, parts)
    return [*parts, month, _term(case, prices, month)]


def _title(prices: Prices, what: str) -> str:
    """No cost may be read without it, on a first page least of all."""
    return f"{what}, at example prices" if prices.example else what


def _servers(case: Case, prices: Prices, machines: TierMachines) -> Row:
    tier = machines.tier.name
    if not np.isfinite(machines.mix.price[0]):
        raise _none_fits(case, prices, machines)
    line = Line(
        group=GROUP,
        item=f"{tier}_cost_per_month",
        title=_title(prices, f"Servers, {tier}, a month"),
        unit=f"{prices.currency}/month",
        formula="Σ machines × price_per_month, of the cheapest one or two kinds that carry the tier with spare_nodes"
        " of the largest down",
        binding=f"{machines.bought}, decided by {machines.binding}",
        source=prices.origin,
        chosen=machines.mix.counts,
        rejected=machines.rejected(prices.currency),
        rests_on_demands=True,
    )
    keys = [*map(machine_price, machines.mix.counts), "sizing.servers.spare_nodes"]
    keys += [key for name in ("node_memory_bytes", "most_servers") if (key := f"{path_of(tier)}.{name}") in case.values]
    return Row(line=line, values=machines.price, terms=[*machines.terms, *figure_terms(case, keys)])


def _none_fits(case: Case, prices: Prices, machines: TierMachines) -> InputError:
    reasons = "; ".join(f"{each.option}: {each.reason}" for each in machines.rejected(prices.currency))
    return InputError.single(
        source=f"prices {prices.name}",
        key="machines",
        what=f"none of them carries the tier {machines.tier.name} for {case.learners} learners: {reasons}",
        remedy="Add a larger kind",
    )


def _storage(case: Case, prices: Prices) -> Row:
    reading = case.reading()
    disk, backup = "prices.storage.price_per_tb_month", "prices.storage.backup_price_per_tb_month"
    values = (raw_bytes(reading) * reading[disk] + backup_bytes(reading) * reading[backup]) / _TB
    today = float((raw_today_bytes(case.values) * case.values[disk])[0]) / _TB
    growth = float(case.values["sizing.storage.growth_per_year"][0])
    small = Rejected(
        option=f"disks for today's content alone, {today:,.0f} {prices.currency} a month",
        reason=f"full within the term: content grows by {growth:.0%} a year",
    )
    line = Line(
        group=GROUP,
        item=_STORAGE,
        title=_title(prices, "Disks for content and backups, a month"),
        unit=f"{prices.currency}/month",
        formula="(raw disk at the term's end × price_per_tb_month + backups × backup_price_per_tb_month) ÷ 10¹²",
        binding="the stock at the term's end, paid for from the first month on",
        source=prices.origin,
        rejected=(small,) if growth > 0 else (),
    )
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))


def _traffic(case: Case, prices: Prices) -> Row:
    reading = case.reading()
    ways = {key: _billed(case, key, reading) for key in _WAYS if key in case.values}
    cheaper = min(ways, key=lambda key: float(ways[key][0]))
    line = Line(
        group=GROUP,
        item=_TRAFFIC,
        title=_title(prices, "Traffic to the learners, a month"),
        unit=f"{prices.currency}/month",
        formula=_cheaper_of([_WAYS[key][1] for key in ways]),
        binding=f"billed {_WAYS[cheaper][0]}",
        source=prices.origin,
        rejected=tuple(
            _dearer(_WAYS[way][0], cost, ways[cheaper], prices.currency) for way, cost in ways.items() if way != cheaper
        ),
    )
    values = np.min(np.broadcast_arrays(*ways.values()), axis=0)
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))


def _cheaper_of(formulas: Sequence[str]) -> str:
    return f"{' or '.join(formulas)}, whichever is less" if len(formulas) > 1 else formulas[0]


def _billed(case: Case, key: str, values: Values) -> Array:
    day = case.assumed.workload.day
    if key == _BILLED:
        return edge_billed_bits_per_s(values, case.learners, day) / _GBIT * values[key]
    return edge_month_bytes(values, case.learners, day) / _TB * values[key]


def _dearer(name: str, cost: Array, than: Array, currency: str) -> Rejected:
    times = f", {cost[0] / than[0]:.1f} times as much" if than[0] > 0 else ""
    return Rejected(option=f"billed {name}", reason=f"dearer: {cost[0]:,.0f} {currency} a month{times}")


def _month(prices: Prices, parts: Sequence[Row]) -> Row:
    total = np.asarray(np.sum(np.broadcast_arrays(*(part.values for part in parts)), axis=0))
    line = Line(
        group=GROUP,
        item="cost_per_month",
        title=_title(prices, "All of this, a month"),
        unit=f"{prices.currency}/month",
        formula="servers of all tiers + disks + traffic",
        binding=max(parts, key=lambda part: float(part.values[0])).line.title,
        source=f"{prices.origin}; without {prices.left_out}",
        rests_on_demands=True,
    )
    terms = [
        derived_term(part.line.item, part.values, unit=part.line.unit, source="the row of that name",
                     part=float(part.values[0] / total[0]) if total[0] > 0 else 0.0)
        for part in parts
    ]  # fmt: skip
    return Row(line=line, values=total, terms=terms)


def _term(case: Case, prices: Prices, month: Row) -> Row:
    years = case.values[_YEARS]
    line = Line(
        group=GROUP,
        item="cost_of_term",
        title=_title(prices, f"All of this, {years[0]:g} years"),
        unit=prices.currency,
        formula=f"a month × {_MONTHS} × years",
        binding="everything from the first month on; what is bought later costs less",
        source=month.line.source,
        rests_on_demands=True,
    )
    monthly = derived_term(month.line.item, month.values, unit=month.line.unit, source="the row of that name")
    return Row(line=line, values=month.values * _MONTHS * years, terms=[monthly, *figure_terms(case, [_YEARS])])
