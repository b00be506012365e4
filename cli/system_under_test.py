"""What is loaded: the target that was named, or the reference backend, started beside us."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from firstbell.cli.backend_process import reference_backend
from firstbell.cli.machine import halves
from firstbell.cli.scale import BackendScale

REFERENCE = "reference"
_USUAL = BackendScale()


@contextmanager
def system_under_test(
    target: str, folder: Path, *, accounts: int, seed: int, console: Console, scale: BackendScale = _USUAL
) -> Iterator[str]:
    """The target's URL; the reference backend, where it is meant, has its data in ``folder`` and half of the cores."""
    if target != REFERENCE:
        yield target
        return
    with reference_backend(
        folder, learners=accounts, cores=halves().backend, seed=seed, console=console, scale=scale
    ) as url:
        yield url
