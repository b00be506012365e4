"""Visits in a session that ends at a random time: what learners were told to do, without what chance made of it.

A learner goes through steps again and again until its session, of exponential length with rate m, is over. A step of
random length S ends inside the session with probability E exp(-m S), the Laplace transform of its length at m, whatever
was before: exponential sessions have no memory. So the expected visits of a session are sums of products of such
probabilities (a renewal process that is killed at rate m; Feller 1971, XI).

A few hundred visits tell the mean of their think times to 5 %; the generator keeps its clocks to the millisecond.
"""

import math

import numpy as np

from firstbell.models.workload import Workload

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(64)


def visits_per_session(workload: Workload, session_s: float) -> dict[str, float]:
    """Expected visits of one session of a learner in the activity's state, by thinking activity; answers take no time.

    ``session_s`` is the mean length on the clock on which people think as long as the profile says.
    """
    rate = 1 / session_s
    states = workload.states
    watching, browsing, quiz = states.watching, states.browsing, states.quiz
    read = _lognormal(browsing.think_s.value, browsing.think_cv.value, rate)
    gap, view = _exponential(watching.gap_s.value, rate), _exponential(watching.view_s.value, rate)
    page = _uniform(quiz.page_min_s.value, quiz.page_max_s.value, rate)
    pages = round(quiz.pages.value)
    whole_quiz = page**pages
    quizzes = 1 / (1 - whole_quiz)
    return {
        "login": 1.0,
        "page": read / (1 - read),
        "video_start": gap / (1 - gap * view),
        "quiz_start": quizzes,
        "answer": quizzes * sum(page**number for number in range(1, pages + 1)),
        "submit": quizzes * whole_quiz,
    }


def _exponential(mean_s: float, rate: float) -> float:
    return 1 / (1 + rate * mean_s)


def _uniform(low_s: float, high_s: float, rate: float) -> float:
    width = rate * (high_s - low_s)
    return math.exp(-rate * low_s) * (-math.expm1(-width) / width if width > 0 else 1.0)


def _lognormal(mean_s: float, cv: float, rate: float) -> float:
    """By Gauss-Hermite quadrature: the transform has no closed form."""
    variance = math.log1p(cv**2)
    lengths_s = mean_s * np.exp(math.sqrt(variance) * _NODES - variance / 2)
    return float(_WEIGHTS @ np.exp(-rate * lengths_s) / _WEIGHTS.sum())
