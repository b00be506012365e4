"""The alarm clock wakes everybody, in order, never early, and nobody who sleeps no more."""

import random
import time

import gevent
import pytest

from firstbell.scenarios.alarm_clock import AlarmClock


def test_nobody_is_woken_early_and_everybody_in_order() -> None:
    alarm, woken = AlarmClock(), []
    now_s = time.monotonic()
    due = [now_s + random.Random(1).uniform(-0.05, 0.4) for _ in range(500)]
    random.Random(2).shuffle(due)

    def sleeper(due_s: float) -> None:
        alarm.sleep_until(due_s)
        woken.append((due_s, time.monotonic()))

    gevent.joinall([gevent.spawn(sleeper, due_s) for due_s in due], timeout=20, raise_error=True)
    assert len(woken) == 500
    assert all(woken_s >= due_s for due_s, woken_s in woken)
    later = [due_s for due_s, _ in woken if due_s > now_s + 0.1]
    assert later == sorted(later)


def test_who_goes_to_sleep_again_when_woken_is_woken_again() -> None:
    alarm, times = AlarmClock(), []

    def sleeper() -> None:
        for _ in range(50):
            alarm.sleep_until(time.monotonic() + 0.002)
            times.append(time.monotonic())

    gevent.joinall([gevent.spawn(sleeper) for _ in range(40)], timeout=20, raise_error=True)
    assert len(times) == 2_000


def test_who_is_killed_asleep_is_not_woken() -> None:
    alarm, woken = AlarmClock(), []

    def sleeper(name: str) -> None:
        alarm.sleep_until(time.monotonic() + 0.05)
        woken.append(name)

    killed, other = gevent.spawn(sleeper, "killed"), gevent.spawn(sleeper, "other")
    gevent.sleep(0.01)
    killed.kill()
    other.join(10)
    gevent.sleep(0.05)
    assert woken == ["other"]


def test_an_error_of_one_who_was_woken_does_not_stop_the_others() -> None:
    alarm, woken = AlarmClock(), []

    def fails() -> None:
        alarm.sleep_until(time.monotonic() + 0.01)
        raise ValueError("on purpose")

    def sleeper() -> None:
        alarm.sleep_until(time.monotonic() + 0.02)
        woken.append(True)

    failing, other = gevent.Greenlet(fails), gevent.spawn(sleeper)
    hub = gevent.get_hub()
    told, hub.exception_stream = hub.exception_stream, None
    failing.start()
    try:
        gevent.joinall([failing, other], timeout=10)
    finally:
        hub.exception_stream = told
    assert woken == [True]
    with pytest.raises(ValueError, match="on purpose"):
        failing.get()
