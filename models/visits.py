"""From requests to visits: an activity's response time runs from its first request's due time to its last one's end."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.signedinteger[Any]]  # as narrow as the record has them: millions of them are gone through often
_Value = TypeVar("_Value", bound=np.generic)
_FURTHER = ("learner", "network_s", "cut_off")  # columns that not all visits have


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Requests as columns of one length n; codes index ``activities``, ``steps`` and ``outcomes``.

    Times are CLOCK_MONOTONIC seconds; ``first_byte_s`` is NaN where none came. ``late_s`` is by how much the generator
    itself was late. ``level`` is the plateau's index, -1 in a ramp. ``network_s`` is what the learner's own line added
    to the time from start to end; None where learners have no lines.
    """

    activities: tuple[str, ...]
    steps: tuple[str, ...]
    outcomes: tuple[str, ...]
    activity: Codes
    step: Codes
    outcome: Codes
    due_s: Floats
    start_s: Floats
    first_byte_s: Floats
    end_s: Floats
    late_s: Floats
    received_bytes: Ints
    learner: Codes
    visit: Codes
    level: Codes
    network_s: Floats | None = None

    def __len__(self) -> int:
        return len(self.due_s)

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Whether each request ended otherwise than well."""
        good = [code for code, name in enumerate(self.outcomes) if name == "ok"]
        return ~np.isin(self.outcome, good)

    @property
    def cut_off(self) -> NDArray[np.bool_] | None:
        """Whether the learner's own line was gone at each request; None where it never was."""
        return self.outcome == self.outcomes.index("offline") if "offline" in self.outcomes else None

    @property
    def platform_s(self) -> Floats:
        """From start to end, without what the learner's own line added."""
        whole_s = self.end_s - self.start_s
        return whole_s if self.network_s is None else whole_s - self.network_s

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """The requests that the mask picks."""
        picked: dict[str, Any] = {
            field.name: value[mask]
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray)
        }
        return replace(self, **picked)


@dataclass(frozen=True, kw_only=True, eq=False)
class Visits:
    """Occurrences of activities as columns of one length m, in the order of their due times.

    ``asked_s`` is when the answer began to be waited for: the due time or, where the learner was still waiting for an
    earlier answer then, the end of that one. The generator's own lateness lies behind it and counts as response time.
    ``network_s`` is what the learner's own line added, ``cut_off`` whether it went; None where that is not on record.
    ``learner`` is whose visit it was; None where they were made without anybody.
    """

    activities: tuple[str, ...]
    activity: Codes
    due_s: Floats
    asked_s: Floats
    end_s: Floats
    late_s: Floats
    requests: Ints
    received_bytes: Ints
    failed: NDArray[np.bool_]
    level: Codes
    learner: Ints | None = None
    network_s: Floats | None = None
    cut_off: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, samples: Samples) -> Self:
        """Group requests by learner and visit number."""
        order = np.lexsort((samples.due_s, samples.visit, samples.learner))
        learner, visit = samples.learner[order], samples.visit[order]
        starts = np.ones(len(order), dtype=bool)
        starts[1:] = (learner[1:] != learner[:-1]) | (visit[1:] != visit[:-1])
        first = np.flatnonzero(starts)
        due = samples.due_s[order[first]]
        by_due = np.argsort(due)
        chosen = order[first[by_due]]
        network_s, cut_off = samples.network_s, samples.cut_off
        return cls(
            activities=samples.activities,
            activity=samples.activity[chosen],
            due_s=due[by_due],
            end_s=_reduced(np.maximum, samples.end_s[order], first)[by_due],
            asked_s=samples.start_s[chosen] - samples.late_s[chosen],
            late_s=_reduced(np.maximum, samples.late_s[order], first)[by_due],
            requests=np.diff(np.append(first, len(order)))[by_due],
            received_bytes=_reduced(np.add, samples.received_bytes[order], first)[by_due],
            failed=_reduced(np.logical_or, samples.failed[order], first)[by_due],
            level=samples.level[chosen],
            learner=samples.learner[chosen],
            network_s=None if network_s is None else _reduced(np.add, network_s[order], first)[by_due],
            cut_off=None if cut_off is None else _reduced(np.logical_or, cut_off[order], first)[by_due],
        )

    @property
    def response_s(self) -> Floats:
        """What the platform let the learner wait for this visit alone, the generator's own lateness included."""
        waited_s = self.end_s - self.asked_s
        return waited_s if self.network_s is None else waited_s - self.network_s

    def reached(self) -> Self:
        """Without the visits that ended at once because the learner's line was gone: the platform never saw them."""
        return self if self.cut_off is None else self.where(~(self.cut_off & (self.requests == 1)))

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """The visits that the mask picks."""
        chosen = np.flatnonzero(mask)  # looked for once, and not in each column again
        columns: dict[str, Any] = {
            name: getattr(self, name)[chosen]
            for name in (
                "activity",
                "due_s",
                "asked_s",
                "end_s",
                "late_s",
                "requests",
                "received_bytes",
                "failed",
                "level",
            )
        }
        for name in _FURTHER:
            column = getattr(self, name)
            columns[name] = None if column is None else column[chosen]
        return type(self)(activities=self.activities, **columns)

    def of_activity(self, name: str) -> Self:
        """The visits of one activity; none where the record does not know it."""
        code = self.activities.index(name) if name in self.activities else -1
        return self.where(self.activity == code)


def _reduced(function: np.ufunc, values: NDArray[_Value], first: Ints) -> NDArray[_Value]:
    return np.asarray(function.reduceat(values, first), dtype=values.dtype) if len(first) else values
