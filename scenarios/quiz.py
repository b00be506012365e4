"""Taking quizzes: start, answer page by page, autosave on a timer of its own, hand in, start the next."""

from typing import TYPE_CHECKING

from firstbell.scenarios.adapter import Attempt
from firstbell.scenarios.pacer import Pacer
from firstbell.scenarios.visit import StepFailedError

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


def take_quizzes(learner: "Learner", since_s: float) -> None:
    """Take one quiz after another until the session is over."""
    first_page = _page_under_way(learner) if learner.first_session else 1
    while True:
        visit = learner.begin("quiz_start", since_s)
        try:
            attempt = learner.load.adapter.start_quiz(visit)
        except StepFailedError as failure:
            learner.bear(failure)
            since_s = learner.after(_page_s(learner), visit.due_s)
            continue
        since_s = _Sitting(learner, attempt, visit.due_s).finish(first_page)
        first_page = 1


class _Sitting:
    """One attempt at a quiz."""

    def __init__(self, learner: "Learner", attempt: Attempt, start_s: float) -> None:
        self._learner = learner
        self._attempt = attempt
        self._start_s = start_s
        self._saves = 0
        period_s = learner.load.workload.states.quiz.autosave_period_s.value
        self._autosave: Pacer = learner.pace("autosave", period_s, since_s=start_s, clock="autosave")

    def finish(self, first_page: int) -> float:
        """Answer from a page on and hand in; when that was done."""
        since_s = self._start_s
        page = min(first_page, self._attempt.pages)
        while page <= self._attempt.pages:
            due_s = self._learner.after(_page_s(self._learner), since_s)
            self._autosave_until(due_s, page)
            answered, since_s = self._answer(due_s, page)
            page += answered
        self._learner.drop(self._autosave)
        return self._submit(since_s)

    def _autosave_until(self, due_s: float, page: int) -> None:
        while self._autosave.due_s < due_s:
            visit = self._learner.begin("autosave", self._autosave.due_s)
            self._autosave.advance()
            try:
                self._learner.load.adapter.autosave(visit, self._attempt, page, self._next_save())
            except StepFailedError as failure:
                self._learner.bear(failure)

    def _answer(self, due_s: float, page: int) -> tuple[bool, float]:
        visit = self._learner.begin("answer", due_s)
        try:
            self._learner.load.adapter.answer_page(visit, self._attempt, page, self._next_save())
        except StepFailedError as failure:
            self._learner.bear(failure)
            return False, visit.due_s
        return True, visit.due_s

    def _submit(self, due_s: float) -> float:
        while True:
            visit = self._learner.begin("submit", due_s)
            try:
                self._learner.load.adapter.submit_quiz(visit, self._attempt)
            except StepFailedError as failure:
                self._learner.bear(failure)
                due_s = self._learner.after(_page_s(self._learner), visit.due_s)
            else:
                return visit.due_s

    def _next_save(self) -> int:
        self._saves += 1
        return self._saves


def _page_s(learner: "Learner") -> float:
    quiz = learner.load.workload.states.quiz
    return learner.load.chance.uniform(quiz.page_min_s.value, quiz.page_max_s.value)


def _page_under_way(learner: "Learner") -> int:
    """The first learners are caught somewhere in a quiz, or all of a ramp would hand in at the same time."""
    return 1 + learner.load.chance.below(int(learner.load.workload.states.quiz.pages.value))
