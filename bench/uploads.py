"""What an upload takes of either side's memory, and what a line that breaks makes of it.

``python -m bench.uploads`` uploads 2 GB in one file and a zip of 10,000 entries to a reference backend on cores of its
own, and prints the peak of both sides. Disk: about 4 GB in the temporary folder.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.process_tree import most_resident_bytes
from bench.target_process import ROOT, on_cores
from firstbell.cli.backend_process import process_of, reference_backend
from firstbell.cli.machine import halves
from firstbell.cli.scale import BackendScale
from firstbell.fixtures.backend.upload_rules import FIXED, UploadRules

QUICK_HASH = "argon2id:m=64,t=1,p=1"
LOOK_EVERY_S = 0.05
WIDTH = 120
SENDS_WITHIN_S = 600.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is uploaded: one file of ``bytes``, or a zip of ``entries``."""

    name: str
    kind: str
    bytes: int = 0
    entries: int = 0


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Peaks of resident memory: of the sender, of the largest process of the backend, and of all of them together, in
    which what they share counts once (PSS)."""

    load: Load
    sent_bytes: int
    took_s: float
    sender_bytes: int
    backend_process_bytes: int
    backend_bytes: int


LOADS = (
    Load(name="one file of 2 GB", kind="file", bytes=2_000_000_000),
    Load(name="a zip of 10,000 entries", kind="zip", entries=10_000),
)


def main() -> None:
    """Both, as a table."""
    table = Table("upload", "bytes", "s", "sender, peak MB", "backend, peak MB", "its largest process, peak MB")
    for found in uploads(LOADS):
        peaks = (found.sender_bytes, found.backend_bytes, found.backend_process_bytes)
        table.add_row(
            found.load.name, f"{found.sent_bytes:,}", f"{found.took_s:.1f}", *(f"{peak / 1e6:.0f}" for peak in peaks)
        )
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)


def uploads(loads: Sequence[Load]) -> list[Taken]:
    """Each to a backend of its own; RuntimeError where an upload fails."""
    return [_uploaded(load) for load in loads]


def _uploaded(load: Load) -> Taken:
    rules = UploadRules(mode=FIXED, encoders=1, encoding_s_per_video_s=0.0)
    scale = BackendScale(workers=1, password_hash=QUICK_HASH, uploads=rules)
    with (
        tempfile.TemporaryDirectory(prefix="firstbell-bench-") as folder,
        reference_backend(
            Path(folder), learners=10, cores=halves().backend, seed=1, console=Console(stderr=True), scale=scale
        ) as url,
    ):
        with Watch(process_of(url)) as watch:
            told = _sent(load, url)
        return Taken(
            load=load,
            sent_bytes=told["sent_bytes"],
            took_s=told["took_s"],
            sender_bytes=told["peak_rss_bytes"],
            backend_process_bytes=watch.process_bytes,
            backend_bytes=watch.together_bytes,
        )


def _sent(load: Load, url: str) -> dict[str, Any]:
    orders = json.dumps({"url": url, "kind": load.kind, "bytes": load.bytes, "entries": load.entries})
    command = [*on_cores(halves().generator), sys.executable, "-m", "bench.upload_sender", orders]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SENDS_WITHIN_S)
    if done.returncode:
        raise RuntimeError(f"the upload of {load.name} failed: {done.stderr.strip()[-2_000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


class Watch:
    """Looks at a tree of processes until its block is left."""

    def __init__(self, root: psutil.Process) -> None:
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.process_bytes = 0
        self.together_bytes = 0

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for process in (self._root, *self._root.children(recursive=True)):
            self.process_bytes = max(self.process_bytes, most_resident_bytes(process.pid))

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            processes = (self._root, *self._root.children(recursive=True))
            together = sum(process.memory_full_info().pss for process in processes)
            self.together_bytes = max(self.together_bytes, together)


if __name__ == "__main__":
    main()
