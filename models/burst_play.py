"""One play of a burst: jobs of one size queue for a few threads, and whoever waits too long asks again.

What was asked for and given up is still worked off, in its turn: that is what makes impatience expensive. Compiled, on
a grid of steps; see ``reloads`` for the pauses.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstbell.models.reloads import Reloads, pause_after
from firstbell.models.simulation.compiled import compiled
from firstbell.models.simulation.random_numbers import RandomState, random_state, uniform

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_pause_after = compiled(pause_after)
_NONE = -1
_WAITING, _AWAY = 1, 0
_ROUNDING_S = 1e-12  # ten steps of 0.01 s are less than 0.1 s to a processor


class Played:
    """What became of each of n people: ``ended`` (n,) the step, or -1 where they are not in; ``tries`` (n,)."""

    def __init__(self, arrived: Whole, left: Floats, *, step_s: float, job_s: float, threads: int) -> None:
        """``arrived`` (n,) rising steps; ``left`` (steps,) the cores that others leave in each."""
        self.ended = np.full(len(arrived), _NONE, dtype=np.int64)
        self.tries = np.zeros(len(arrived), dtype=np.int64)
        self._arrived, self._left, self._step_s, self._job_s, self._threads = arrived, left, step_s, job_s, threads

    def play(self, reloads: Reloads | None, *, seed: int) -> "Played":
        """Let it happen."""
        people, steps = len(self.ended), len(self._left)
        after = 0 if reloads is None else max(round(reloads.after_s / self._step_s), 1)
        pause = 0.0 if reloads is None else reloads.pause_s / self._step_s
        most = 0 if reloads is None or reloads.tries is None else reloads.tries
        jobs = people * (steps // after + 1 if after else 1)
        _play(
            self._arrived, self._left, self._step_s, self._job_s, after, pause, most, random_state(seed),
            self.ended, self.tries, np.zeros(people, dtype=np.int64),
            _nobody(steps), _nobody(people), _nobody(steps), _nobody(people),
            _nobody(self._threads), _nobody(self._threads), np.zeros(self._threads),
            np.empty(jobs, dtype=np.int64), np.empty(jobs, dtype=np.int64), np.empty(jobs, dtype=np.int64),
        )  # fmt: skip
        return self


def _nobody(count: int) -> Whole:
    return np.full(count, _NONE, dtype=np.int64)


@compiled
def _play(
    arrived: Whole,
    left: Floats,
    step_s: float,
    job_s: float,
    after: int,
    pause: float,
    most: int,
    state: RandomState,
    ended: Whole,
    tries: Whole,
    waits: Whole,
    again_first: Whole,
    again_next: Whole,
    tired_first: Whole,
    tired_next: Whole,
    first: Whole,
    last: Whole,
    left_s: Floats,
    job_person: Whole,
    job_try: Whole,
    job_next: Whole,
) -> None:
    """``again`` and ``tired`` are lists of people by the step at which they ask again and lose patience; ``first`` and
    ``last`` the queue of jobs of each thread, of whose first job ``left_s`` is left."""
    steps, threads, come, jobs = len(left), len(first), 0, 0
    for step in range(steps):
        person = tired_first[step]
        while person >= 0:
            if ended[person] < 0 and waits[person] == _WAITING:
                waits[person] = _AWAY
                if most == 0 or tries[person] < most:
                    away = _pause_after(pause, tries[person], uniform(state))
                    at = step + int(min(away, float(steps)) + 0.5)
                    if at < steps:
                        again_next[person] = again_first[at]
                        again_first[at] = person
            person = tired_next[person]
        asks = again_first[step]
        while asks >= 0 or (come < len(arrived) and arrived[come] == step):
            if asks >= 0:
                person, asks = asks, again_next[asks]
            else:
                person, come = come, come + 1
            tries[person] += 1
            waits[person] = _WAITING
            if after and step + after < steps:
                tired_next[person] = tired_first[step + after]
                tired_first[step + after] = person
            thread = int(uniform(state) * threads)
            job_person[jobs], job_try[jobs], job_next[jobs] = person, tries[person], -1
            if first[thread] < 0:
                first[thread], left_s[thread] = jobs, job_s
            else:
                job_next[last[thread]] = jobs
            last[thread] = jobs
            jobs += 1
        _serve(step, left[step], step_s, job_s, ended, tries, waits, first, left_s, job_person, job_try, job_next)


@compiled
def _serve(
    step: int,
    cores: float,
    step_s: float,
    job_s: float,
    ended: Whole,
    tries: Whole,
    waits: Whole,
    first: Whole,
    left_s: Floats,
    job_person: Whole,
    job_try: Whole,
    job_next: Whole,
) -> Any:
    """Threads that have work share the cores evenly, none of them more than one."""
    busy = 0
    for thread in range(len(first)):
        busy += first[thread] >= 0
    if busy == 0:
        return
    each_s = min(cores / busy, 1.0) * step_s
    for thread in range(len(first)):
        given_s = each_s
        while first[thread] >= 0 and given_s >= left_s[thread] - _ROUNDING_S:
            given_s = max(given_s - left_s[thread], 0.0)
            job = first[thread]
            person = job_person[job]
            if waits[person] == _WAITING and job_try[job] == tries[person]:
                ended[person] = step + 1
                waits[person] = _AWAY
            first[thread], left_s[thread] = job_next[job], job_s
        if first[thread] >= 0:
            left_s[thread] -= given_s
