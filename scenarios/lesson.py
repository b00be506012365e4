"""A lesson in Teams with the portal open beside it: the page polls."""

from typing import TYPE_CHECKING

from firstbell.scenarios.visit import StepFailedError

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


def attend(learner: "Learner", since_s: float) -> None:
    """Poll until the session is over."""
    load = learner.load
    period_s = load.workload.states.lesson.poll_period_s.value
    poll = learner.pace("poll", period_s, since_s=since_s, clock="lesson")
    while True:
        visit = learner.begin("poll", poll.due_s)
        poll.advance()
        try:
            load.adapter.poll(visit)
        except StepFailedError as failure:
            learner.bear(failure)
