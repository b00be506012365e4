"""What one sizing is made for: a level of learners, with the values and demands of its draws."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from scipy.stats import rankdata

from firstbell.models.duplicate_addresses import hit_ratio_under_two_names
from firstbell.models.figures import Array, Figure, Reading, Values, figures_of
from firstbell.models.sizing.correlated import check_correlations, correlated
from firstbell.models.sizing.demands import Demands
from firstbell.models.sizing.draws import drawn_values, probabilities, probabilities_apart
from firstbell.models.sizing.layers import LAYERS, PROBES
from firstbell.models.sizing.prices import Prices, price_figures
from firstbell.models.workload.profile import Workload

DRAWS = 4096
"""Enough for an interval's ends to stand still from one seed to another."""


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """A profile and its demands with their draws, the same at every level: levels differ by their learners alone.

    Drawn once, it is passed to whatever sizes with it, so that all figures of a study rest on the same draws.

    ``redrawn`` has the first draws once more for each layer of uncertainty, with that layer alone drawn anew.
    """

    workload: Workload
    figures: Mapping[str, Figure]
    values: Values
    demands: Demands
    demand_s: Mapping[tuple[str, str], Array]
    prices: Prices | None = None
    redrawn: Mapping[str, "Assumed"] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        workload: Workload,
        demands: Demands,
        *,
        draws: int = DRAWS,
        seed: int = 1,
        prices: Prices | None = None,
    ) -> "Assumed":
        """Draw every uncertain figure ``draws`` times; the same seed draws the same, with prices or without.

        Raises InputError where correlations of the profile can't be.
        """
        figures = figures_of(workload)
        correlations = workload.sizing.correlations
        check_correlations(correlations, figures, source=workload.name)
        priced = {} if prices is None else price_figures(prices)
        layer_of = dict.fromkeys(figures, "stated") | demands.layers()
        positions = probabilities(_twice(layer_of), draws=draws, seed=seed)
        if priced:
            layer_of |= dict.fromkeys(priced, "stated")
            positions |= probabilities_apart(_twice(priced), draws=draws, seed=seed)
        bare = cls(workload=workload, figures=figures | priced, values={}, demands=demands, demand_s={}, prices=prices)
        probes = {name: position[: min(draws, PROBES)] for name, position in positions.items()}
        return replace(
            bare._at(correlated(positions, correlations)),
            redrawn={
                layer: bare._at(
                    correlated(
                        {name: probes[_anew(name) if of == layer else name] for name, of in layer_of.items()},
                        correlations,
                    )
                )
                for layer in LAYERS
                if draws
            },
        )

    @cached_property
    def hit_ratio_under_two_names(self) -> Array:
        """The edge's hit ratio where those who sign in the one way have other addresses than the others."""
        return hit_ratio_under_two_names(
            self.values["sizing.bandwidth.edge_hit_ratio"],
            objects=int(self.values["content.videos"][0]),
            zipf=self.values["content.popularity_zipf"],
            first_share=self.values["session.digital_id_share"],
        )

    def ranks(self, key: str) -> Array:
        """(draws,) ranks of a figure's draws; each is sorted once for all levels."""
        if key not in self._ranks:
            self._ranks[key] = rankdata(self.values[key][1:])
        return self._ranks[key]

    @cached_property
    def _ranks(self) -> dict[str, Array]:
        return {}

    def _at(self, positions: Mapping[str, Array]) -> "Assumed":
        """The same with every figure at its position."""
        return replace(self, values=drawn_values(self.figures, positions), demand_s=self.demands.values(positions))


def _anew(name: str) -> str:
    return f"{name}, anew"


def _twice(names: Collection[str]) -> list[str]:
    return [*names, *map(_anew, names)]


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
