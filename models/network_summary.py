"""What a run was like over each kind of line and at each school, with the counts that each figure stands on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from firstbell.models.evidence import RunEvidence
from firstbell.models.measurement import Responses
from firstbell.models.quality import view_quality
from firstbell.models.study import QualityResult
from firstbell.models.visits import Samples, Visits

Learners = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class LineActivity:
    """One activity of those who come by a line, over the visits that were due while measuring.

    ``response`` is what they waited from due, over visits that went well; ``network_s`` and ``platform_s`` are the
    means of its two parts, None where nothing went well. ``offline`` visits ended because the line was gone.
    """

    visits: int
    errors: int
    offline: int
    response: Responses
    network_s: float | None
    platform_s: float | None

    @classmethod
    def of(cls, visits: Visits) -> "LineActivity":
        offline = np.zeros(len(visits.due_s), dtype=bool) if visits.cut_off is None else visits.cut_off
        well = ~visits.failed
        waited_s = (visits.end_s - visits.due_s)[well]
        network_s = np.zeros(len(waited_s)) if visits.network_s is None else visits.network_s[well]
        return cls(
            visits=len(visits.due_s),
            errors=int(np.sum(visits.failed & ~offline)),
            offline=int(np.sum(offline)),
            response=Responses.of(waited_s),
            network_s=float(np.mean(network_s)) if len(waited_s) else None,
            platform_s=float(np.mean(waited_s - network_s)) if len(waited_s) else None,
        )

    def as_json(self) -> dict[str, Any]:
        """With plain numbers; None for a quantile of too few samples."""
        response = self.response
        return {
            "visits": self.visits,
            "errors": self.errors,
            "offline": self.offline,
            "response_s": {"mean": response.mean_s, "p50": response.p50_s, "p95": response.p95_s},
            "network_s": {"mean": self.network_s},
            "platform_s": {"mean": self.platform_s},
        }


@dataclass(frozen=True, kw_only=True)
class LineSummary:
    """Those who come by one kind of line, or over one school's.

    ``quality`` is None where no view began while measuring. ``rung_s`` is video fetched at each rung, lowest first.
    """

    learners: int
    activities: Mapping[str, LineActivity]
    quality: QualityResult | None
    rung_s: tuple[float, ...]

    @property
    def visits(self) -> int:
        return sum(each.visits for each in self.activities.values())

    @property
    def errors(self) -> int:
        return sum(each.errors for each in self.activities.values())

    @property
    def offline(self) -> int:
        return sum(each.offline for each in self.activities.values())

    @property
    def rung_shares(self) -> tuple[float, ...]:
        """Share of each rung in the video that was fetched; empty where none was."""
        whole = sum(self.rung_s)
        return tuple(each / whole for each in self.rung_s) if whole else ()

    def as_json(self) -> dict[str, Any]:
        """With plain numbers."""
        return {
            "learners": self.learners,
            "visits": self.visits,
            "errors": self.errors,
            "offline": self.offline,
            "activities": {name: each.as_json() for name, each in self.activities.items()},
            "video": None if self.quality is None else self.quality.model_dump(mode="json"),
            "rung_s": self.rung_s,
            "rung_shares": self.rung_shares,
        }


@dataclass(frozen=True, kw_only=True)
class NetworkSummary:
    """By kind of line, and by school, in alphabetical order."""

    lines: Mapping[str, LineSummary]
    schools: Mapping[str, LineSummary]

    @classmethod
    def of(cls, run: RunEvidence) -> "NetworkSummary | None":
        """Summarise a run over learners' lines; None where they had none."""
        lines = run.record.lines()
        if lines is None:
            return None
        parts = _Parts.of(run)
        return cls(
            lines={name: parts.summary(who) for name, who in learners_by(lines, "line").items()},
            schools={name: parts.summary(who) for name, who in learners_by(lines, "school").items()},
        )

    def as_json(self) -> dict[str, Any]:
        """With plain numbers."""
        return {
            "lines": {name: each.as_json() for name, each in self.lines.items()},
            "schools": {name: each.as_json() for name, each in self.schools.items()},
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class _Parts:
    """What was due, began or was fetched while measuring, of all learners."""

    samples: Samples
    views: pa.Table | None
    rungs: pa.Table | None
    plateaus: tuple[int, ...]
    rung_count: int

    @classmethod
    def of(cls, run: RunEvidence) -> "_Parts":
        record = run.record
        return cls(
            samples=run.samples.where(run.samples.level >= 0),
            views=record.views(),
            rungs=_measured(record.rungs()),
            plateaus=tuple(span.index for span in record.spans),
            rung_count=len(run.workload.content.ladder.rungs),
        )

    def summary(self, learners: Learners) -> LineSummary:
        visits = Visits.of(self.samples.where(np.isin(self.samples.learner, learners)))
        by_activity = {name: visits.of_activity(name) for name in sorted(visits.activities)}
        return LineSummary(
            learners=len(learners),
            activities={name: LineActivity.of(each) for name, each in by_activity.items() if len(each.due_s)},
            quality=view_quality(_of(self.views, learners), self.plateaus),
            rung_s=self._rung_s(learners),
        )

    def _rung_s(self, learners: Learners) -> tuple[float, ...]:
        rungs = _of(self.rungs, learners)
        if rungs is None:
            return (0.0,) * self.rung_count
        codes, media_s = rungs["rung"].to_numpy(), rungs["media_s"].to_numpy()
        return tuple(np.bincount(codes, media_s, minlength=self.rung_count).tolist())


def learners_by(lines: pa.Table, column: str) -> dict[str, Learners]:
    """Learners by name; whoever has none is left out."""
    names = np.array(lines[column].to_pylist(), dtype=object)
    learners = lines["learner"].to_numpy().astype(np.int64)
    return {name: np.unique(learners[names == name]) for name in sorted({each for each in names if each is not None})}


def _of(table: pa.Table | None, learners: Learners) -> pa.Table | None:
    if table is None:
        return None
    return table.filter(compute.is_in(table["learner"], pa.array(learners, table["learner"].type)))


def _measured(table: pa.Table | None) -> pa.Table | None:
    return None if table is None else table.filter(pa.array(table["level"].to_numpy() >= 0))
