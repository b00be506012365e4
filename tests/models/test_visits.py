"""Requests grouped into visits."""

from typing import Any

import numpy as np
import pytest

from firstbell.models.visits import Samples, Visits

ACTIVITIES = ("poll", "login")
STEPS = ("poll.get", "login.form", "login.credentials")
OUTCOMES = ("timeout", "ok")
OK = 1


def samples(rows: list[tuple[int, int, int, float, float, float]], **changes: Any) -> Samples:
    """From (learner, visit, activity, due, start, end)."""
    learner, visit, activity, due, start, end = (np.array(column) for column in zip(*rows, strict=True))
    columns: dict[str, Any] = {
        "activity": activity, "step": activity, "outcome": np.full(len(rows), OK), "due_s": due, "start_s": start,
        "first_byte_s": end, "end_s": end, "late_s": np.zeros(len(rows)), "received_bytes": np.full(len(rows), 7),
        "learner": learner, "visit": visit, "level": np.zeros(len(rows), dtype=int),
    }  # fmt: skip
    return Samples(activities=ACTIVITIES, steps=STEPS, outcomes=OUTCOMES, **columns | changes)


def nothing() -> Samples:
    whole, broken = np.zeros(0, dtype=int), np.zeros(0)
    return Samples(
        activities=(), steps=(), outcomes=(), activity=whole, step=whole, outcome=whole, due_s=broken, start_s=broken,
        first_byte_s=broken, end_s=broken, late_s=broken, received_bytes=whole, learner=whole, visit=whole, level=whole,
    )  # fmt: skip


def test_a_visit_runs_from_its_first_requests_due_time_to_the_end_of_its_last() -> None:
    visits = Visits.of(samples([(5, 1, 1, 10.0, 10.0, 10.2), (5, 1, 1, 10.2, 10.2, 10.7), (5, 1, 1, 10.7, 10.7, 11.5)]))
    assert (visits.due_s.tolist(), visits.end_s.tolist()) == ([10.0], [11.5])
    assert visits.response_s.tolist() == pytest.approx([1.5])
    assert (visits.requests.tolist(), visits.received_bytes.tolist()) == ([3], [21])


def test_visits_are_told_apart_by_learner_and_number_whatever_the_order_of_the_requests() -> None:
    rows = [
        (2, 1, 1, 12.5, 12.5, 13.0), (1, 2, 0, 11.0, 11.0, 11.1), (2, 1, 1, 12.0, 12.0, 12.5),
        (1, 1, 0, 10.0, 10.0, 10.3), (2, 2, 0, 9.0, 9.0, 9.5),
    ]  # fmt: skip
    visits = Visits.of(samples(rows))
    assert visits.due_s.tolist() == [9.0, 10.0, 11.0, 12.0]
    assert visits.requests.tolist() == [1, 1, 1, 2]
    assert visits.activity.tolist() == [0, 0, 0, 1]
    assert visits.response_s.tolist() == pytest.approx([0.5, 0.3, 0.1, 1.0])


def test_a_learner_who_was_still_waiting_began_to_wait_for_this_answer_at_the_end_of_that_one() -> None:
    rows = [(1, 1, 0, 10.0, 10.0, 15.0), (1, 2, 0, 12.0, 15.25, 16.0)]
    visits = Visits.of(samples(rows, late_s=np.array([0.0, 0.25])))
    assert visits.due_s.tolist() == [10.0, 12.0]
    assert visits.asked_s.tolist() == [10.0, 15.0]
    assert visits.response_s.tolist() == [5.0, 1.0]  # the generator's own quarter of a second counts


def test_the_latest_of_its_requests_says_how_late_a_visit_was() -> None:
    rows = [(1, 1, 1, 10.0, 10.0, 10.5), (1, 1, 1, 10.5, 10.75, 11.0)]
    assert Visits.of(samples(rows, late_s=np.array([0.0, 0.25]))).late_s.tolist() == [0.25]


def test_one_failed_request_fails_its_visit_and_no_other() -> None:
    rows = [(1, 1, 1, 10.0, 10.0, 10.5), (1, 1, 1, 10.5, 10.5, 11.0), (1, 2, 1, 12.0, 12.0, 13.0)]
    visits = Visits.of(samples(rows, outcome=np.array([OK, 0, OK])))
    assert visits.failed.tolist() == [True, False]


def test_the_visits_of_an_activity_are_picked_by_its_name() -> None:
    visits = Visits.of(samples([(1, 1, 0, 1.0, 1.0, 2.0), (1, 2, 1, 3.0, 3.0, 4.0)]))
    assert visits.of_activity("login").due_s.tolist() == [3.0]
    assert len(visits.of_activity("page").due_s) == 0


def test_no_requests_make_no_visits() -> None:
    visits = Visits.of(nothing())
    assert len(visits.due_s) == len(visits.response_s) == len(visits.failed) == 0
