"""Signing in: by digital ID or by phone number, as the account goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


class GaveUpError(Exception):
    """The learner has tried as often as people try."""


def sign_in(learner: "Learner", due_s: float) -> float:
    """Sign in; when it was done."""
    visit = learner.begin("login", due_s)
    visit.pause = learner.wait_until
    with _patience(learner):
        learner.load.adapter.sign_in(visit, learner.account)
    learner.tries_in_vain = 0
    return visit.due_s


@contextmanager
def _patience(learner: "Learner") -> Iterator[None]:
    """As long as people wait for an answer before they begin anew, if the profile says."""
    reloads, client = learner.load.reloads, learner.client
    if reloads is None:
        yield
        return
    usual_s, client.read_timeout_s = client.read_timeout_s, reloads.after_s
    try:
        yield
    finally:
        client.read_timeout_s = usual_s


def fail(learner: "Learner") -> None:
    """A sign-in was in vain; raises GaveUpError where it was the last that this learner tries."""
    signing_in = learner.load.workload.signing_in
    learner.tries_in_vain += 1
    if signing_in and signing_in.tries and learner.tries_in_vain >= signing_in.tries.value:
        learner.tries_in_vain = 0
        raise GaveUpError
