"""Reads the target's metrics every second, in a thread of its own, into one file that is always whole."""

import math
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from firstbell.models.record import SERVER_FILE
from firstbell.scenarios.exposition import values_of

_PERIOD_S = 1.0
_TIMEOUT_S = 5.0
_FIRST_ROWS, _MOST_ROWS = 5, 30  # between two writes: each writes all there is, and takes longer the longer a run
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Scraper:
    """Scrapes ``target``/metrics from ``start`` to ``stop``. A target without metrics leaves no file.

    ``server_cores`` are the target's cores when it runs on this machine: their busy time is read at each scrape.
    """

    def __init__(self, target: str, folder: Path, server_cores: Sequence[int] = ()) -> None:
        self._url = f"{target.rstrip('/')}/metrics"
        self._path = folder / SERVER_FILE
        self._cores = frozenset(server_cores)
        self._rows: list[dict[str, float]] = []
        self._write_at = _FIRST_ROWS
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scraper", daemon=True)
        self.problem: str | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Scrape once more, write, end."""
        self._over.set()
        self._thread.join(2 * _TIMEOUT_S + _PERIOD_S)

    def _run(self) -> None:
        due_s = time.monotonic()
        while True:
            last = self._over.is_set()
            self._scrape()
            if last or len(self._rows) >= self._write_at:
                self._write()
            if last:
                return
            due_s = max(due_s + _PERIOD_S, time.monotonic())
            self._over.wait(due_s - time.monotonic())

    def _scrape(self) -> None:
        """A scrape's time is when the target says that it read its counters, if its clock is ours; else the middle.

        On a busy target the scrape itself waits, at one side more than at the other.
        """
        sent_s = time.monotonic()
        try:
            with urllib.request.urlopen(self._url, timeout=_TIMEOUT_S) as response:
                values = values_of(response.read().decode("utf-8", "replace"))
        except (OSError, ValueError) as error:
            self.problem = f"{self._url} can't be read: {error}"
            return
        received_s = time.monotonic()
        if values:
            host = self._host_busy()
            told_s = values.get("clock_seconds", math.nan)
            time_s = told_s if sent_s <= told_s <= received_s else (sent_s + received_s) / 2
            self._rows.append({"time_s": time_s, "scrape_s": received_s - sent_s, **host, **values})

    def _host_busy(self) -> dict[str, float]:
        """Seconds that the target's cores were busy or taken away by a hypervisor, since boot (proc(5), /proc/stat)."""
        if not self._cores:
            return {}
        busy = steal = 0
        with open("/proc/stat", encoding="ascii") as lines:
            for line in lines:
                name, *ticks = line.split()
                if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in self._cores:
                    user, nice, system, _idle, _wait, irq, softirq, stolen = (int(tick) for tick in ticks[:8])
                    busy += user + nice + system + irq + softirq
                    steal += stolen
        return {"host_busy_s": busy / _TICKS_PER_S, "host_steal_s": steal / _TICKS_PER_S}

    def _write(self) -> None:
        if not self._rows:
            return
        self._write_at = len(self._rows) + min(max(len(self._rows) // 4, _FIRST_ROWS), _MOST_ROWS)
        names = list(dict.fromkeys(name for row in self._rows for name in row))
        table = pa.table({name: [row.get(name, float("nan")) for row in self._rows] for name in names})
        partial = self._path.with_suffix(".partial")
        try:
            parquet.write_table(table, partial)
            partial.replace(self._path)
        except OSError as error:
            self.problem = f"the target's metrics can't be written: {error.strerror or error}"
