"""What one sizing is made for: a level of learners, with the values and demands of its draws."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.models.figures import Array, Figure, Reading, Values, figures_of
from firstbell.models.sizing.demands import Demands
from firstbell.models.sizing.draws import drawn_values, probabilities
from firstbell.models.workload.profile import Workload


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """A profile and its demands with their draws, the same at every level: levels differ by their learners alone."""

    workload: Workload
    figures: Mapping[str, Figure]
    values: Values
    demands: Demands
    demand_s: Mapping[tuple[str, str], Array]

    @classmethod
    def of(cls, workload: Workload, demands: Demands, *, draws: int, seed: int) -> "Assumed":
        """Draw every uncertain figure ``draws`` times; the same seed draws the same."""
        figures = figures_of(workload)
        positions = probabilities([*figures, *demands.names()], draws=draws, seed=seed)
        return cls(
            workload=workload,
            figures=figures,
            values=drawn_values(figures, positions),
            demands=demands,
            demand_s=demands.values(positions),
        )


@dataclass(frozen=True, kw_only=True)
class Case:
    """One level of the sizing."""

    level: str
    learners: int
    assumed: Assumed

    @property
    def values(self) -> Values:
        return self.assumed.values

    def reading(self) -> Reading:
        """The values, with a note of those that are read."""
        return Reading(self.assumed.values)

    @property
    def share_of_contract(self) -> float:
        """Learners of this level over those of the contract level, for which the profile gives its burst of logins."""
        return self.learners / self.assumed.workload.levels.contract.value
