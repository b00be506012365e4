"""Signing in: by digital ID or by phone number, as the account goes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


def sign_in(learner: "Learner", due_s: float) -> float:
    """Sign in; when it was done."""
    visit = learner.begin("login", due_s)
    learner.load.adapter.sign_in(visit, learner.account)
    return visit.due_s
