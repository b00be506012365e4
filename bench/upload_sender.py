"""One learner who uploads to the reference backend, as a process of its own, so that its memory can be told.

``python -m bench.upload_sender ORDERS`` with ``{"url", "kind", "bytes", "entries"}`` prints what it took as JSON.
"""

import json
import mmap
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from bench.process_tree import most_resident_bytes
from firstbell.models.workload import read_workload
from firstbell.scenarios.accounts import AccountBook
from firstbell.scenarios.adapter import Parcel
from firstbell.scenarios.chance import Chance
from firstbell.scenarios.http.client import Client, Origin, SharedBody
from firstbell.scenarios.recorder import Recorder
from firstbell.scenarios.reference import ReferenceAdapter
from firstbell.scenarios.setting import default_workload
from firstbell.scenarios.shelf import WORDS
from firstbell.scenarios.visit import Visit
from firstbell.scenarios.zip_archive import Entry, archive

BUFFER_BYTES = 4 * 2**20
ENTRY_BYTES = 2_000


def main() -> None:
    """Upload what the orders ask for."""
    print(json.dumps(upload(**json.loads(sys.argv[1]))))


def upload(url: str, kind: str, bytes: int = 0, entries: int = 0) -> dict[str, Any]:
    """Sign in and upload a file of so many bytes, or a zip of so many entries."""
    chance = Chance(1, 0)
    adapter = ReferenceAdapter(read_workload(default_workload()), chance)
    client = Client(Origin.parse(url))
    account = AccountBook(first=0, process=0, processes=1, digital_id_share=1.0).take()
    recorder = Recorder(None, 0)

    def visit(activity: str) -> Visit:
        now_s = time.monotonic()
        return Visit(recorder, client, activity=activity, learner=0, number=1, level=0, due_s=now_s)

    adapter.sign_in(visit("login"), account)
    body = _zip(entries) if kind == "zip" else _file(bytes, chance)
    start_s = time.monotonic()
    if kind == "zip":
        adapter.upload_zip(visit("upload_zip"), Parcel(name="mësimet.zip", body=body))
    else:
        adapter.upload_file(visit("upload_file"), Parcel(name="mësimi.mp4", body=body))
    took_s = time.monotonic() - start_s
    client.close()
    # getrusage would count whoever started this process: its peak outlives exec.
    return {"sent_bytes": body.length_bytes, "took_s": took_s, "peak_rss_bytes": most_resident_bytes(os.getpid())}


def _file(size: int, chance: Chance) -> SharedBody:
    noise = memoryview(bytes(chance.below(256) for _ in range(4_096)) * (BUFFER_BYTES // 4_096))
    return SharedBody(noise, 0, size)


def _zip(entries: int) -> SharedBody:
    """Written to a file piece by piece, and mapped: it is nowhere whole but on the disk."""
    with tempfile.TemporaryFile(prefix="firstbell-bench-") as file:
        for piece in archive(_entries(entries)):
            file.write(piece)
        file.flush()
        mapped = memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))
    return SharedBody(mapped, 0, len(mapped))


def _entries(count: int) -> Iterator[Entry]:
    content = memoryview(b"Libri i klases. " * (ENTRY_BYTES // 16))
    for place in range(count):
        name = f"Klasa {place // 100}/{place // 10 % 10}/{WORDS[place % len(WORDS)]} {place}.pdf"
        # In turn flagged, with the extra field, and with neither.
        yield Entry(
            raw_name=name.encode(),
            content=content,
            flagged=place % 3 == 0,
            unicode_name=name if place % 3 == 1 else None,
        )


if __name__ == "__main__":
    main()
