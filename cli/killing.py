"""A worker of the reference backend is killed in the middle of a run, as a machine's memory killer would do it."""

import os
import signal
from contextlib import suppress

from rich.console import Console

from firstbell.cli.backend_process import process_of


def kill_a_worker(url: str, console: Console) -> None:
    """SIGKILL for one worker of the backend there."""
    # The workers were forked first, then the encoders and the mirror.
    worker = min(child.pid for child in process_of(url).children())
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
        console.print(f"worker process {worker} of the reference backend was killed")
