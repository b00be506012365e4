"""Runs drawn anew from the runs that there were: blocks of time within runs, and runs among their like.

Neighbouring seconds share their queues, so that whole blocks are drawn (Künsch 1989); runs that a platform was started
anew for differ by more than their seconds do, so that runs are drawn first and blocks within them (Davison & Hinkley
1997, §3.8). Two sides that were measured in pairs are drawn in the same pairs: what disturbed one disturbed the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstbell.models.comparison.digest import Digest

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """One side's runs, their blocks one after another.

    ``drawn`` (1 + draws, blocks) says how often each block is in each draw of runs and blocks, ``within`` (1 + draws,
    blocks) in each draw of blocks alone. The first row of both is what was measured: each block once.
    """

    runs: tuple[Digest, ...]
    drawn: Floats
    within: Floats

    @property
    def block_s(self) -> Floats:
        """(blocks,) how long each block is."""
        return self.column([np.full(run.blocks, run.block_s) for run in self.runs])

    def column(self, of_run: Sequence[Sequence[float] | Floats]) -> Floats:
        """(blocks,) from each run's values by block."""
        return np.concatenate([np.asarray(values, dtype=float) for values in of_run])


def resampled(
    base: Sequence[Digest], head: Sequence[Digest], *, paired: bool, at_once: bool, draws: int, seed: int
) -> list[Side]:
    """Both sides, drawn anew ``draws`` times.

    ``at_once`` says that both sides of a pair were measured in the same seconds: then a block is drawn with the other
    side's of the same seconds.
    """
    rng = np.random.default_rng(seed)
    blocks = [[run.blocks for run in runs] for runs in (base, head)]
    if at_once and blocks[0] == blocks[1]:
        times = _chosen(len(base), draws, rng)
        drawn, within = (_weights(blocks[0], often, rng) for often in (times, np.ones_like(times)))
        return [Side(runs=tuple(runs), drawn=drawn, within=within) for runs in (base, head)]
    chosen = _chosen(len(base), draws, rng)
    others = chosen if paired else _chosen(len(head), draws, rng)
    return [
        Side(
            runs=tuple(runs),
            drawn=_weights([run.blocks for run in runs], times, rng),
            within=_weights([run.blocks for run in runs], np.ones_like(times), rng),
        )
        for runs, times in ((base, chosen), (head, others))
    ]


def _chosen(runs: int, draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(draws, runs) how often each run is drawn."""
    return rng.multinomial(runs, np.full(runs, 1 / runs), size=draws)


def _weights(blocks: Sequence[int], times: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    parts = [
        rng.multinomial(times[:, number] * count, np.full(count, 1 / count)) for number, count in enumerate(blocks)
    ]
    return np.vstack([np.ones((1, sum(blocks))), np.hstack(parts)])
