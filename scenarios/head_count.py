"""How many learners are in session, by what the processes of a run have written so far."""

from pathlib import Path

from pyarrow import ArrowException, parquet

from firstbell.scenarios.recorder import part_path


class HeadCount:
    """Looks only at parts of the record that are new: a run of many processes writes thousands."""

    def __init__(self, folder: Path, processes: int) -> None:
        self._folder = folder
        self._next_part = [0] * processes
        self._learners: dict[int, int] = {}

    def now(self) -> int | None:
        """The learners that all processes told of last; None before the first part."""
        for process in range(len(self._next_part)):
            newest = self._newest_part(process)
            if newest is not None:
                self._read(process, newest)
        return sum(self._learners.values()) if self._learners else None

    def _newest_part(self, process: int) -> Path | None:
        newest = None
        while (path := part_path(self._folder, "generator", process, self._next_part[process])).exists():
            newest = path
            self._next_part[process] += 1
        return newest

    def _read(self, process: int, path: Path) -> None:
        try:
            column = parquet.read_table(path, columns=["learners"])["learners"]
        except (OSError, ArrowException):  # told by who reads the record; a count that is a little old does no harm
            return
        self._learners[process] = column[-1].as_py()
