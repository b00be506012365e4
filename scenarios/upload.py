"""Uploading work: a file, a batch of files or a zip, and after a while the next."""

from typing import TYPE_CHECKING

from firstbell.scenarios.visit import StepFailedError, Visit

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


def upload(learner: "Learner", since_s: float) -> None:
    """Upload until the session is over."""
    load = learner.load
    mean_s = load.workload.states.stated["upload"].period_s.value
    while True:
        due_s = learner.after(load.chance.exponential(mean_s), since_s)
        kind = load.shelf.kind()
        visit = learner.begin(f"upload_{kind}", due_s)
        try:
            _upload(learner, visit, kind)
        except StepFailedError as failure:
            learner.bear(failure)
        since_s = visit.due_s


def _upload(learner: "Learner", visit: Visit, kind: str) -> None:
    adapter, shelf = learner.load.adapter, learner.load.shelf
    if kind == "zip":
        adapter.upload_zip(visit, shelf.zip())
    elif kind == "batch":
        adapter.upload_batch(visit, shelf.batch())
    else:
        adapter.upload_file(visit, shelf.file())
