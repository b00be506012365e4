"""Hears what a Locust process says: keeps it in a log, remembers the last lines, and picks out the complaints."""

import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO

from firstbell.scenarios.complaint import complaint_in

_LINES_KEPT = 200


class Listener:
    """Listens in a thread of its own until the process has closed its output."""

    def __init__(self, output: IO[str], log_path: Path) -> None:
        self._output = output
        self._log = _opened(log_path)
        self._last_lines: deque[str] = deque(maxlen=_LINES_KEPT)
        self.complaints: list[str] = []
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    @property
    def last_words(self) -> str:
        """The last line that was not empty."""
        return next((line for line in reversed(self._last_lines) if line), "it said nothing")

    def finish(self, within_s: float) -> None:
        """Hear the rest."""
        self._thread.join(within_s)

    def _run(self) -> None:
        with self._output:
            for line in self._output:
                self._last_lines.append(line.strip())
                complaint = complaint_in(line)
                if complaint is not None and complaint not in self.complaints:
                    self.complaints.append(complaint)
                self._write(line)
        self._close_log()

    def _write(self, line: str) -> None:
        try:
            if self._log is not None:
                self._log.write(line)
        except OSError:  # a full disk: the record's own complaint tells of it
            self._close_log()

    def _close_log(self) -> None:
        log, self._log = self._log, None
        if log is not None:
            with suppress(OSError):
                log.close()


def _opened(path: Path) -> IO[str] | None:
    try:
        return path.open("w", encoding="utf-8", buffering=1)
    except OSError:
        return None
