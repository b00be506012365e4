"""A catalogue of prices: kinds of machine, raw disk, traffic. Money is in the catalogue's currency, without tax."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from firstbell.models import strict_yaml
from firstbell.models.figures import Figure
from firstbell.models.workload.reading import validated
from firstbell.models.workload.sourced import NotNegative, Positive, Source, Sourced, Strict

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class Machine(Strict):
    """A kind of machine as it is offered; ``source`` is that of its size."""

    cores: int = Field(ge=1, description="as fast as the measured ones")
    memory_bytes: float = Field(gt=0)
    line_bits_per_s: float = Field(gt=0)
    disk_operations_per_s: float | None = Field(default=None, gt=0, description="none: not known")
    price_per_month: Positive
    source: Source


class StoragePrices(Strict):
    """Of raw disk, for each TB (10¹² bytes) and month."""

    price_per_tb_month: Positive
    backup_price_per_tb_month: Positive


class TrafficPrices(Strict):
    """Of traffic to the learners; where both ways are offered, the cheaper is taken."""

    price_per_billed_gbit_per_s_month: NotNegative | None = Field(
        default=None, description="for each Gbit/s of the month's 95th percentile"
    )
    price_per_tb: NotNegative | None = Field(default=None, description="for each TB (10¹² bytes) sent")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        ways = ("price_per_billed_gbit_per_s_month", "price_per_tb")
        return [] if any(data.get(way) is not None for way in ways) else [f"give one of {' and '.join(ways)} at least"]


class Prices(Strict):
    """A validated catalogue."""

    firstbell_prices: Literal[1] = Field(description="version of this format")
    name: _Name
    title: str
    example: bool = Field(description="nobody offers at these prices: said wherever a cost stands")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    left_out: str = Field(description="what costs money as well and has no price here")
    machines: dict[_Name, Machine] = Field(min_length=1)
    storage: StoragePrices
    traffic: TrafficPrices

    @property
    def hash(self) -> str:
        """SHA-256 of the catalogue's content, whatever its layout."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def origin(self) -> str:
        """What stands beside every cost."""
        return f"prices {self.name}{', AN EXAMPLE AND NO OFFER' if self.example else ''}"

    @property
    def disclaimer(self) -> str:
        """What must be known of every cost."""
        example = " Its prices are examples: nobody offers at them." if self.example else ""
        return f"Prices: {self.title}, in {self.currency}, without {self.left_out}.{example}"


def read_prices(path: Path) -> Prices:
    """Read a catalogue; raise InputError with every mistake in it."""
    return validated(strict_yaml.read(path), Prices)


def machine_price(name: str) -> str:
    """The key of a machine's price among `price_figures`."""
    return f"prices.machines.{name}.price_per_month"


def price_figures(prices: Prices) -> dict[str, Figure]:
    """All prices by key."""
    return {
        key: Figure(key=key, estimate=price.estimate(unit))
        for key, price, unit in _prices(prices)
        if price is not None
    }  # fmt: skip


def _prices(prices: Prices) -> Iterator[tuple[str, Sourced | None, str]]:
    money = prices.currency
    for name, machine in prices.machines.items():
        yield machine_price(name), machine.price_per_month, f"{money}/month"
    for key, unit in (("price_per_tb_month", "TB/month"), ("backup_price_per_tb_month", "TB/month")):
        yield f"prices.storage.{key}", getattr(prices.storage, key), f"{money}/{unit}"
    for key, unit in (("price_per_billed_gbit_per_s_month", "Gbit/s/month"), ("price_per_tb", "TB")):
        yield f"prices.traffic.{key}", getattr(prices.traffic, key), f"{money}/{unit}"
