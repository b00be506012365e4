"""The whole sizing: every row at every level, and the sized system as data for a forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from firstbell.models.sizing.bandwidth import bandwidth_rows
from firstbell.models.sizing.case import DRAWS, Assumed, Case
from firstbell.models.sizing.chances import chances
from firstbell.models.sizing.costs import cost_rows, is_cost_of_tiers
from firstbell.models.sizing.demands import Demands
from firstbell.models.sizing.office import office_rows
from firstbell.models.sizing.rows import Row
from firstbell.models.sizing.schools import school_rows
from firstbell.models.sizing.servers import server_rows
from firstbell.models.sizing.sign_in import sign_in_rows
from firstbell.models.sizing.storage import storage_rows
from firstbell.models.sizing.swings import Ends
from firstbell.models.sizing.tier_needs import is_tier_need, tier_need_rows
from firstbell.models.sizing.tiers import Tier, tiers_of
from firstbell.models.sizing.uploads import upload_rows
from firstbell.models.sizing.work import times_measured_load
from firstbell.models.study import LevelChance, SizingRow
from firstbell.models.workload.profile import Workload


@dataclass(frozen=True, kw_only=True)
class SizedSystem:
    """What is to be bought at a level: ``cores`` that must be in service by tier, and ``nodes`` with the spare ones."""

    level: str
    learners: int
    cores: Mapping[str, int]
    nodes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """The rows of all levels, how likely each level's are to be enough, and the systems that they make up."""

    rows: tuple[SizingRow, ...]
    chances: tuple[LevelChance, ...]
    systems: tuple[SizedSystem, ...] = ()

    def without_tiers(self) -> "Purchase":
        """Without cores, servers and what they need, for where nothing says what activities cost at the tiers.

        Those of the stated states alone would be far too few, and nothing would tell it. The same goes for the chance
        and for the systems.
        """
        return Purchase(rows=tuple(row for row in self.rows if not _is_of_tiers(row)), chances=())


def purchase(assumed: Assumed, *, levels: Mapping[str, int] | None = None) -> Purchase:
    """What must be bought, level by level; ``levels`` (learners by name) are the profile's where None.

    With prices, what it costs. Without demands, what can be told all the same: see ``without_tiers``.
    All levels share their draws: what differs between two is the learners.
    Raises InputError where no machine of the prices carries a tier.
    """
    ends = Ends.of(assumed)
    written = [_written(case, ends) for case in _cases(assumed, levels)]
    found = Purchase(
        rows=tuple(row for each in written for row in each.rows),
        chances=tuple(chance for each in written for chance in each.chances),
        systems=tuple(system for each in written for system in each.systems),
    )
    return found if assumed.demands.cpu_s else found.without_tiers()


def size(
    workload: Workload,
    demands: Demands,
    *,
    levels: Mapping[str, int] | None = None,
    seed: int = 1,
    draws: int = DRAWS,
) -> tuple[SizingRow, ...]:
    """The rows of `purchase` alone, drawn for this once."""
    return purchase(Assumed.of(workload, demands, draws=draws, seed=seed), levels=levels).rows


def _cases(assumed: Assumed, levels: Mapping[str, int] | None) -> list[Case]:
    learners = assumed.workload.levels.learners() if levels is None else levels
    return [Case(level=level, learners=count, assumed=assumed) for level, count in learners.items()]


def _written(case: Case, ends: Ends) -> Purchase:
    """The rows with the share of each layer of uncertainty, for which all rows are made once more with each layer drawn
    anew, and with what each input alone makes of them."""
    tiers = tiers_of(case)
    rows = _rows(case, tiers)
    anew = {layer: _rows_with(case, other) for layer, other in case.assumed.redrawn.items()}
    moved = _rows_with(case, ends.assumed)
    times = times_measured_load(case)
    written = tuple(
        row.written(
            case,
            times_measured_load=times,
            redrawn={layer: others[at].values for layer, others in anew.items()},
            swings=ends.swings(moved[at].values),
        )
        for at, row in enumerate(rows)
    )
    return Purchase(rows=written, chances=tuple(chances(case, rows)), systems=(_system(case, tiers),))


def _rows_with(case: Case, other: Assumed) -> list[Row]:
    """The level's with other draws."""
    drawn = replace(case, assumed=other)
    return _rows(drawn, tiers_of(drawn))


def _rows(case: Case, tiers: Sequence[Tier]) -> list[Row]:
    bought = server_rows(case, tiers) + tier_need_rows(case, tiers) + storage_rows(case) + bandwidth_rows(case)
    bought += sign_in_rows(case) + school_rows(case) + upload_rows(case) + office_rows(case)
    return bought + cost_rows(case, tiers)


def _is_of_tiers(row: SizingRow) -> bool:
    return row.unit in ("cores", "servers") or is_tier_need(row.item) or is_cost_of_tiers(row.group, row.item)


def _system(case: Case, tiers: Sequence[Tier]) -> SizedSystem:
    """At the likely values."""
    return SizedSystem(
        level=case.level,
        learners=case.learners,
        cores={tier.name: int(tier.cores[0]) for tier in tiers},
        nodes={tier.name: int(tier.nodes[0]) for tier in tiers},
    )
