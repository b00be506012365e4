"""Edges of interruptions, in floating point at any age of the machine's clock."""

import random

from firstbell.scenarios.network.interruptions import Interruptions


def test_the_moment_of_an_edge_lies_behind_it_whatever_the_clock_says() -> None:
    chance = random.Random(1)
    for _ in range(2_000):
        first_s, on_s, off_s = chance.uniform(0, 3e7), chance.uniform(0.1, 900), chance.uniform(0.1, 900)
        gaps = Interruptions(on_s=on_s, off_s=off_s, first_s=first_s)
        assert gaps.is_off(first_s)
        assert not gaps.is_off(first_s + off_s)
        cut_s = gaps.next_s(first_s)
        assert gaps.next_s(cut_s) - cut_s > (on_s + off_s) / 2
        assert gaps.count_at(cut_s) == 1
