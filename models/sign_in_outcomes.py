"""What became of sign-ins during a run: who was refused, mistyped, asked for another code, or gave up."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from firstbell.models.record import coded

_LIMITED, _FAILED, _LOCKED = 429, 503, 423


@dataclass(frozen=True, kw_only=True)
class SignInOutcomes:
    """Counts over the whole run, its ramps included.

    ``limited``, ``failed_by_provider`` and ``locked`` are requests with the statuses 429, 503 and 423; ``given_up`` is
    how often learners had failed as often as people try. ``everybody_s`` is how long it took from when the first of
    all sign-ins was due until each learner had signed in once; None where somebody never did.
    """

    sign_ins: int
    failed: int
    limited: int
    failed_by_provider: int
    locked: int
    mistyped: int
    codes_again: int
    given_up: int
    everybody_s: float | None

    @classmethod
    def of(cls, samples: pa.Table, tries: int | None) -> "SignInOutcomes | None":
        """From a record's samples; None where nothing but plain sign-ins and plain failures is in it."""
        activities, activity = coded(samples, "activity")
        if "login" not in activities:
            return None
        logins = samples.filter(pa.array(activity == activities.index("login")))
        steps, step = coded(logins, "step")
        outcomes, outcome = coded(logins, "outcome")
        status = logins["status"].to_numpy()
        missed = outcome == (outcomes.index("missed") if "missed" in outcomes else -1)
        good = outcome == (outcomes.index("ok") if "ok" in outcomes else -1)
        visits = _visits(logins, failed=~good & ~missed, begun=~missed)
        found = cls(
            sign_ins=len(visits),
            failed=sum(failed for _, failed in visits),
            limited=int((status == _LIMITED).sum()),
            failed_by_provider=int((status == _FAILED).sum()),
            locked=int((status == _LOCKED).sum()),
            mistyped=_count(steps, step, "login.mistyped", good),
            codes_again=_count(steps, step, "login.code-again", good),
            given_up=_given_up(visits, tries) if tries else 0,
            everybody_s=_everybody_s(logins, failed=~good & ~missed, begun=~missed),
        )
        unusual = (found.limited, found.failed_by_provider, found.locked, found.mistyped, found.codes_again)
        return found if any(unusual) or found.given_up else None

    def as_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)


def _visits(logins: pa.Table, *, failed: Any, begun: Any) -> list[tuple[int, bool]]:
    """Each sign-in's learner, in the order of learners and visits, and whether it failed."""
    learner, visit = (logins[name].to_numpy()[begun].astype(np.int64) for name in ("learner", "visit"))
    order = np.lexsort((visit, learner))
    rows = zip(learner[order].tolist(), visit[order].tolist(), failed[begun][order].tolist(), strict=True)
    return [(who, any(row[2] for row in its)) for (who, _), its in groupby(rows, key=lambda row: (row[0], row[1]))]


def _everybody_s(logins: pa.Table, *, failed: Any, begun: Any) -> float | None:
    learner, visit, due_s, end_s = (
        logins[name].to_numpy()[begun].tolist() for name in ("learner", "visit", "due_s", "end_s")
    )
    ends: dict[tuple[int, int], float] = {}
    for each, time_s, bad in zip(zip(learner, visit, strict=True), end_s, failed[begun].tolist(), strict=True):
        ends[each] = math.inf if bad else max(ends.get(each, -math.inf), time_s)
    first: dict[int, float] = {}
    for (who, _), time_s in ends.items():
        first[who] = min(first.get(who, math.inf), time_s)
    last_s = max(first.values(), default=math.inf) - min(due_s, default=0.0)
    return last_s if math.isfinite(last_s) else None


def _given_up(visits: Iterable[tuple[int, bool]], tries: int) -> int:
    """Every so many failures in a row of one learner."""
    return sum(len(list(row)) // tries for (_, failed), row in groupby(visits) if failed)


def _count(steps: tuple[str, ...], step: Any, name: str, good: Any) -> int:
    return int(((step == steps.index(name)) & good).sum()) if name in steps else 0
