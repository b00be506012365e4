"""Learners in session by the parts of the record that there are."""

from pathlib import Path

from firstbell.scenarios.head_count import HeadCount
from firstbell.scenarios.recorder import Recorder, part_path


def write_part(recorder: Recorder, learners: int) -> None:
    recorder.add_generator(1.0, 0.1, learners, 0.0, 10, 1_000_000, 5)
    recorder.flush()


def test_before_the_first_part_nothing_is_known(tmp_path: Path) -> None:
    assert HeadCount(tmp_path, 2).now() is None


def test_the_newest_part_of_each_process_counts(tmp_path: Path) -> None:
    first, second = Recorder(tmp_path, 0), Recorder(tmp_path, 1)
    count = HeadCount(tmp_path, 2)
    write_part(first, 5)
    assert count.now() == 5
    write_part(first, 7)
    write_part(first, 9)
    write_part(second, 20)
    assert count.now() == 29
    assert count.now() == 29


def test_a_part_that_can_not_be_read_leaves_the_count_as_it_was(tmp_path: Path) -> None:
    recorder, count = Recorder(tmp_path, 0), HeadCount(tmp_path, 1)
    write_part(recorder, 5)
    assert count.now() == 5
    part_path(tmp_path, "generator", 0, 1).write_bytes(b"not a table")
    assert count.now() == 5
