"""The sizing rows, arranged for reading: by level and group, and the main figures side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from firstbell.models.study import Input, Rejected, SizingRow, Study

_GROUP_ORDER = ("servers", "storage", "bandwidth", "sign-in", "costs", "office", "schools")
_NOT_BOUGHT = frozenset({"schools", "office"})
MAIN_ITEMS = frozenset(
    {
        "auth_cores",
        "app_cores",
        "app_nodes",
        "database_cores",
        "database_nodes",
        "delivery_nodes",
        "storage_raw_bytes",
        "storage_backup_bytes",
        "edge_peak_bits_per_s",
        "origin_peak_bits_per_s",
        "first_bell_logins_per_s",
        "cost_per_month",
        "cost_of_term",
    }
)
HEADLINE_ITEMS = frozenset(
    {
        "app_cores",
        "database_cores",
        "auth_cores",
        "delivery_nodes",
        "storage_raw_bytes",
        "edge_peak_bits_per_s",
        "first_bell_logins_per_s",
        "cost_per_month",
    }
)


@dataclass(frozen=True, kw_only=True)
class PurchaseGroup:
    """The rows of one group at one level, in the study's order."""

    group: str
    rows: tuple[SizingRow, ...]


@dataclass(frozen=True, kw_only=True)
class PurchaseLevel:
    """All that one level needs."""

    level: str
    learners: int
    groups: tuple[PurchaseGroup, ...]


@dataclass(frozen=True, kw_only=True)
class InputAcrossLevels:
    """One input of an item's formula, level by level; None where a level does not use it."""

    name: str
    source: str
    values: tuple[Input | None, ...]

    @property
    def same(self) -> Input | None:
        """The one value that all levels share, or None."""
        first = self.values[0]
        return first if all(value == first for value in self.values) else None


@dataclass(frozen=True, kw_only=True)
class ItemAcrossLevels:
    """One item, level by level; None where a level does not need it."""

    group: str
    item: str
    title: str
    rows: tuple[SizingRow | None, ...]

    @property
    def present(self) -> tuple[SizingRow, ...]:
        """The rows of the levels that need it."""
        return tuple(row for row in self.rows if row is not None)

    @property
    def formulas(self) -> tuple[str, ...]:
        """Its formulas: one, unless the levels differ."""
        return tuple(dict.fromkeys(row.formula for row in self.present))

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """Every option that was looked at for it."""
        return tuple(dict.fromkeys(option for row in self.present for option in row.rejected))

    @property
    def inputs(self) -> tuple[InputAcrossLevels, ...]:
        """The inputs of its formula."""
        keys = dict.fromkeys((one.name, one.source) for row in self.present for one in row.inputs)
        return tuple(
            InputAcrossLevels(name=name, source=source, values=tuple(_input(row, name, source) for row in self.rows))
            for name, source in keys
        )


def purchase_levels(study: Study) -> tuple[PurchaseLevel, ...]:
    """The levels of the sizing, smallest first."""
    keys = sorted({(row.learners, row.level) for row in study.sizing})
    return tuple(
        PurchaseLevel(
            level=level,
            learners=learners,
            groups=_groups([row for row in study.sizing if (row.learners, row.level) == (learners, level)]),
        )
        for learners, level in keys
    )


def items_across_levels(study: Study) -> tuple[ItemAcrossLevels, ...]:
    """Every item once, with its row at each of `purchase_levels`."""
    levels = purchase_levels(study)
    first = {(row.group, row.item): row for row in reversed(study.sizing)}
    keys = dict.fromkeys((row.group, row.item) for row in study.sizing)
    ordered = sorted(keys, key=lambda key: _rank(key[0]))
    at = {(row.level, row.learners, row.group, row.item): row for row in study.sizing}
    return tuple(
        ItemAcrossLevels(
            group=group,
            item=item,
            title=first[group, item].title,
            rows=tuple(at.get((level.level, level.learners, group, item)) for level in levels),
        )
        for group, item in ordered
    )


def main_groups(study: Study) -> tuple[tuple[str, tuple[ItemAcrossLevels, ...]], ...]:
    """The main figures by group: what a tender names; of a group without any such item, its first."""
    items = items_across_levels(study)
    names = [group for group in dict.fromkeys(i.group for i in items) if group not in _NOT_BOUGHT]
    groups = {group: [item for item in items if item.group == group] for group in names}
    chosen = {group: [item for item in found if item.item in MAIN_ITEMS] for group, found in groups.items()}
    return tuple((group, tuple(chosen[group] or found[:1])) for group, found in groups.items())


def main_items(study: Study) -> tuple[ItemAcrossLevels, ...]:
    """The same without their groups."""
    return tuple(item for _, items in main_groups(study) for item in items)


def headline_rows(study: Study) -> tuple[SizingRow, ...]:
    """What the answer names at the highest level: of each group that is bought, its headline's items or first row."""
    levels = purchase_levels(study)
    rows: list[SizingRow] = []
    for group in levels[-1].groups if levels else ():
        if group.group not in _NOT_BOUGHT:
            rows += [row for row in group.rows if row.item in HEADLINE_ITEMS] or group.rows[:1]
    return tuple(rows)


def _input(row: SizingRow | None, name: str, source: str) -> Input | None:
    found = (one for one in row.inputs if (one.name, one.source) == (name, source)) if row else iter(())
    return next(found, None)


def _groups(rows: Sequence[SizingRow]) -> tuple[PurchaseGroup, ...]:
    names = sorted(dict.fromkeys(row.group for row in rows), key=_rank)
    return tuple(PurchaseGroup(group=name, rows=_of(name, rows)) for name in names)


def _of(group: str, rows: Iterable[SizingRow]) -> tuple[SizingRow, ...]:
    return tuple(row for row in rows if row.group == group)


def _rank(group: str) -> int:
    return _GROUP_ORDER.index(group) if group in _GROUP_ORDER else len(_GROUP_ORDER)
