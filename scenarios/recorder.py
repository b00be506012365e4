"""The recorder: every request as a row in a preallocated buffer, written every few seconds as a complete file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from firstbell.scenarios.columns import (
    GENERATOR,
    LINE,
    OUTCOMES,
    PACKED_SAMPLE,
    RUNG,
    SAMPLE,
    VIEW,
    WRITE,
    Rows,
    sample_table,
)

_FIRST_ROWS = 1 << 16
_OUTCOME_CODES = {outcome: code for code, outcome in enumerate(OUTCOMES)}
_pack = PACKED_SAMPLE.pack_into
_ROW_BYTES = PACKED_SAMPLE.size

Background = Callable[[Callable[[], None]], None]
"""Runs a piece of work where it does not hold up the learners."""


class Recorder:
    """One process's part of a record. Without a folder it only feeds Locust's statistics.

    ``over_lines`` says that learners have lines of their own, of which there is more to tell.

    Not thread-safe: for the greenlets of one event loop. Only the writing of finished tables may happen elsewhere.
    """

    def __init__(self, folder: Path | None, process: int, *, over_lines: bool = False) -> None:
        self.over_lines = over_lines
        self._folder = folder
        self._process = process
        self._buffer = bytearray(_FIRST_ROWS * _ROW_BYTES)
        self._limit = len(self._buffer)
        self._spare: bytearray | None = None
        self._at = 0
        self._fed = 0
        self._flushed_requests = 0
        self._step_codes: dict[tuple[str, str, str], int] = {}
        self._views: list[tuple[Any, ...]] = []
        self._writes: list[tuple[Any, ...]] = []
        self._generator: list[tuple[Any, ...]] = []
        self._network_s: dict[int, float] = {}
        self._lines: list[tuple[Any, ...]] = []
        self._rungs: list[tuple[Any, ...]] = []
        self._parts = {"samples": 0, "views": 0, "writes": 0, "generator": 0}
        if over_lines:
            self._parts |= {"lines": 0, "rungs": 0}
        self.steps: list[tuple[str, str, str]] = []
        for name in self._parts if folder else ():
            (folder / name).mkdir(parents=True, exist_ok=True)  # type: ignore[operator]

    def step_code(self, activity: str, step: str, method: str) -> int:
        """The code of a request kind, by activity, step and HTTP method; the same one every time."""
        key = (activity, step, method)
        code = self._step_codes.get(key)
        if code is None:
            code = self._step_codes[key] = len(self.steps)
            self.steps.append(key)
        return code

    def add(
        self,
        due_s: float,
        start_s: float,
        first_byte_s: float,
        end_s: float,
        received_bytes: int,
        learner: int,
        visit: int,
        status: int,
        level: int,
        step: int,
        outcome: str,
    ) -> None:
        """Record a request. Positional, and packed straight into bytes: this is called for every request there is."""
        if self._at == self._limit:
            self._grow()
        code = 0 if outcome == "ok" else _OUTCOME_CODES[outcome]
        _pack(
            self._buffer, self._at,
            due_s, start_s, first_byte_s, end_s, received_bytes, learner, visit, status, level, step, code,
        )  # fmt: skip
        self._at += _ROW_BYTES

    def add_view(self, *view: object) -> None:
        """Record a view, in the order of ``columns.VIEW``."""
        self._views.append(view)

    def add_write(self, *write: object) -> None:
        """Record what the platform was asked to keep, in the order of ``columns.WRITE``."""
        self._writes.append(write)

    def add_generator(self, *state: object) -> None:
        """Record this process's own state, in the order of ``columns.GENERATOR``."""
        self._generator.append(state)

    def note_network(self, network_s: float) -> None:
        """Record what its line added to the request that was recorded last."""
        self._network_s[self._at // _ROW_BYTES - 1] = network_s

    def add_line(self, *line: object) -> None:
        """Record by which line a learner comes, in the order of ``columns.LINE``."""
        self._lines.append(line)

    def add_rung(self, *rung: object) -> None:
        """Record what a view fetched at a rung, in the order of ``columns.RUNG``."""
        self._rungs.append(rung)

    @property
    def requests(self) -> int:
        """Requests recorded so far."""
        return self._flushed_requests + self._at // _ROW_BYTES

    def unfed(self) -> Rows:
        """Rows that were not asked for by this before."""
        rows = np.frombuffer(self._buffer, SAMPLE, count=self._at // _ROW_BYTES)[self._fed :]
        self._fed += len(rows)
        return rows.copy()  # a view would forbid the buffer to grow

    def flush(self, background: Background | None = None) -> None:
        """Write what there is; ``background`` takes the writing off the caller's hands. Raises OSError without it."""
        count = self._at // _ROW_BYTES
        buffer, self._at, self._fed = self._buffer, 0, 0
        self._flushed_requests += count
        views, self._views = self._views, []
        writes, self._writes = self._writes, []
        generator, self._generator = self._generator, []
        network, self._network_s = self._network_s, {}
        lines, self._lines = self._lines, []
        rungs, self._rungs = self._rungs, []
        if self._folder is None:
            return
        # Two buffers take turns: new ones of 4 MB every few seconds would leave gaps in the heap, which then grows.
        self._buffer = self._spare if self._spare is not None else bytearray(self._limit)
        self._spare = None
        steps = tuple(self.steps)
        network_s = _column_of(network, count) if self.over_lines else None

        def write() -> None:
            self._write("samples", _table_of(np.frombuffer(buffer, SAMPLE, count=count), steps, network_s))
            self._spare = buffer if len(buffer) == self._limit else None
            self._write("views", _table_of_tuples(views, VIEW))
            self._write("writes", _table_of_tuples(writes, WRITE))
            self._write("generator", _table_of_tuples(generator, GENERATOR))
            if self.over_lines:
                self._write("lines", _table_of_tuples(lines, LINE))
                self._write("rungs", _table_of_tuples(rungs, RUNG))

        if background is None:
            write()
        else:
            background(write)

    def _grow(self) -> None:
        self._buffer += bytearray(self._limit)
        self._limit = len(self._buffer)

    def _write(self, name: str, table: pa.Table) -> None:
        if not len(table) or self._folder is None:
            return
        path = part_path(self._folder, name, self._process, self._parts[name])
        partial = path.with_suffix(".partial")
        # Numbers hardly ever repeat, so a dictionary of them is work for nothing.
        words = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
        parquet.write_table(table, partial, use_dictionary=words)  # type: ignore[arg-type]
        partial.replace(path)
        self._parts[name] += 1


def part_path(folder: Path, name: str, process: int, part: int) -> Path:
    """Where a process writes a part of a table; parts count from 0."""
    return folder / name / f"{process:03d}-{part:04d}.parquet"


def _column_of(network_s: dict[int, float], count: int) -> NDArray[np.float64]:
    column = np.zeros(count)
    column[list(network_s)] = list(network_s.values())
    return column


def _table_of(
    rows: Rows, steps: tuple[tuple[str, str, str], ...], network_s: NDArray[np.float64] | None = None
) -> pa.Table:
    activities = tuple(dict.fromkeys(activity for activity, _, _ in steps))
    codes = np.array([activities.index(activity) for activity, _, _ in steps], dtype=np.int16)
    return sample_table(rows, codes, activities, [step for _, step, _ in steps], network_s=network_s)


def _table_of_tuples(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)
