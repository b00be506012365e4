"""Links and bills."""

import pytest

from firstbell.models.links import MultirateLink, SharedLink, billed_rate
from firstbell.models.problems import InputError
from firstbell.models.stations.erlang_loss import ErlangLoss


def test_one_narrow_class_is_erlang_b() -> None:
    link = MultirateLink(capacity_units=300, units_per_class=[1], offered_erlangs=[280.0])
    loss = ErlangLoss(offered_erlangs=280.0, servers=300)
    assert link.blocking[0] == pytest.approx(loss.blocking, rel=1e-10)
    assert link.mean_occupied == pytest.approx(280.0 * (1 - loss.blocking), rel=1e-10)


def test_a_large_link_does_not_overflow_and_wide_calls_suffer_most() -> None:
    link = MultirateLink(capacity_units=40_000, units_per_class=[1, 20, 50], offered_erlangs=[10_000.0, 900.0, 300.0])
    carried = sum(
        load * units * (1 - lost)
        for load, units, lost in zip(link.offered_erlangs, link.units_per_class, link.blocking, strict=True)
    )
    assert link.mean_occupied == pytest.approx(carried, rel=1e-9)
    assert link.blocking[0] < link.blocking[1] < link.blocking[2]


def test_a_call_wider_than_the_link_is_always_lost() -> None:
    link = MultirateLink(capacity_units=10, units_per_class=[1, 11], offered_erlangs=[3.0, 1.0])
    assert link.blocking[1] == pytest.approx(1.0)


def test_an_empty_link_does_not_delay() -> None:
    assert SharedLink(access_ratio=10, offered=0.0).delay_factor == 1.0
    with pytest.raises(InputError, match="unstable"):
        SharedLink(access_ratio=10, offered=10.5)


def test_the_top_twentieth_is_free() -> None:
    assert billed_rate([1.0] * 95 + [100.0] * 5) == 1.0
    assert billed_rate([1.0] * 94 + [100.0] * 6) == 100.0
