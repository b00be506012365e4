"""Figures as people read them."""

import math
import random

import pytest

from firstbell.reports.numbers import (
    bare,
    count,
    exact,
    interval,
    moment,
    number,
    percent,
    quantity,
    rate,
    rounded,
    seconds,
)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def value_of(text: str) -> float:
    return float(text.replace("\u202f", "").replace("−", "-"))


def test_an_interval_reads_as_a_figure_with_its_bounds() -> None:
    assert plain(interval(180, 212, 260, "cores")) == "212 (180 to 260) cores"


def test_an_interval_without_width_is_a_plain_figure() -> None:
    assert plain(interval(0.7, 0.7, 0.7, "")) == "0.7"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0004, "0.400 ms"), (0.0521, "52.1 ms"), (2.5, "2.50 s"), (0.0000004, "0.400 µs"), (0, "0 s")],
)
def test_a_time_is_shown_in_the_unit_of_its_size(value: float, shown: str) -> None:
    assert plain(seconds(value)) == shown


@pytest.mark.parametrize(
    ("low", "likely", "high", "unit", "shown"),
    [
        (8.4e13, 1.2e14, 1.8e14, "bytes", "120 (84 to 180) TB"),
        (2.85e10, 4.02e10, 5.59e10, "bits_per_s", "40 (29 to 56) Gbit/s"),
        (61.2, 152.9, 458.7, "per_s", "150 (61 to 460) a second"),
        (0.0059, 0.00631, 0.0068, "s", "6.31 (5.90 to 6.80) ms"),
        (2.0, 3.0, 4.0, "nodes", "3 (2 to 4) nodes"),
        (14100.0, 15300.0, 16800.0, "learners", "15 300 (14 100 to 16 800) learners"),
        (0.6, 0.8, 0.95, "ratio", "80 (60 to 95) %"),
        (0.04, 212.0, 500.0, "logins_per_s", "210 (0.040 to 500) logins/s"),
    ],
)
def test_intervals_share_a_unit_and_the_digits_that_their_width_supports(
    low: float, likely: float, high: float, unit: str, shown: str
) -> None:
    assert plain(interval(low, likely, high, unit)) == shown


def test_a_bare_figure_is_in_the_unit_of_the_one_that_tells_it() -> None:
    assert plain(bare(900e6, "bit/s", like=4.1e9)) == "0.9"
    assert plain(bare(34_008, "EUR/month", like=880)) == "34 008"
    assert plain(bare(0.0004, "s", like=2.5)) == "0.0004"


def test_counts_that_somebody_buys_are_never_rounded() -> None:
    assert plain(interval(900, 1243, 1571, "nodes")) == "1 243 (900 to 1 571) nodes"


def test_one_of_a_thing_is_singular() -> None:
    assert plain(exact(1, "nodes")) == "1 node"


def test_thousands_are_parted_by_thin_spaces_that_do_not_break() -> None:
    assert count(115000) == "115\u202f000"


def test_nearly_all_is_not_all_and_little_is_not_nothing() -> None:
    assert plain(percent(0.9997)) == "99.9 %"
    assert plain(percent(0.000213)) == "0.021 %"
    assert plain(percent(1.0)) == "100 %"
    assert plain(percent(0.0)) == "0 %"


def test_what_is_unknown_is_a_dash() -> None:
    assert number(None) == seconds(None) == rate(None) == percent(None) == quantity(None, "bytes") == "–"
    assert number(math.nan) == "–"


def test_a_moment_is_written_for_people() -> None:
    assert moment("2025-03-14T08:05:00+01:00") == "14 March 2025, 08:05 (UTC+01:00)"
    assert moment("some day") == "some day"


def test_no_figure_but_zero_is_ever_shown_as_zero() -> None:
    draw = random.Random(1)
    for _ in range(2000):
        value = 10 ** draw.uniform(-12, 15)
        assert value_of(number(value)) == pytest.approx(value, rel=0.006)


def test_rounded_intervals_keep_their_order_and_stay_near() -> None:
    draw = random.Random(2)
    for _ in range(5000):
        likely = 10 ** draw.uniform(-9, 14)
        low, high = likely * draw.uniform(0.0001, 1), likely * 10 ** draw.uniform(0, 3)
        shown = [value_of(text) for text in rounded([low, likely, high])]
        assert shown == sorted(shown)
        width = high - low
        for was, now in zip((low, likely, high), shown, strict=True):
            assert abs(now - was) <= max(0.051 * width, 0.00051 * likely)
            assert now > 0
