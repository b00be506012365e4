"""M/G/∞: everybody is served at once, so the number present is Poisson whatever the service times are."""

from dataclasses import dataclass

from scipy.stats import poisson

from firstbell.models.stations.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Concurrency:
    """The number in session when sessions come at random and last ``mean_in_system / arrival rate`` on average."""

    mean_in_system: float

    def __post_init__(self) -> None:
        Parameters("mginf").positive(mean_in_system=self.mean_in_system).refuse()

    @classmethod
    def of(cls, *, arrival_rate_per_s: float, mean_service_s: float) -> "Concurrency":
        return cls(mean_in_system=arrival_rate_per_s * mean_service_s)

    def percentile(self, share: float) -> int:
        """The smallest number that is not exceeded a ``share`` of the time."""
        Parameters("mginf").probability(share=share).refuse()
        return int(poisson.ppf(share, self.mean_in_system))

    def tail_at(self, number: int) -> float:
        """Share of the time that more than ``number`` are present."""
        return float(poisson.sf(number, self.mean_in_system))
