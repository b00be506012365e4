"""Signing in: by digital ID or by phone number, as the account goes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


class GaveUpError(Exception):
    """The learner has tried as often as people try."""


def sign_in(learner: "Learner", due_s: float) -> float:
    """Sign in; when it was done."""
    visit = learner.begin("login", due_s)
    visit.pause = learner.wait_until
    learner.load.adapter.sign_in(visit, learner.account)
    learner.tries_in_vain = 0
    return visit.due_s


def fail(learner: "Learner") -> None:
    """A sign-in was in vain; raises GaveUpError where it was the last that this learner tries."""
    signing_in = learner.load.workload.signing_in
    learner.tries_in_vain += 1
    if signing_in and signing_in.tries and learner.tries_in_vain >= signing_in.tries.value:
        learner.tries_in_vain = 0
        raise GaveUpError
