"""How samples, views and the generator's own state are laid out, in memory and in a record's files."""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Rows = NDArray[np.void]

SAMPLE = np.dtype(
    [
        ("due_s", "<f8"),
        ("start_s", "<f8"),
        ("first_byte_s", "<f8"),
        ("end_s", "<f8"),
        ("bytes", "<i8"),
        ("learner", "<i4"),
        ("visit", "<i4"),
        ("status", "<i2"),
        ("level", "<i2"),
        ("step", "<i2"),
        ("outcome", "<i2"),
    ]
)
"""One request. ``step`` and ``outcome`` are codes; NaN where a time is not known."""

PACKED_SAMPLE = struct.Struct("<ddddqiihhhh")
assert PACKED_SAMPLE.size == SAMPLE.itemsize

OUTCOMES = (
    *("ok", "http-error", "timeout", "connection", "protocol", "content", "missed"),
    *("no-port", "no-descriptor", "no-memory", "offline"),
)
"""``missed``: due, but never started because the run ended. ``no-…`` are the generator's own machine's doing,
``offline`` is that of the learner's line."""

_VIEW: list[tuple[str, pa.DataType]] = [
    ("learner", pa.int32()),
    ("level", pa.int16()),
    ("start_s", pa.float64()),
    ("startup_s", pa.float64()),
    ("played_s", pa.float64()),
    ("stalled_s", pa.float64()),
    ("stalls", pa.int32()),
    ("switches", pa.int32()),
    ("mean_bits_per_s", pa.float64()),
    ("abandoned", pa.bool_()),
]
VIEW = pa.schema(_VIEW)

_LINE: list[tuple[str, pa.DataType]] = [("learner", pa.int32()), ("line", pa.string()), ("school", pa.string())]
LINE = pa.schema(_LINE)
"""By which line of the profile a learner comes, and over which school's; null where it is a line of their own."""

_RUNG: list[tuple[str, pa.DataType]] = [
    ("learner", pa.int32()),
    ("level", pa.int16()),
    ("rung", pa.int16()),
    ("media_s", pa.float64()),
]
RUNG = pa.schema(_RUNG)
"""Video fetched in a view at one rung of the ladder, counted from the lowest, 0."""

_WRITE: list[tuple[str, pa.DataType]] = [
    ("time_s", pa.float64()),
    ("learner", pa.int32()),
    ("kind", pa.string()),
    ("key", pa.string()),
    ("digest", pa.int64()),
    ("number", pa.int32()),
    ("acknowledged", pa.bool_()),
]
WRITE = pa.schema(_WRITE)
"""What the platform was asked to keep, and whether it said that it did."""

_GENERATOR: list[tuple[str, pa.DataType]] = [
    ("time_s", pa.float64()),
    ("cpu_s", pa.float64()),
    ("learners", pa.int32()),
    ("loop_lag_s", pa.float64()),
    ("open_files", pa.int32()),
    ("rss_bytes", pa.int64()),
    ("requests", pa.int64()),
]
GENERATOR = pa.schema(_GENERATOR)


def sample_table(
    rows: Rows,
    activity_of_step: NDArray[np.int16],
    activities: Sequence[str],
    steps: Sequence[str],
    *,
    network_s: NDArray[np.float64] | None = None,
) -> pa.Table:
    """Samples as a table; names are dictionaries, so that a reader gets codes as well as words.

    ``network_s`` (rows,), only where learners have lines: what the line added to the time from start to end.
    """
    columns: dict[str, pa.Array[Any]] = {
        name: pa.array(np.ascontiguousarray(rows[name]))
        for name in ("due_s", "start_s", "first_byte_s", "end_s", "status", "bytes", "learner", "visit", "level")
    }
    if network_s is not None:
        columns["network_s"] = pa.array(network_s)
    columns["activity"] = _words(activity_of_step[rows["step"]], activities)
    columns["step"] = _words(np.ascontiguousarray(rows["step"]), steps)
    columns["outcome"] = _words(np.ascontiguousarray(rows["outcome"]), OUTCOMES)
    return pa.table(columns)


def _words(codes: NDArray[np.int16], words: Sequence[str]) -> "pa.DictionaryArray[Any, Any]":
    return pa.DictionaryArray.from_arrays(codes, pa.array(list(words), pa.string()))
