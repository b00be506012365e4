"""Other load on the machine: bursts of work on any core, as neighbours on shared hardware make them.

``python -m bench.disturbance SEED PID`` goes on until the process with that number ends, or it is ended itself.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
_BURST_S = 0.2, 2.0
_REST_S = 0.5, 6.0


@contextmanager
def disturbed(seed: int) -> Iterator[None]:
    """A machine that is not quiet, for as long as the block lasts."""
    command = [sys.executable, "-m", "bench.disturbance", str(seed), str(os.getpid())]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main(seed: int, parent: int) -> None:
    """Burst and rest in turn, about a third of a core in the long run."""
    dice = random.Random(seed)
    while os.getppid() == parent:
        until_s = time.monotonic() + dice.uniform(*_BURST_S)
        while time.monotonic() < until_s:
            sum(range(10_000))
        time.sleep(dice.uniform(*_REST_S))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
