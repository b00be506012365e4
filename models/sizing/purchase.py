"""The whole sizing: every row at every level, and the sized system as data for a forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from firstbell.models.sizing.bandwidth import bandwidth_rows
from firstbell.models.sizing.case import Assumed, Case
from firstbell.models.sizing.chances import chances
from firstbell.models.sizing.costs import cost_rows, is_cost_of_tiers
from firstbell.models.sizing.demands import Demands
from firstbell.models.sizing.office import office_rows
from firstbell.models.sizing.prices import Prices
from firstbell.models.sizing.rows import Row
from firstbell.models.sizing.schools import school_rows
from firstbell.models.sizing.servers import server_rows
from firstbell.models.sizing.sign_in import sign_in_rows
from firstbell.models.sizing.storage import storage_rows
from firstbell.models.sizing.swings import Ends
from firstbell.models.sizing.tier_needs import is_tier_need, tier_need_rows
from firstbell.models.sizing.tiers import tiers_of
from firstbell.models.sizing.uploads import upload_rows
from firstbell.models.sizing.work import times_measured_load
from firstbell.models.study import LevelChance, SizingRow
from firstbell.models.workload.profile import Workload

DRAWS = 4096


@dataclass(frozen=True, kw_only=True)
class SizedSystem:
    """What is to be bought at a level: ``cores`` that must be in service by tier, and ``nodes`` with the spare ones."""

    level: str
    learners: int
    cores: Mapping[str, int]
    nodes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """The rows of all levels, and how likely each level's are to be enough."""

    rows: tuple[SizingRow, ...]
    chances: tuple[LevelChance, ...]

    def without_tiers(self) -> "Purchase":
        """Without cores, servers and what they need, for where nothing says what activities cost at the tiers.

        Those of the stated states alone would be far too few, and nothing would tell it. The same goes for the chance.
        """
        return Purchase(rows=tuple(row for row in self.rows if not _is_of_tiers(row)), chances=())


def purchase(
    workload: Workload,
    demands: Demands,
    *,
    levels: Mapping[str, int] | None = None,
    seed: int = 1,
    draws: int = DRAWS,
    prices: Prices | None = None,
) -> Purchase:
    """What must be bought, level by level; ``levels`` (learners by name) are the profile's where None.

    With prices, what it costs. Without demands, the rows that can be told all the same: see ``without_tiers``.
    The same seed gives the same rows, and all levels share their draws: what differs between two is the learners.
    Raises InputError where correlations of the profile can't be, and where no machine of the prices carries a tier.
    """
    assumed = Assumed.of(workload, demands, draws=draws, seed=seed, prices=prices)
    ends = Ends.of(assumed)
    written = [_written(case, ends) for case in _cases(assumed, levels)]
    found = Purchase(
        rows=tuple(row for each in written for row in each.rows),
        chances=tuple(chance for each in written for chance in each.chances),
    )
    return found if demands.cpu_s else found.without_tiers()


def size(
    workload: Workload,
    demands: Demands,
    *,
    levels: Mapping[str, int] | None = None,
    seed: int = 1,
    draws: int = DRAWS,
) -> tuple[SizingRow, ...]:
    """The rows of `purchase` alone."""
    return purchase(workload, demands, levels=levels, seed=seed, draws=draws).rows


def sized_systems(
    workload: Workload, demands: Demands, *, levels: Mapping[str, int] | None = None
) -> tuple[SizedSystem, ...]:
    """The systems that `size` asks for, at the likely values."""
    assumed = Assumed.of(workload, demands, draws=0, seed=1)
    return tuple(_system(case) for case in _cases(assumed, levels))


def _cases(assumed: Assumed, levels: Mapping[str, int] | None) -> list[Case]:
    learners = assumed.workload.levels.learners() if levels is None else levels
    return [Case(level=level, learners=count, assumed=assumed) for level, count in learners.items()]


def _written(case: Case, ends: Ends) -> Purchase:
    """The rows with the share of each layer of uncertainty, for which all rows are made once more with each layer drawn
    anew, and with what each input alone makes of them."""
    anew = {layer: _rows(replace(case, assumed=other)) for layer, other in case.assumed.redrawn.items()}
    moved = _rows(replace(case, assumed=ends.assumed))
    times, rows = times_measured_load(case), _rows(case)
    written = tuple(
        row.written(
            case,
            times_measured_load=times,
            redrawn={layer: others[at].values for layer, others in anew.items()},
            swings=ends.swings(moved[at].values),
        )
        for at, row in enumerate(rows)
    )
    return Purchase(rows=written, chances=tuple(chances(case, rows)))


def _rows(case: Case) -> list[Row]:
    tiers = tiers_of(case)
    bought = server_rows(case, tiers) + tier_need_rows(case, tiers) + storage_rows(case) + bandwidth_rows(case)
    bought += sign_in_rows(case) + school_rows(case) + upload_rows(case) + office_rows(case)
    return bought + cost_rows(case, tiers)


def _is_of_tiers(row: SizingRow) -> bool:
    return row.unit in ("cores", "servers") or is_tier_need(row.item) or is_cost_of_tiers(row.group, row.item)


def _system(case: Case) -> SizedSystem:
    tiers = tiers_of(case)
    return SizedSystem(
        level=case.level,
        learners=case.learners,
        cores={tier.name: int(tier.cores[0]) for tier in tiers},
        nodes={tier.name: int(tier.nodes[0]) for tier in tiers},
    )
