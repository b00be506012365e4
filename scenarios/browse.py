"""Browsing: open a page, read it, open the next."""

from typing import TYPE_CHECKING

from firstbell.scenarios.visit import StepFailedError

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


def browse(learner: "Learner", since_s: float) -> None:
    """Open pages until the session is over."""
    load, browsing = learner.load, learner.load.workload.states.browsing
    mean_s, cv = browsing.think_s.value, browsing.think_cv.value
    # The first learners are caught in the middle of a page, or all of a ramp would turn it at the same time.
    seen_share = load.chance.uniform(0, 1) if learner.first_session else 1.0
    while True:
        due_s = learner.after(load.chance.lognormal(mean_s, cv) * seen_share, since_s)
        visit = learner.begin("page", due_s)
        try:
            load.adapter.open_page(visit)
        except StepFailedError as failure:
            learner.bear(failure)
        since_s, seen_share = visit.due_s, 1.0
