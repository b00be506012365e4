"""Looking at reports: one after a while, of one kind or another, and after a while the next."""

from typing import TYPE_CHECKING

from firstbell.scenarios.chance import Choice
from firstbell.scenarios.visit import StepFailedError

if TYPE_CHECKING:
    from firstbell.scenarios.adapter import ReportKind
    from firstbell.scenarios.learner import Learner

_OTHER_KINDS: "tuple[ReportKind, ...]" = ("category", "course", "group")


def read_reports(learner: "Learner", since_s: float) -> None:
    """Ask for reports until the session is over."""
    load = learner.load
    mean_s = load.workload.states.stated["reports"].period_s.value
    analytics = load.workload.states.analytics
    assert analytics is not None  # nobody reads reports else
    shares = [getattr(analytics, f"{kind}_share").value for kind in _OTHER_KINDS]
    kinds, choice = (*_OTHER_KINDS, "user"), Choice((*shares, 1 - sum(shares)))
    while True:
        due_s = learner.after(load.chance.exponential(mean_s), since_s)
        visit = learner.begin("report", due_s)
        try:
            load.adapter.report(visit, kinds[choice.index(load.chance)])
        except StepFailedError as failure:
            learner.bear(failure)
        since_s = visit.due_s
