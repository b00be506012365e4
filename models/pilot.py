"""What a short look at a platform tells of it: how many learners saturate it, and about what their visits cost.

Where it shows its processor time, one look is enough. From outside it takes several, each at a faster pace, until it
slows down: a shared resource whose service takes the share U of the time makes a response 1 / (1 - U) times as long
(processor sharing, Kleinrock 1976), and one that is busy all the time answers no more however fast it is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from firstbell.models.demand import demand_law
from firstbell.models.load_plan import rates_at
from firstbell.models.measurement import LevelMeasurement
from firstbell.models.streams import Stream

HURRY = 4.0  # how much faster each further look is
MOST_LOOKS = 4
_SLOWED = 1.5
_FLAT = 1.3
_LEAST, _MOST = 0.3, 0.95  # a platform that has not slowed down is not taken for idler than the first


@dataclass(frozen=True, kw_only=True)
class Look:
    """Visits a second and mean response times by activity, of so many learners at a pace."""

    learners: int
    pace: float
    throughput_per_s: Mapping[str, float]
    response_s: Mapping[str, float]

    @classmethod
    def of(cls, level: LevelMeasurement, pace: float) -> Self:
        """The look that a level was."""
        response_s = level.mean_response_s()
        rates = {name: rate for name, rate in level.throughput_per_s().items() if name in response_s and rate > 0}
        return cls(learners=level.learners, pace=pace, throughput_per_s=rates, response_s=response_s)

    @property
    def visits_per_s(self) -> float:
        """Visits of all activities."""
        return sum(self.throughput_per_s.values())

    def costs_s(self, cores: float) -> dict[str, float]:
        """What a visit costs by activity: so many busy cores shared out by response times, all that one mix tells."""
        rates = self.throughput_per_s
        found = demand_law(cores, list(rates.values()), [self.response_s[name] for name in rates])
        return dict(zip(rates, found.tolist(), strict=True))


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """``saturation_learners`` keep all ``cores`` busy at the first look's pace; ``cost_s`` is of a visit by activity.

    From outside nobody counts cores: the platform is taken as one, and its costs are in units of it.
    """

    saturation_learners: float
    cost_s: Mapping[str, float]
    cores: float

    @classmethod
    def inside(cls, level: LevelMeasurement, pace: float) -> Self:
        """From a level of a platform that shows its processor time."""
        return cls(
            saturation_learners=level.learners / level.utilization,
            cost_s=Look.of(level, pace).costs_s(level.utilization * level.cores),
            cores=level.cores,
        )

    @classmethod
    def outside(cls, looks: Sequence[Look], streams: Sequence[Stream]) -> Self:
        """From response times and throughputs alone; ``streams`` are those at people's true pace."""
        first, last = looks[0], looks[-1]
        busy = 1.0 if _is_flat(looks) else float(np.clip(1 - 1 / _slowing(first, last), _LEAST, _MOST))
        asked_per_s = sum(rates_at(streams, first.learners, first.pace, {}).values())
        return cls(
            saturation_learners=first.learners * last.visits_per_s / busy / asked_per_s,
            cost_s=last.costs_s(busy),
            cores=1.0,
        )


def tells_enough(looks: Sequence[Look]) -> bool:
    """Whether the platform has slowed down, or answers no more than before, so that no faster look is needed."""
    return _is_flat(looks) or _slowing(looks[0], looks[-1]) >= _SLOWED


def _is_flat(looks: Sequence[Look]) -> bool:
    return len(looks) > 1 and looks[-1].visits_per_s < _FLAT * looks[-2].visits_per_s


def _slowing(first: Look, last: Look) -> float:
    """By how much responses have grown, in the first look's mix."""
    both = [name for name in first.throughput_per_s if name in last.response_s]
    before_s, now_s = (sum(first.throughput_per_s[n] * look.response_s[n] for n in both) for look in (first, last))
    return now_s / before_s if before_s > 0 else 1.0
