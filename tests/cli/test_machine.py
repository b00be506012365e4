"""This machine's cores, shared out between the generator and the backend."""

import os

import pytest

from firstbell.cli.machine import halves


@pytest.mark.parametrize(
    ("cores", "generator", "backend", "separate"),
    [
        ({0}, (0,), (0,), False),
        ({0, 1}, (0,), (1,), True),
        ({2, 5, 7}, (2,), (5, 7), True),
        ({0, 1, 2, 3}, (0, 1), (2, 3), True),
    ],
)
def test_each_side_has_cores_of_its_own_where_there_is_more_than_one(
    cores: set[int],
    generator: tuple[int, ...],
    backend: tuple[int, ...],
    separate: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores)
    found = halves()
    assert (found.generator, found.backend, found.separate) == (generator, backend, separate)
