"""Shares of a line and the moments at which transfers are through, exactly."""

import math
import random

import pytest

from firstbell.scenarios.network.sharing import SharedLine, Transfer


def test_one_transfer_goes_at_the_lines_rate_or_its_own() -> None:
    line = SharedLine(1e6, at_s=100.0)
    line.join(Transfer(5e5, math.inf))
    assert line.next_s == pytest.approx(100.5, abs=1e-9)
    (done,) = line.advance(200.0)
    assert done.end_s == pytest.approx(100.5, abs=1e-9)
    line.join(Transfer(5e5, 1e5))
    assert line.next_s == pytest.approx(205.0, abs=1e-9)


def test_those_who_come_later_slow_down_those_who_are_there() -> None:
    """By hand: 1 Mbit/s; A has 1 Mbit from 0 s, B 0.25 Mbit from 0.5 s. Both at 0.5 Mbit/s until B ends at 1.0 s."""
    line = SharedLine(1e6, at_s=0.0)
    a, b = Transfer(1e6, math.inf), Transfer(2.5e5, math.inf)
    line.join(a)
    line.advance(0.5)
    line.join(b)
    assert line.advance(10.0) == [b, a]
    assert (a.end_s, b.end_s) == (pytest.approx(1.25), pytest.approx(1.0))


def test_what_a_slow_device_leaves_the_others_share() -> None:
    line = SharedLine(1e6, at_s=0.0)
    slow, fast, faster = Transfer(1e6, 1e5), Transfer(1e6, math.inf), Transfer(1e6, math.inf)
    for transfer in (fast, slow, faster):
        line.join(transfer)
    assert [each.bits_per_s for each in (slow, fast, faster)] == pytest.approx([1e5, 4.5e5, 4.5e5])


def test_calls_are_taken_off_the_line_but_never_all_of_it() -> None:
    line = SharedLine(1e6, at_s=0.0, left_share=0.05)
    transfer = Transfer(1e6, math.inf)
    line.join(transfer)
    line.set_aside(2.6e5)
    assert transfer.bits_per_s == pytest.approx(7.4e5)
    line.set_aside(2.6e6)
    assert transfer.bits_per_s == pytest.approx(5e4)
    line.set_aside(-2.6e6)
    line.set_aside(-2.6e5)
    assert transfer.bits_per_s == pytest.approx(1e6)


def test_who_breaks_off_leaves_the_line_to_the_others() -> None:
    line = SharedLine(1e6, at_s=0.0)
    broken, kept = Transfer(1e9, math.inf), Transfer(1e6, math.inf)
    line.join(broken)
    line.join(kept)
    line.advance(1.0)
    line.leave(broken)
    line.advance(5.0)
    assert (kept.end_s, broken.end_s, len(line)) == (pytest.approx(1.5), None, 0)


@pytest.mark.parametrize("seed", range(20))
def test_a_line_that_is_never_idle_carries_its_rate_and_all_bits_come_through(seed: int) -> None:
    """Work is conserved: transfers that can take it all keep the line full until the last is through."""
    chance = random.Random(seed)
    line, transfers, bits = SharedLine(1e7, at_s=1e6), [Transfer(1e6, math.inf)], 1e6
    line.join(transfers[0])
    for _ in range(200):
        left = sum(each.left_bits for each in transfers if each.end_s is None)
        line.advance(line.at_s + min(chance.expovariate(100.0), left / 1e7))
        transfers.append(Transfer(chance.expovariate(1 / 2e5) + 1, math.inf))
        bits += transfers[-1].left_bits
        line.join(transfers[-1])
    line.advance(2e6)
    assert max(each.end_s or math.inf for each in transfers) == pytest.approx(1e6 + bits / 1e7, abs=1e-6)
    assert len(line) == 0


def test_a_clock_that_rounds_coarsely_stops_no_line() -> None:
    line = SharedLine(5e7, at_s=1e9)  # 30 years of uptime: a double holds 0.1 µs
    for bits in (1.0, 2.0, 1e6):
        line.join(Transfer(bits, math.inf))
    assert len(line.advance(1e9 + 1)) == 3
