"""What beats in every process that has learners: writes the record, feeds Locust's page, watches the event loop."""

import errno
import gc
import os
import resource
import time
from collections.abc import Callable

import gevent
import psutil
from gevent.event import AsyncResult
from locust.env import Environment

from firstbell.scenarios.complaint import complain
from firstbell.scenarios.load import Load
from firstbell.scenarios.schedule import RAMP
from firstbell.scenarios.statistics import LocustStatistics

_BEAT_S = 1.0
_BEATS_A_PART = 2
_BEATS_A_COUNT_OF_FILES = 10
_BEATS_A_FREEZE = 5
_LAG_PROBE_S = 0.02
_NO_SPACE = os.strerror(errno.ENOSPC)  # pyarrow tells it in words only
_COLLECT_AFTER = (50_000, 20, 100)


class Heartbeat:
    """Beats once a second until it is stopped."""

    def __init__(self, environment: Environment, load: Load) -> None:
        self._environment = environment
        self._load = load
        self._statistics = LocustStatistics(environment)
        self._process = psutil.Process()
        self._lag_s = 0.0
        self._open_files = 0
        self._beats = 0
        self._frozen_level = -1
        self._writing: AsyncResult[None] | None = None
        # Half a million live objects in learners cost a full collection seconds. Young garbage is still collected.
        gc.collect()
        gc.set_threshold(*_COLLECT_AFTER)
        self._greenlets = [gevent.spawn(self._beat), gevent.spawn(self._probe)]

    def stop(self) -> None:
        """Write what is left; wait until it is written."""
        gevent.killall(self._greenlets)
        try:
            if self._writing is not None:
                self._writing.get()
            self._note()
            self._load.recorder.flush()
        except OSError as error:
            self._fail(error)

    def _beat(self) -> None:
        due_s = time.monotonic()
        while True:
            due_s += _BEAT_S
            gevent.sleep(max(0.0, due_s - time.monotonic()))
            self._beats += 1
            self._note()
            self._freeze()
            if self._beats % _BEATS_A_PART == 0:
                self._flush()

    def _probe(self) -> None:
        """How late the event loop wakes a sleeper, which is how late every learner would be."""
        while True:
            due_s = time.monotonic() + _LAG_PROBE_S
            gevent.sleep(_LAG_PROBE_S)
            self._lag_s = max(self._lag_s, time.monotonic() - due_s)

    def _note(self) -> None:
        load = self._load
        self._statistics.feed(load.recorder.unfed(), load.recorder.steps)
        if self._beats % _BEATS_A_COUNT_OF_FILES == 1:
            self._open_files = self._process.num_fds()
        used = resource.getrusage(resource.RUSAGE_SELF)
        load.recorder.add_generator(
            time.monotonic(),
            used.ru_utime + used.ru_stime,
            load.learners,
            self._lag_s,
            self._open_files,
            self._process.memory_info().rss,
            load.recorder.requests,
        )
        self._lag_s = 0.0

    def _flush(self) -> None:
        if self._writing is not None and not self._writing.ready():
            return  # a slow disk: the buffers grow until it is done
        try:
            if self._writing is not None:
                self._writing.get()
            self._load.recorder.flush(self._in_background)
        except OSError as error:
            self._fail(error)

    def _in_background(self, write: Callable[[], None]) -> None:
        self._writing = gevent.get_hub().threadpool.spawn(write)

    def _freeze(self) -> None:
        """Take what learners are made of out of the collector's sight: in ramps, where more come all the time, and once
        a level has all of its own. It costs nothing, while collecting first would hold up requests by 0.1 s and more.
        """
        level = self._load.schedule.level_at(time.monotonic())
        if level > self._frozen_level or (level == RAMP and self._beats % _BEATS_A_FREEZE == 0):
            gc.freeze()
            self._frozen_level = max(level, self._frozen_level)

    def _fail(self, error: OSError) -> None:
        full = error.errno == errno.ENOSPC or _NO_SPACE in str(error)
        complain("the disk is full: the record ends here" if full else f"the record can't be written: {error}")
        self._environment.process_exit_code = 1
        if self._environment.runner is not None:
            gevent.spawn(self._environment.runner.quit)
