"""A tier's machines on a level's sheet of costs: every mix that could be the cheapest, one a row, and the cheapest.

As ``models.sizing.mixes`` has it: machines of one kind, or every number of one kind with as many of another as it then
takes, with the spare ones down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from firstbell.models.sizing.prices import machine_price
from firstbell.reports.workbook.formula import (
    NOT_AVAILABLE,
    Formula,
    concatenated,
    largest,
    place_of,
    rounded_up,
    smallest,
    text_at,
    where,
)
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.price_list import SIZES, machine_size
from firstbell.reports.workbook.section import Section

_NEVER = 1e15  # of machines or of money a month, in the place of infinity, which spreadsheets don't have
_ROUNDING = 1e-9  # of a machine, as in the sizing: a need that is met to the last digit is met
_ROOM, _MOST_ROWS = 3, 200  # rows for each that today's figures ask for, and of two kinds at the most
_GIVEN = {"cores": "Cores of one", "memory_bytes": "Memory of one, left", "line_bits_per_s": "Line of one"}


@dataclass(frozen=True, kw_only=True)
class TierNeeds:
    """Cells of what a tier's machines must carry.

    ``shared`` has what all together must give with the ``spare`` ones down, by the size of a machine that gives it, and
    ``own`` what each keeps of a size for itself. Each disk must do ``operations_per_s``; ``most`` machines are allowed.
    """

    shared: Mapping[str, Formula]
    own: Mapping[str, Formula]
    operations_per_s: Formula
    spare: Formula
    most: Formula


@dataclass(frozen=True, kw_only=True)
class KindCells:
    """A kind of machine for one tier.

    What it ``gives`` of each size, 1 where its disk ``fits`` and else 0, and how many of it carry the tier ``alone``.
    """

    name: str
    gives: Mapping[str, Formula]
    fits: Formula
    price: Formula
    alone: Formula


@dataclass(frozen=True, kw_only=True)
class MixCells:
    """Machines that carry the tier, as a formula that gives words, and what they cost a month."""

    machines: Formula
    price: Formula


@dataclass(frozen=True, kw_only=True)
class PairCells:
    """Mixes of two kinds, with 1 to so many of the first as there are mixes."""

    first: KindCells
    second: KindCells
    mixes: Sequence[MixCells]
    last_row: int


@dataclass(frozen=True, kw_only=True)
class MachineWriter:
    """Writes one tier's block; ``money`` is the unit of a price a month."""

    section: Section
    prices: Inputs
    names: Sequence[str]
    needs: TierNeeds
    money: str

    def cheapest(self) -> MixCells:
        """#N/A where no machine carries the tier, or where a mix beyond the rows might be the cheapest."""
        kinds = self._kinds()
        titles = ("Mix", "Of the first", "Of the second", "Servers", "Price a month", "1: too few rows")
        self.section.heading("Mixes that carry the tier", titles)
        top = self.section.row
        alone = [self._mix(((kind.alone, kind),)) for kind in kinds]
        least_alone = min(float(mix.price.value) for mix in alone)
        pairs = [self._pair(one, other, least_alone) for one, other in combinations(kinds, 2)]
        mixes = [*alone, *(mix for pair in pairs for mix in pair.mixes)]
        return self._least(top, mixes, pairs)

    def _least(self, top: int, mixes: Sequence[MixCells], pairs: Sequence[PairCells]) -> MixCells:
        """Of the mixes from a row on."""
        sheet, line = self.section.sheet, self.section.line
        prices = sheet.column(top, [mix.price for mix in mixes], 4)
        names = sheet.column(top, [mix.machines for mix in mixes], 0)
        least = smallest(prices)
        short = largest(0, *(self._short_of_rows(pair, least) for pair in pairs))
        self.section.gap()
        known = where(short > 0, NOT_AVAILABLE, where(least < _NEVER, least, NOT_AVAILABLE))
        price = line("the cheapest, a month", known, self.money)
        machines = line("which is", text_at(list(names.value), names.text, place_of(price, prices)), "")
        self.section.gap()
        return MixCells(machines=machines, price=price)

    def _kinds(self) -> list[KindCells]:
        titles = (*(_GIVEN[size] for size in self.needs.shared), "Disk fast enough", "Price a month", "Alone it takes")
        self.section.heading("Kinds of machine, for this tier", ("Kind", *titles))
        found = [self._kind(row, name) for row, name in enumerate(self.names, self.section.row)]
        self.section.row += len(found) + 1
        return found

    def _kind(self, row: int, name: str) -> KindCells:
        sheet, needs = self.section.sheet, self.needs
        sheet.text(row, 0, name)
        gives = {}
        for column, size in enumerate(needs.shared, 1):
            left = self.prices[machine_size(name, size)] - needs.own.get(size, 0)
            gives[size] = sheet.formula(row, column, left, unit=SIZES[size])
        column, disk = 1 + len(gives), machine_size(name, "disk_operations_per_s")
        fast = self.prices.get(disk, 0)
        fits = sheet.formula(row, column, where(needs.operations_per_s <= fast, 1, 0), unit="learners")
        price = sheet.formula(row, column + 1, self.prices[machine_price(name)], unit=self.money)
        wanted = [_machines(need, gives[size]) for size, need in needs.shared.items()]
        count = where(fits > 0, largest(1, *wanted) + needs.spare, _NEVER)
        alone = sheet.formula(row, column + 2, count, unit="possible")
        return KindCells(name=name, gives=gives, fits=fits, price=price, alone=alone)

    def _pair(self, one: KindCells, other: KindCells, least_alone: float) -> PairCells:
        """Counted is the kind of which fewer carry the tier: it takes fewer rows."""
        first, second = sorted((one, other), key=lambda kind: float(kind.alone.value))
        mixes = [
            self._mix(((Formula.of(count), first), (self._others(count, first, second), second)))
            for count in range(1, self._rows(first, least_alone) + 1)
        ]
        return PairCells(first=first, second=second, mixes=mixes, last_row=self.section.row - 1)

    def _rows(self, first: KindCells, least_alone: float) -> int:
        """Enough for today's figures, with room for others: more of the first kind would be idle, too many or dear."""
        enough = min(first.alone.value, self.needs.most.value - 1, least_alone / first.price.value)
        return int(min(_ROOM * enough + 2, _MOST_ROWS))

    def _others(self, count: int, first: KindCells, second: KindCells) -> Formula:
        """How many of the second kind it takes beside so many of the first, the spare ones the largest of both."""
        wanted = [Formula.of(1)]
        for size, need in self.needs.shared.items():
            one, other = first.gives[size], second.gives[size]
            left = need + self.needs.spare * largest(one, other, 0) - count * largest(one, 0)
            wanted.append(_machines(left, other))
        return where(first.fits * second.fits > 0, largest(*wanted), _NEVER)

    def _mix(self, parts: Sequence[tuple[Formula, KindCells]]) -> MixCells:
        """A row: how many of each kind, all of them, their price, and in words what they are."""
        sheet, row = self.section.sheet, self.section.row
        counts = [sheet.formula(row, column, count, unit="possible") for column, (count, _) in enumerate(parts, 1)]
        kinds = [kind for _, kind in parts]
        servers = sheet.formula(row, 3, sum(counts[1:], counts[0]), unit="possible")
        costs = [count * kind.price for count, kind in zip(counts, kinds, strict=True)]
        allowed = where(servers <= self.needs.most, sum(costs[1:], costs[0]), _NEVER)
        price = sheet.formula(row, 4, allowed, unit="possible")
        named = [part for count, kind in zip(counts, kinds, strict=True) for part in (" + ", count, f" × {kind.name}")]
        words = where(price < _NEVER, concatenated(*named[1:]), concatenated("none"))
        self.section.row += 1
        return MixCells(machines=sheet.formula(row, 0, words, unit=""), price=price)

    def _short_of_rows(self, pair: PairCells, least: Formula) -> Formula:
        """1 where more of the first kind than there are rows would be of use, allowed, and perhaps cheaper."""
        rows, first, second = len(pair.mixes), pair.first, pair.second
        short = where((rows + 1) * first.price + second.price < least, 1, 0)
        for condition in (first.alone > rows, self.needs.most >= rows + 2, first.fits * second.fits > 0):
            short = where(condition, short, 0)
        return self.section.sheet.formula(pair.last_row, 5, short, unit="learners")


def _machines(need: Formula, gives: Formula) -> Formula:
    """How many give what is needed; never, where one gives nothing."""
    return where(need > 0, where(gives > 0, rounded_up(need / gives - _ROUNDING), _NEVER), 0)
