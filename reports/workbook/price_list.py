"""The sheet of prices: each number of the catalogue that the study was priced with."""

from collections.abc import Iterator
from dataclasses import dataclass

from firstbell.models.figures import Figure
from firstbell.models.sizing.prices import Prices, machine_price, price_figures
from firstbell.reports.workbook.inputs import Entry, Inputs
from firstbell.reports.workbook.sheet import Sheet

NAME = "Prices"
WIDTHS = (50, 17, 16, 16, 20, 55)
SIZES = {"cores": "cores", "memory_bytes": "bytes", "line_bits_per_s": "bit/s", "disk_operations_per_s": "1/s"}
"""What a kind of machine has, with its unit."""
_WORDS = (
    "Change the yellow cells: every cost follows, and for each tier the cheapest machines are looked for again. Low "
    "and high are the 95 % interval that the report's intervals were drawn from; they move no cost here. Kinds of "
    "machine can't be added here: write them into the catalogue."
)


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """The sheet, the catalogue, and its numbers by key."""

    sheet: Sheet
    catalogue: Prices
    cells: Inputs

    @classmethod
    def of(cls, sheet: Sheet, catalogue: Prices) -> "PriceList":
        return cls(sheet=sheet, catalogue=catalogue, cells=Inputs(_entries(catalogue)))

    def write(self) -> None:
        """To be called last: only then it is known which numbers move anything."""
        notices = ((_WORDS, "wrapped"), (self.catalogue.disclaimer, "notice"))
        self.cells.write(self.sheet, keys="Price, or size of a machine", notices=notices)


def machine_size(kind: str, size: str) -> str:
    """The key of what a kind of machine has, such as its ``memory_bytes``."""
    return f"prices.machines.{kind}.{size}"


def _entries(prices: Prices) -> Iterator[Entry]:
    """Sizes of the machines as far as the catalogue tells them, and all prices."""
    figures = price_figures(prices)
    for kind, machine in prices.machines.items():
        for size, unit in SIZES.items():
            value = getattr(machine, size)
            if value is not None:
                yield Entry.exact(machine_size(kind, size), value, unit, machine.source)
        yield _price(figures.pop(machine_price(kind)))
    yield from map(_price, figures.values())


def _price(figure: Figure) -> Entry:
    return Entry(key=figure.key, estimate=figure.estimate)
