"""What became of sign-ins during a run: who was refused, mistyped, asked for another code, or gave up."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

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
        ends_s = _ends_s(logins, failed=~good & ~missed, begun=~missed)
        found = cls(
            sign_ins=len(ends_s),
            failed=sum(map(math.isinf, ends_s.values())),
            limited=int((status == _LIMITED).sum()),
            failed_by_provider=int((status == _FAILED).sum()),
            locked=int((status == _LOCKED).sum()),
            mistyped=_count(steps, step, "login.mistyped", good),
            codes_again=_count(steps, step, "login.code-again", good),
            given_up=_given_up(ends_s, tries) if tries else 0,
            everybody_s=_everybody_s(ends_s, logins["due_s"].to_numpy()[~missed]),
        )
        unusual = (found.limited, found.failed_by_provider, found.locked, found.mistyped, found.codes_again)
        return found if any(unusual) or found.given_up else None

    def as_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)


def _ends_s(logins: pa.Table, *, failed: Any, begun: Any) -> dict[tuple[int, int], float]:
    """When each sign-in was over, by learner and visit; infinity where it failed."""
    learner, visit, end_s = (logins[name].to_numpy()[begun].tolist() for name in ("learner", "visit", "end_s"))
    ends: dict[tuple[int, int], float] = {}
    for each, time_s, bad in zip(zip(learner, visit, strict=True), end_s, failed[begun].tolist(), strict=True):
        ends[each] = math.inf if bad else max(ends.get(each, -math.inf), time_s)
    return ends


def _everybody_s(ends_s: Mapping[tuple[int, int], float], due_s: NDArray[np.float64]) -> float | None:
    first: dict[int, float] = {}
    for (who, _), time_s in ends_s.items():
        first[who] = min(first.get(who, math.inf), time_s)
    last_s = max(first.values(), default=math.inf) - float(due_s.min(initial=math.inf))
    return last_s if math.isfinite(last_s) else None


def _given_up(ends_s: Mapping[tuple[int, int], float], tries: int) -> int:
    """Every so many failures in a row of one learner."""
    in_turn = [(who, math.isinf(ends_s[who, visit])) for who, visit in sorted(ends_s)]
    return sum(len(list(row)) // tries for (_, failed), row in groupby(in_turn) if failed)


def _count(steps: tuple[str, ...], step: Any, name: str, good: Any) -> int:
    return int(((step == steps.index(name)) & good).sum()) if name in steps else 0
