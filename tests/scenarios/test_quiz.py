"""Quizzes, browsing and lessons, on a stage with a clock that jumps."""

from itertools import pairwise
from typing import Any

import pytest

from firstbell.scenarios.browse import browse
from firstbell.scenarios.lesson import attend
from firstbell.scenarios.quiz import take_quizzes
from firstbell.scenarios.reference import ReferenceAdapter

from .staged import KOSOVO, CurtainError, StagedLearner

ATTEMPT = b'{"attempt": 17, "pages": 8}'
SCORE = b'{"score": 50.0, "correct": 40, "questions": 80}'
PAGE = b'<link href="/assets/app.css"><script src="/assets/app.js"></script><img src="/assets/c.jpg">'


def _platform(path: str, time_s: float) -> tuple[float, int, bytes]:
    if path.endswith("/attempts"):
        return 0.05, 201, ATTEMPT
    if path.endswith("/submit"):
        return 0.05, 200, SCORE
    return 0.05, 200, PAGE


def _learner(state: str, ends_s: float, answer: Any = _platform, first_session: bool = False) -> StagedLearner:
    learner = StagedLearner(answer, ends_s=ends_s, state=state, first_session=first_session)
    learner.load.adapter = ReferenceAdapter(KOSOVO, learner.load.chance)
    return learner


def _played(activity: Any, learner: StagedLearner) -> list[tuple[str, float, float, float, str]]:
    with pytest.raises(CurtainError):
        activity(learner, 1000.0)
    return learner.story()


def test_a_quiz_is_started_answered_page_by_page_and_handed_in() -> None:
    story = _played(take_quizzes, _learner("quiz", 1900.0))
    steps = [step for step, *_ in story if not step.startswith("autosave")]
    whole = ["quiz_start.attempt", "quiz_start.page", *["answer.save", "answer.page"] * 7, "answer.save", "submit.post"]
    assert steps[: len(whole)] == whole
    assert steps[len(whole)] == "quiz_start.attempt"


def test_a_page_takes_30_to_90_seconds_from_when_it_was_shown() -> None:
    story = _played(take_quizzes, _learner("quiz", 9000.0))
    shown_s = None
    times = []
    for step, due_s, _, end_s, _ in story:
        if step == "answer.save" and shown_s is not None:
            times.append(due_s - shown_s)
        if step in ("quiz_start.page", "answer.page"):
            shown_s = end_s
    assert len(times) > 80
    assert min(times) >= 30 - 1e-9
    assert max(times) <= 90 + 1e-9


def test_autosaves_keep_a_timer_of_their_own_within_an_attempt() -> None:
    story = [entry for entry in _played(take_quizzes, _learner("quiz", 1400.0)) if entry[0].startswith("autosave")]
    dues = [due_s for _, due_s, *_ in story]
    assert len(dues) >= 5
    assert [later - earlier for earlier, later in pairwise(dues)] == pytest.approx([60.0] * (len(dues) - 1))


def test_nobody_saves_after_handing_in() -> None:
    learner = _learner("quiz", 4000.0)
    story = _played(take_quizzes, learner)
    steps = [step for step, *_ in story]
    for position, step in enumerate(steps[:-1]):
        if step == "submit.post":
            assert steps[position + 1] == "quiz_start.attempt"


def test_a_page_that_was_not_saved_is_answered_again() -> None:
    second_page: list[float] = []

    def answer(path: str, time_s: float) -> tuple[float, int, bytes]:
        if path.endswith("/pages/2"):
            second_page.append(time_s)
            if len(second_page) in (2, 3):  # the first is the page itself, then come its saves
                return 0.05, 503, b""
        return _platform(path, time_s)

    story = _played(take_quizzes, _learner("quiz", 1700.0, answer))
    saves = [outcome for step, *_, outcome in story if step == "answer.save"]
    assert saves[:4] == ["ok", "http-error", "http-error", "ok"]
    assert saves.count("ok") >= 8
    assert "submit.post" in [step for step, *_ in story]


def test_the_first_learners_are_caught_in_the_middle_of_a_quiz() -> None:
    learners = [_learner("quiz", 3000.0, first_session=True) for _ in range(30)]
    for number, learner in enumerate(learners):
        learner.load.chance._random.seed(number)
        learner.load.adapter.chance = learner.load.chance
    first_quizzes = []
    for learner in learners:
        steps = [step for step, *_ in _played(take_quizzes, learner)]
        first_quizzes.append(steps[: steps.index("submit.post")].count("answer.save"))
    assert set(first_quizzes) == set(range(1, 9))


def test_the_next_page_is_due_a_think_time_after_the_last_one_was_there() -> None:
    story = _played(browse, _learner("browsing", 30_000.0))
    pages = [entry for entry in story if entry[0] == "page.html"]
    ends = [max(end_s for _, _, start_s, end_s, _ in story if start_s < later[1]) for later in pages[1:]]
    thinks = [later[1] - end_s for later, end_s in zip(pages[1:], ends, strict=True)]
    assert sum(thinks) / len(thinks) == pytest.approx(20.0, rel=0.15)
    assert len(story) / len(pages) == pytest.approx(3.5, abs=0.1)


def test_requests_within_a_page_are_due_when_the_one_before_ended() -> None:
    story = _played(browse, _learner("browsing", 1200.0))
    assert all(due_s == start_s for _, due_s, start_s, _, _ in story)
    for earlier, later in pairwise(story):
        if later[0] == "page.asset":
            assert later[1] == earlier[3]


def test_a_poll_that_took_too_long_makes_the_next_due_at_once_and_shifts_none() -> None:
    def answer(path: str, time_s: float) -> tuple[float, int, bytes]:
        return (150.0 if time_s < 1060 else 0.05), 200, b"{}"

    story = _played(attend, _learner("lesson", 2000.0, answer))
    dues = [due_s for _, due_s, *_ in story]
    assert [later - earlier for earlier, later in pairwise(dues)] == pytest.approx([60.0] * (len(dues) - 1))
    late = [start_s - due_s for _, due_s, start_s, _, _ in story]
    assert late[:4] == pytest.approx([0.0, 90.0, 30.05, 0.0], abs=0.2)
