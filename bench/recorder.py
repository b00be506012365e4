"""What recording a request costs the process that makes it, in processor time a sample.

One process's share of 11,200 requests a second goes through a recorder as in a run: each is added when it has ended,
every second Locust's statistics are fed, and every other second a part of the record is written. Each of the three is
timed by itself, the adding less an empty loop, and the median over the repeats is told.

``python bench/recorder.py [REQUESTS_PER_S [BEATS [REPEATS]]]`` prints one JSON document.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from locust.env import Environment

from firstbell.scenarios.recorder import Recorder
from firstbell.scenarios.reference_routes import ROUTES
from firstbell.scenarios.statistics import LocustStatistics

_ERROR_RATIO = 1e-3

Request = tuple[float, float, float, float, int, int, int, int, int, str, str, str]
"""Due, start, first byte, end, bytes, learner, visit, status, level; activity, step; outcome."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """One process's load, and how often all of it is repeated."""

    requests_per_s: int
    beats: int
    beats_a_part: int = 2
    repeats: int


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Processor time a sample. ``loop_s`` is the empty loop's, which is not in the others."""

    loop_s: float
    add_s: float
    statistics_s: float
    flush_s: float

    @property
    def whole_s(self) -> float:
        """All that recording a sample takes."""
        return self.add_s + self.statistics_s + self.flush_s


def main(requests_per_s: str = "1400", beats: str = "20", repeats: str = "7") -> None:
    """The whole measurement, as JSON on standard output."""
    size = Size(requests_per_s=int(requests_per_s), beats=int(beats), repeats=int(repeats))
    with tempfile.TemporaryDirectory(prefix="firstbell-recorder-") as folder:
        cost = measured(size, Path(folder))
    print(json.dumps({"size": asdict(size), **asdict(cost), "whole_s": cost.whole_s}, indent=2))


def measured(size: Size, folder: Path) -> Cost:
    """Record and measure, with the parts in new folders below ``folder``."""
    beat = _requests(size.requests_per_s)
    _repeat(size, beat, folder / "unseen")
    found = [_repeat(size, beat, folder / str(number)) for number in range(size.repeats)]
    return Cost(
        loop_s=statistics.median(cost.loop_s for cost in found),
        add_s=statistics.median(cost.add_s for cost in found),
        statistics_s=statistics.median(cost.statistics_s for cost in found),
        flush_s=statistics.median(cost.flush_s for cost in found),
    )


def _repeat(size: Size, beat: list[Request], folder: Path) -> Cost:
    recorder, fed = Recorder(folder, 0), LocustStatistics(Environment())
    loop_s = add_s = statistics_s = flush_s = 0.0
    for number in range(1, size.beats + 1):
        loop_s += _cpu_s(lambda: _nothing(beat))
        add_s += _cpu_s(lambda: _add(recorder, beat))
        statistics_s += _cpu_s(lambda: fed.feed(recorder.unfed(), recorder.steps))
        if number % size.beats_a_part == 0:
            flush_s += _cpu_s(recorder.flush)
    samples = size.beats * len(beat)
    return Cost(
        loop_s=loop_s / samples,
        add_s=(add_s - loop_s) / samples,
        statistics_s=statistics_s / samples,
        flush_s=flush_s / samples,
    )


def _cpu_s(work: Callable[[], object]) -> float:
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def _nothing(beat: list[Request]) -> None:
    for _ in beat:
        pass


def _add(recorder: Recorder, beat: list[Request]) -> None:
    add, code = recorder.add, recorder.step_code
    for due, start, first, end, size, learner, visit, status, level, activity, step, outcome in beat:
        add(due, start, first, end, size, learner, visit, status, level, code(activity, step, "GET"), outcome)


def _requests(count: int) -> list[Request]:
    """A second's requests, of all steps that the reference backend knows, in the order of their ends."""
    rng = np.random.default_rng(1)
    end_s = time.monotonic() + np.sort(rng.random(count))
    length_s = rng.lognormal(np.log(0.01), 1.0, count)
    steps = [list(ROUTES)[number] for number in rng.integers(0, len(ROUTES), count)]
    failed = rng.random(count) < _ERROR_RATIO
    columns = (
        end_s - length_s, end_s - length_s, end_s - 0.5 * length_s, end_s, rng.integers(500, 500_000, count),
        rng.integers(0, 15_000, count), rng.integers(0, 1_000, count), np.where(failed, 503, 200), np.zeros(count, int),
    )  # fmt: skip
    activities = [step.partition(".")[0] for step in steps]
    outcomes = np.where(failed, "http-error", "ok").tolist()
    return list(zip(*(column.tolist() for column in columns), activities, steps, outcomes, strict=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
