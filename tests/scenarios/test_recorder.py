"""Samples on their way to disk."""

import math
from pathlib import Path

import pytest
from pyarrow import parquet

from firstbell.scenarios.recorder import Recorder


def _add(recorder: Recorder, visit: int, outcome: str = "ok", activity: str = "segment") -> None:
    step = recorder.step_code(activity, f"{activity}.get", "GET")
    recorder.add(1.0 + visit, 1.5 + visit, math.nan, 2.0 + visit, 10 * visit, 7, visit, 200, -1, step, outcome)


def _rows(folder: Path) -> list[dict[str, object]]:
    return [row for path in sorted(folder.glob("*.parquet")) for row in parquet.read_table(path).to_pylist()]


def test_every_column_of_a_sample_comes_back(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 3)
    _add(recorder, 2, "http-error", "poll")
    recorder.flush()
    (row,) = _rows(tmp_path / "samples")
    assert math.isnan(row.pop("first_byte_s"))  # type: ignore[arg-type]
    assert row == {
        "due_s": 3.0, "start_s": 3.5, "end_s": 4.0, "status": 200, "bytes": 20, "learner": 7, "visit": 2, "level": -1,
        "activity": "poll", "step": "poll.get", "outcome": "http-error",
    }  # fmt: skip


def test_each_flush_leaves_a_part_of_its_own_and_an_empty_one_leaves_none(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 3)
    for visit in range(3):
        _add(recorder, visit)
        recorder.flush()
        recorder.flush()
    names = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert names == ["003-0000.parquet", "003-0001.parquet", "003-0002.parquet"]
    assert [row["visit"] for row in _rows(tmp_path / "samples")] == [0, 1, 2]


def test_the_buffer_grows_when_a_flush_is_late(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 0)
    for visit in range(70_000):
        _add(recorder, visit)
    assert recorder.requests == 70_000
    recorder.flush()
    _add(recorder, 70_000)
    recorder.flush()
    table = parquet.read_table(tmp_path / "samples")
    assert sorted(table["visit"].to_pylist()) == list(range(70_001))
    assert recorder.requests == 70_001


def test_a_buffer_that_has_been_written_is_used_again(tmp_path: Path) -> None:
    recorder, put_off = Recorder(tmp_path, 0), []
    seen = set()
    for visit in range(12):
        _add(recorder, visit)
        seen.add(id(recorder._buffer))
        recorder.flush(put_off.append)
        put_off.pop()()
    assert [row["visit"] for row in _rows(tmp_path / "samples")] == list(range(12))
    assert len(seen) == 2


def test_writing_can_be_put_off_without_losing_what_comes_meanwhile(tmp_path: Path) -> None:
    recorder, put_off = Recorder(tmp_path, 0), []
    _add(recorder, 0)
    recorder.flush(put_off.append)
    _add(recorder, 1)
    assert not list((tmp_path / "samples").iterdir())
    put_off[0]()
    recorder.flush()
    assert [row["visit"] for row in _rows(tmp_path / "samples")] == [0, 1]


def test_rows_are_fed_once_each(tmp_path: Path) -> None:
    recorder = Recorder(None, 0)
    _add(recorder, 0)
    assert len(recorder.unfed()) == 1
    assert len(recorder.unfed()) == 0
    _add(recorder, 1)
    assert recorder.unfed()["visit"].tolist() == [1]


def test_views_and_the_generators_state_have_their_own_files(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 1)
    recorder.add_view(7, 0, 10.0, 0.2, 100.0, 1.0, 1, 2, 794_000.0, False)
    recorder.add_generator(11.0, 0.5, 40, 0.002, 44, 100_000_000, 900)
    recorder.flush()
    (view,) = _rows(tmp_path / "views")
    (state,) = _rows(tmp_path / "generator")
    assert (view["learner"], view["stalls"], view["abandoned"]) == (7, 1, False)
    assert (state["cpu_s"], state["learners"], state["requests"]) == (0.5, 40, 900)


def test_a_folder_that_cannot_be_written_is_an_error_and_not_a_loss_in_silence(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 0)
    _add(recorder, 0)
    (tmp_path / "samples").rmdir()
    with pytest.raises(OSError, match="samples"):
        recorder.flush()


def test_what_a_line_added_comes_back_and_only_where_there_are_lines(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 3, over_lines=True)
    for visit in range(3):
        _add(recorder, visit)
        if visit != 1:
            recorder.note_network(0.25 * (visit + 1))
    recorder.add_line(7, "village", "village 3-1")
    recorder.add_line(8, "3g", None)
    recorder.add_rung(7, 0, 2, 18.0)
    recorder.flush()
    _add(recorder, 3)
    recorder.note_network(0.5)
    recorder.flush()
    assert [row["network_s"] for row in _rows(tmp_path / "samples")] == [0.25, 0.0, 0.75, 0.5]
    assert _rows(tmp_path / "lines") == [
        {"learner": 7, "line": "village", "school": "village 3-1"},
        {"learner": 8, "line": "3g", "school": None},
    ]
    assert _rows(tmp_path / "rungs") == [{"learner": 7, "level": 0, "rung": 2, "media_s": 18.0}]
