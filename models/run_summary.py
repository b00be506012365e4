"""What a run comes down to, by activity: how long people waited since they were due, and what no waiting time shows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstbell.models.evidence import RunEvidence
from firstbell.models.measurement import Quantile, Responses
from firstbell.models.network_summary import NetworkSummary
from firstbell.models.record import RunRecord, coded, missed_only
from firstbell.models.visits import Samples, Visits

Mask = NDArray[np.bool_]

LATE_S = 0.05
"""A visit that began later than this after it was due is late. People don't notice less."""


@dataclass(frozen=True, kw_only=True)
class ActivitySummary:
    """One activity, over the visits that were due while measuring.

    ``response`` runs from the due time to the last byte of the visit's last request, over visits that went well.
    ``first_byte_p95`` (from due) and ``download_p95`` (from the first byte to the last) are of single requests.
    ``late`` visits began more than LATE_S after they were due, whoever was the reason; ``late_by_generator`` of them
    while the learner had nothing else to wait for. ``missed`` ones were due and never began: no percentile knows them.
    ``offline`` ones ended because the learner's own line was gone, which is no error of the platform.
    """

    visits: int
    errors: int
    offline: int = 0
    missed: int
    late: int
    late_by_generator: int
    response: Responses
    first_byte_p95: Quantile | None
    download_p95: Quantile | None

    def as_json(self) -> dict[str, Any]:
        """The summary with plain numbers; None for a quantile of too few samples."""
        response = self.response
        return {
            "visits": self.visits,
            "errors": self.errors,
            "offline": self.offline,
            "missed": self.missed,
            "late": self.late,
            "late_by_generator": self.late_by_generator,
            "response_s": {
                "mean": response.mean_s,
                "p50": response.p50_s,
                "p95": response.p95_s,
                "p99": response.p99_s,
            },
            "first_byte_s": {"p95": _value_s(self.first_byte_p95)},
            "download_s": {"p95": _value_s(self.download_p95)},
        }


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """All activities in alphabetical order; ``planned_arrivals`` is None where a fixed cohort was played.

    ``network`` has what it was like over each line; None where learners had none.
    """

    activities: Mapping[str, ActivitySummary]
    planned_arrivals: int | None
    network: NetworkSummary | None = None

    @classmethod
    def of(cls, run: RunEvidence) -> "RunSummary":
        """Summarise what was due on the plateaus, whether or not the run held them to their end."""
        missed = _missed(run.record)
        seen = {name for code, name in enumerate(run.samples.activities) if (_measured(run.samples, code)).any()}
        return cls(
            activities={name: _summary(run, name, missed[name]) for name in sorted(seen | set(missed))},
            planned_arrivals=len(run.record.plan.arrivals_s()) if run.record.plan.arrivals else None,
            network=NetworkSummary.of(run),
        )

    def as_json(self) -> dict[str, Any]:
        """The summary with plain numbers."""
        activities = {name: activity.as_json() for name, activity in self.activities.items()}
        network = None if self.network is None else self.network.as_json()
        return {"planned_arrivals": self.planned_arrivals, "activities": activities, "network": network}


def _summary(run: RunEvidence, name: str, missed: int) -> ActivitySummary:
    every = (
        Visits.of(run.samples).of_activity(name) if run.samples.cut_off is not None else run.visits.of_activity(name)
    )
    visits = every.where(every.level >= 0)
    response_s = (visits.end_s - visits.due_s)[~visits.failed][np.argsort(visits.due_s[~visits.failed])]
    samples = run.samples
    offline = 0 if visits.cut_off is None else int(visits.cut_off.sum())
    code = samples.activities.index(name) if name in samples.activities else -1
    measured = _measured(samples, code)
    answered = measured & ~samples.failed & ~np.isnan(samples.first_byte_s)
    first_byte_s = samples.first_byte_s[answered]
    return ActivitySummary(
        visits=len(visits.due_s),
        errors=int(visits.failed.sum()) - offline,
        offline=offline,
        missed=missed,
        late=_visits_of(samples, measured & (samples.start_s - samples.due_s > LATE_S)),
        late_by_generator=_visits_of(samples, measured & (samples.late_s > LATE_S)),
        response=Responses.of(response_s),
        first_byte_p95=Quantile.of(np.sort(first_byte_s - samples.due_s[answered]), 0.95),
        download_p95=Quantile.of(np.sort(samples.end_s[answered] - first_byte_s), 0.95),
    )


def _measured(samples: Samples, code: int) -> Mask:
    return np.asarray((samples.activity == code) & (samples.level >= 0))


def _visits_of(samples: Samples, requests: Mask) -> int:
    """How many visits the requests that the mask picks belong to."""
    return len(np.unique(np.column_stack([samples.learner[requests], samples.visit[requests]]), axis=0))


def _missed(record: RunRecord) -> Counter[str]:
    missed = missed_only(record.samples())
    activities, activity = coded(missed, "activity")
    return Counter(activities[code] for code in activity[missed["level"].to_numpy() >= 0])


def _value_s(quantile: Quantile | None) -> float | None:
    return None if quantile is None else quantile.value_s
