"""The sheet of costs of a level: disks, traffic and each tier's machines, a month and the whole term."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from firstbell.models.sizing.tier_needs import path_of
from firstbell.reports.names import station_name
from firstbell.reports.workbook.formula import Formula, rounded_up, smallest
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.machines import MachineWriter, MixCells, TierNeeds
from firstbell.reports.workbook.price_list import PriceList
from firstbell.reports.workbook.section import Section
from firstbell.reports.workbook.sheet import Sheet

WIDTHS = (44, 16, 16, 16, 18, 18, 18)
_ANY_NUMBER = 1e9  # of machines in a tier, where the profile states none
_MONTHS = 12
_TRAFFIC = {
    "by the 95th percentile": ("edge_p95_bits_per_s", "price_per_billed_gbit_per_s_month", 1e9),
    "by volume": ("edge_month_bytes", "price_per_tb", 1e12),
}
_WORDS = (
    "Nothing here is to be changed: all of it follows from the prices, the assumptions and the demands. For each tier "
    "the cheapest mix of machines is looked for among the rows. Where one beyond them might be cheaper, or no machine "
    "carries the tier, the totals say #N/A; firstbell size --prices tells more."
)


@dataclass(frozen=True, kw_only=True)
class CostCells:
    """A formula for each item of the costs, and for each item of servers one that names the machines."""

    formulas: Mapping[str, Formula]
    machines: Mapping[str, Formula]


class Costs:
    """Writes one level's sheet."""

    def __init__(self, sheet: Sheet, level: str, inputs: Inputs, prices: PriceList) -> None:
        catalogue = prices.catalogue
        self._inputs, self._prices, self._kinds = inputs, prices.cells, tuple(catalogue.machines)
        self._section = Section(sheet, 3, len(WIDTHS))
        self._money = f"{catalogue.currency}/month"
        sheet.text(0, 0, f"{level}: costs", "title")
        sheet.across(1, 0, len(WIDTHS) - 1, _WORDS)
        sheet.across(2, 0, len(WIDTHS) - 1, catalogue.disclaimer, "notice")
        sheet.printed(f"{level}: costs", repeated=(0, 0), frozen=(3, 1))

    def written(self, amounts: Mapping[str, Formula], tiers: Sequence[str]) -> CostCells:
        """From what is bought, by the sizing's names of its items."""
        self._section.heading("Disks and traffic", ("", "A month"))
        disks = self._section.line("disks for content and backups", self._disks(amounts), self._money)
        ways = [self._section.line(f"traffic {way}", cost, self._money) for way, cost in self._ways(amounts)]
        traffic = self._section.line("traffic, the cheaper way", smallest(*ways), self._money)
        self._section.gap()
        bought = {f"{tier}_cost_per_month": self._machines(tier, amounts) for tier in tiers}
        parts = {
            **{item: mix.price for item, mix in bought.items()},
            "storage_cost_per_month": disks,
            "traffic_cost_per_month": traffic,
        }
        month = sum(parts.values(), Formula.of(0))
        term = month * _MONTHS * self._inputs["sizing.storage.years"]
        return CostCells(
            formulas={**parts, "cost_per_month": month, "cost_of_term": term},
            machines={item: mix.machines for item, mix in bought.items()},
        )

    def _disks(self, amounts: Mapping[str, Formula]) -> Formula:
        raw, backup = amounts["storage_raw_bytes"], amounts["storage_backup_bytes"]
        price = self._prices["prices.storage.price_per_tb_month"]
        return (raw * price + backup * self._prices["prices.storage.backup_price_per_tb_month"]) / 1e12

    def _ways(self, amounts: Mapping[str, Formula]) -> Iterator[tuple[str, Formula]]:
        for way, (item, price, unit) in _TRAFFIC.items():
            if f"prices.traffic.{price}" in self._prices:
                yield way, amounts[item] / unit * self._prices[f"prices.traffic.{price}"]

    def _machines(self, tier: str, amounts: Mapping[str, Formula]) -> MixCells:
        self._section.heading(f"Machines, {station_name(tier)}", ("", "Needed"))
        return MachineWriter(
            section=self._section, prices=self._prices, names=self._kinds,
            needs=self._needs(tier, amounts), money=self._money,
        ).cheapest()  # fmt: skip

    def _needs(self, tier: str, amounts: Mapping[str, Formula]) -> TierNeeds:
        """As ``models.sizing.tier_machines``: what the profile does not state is not needed."""
        line, path = self._section.line, path_of(tier)
        shared = {"cores": line("cores in service", amounts[f"{tier}_cores"], "cores")}
        if f"{tier}_memory_bytes" in amounts:
            shared["memory_bytes"] = line("memory in service", amounts[f"{tier}_memory_bytes"], "bytes")
        if tier == "delivery":
            shared["line_bits_per_s"] = line("line to the learners", amounts["edge_peak_bits_per_s"], "bit/s")
        operations = amounts.get(f"{tier}_disk_operations_per_s", Formula.of(0))
        own, most = f"{path}.node_memory_bytes", f"{path}.most_servers"
        needs = TierNeeds(
            shared=shared,
            own={"memory_bytes": self._inputs[own]} if own in self._inputs else {},
            operations_per_s=line("disk operations of each server", operations, "1/s"),
            spare=line("spare servers", rounded_up(self._inputs["sizing.servers.spare_nodes"]), "servers"),
            most=line("servers at the most", self._inputs[most], "servers")
            if most in self._inputs
            else Formula.of(_ANY_NUMBER),
        )
        self._section.gap()
        return needs
