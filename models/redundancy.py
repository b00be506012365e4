"""How much raw storage a logical byte needs: copies or erasure codes, growth and a limit of filling."""

from collections.abc import Sequence
from dataclasses import dataclass

from firstbell.models.stations.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Redundancy:
    """``data_shards`` of content are stored with ``parity_shards`` more; three copies are 1 + 2."""

    data_shards: int
    parity_shards: int

    def __post_init__(self) -> None:
        check = Parameters("redundancy").whole(data_shards=self.data_shards)
        check.not_negative(parity_shards=self.parity_shards).refuse()

    @property
    def overhead(self) -> float:
        """Raw bytes a logical byte."""
        return (self.data_shards + self.parity_shards) / self.data_shards

    def raw(self, logical: float, *, max_fill: float = 1.0) -> float:
        """Raw room for ``logical``, in its unit, when disks are filled to ``max_fill`` at most."""
        Parameters("redundancy").positive(logical=logical, max_fill=max_fill).refuse()
        return logical * self.overhead / max_fill


def ladder_factor(*, rungs_bits_per_s: Sequence[float], source_bits_per_s: float, keep_source: bool) -> float:
    """Stored bytes a source byte when each video is kept in these rungs, and the source too or not."""
    return sum(rungs_bits_per_s) / source_bits_per_s + (1.0 if keep_source else 0.0)


def grown(volume: float, *, growth_per_year: float, years: float) -> float:
    """The volume after years of compound growth."""
    return float(volume * (1.0 + growth_per_year) ** years)
