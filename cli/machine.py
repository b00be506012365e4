"""This machine's cores, shared out: the generator and a backend beside it must not take each other's time."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Halves:
    """Cores of the two sides. With one core both sides have it, and the measurement says so."""

    generator: tuple[int, ...]
    backend: tuple[int, ...]

    @property
    def separate(self) -> bool:
        """Whether no core does both sides' work."""
        return not set(self.generator) & set(self.backend)


def halves() -> Halves:
    """The lower half of the cores for the generator, the upper for the backend."""
    cores = sorted(os.sched_getaffinity(0))
    middle = max(len(cores) // 2, 1)
    return Halves(generator=tuple(cores[:middle]), backend=tuple(cores[middle:] or cores))
