"""A quantity with its interval, unit and source: the only form in which a figure reaches a report."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure and how sure it is.

    ``low`` and ``high`` bound a 95 % interval around ``likely``; ``source`` says where the figure comes from: a
    measurement, a published source, or the word *estimate* with its reason.
    """

    low: float
    likely: float
    high: float
    unit: str
    source: str

    def __post_init__(self) -> None:
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"interval out of order: {self.low} <= {self.likely} <= {self.high} {self.unit}")

    def scaled(self, factor: float, *, unit: str, source: str) -> "Estimate":
        """The same figure times a known positive ``factor``, in another unit."""
        if factor <= 0:
            raise ValueError(f"factor must be positive, not {factor}")
        return Estimate(
            low=self.low * factor, likely=self.likely * factor, high=self.high * factor, unit=unit, source=source
        )
