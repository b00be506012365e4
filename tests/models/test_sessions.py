"""Visits in a session that ends at a random time, against sessions that are lived."""

import numpy as np
import pytest

from firstbell.models.sessions import visits_per_session
from tests.models import plant

MEAN_SESSION_S = 1200.0


def lived(rng: np.random.Generator) -> dict[str, float]:
    """Mean visits of many sessions, step by step."""
    sessions, found = 4000, dict.fromkeys(("page", "video_start", "quiz_start", "answer", "submit"), 0)
    sigma2 = np.log(2)
    for end_s in rng.exponential(MEAN_SESSION_S, sessions):
        now_s = 0.0
        while (now_s := now_s + rng.lognormal(np.log(20) - sigma2 / 2, np.sqrt(sigma2))) < end_s:
            found["page"] += 1
        now_s = 0.0
        while (now_s := now_s + rng.exponential(30)) < end_s:
            found["video_start"] += 1
            now_s += rng.exponential(240)
        now_s, page = 0.0, 0
        found["quiz_start"] += 1
        while (now_s := now_s + rng.uniform(30, 90)) < end_s:
            found["answer"], page = found["answer"] + 1, page + 1
            if page % 8 == 0:
                found["submit"], found["quiz_start"] = found["submit"] + 1, found["quiz_start"] + 1
    return {name: count / sessions for name, count in found.items()}


def test_visits_of_a_session_are_those_of_sessions_that_were_lived() -> None:
    expected = visits_per_session(plant.kosovo(), MEAN_SESSION_S)
    for name, mean in lived(np.random.default_rng(5)).items():
        assert mean == pytest.approx(expected[name], rel=0.06), name
    assert expected["login"] == 1.0


def test_in_a_session_without_end_cycles_come_as_often_as_they_are_long() -> None:
    visits = visits_per_session(plant.kosovo(), 1e6)
    assert visits["video_start"] == pytest.approx(1e6 / 270, rel=1e-3)
    assert visits["page"] == pytest.approx(1e6 / 20, rel=1e-3)
    assert visits["answer"] == pytest.approx(8 * visits["submit"], rel=1e-3)
