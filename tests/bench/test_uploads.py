"""The memory of an upload, on both sides, does not grow with it."""

import pytest

from bench.uploads import Load, Taken, uploads

MOST_BYTES = 200e6


@pytest.fixture(scope="module")
def found() -> list[Taken]:
    return uploads((Load(name="a file", kind="file", bytes=200_000_000), Load(name="a zip", kind="zip", entries=500)))


def test_a_large_file_and_a_zip_pass_in_little_memory(found: list[Taken]) -> None:
    for taken in found:
        assert 0 < taken.sender_bytes < MOST_BYTES
        assert 0 < taken.backend_process_bytes < MOST_BYTES
        assert 0 < taken.backend_bytes < MOST_BYTES
    assert found[0].sent_bytes == 200_000_000


def test_neither_side_holds_more_of_a_large_file_than_of_a_small_zip(found: list[Taken]) -> None:
    large, small = found
    assert large.backend_process_bytes - small.backend_process_bytes < 20e6
    assert large.sender_bytes - small.sender_bytes < 20e6
