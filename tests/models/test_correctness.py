"""Planted faults of a store: each is found, and what nobody was promised is none."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from firstbell.models.correctness import Correctness, Kept, reconciled
from firstbell.scenarios.columns import WRITE

Row = tuple[float, int, str, str, int, int, bool]

ASKED: tuple[Row, ...] = (
    (1.0, 7, "attempt", "1", 40, 0, True),
    (2.0, 7, "save", "1/1", 11, 1, True),
    (3.0, 7, "save", "1/1", 12, 2, True),
    (4.0, 7, "save", "1/1", 13, 3, False),
    (5.0, 7, "hand-in", "1", 63, 0, True),
    (6.0, 9, "attempt", "2", 41, 0, True),
)
KEPT = (
    Kept("attempt", "1", 7, 40),
    Kept("save", "1/1", 7, 12, 2),
    Kept("hand-in", "1", 7, 63),
    Kept("attempt", "2", 9, 41),
)


def writes(rows: Sequence[Row] = ASKED) -> pa.Table:
    return pa.table([list(column) for column in zip(*rows, strict=True)], schema=WRITE)


def faults(found: Correctness) -> dict[str, int]:
    names = ("lost", "doubled", "foreign", "changed")
    return {name: getattr(found, name) for name in names if getattr(found, name)}


def test_a_store_that_keeps_its_word_holds() -> None:
    found = reconciled(writes(), KEPT)
    assert found.holds
    assert (found.acknowledged, found.unconfirmed, found.examples) == (5, 0, ())


def test_what_was_sent_and_never_acknowledged_may_be_stored_or_not() -> None:
    found = reconciled(writes(), (KEPT[0], Kept("save", "1/1", 7, 13, 3), *KEPT[2:], Kept("attempt", "3", 9, 40)))
    assert found.holds
    assert found.unconfirmed == 2


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (KEPT[1:], {"lost": 1}),
        ((KEPT[0], *KEPT[2:]), {"lost": 1}),
        ((KEPT[0], Kept("save", "1/1", 7, 11, 1), *KEPT[2:]), {"lost": 1}),
        ((*KEPT, KEPT[2]), {"doubled": 1}),
        ((Kept("attempt", "1", 8, 40), *KEPT[1:]), {"foreign": 1}),
        ((KEPT[0], Kept("save", "1/1", 7, 99, 2), *KEPT[2:]), {"changed": 1}),
        ((KEPT[0], Kept("save", "1/1", 7, 99, 3), *KEPT[2:]), {"changed": 1}),
        ((*KEPT[:2], Kept("hand-in", "1", 7, 64), KEPT[3]), {"changed": 1}),
    ],
)
def test_a_planted_fault_is_found_and_told(stored: Sequence[Kept], expected: dict[str, int]) -> None:
    found = reconciled(writes(), stored)
    assert not found.holds
    assert faults(found) == expected
    assert len(found.examples) == 1


def test_strangers_and_instances_that_differ_are_faults_of_their_own() -> None:
    assert not reconciled(None, (), strangers=1).holds
    assert not reconciled(None, (), apart=1).holds
    assert reconciled(None, ()).holds
