"""Whether a platform kept what it acknowledged: each write once, under its learner, saying what it was told.

What was asked for and never acknowledged may be stored or not: nobody promised it. It is counted, and is no fault.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

import pyarrow as pa

Fault = Literal["lost", "doubled", "foreign", "changed"]
MOST_EXAMPLES = 5


class Kept(NamedTuple):
    """A row of the platform's store, in the words of ``scenarios.writes.Write``."""

    kind: str
    key: str
    learner: int
    digest: int
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Correctness:
    """Counts of writes: ``lost`` are not stored, or an older save in their place; ``doubled`` are stored repeatedly;
    ``foreign`` belong to another learner; ``changed`` say something else. ``strangers`` are answers that showed a
    learner another's account, ``apart`` items that two content instances tell differently. ``unconfirmed`` are stored
    and were never acknowledged, as after a worker was killed between the two.
    """

    acknowledged: int
    unconfirmed: int
    lost: int = 0
    doubled: int = 0
    foreign: int = 0
    changed: int = 0
    strangers: int = 0
    apart: int = 0
    examples: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.doubled or self.foreign or self.changed or self.strangers or self.apart)

    def as_json(self) -> dict[str, Any]:
        """For ``--json`` and a record's ``correctness.json``."""
        return {"holds": self.holds, **asdict(self)}


class _Write(NamedTuple):
    learner: int
    digest: int
    number: int
    acknowledged: bool


def reconciled(writes: pa.Table | None, stored: Iterable[Kept], *, strangers: int = 0, apart: int = 0) -> Correctness:
    """Hold what was asked for (a record's ``writes``) against what is stored now."""
    asked = _by_key(writes)
    rows: defaultdict[tuple[str, str], list[Kept]] = defaultdict(list)
    for row in stored:
        rows[row.kind, row.key].append(row)
    faults: Counter[Fault] = Counter()
    examples: list[str] = []
    for (kind, key), each in asked.items():
        for fault, words in _faults(each, rows.get((kind, key), ())):
            faults[fault] += 1
            if len(examples) < MOST_EXAMPLES:
                examples.append(f"{kind} {key}: {words}")
    return Correctness(
        acknowledged=sum(one.acknowledged for each in asked.values() for one in each),
        unconfirmed=sum(_is_unconfirmed(asked.get(key, ()), kept) for key, kept in rows.items()),
        strangers=strangers,
        apart=apart,
        examples=tuple(examples),
        lost=faults["lost"],
        doubled=faults["doubled"],
        foreign=faults["foreign"],
        changed=faults["changed"],
    )


def _by_key(writes: pa.Table | None) -> dict[tuple[str, str], list[_Write]]:
    asked: defaultdict[tuple[str, str], list[_Write]] = defaultdict(list)
    if writes is not None:
        names = ("kind", "key", "learner", "digest", "number", "acknowledged")
        for kind, key, *rest in zip(*(writes[name].to_pylist() for name in names), strict=True):
            asked[kind, key].append(_Write(*rest))
    return asked


def _faults(asked: Sequence[_Write], kept: Sequence[Kept]) -> Iterator[tuple[Fault, str]]:
    """What is wrong with what is stored under one key."""
    newest = max((one for one in asked if one.acknowledged), key=lambda one: one.number, default=None)
    if newest is None:
        return
    if not kept:
        yield "lost", f"acknowledged to learner {newest.learner}, and not stored"
        return
    if len(kept) > 1:
        yield "doubled", f"stored {len(kept)} times"
    row = kept[0]
    if row.learner != newest.learner:
        yield "foreign", f"of learner {newest.learner}, and stored as learner {row.learner}'s"
    elif row.number < newest.number:
        yield "lost", f"save {newest.number} was acknowledged, and save {row.number} is stored"
    elif not any(one.number == row.number and one.digest == row.digest for one in asked):
        yield "changed", f"learner {newest.learner} never sent what is stored as save {row.number}"


def _is_unconfirmed(asked: Sequence[_Write], kept: Sequence[Kept]) -> bool:
    return not any(one.acknowledged and one.number >= row.number for one in asked for row in kept)
