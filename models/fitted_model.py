"""The fitted model: what one visit to each activity costs, where, and how the measured system shares its cores."""

import json
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from firstbell.models.problems import InputError
from firstbell.models.streams import Pacing, Stream

Floats = NDArray[np.float64]
DemandsFrom = Literal["metrics", "responses", "both"]
Seconds = Annotated[float, Field(ge=0)]
FRONT = "delivery"  # the station that a request comes to first


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ThreadPool(_Part):
    """Threads that serve: ``replicas`` processes with ``threads`` each and a queue of their own.

    Mostly the threads of one station. Stations that take turns, such as threads under one interpreter's lock, are
    ``stations`` of one pool.
    """

    stations: tuple[str, ...] = Field(min_length=1)
    replicas: int = Field(ge=1)
    threads: int = Field(ge=1)

    @property
    def is_event_loop(self) -> bool:
        """Whether one thread meets each request and hands on what takes long."""
        return self.threads == 1 and FRONT in self.stations


class RequestStep(_Part):
    """Requests of one kind within a visit: how many, and which share of the visit's demands falls on them."""

    name: str
    count: int = Field(ge=1)
    share: float = Field(ge=0, le=1)


class ActivityModel(_Part):
    """One activity: demands (stations,) in CPU seconds a visit, their bootstrap draws, and its shape at low load.

    ``factors`` are equally probable multiples of the mean that single visits cost; ``latency_s`` is the part of a
    visit that no station explains: the wire, the disk, the generator itself. ``intervals_s`` (stations,) are 95 %
    intervals: wider than the draws where a demand could not be told from nothing and was left out.
    """

    name: str
    demand_s: tuple[Seconds, ...]
    draws_s: tuple[tuple[Seconds, ...], ...]
    intervals_s: tuple[tuple[Seconds, Seconds], ...]
    requests_per_visit: float = Field(gt=0)
    bytes_per_visit: float = Field(ge=0)
    steps: tuple[RequestStep, ...] = Field(min_length=1)
    factors: tuple[Seconds, ...] = Field(min_length=2)
    latency_s: Seconds
    ledger_s: tuple[float | None, ...]
    visits_seen: int = Field(default=0, ge=0, description="visits at the levels of the fit, other mixes left out")

    @property
    def total_demand_s(self) -> float:
        """CPU seconds of one visit at all stations together."""
        return sum(self.demand_s)


class MeasuredStream(_Part):
    """A stream as the fit levels showed it: the written form of `Stream`."""

    name: str
    share: float
    visits: dict[str, float]
    pacing: Pacing
    time_s: float
    follows: str | None

    def stream(self) -> Stream:
        """The stream itself."""
        return Stream(**self.model_dump())

    @classmethod
    def of(cls, stream: Stream) -> "MeasuredStream":
        """The written form of a stream."""
        return cls(
            name=stream.name,
            share=stream.share,
            visits=dict(stream.visits),
            pacing=stream.pacing,
            time_s=stream.time_s,
            follows=stream.follows,
        )


class MeasuredLoad(_Part):
    """Requests a second at one level of the fit: as many as learners would send if every answer came at once, and
    those answered. ``cores_ratio`` is the processor time used over that which the demands explain."""

    learners: int
    offered_per_s: float = Field(ge=0)
    answered_per_s: float = Field(ge=0)
    cores_ratio: float | None
    ratio_error: float | None


class AssumptionTest(_Part):
    """One test of what a fit takes for granted. ``found`` and ``holds`` are None where it could not be told."""

    name: str
    found: float | None
    limit: float
    holds: bool | None
    says: str = Field(description="what was found and, where it does not hold, what to do")


class FitQuality(_Part):
    """How the fit came about, and how far it can be taken."""

    demands_from: DemandsFrom = Field(default="metrics", description="what the demands were fitted to")
    windows: int
    window_s: float
    condition_number: float | None = Field(description="None where it is infinite")
    inflation: dict[str, float]
    r_squared: dict[str, float]
    lowest_learners: int
    highest_learners: int
    highest_utilization: float
    held_out: tuple[int, ...]
    discrepancy: float | None = Field(
        default=None, description="largest relative error of a whole throughput at a level held out; None without any"
    )
    assumptions: tuple[AssumptionTest, ...] = ()
    advice: tuple[str, ...]


class FittedModel(_Part):
    """A system as its measurement showed it. `model.json` holds nothing else."""

    workload: str
    workload_hash: str
    stations: tuple[str, ...]
    background: tuple[float, ...] = Field(description="cores that each station uses with no visit at all")
    coldness: tuple[float, ...] = Field(
        description="by how much demands rise on idle cores, by station: D (1 + c (1-U))"
    )
    coldness_draws: tuple[tuple[float, ...], ...]
    cores: float = Field(gt=0, description="cores that all stations share")
    pools: tuple[ThreadPool, ...]
    activities: tuple[ActivityModel, ...] = Field(min_length=1)
    streams: tuple[MeasuredStream, ...]
    pace: float = Field(gt=0)
    loads: tuple[MeasuredLoad, ...] = ()
    growth: tuple[tuple[float, float], ...] = Field(
        default=(), description="requests a second and the factor on demands there; empty where none grows"
    )
    quality: FitQuality

    @model_validator(mode="after")
    def _every_station_has_its_figures(self) -> Self:
        rows = [self.background, self.coldness, *self.coldness_draws]
        rows += [row for activity in self.activities for row in (activity.demand_s, *activity.draws_s)]
        if any(len(row) != len(self.stations) for row in rows):
            raise ValueError(f"every list by station must have {len(self.stations)} figures, one for each station")
        return self

    def activity(self, name: str) -> ActivityModel:
        """One activity's part of the model; KeyError where it was not measured."""
        for activity in self.activities:
            if activity.name == name:
                return activity
        raise KeyError(name)

    @property
    def draws(self) -> int:
        """Number of bootstrap draws that every activity carries."""
        return min(len(activity.draws_s) for activity in self.activities)

    @property
    def measurement_error(self) -> float | None:
        """Relative standard error of the processor time at the highest level that tells it; None without metrics."""
        return next((each.ratio_error for each in reversed(self.loads) if each.ratio_error is not None), None)

    def at_draw(self, index: int) -> "FittedModel":
        """The model with the demands of one bootstrap draw in place of the best ones."""
        drawn = [a.model_copy(update={"demand_s": a.draws_s[index]}) for a in self.activities]
        return self.model_copy(update={"activities": tuple(drawn), "coldness": self.coldness_draws[index]})

    def at_utilization(self, utilization: float) -> "FittedModel":
        """The model with its demands at one utilisation in place of those on busy cores."""
        idle = 1 - min(max(utilization, 0.0), 1.0)
        warm = (0.0,) * len(self.stations)
        return self.model_copy(
            update={
                "activities": tuple(self._cooled(activity, idle) for activity in self.activities),
                "coldness": warm,
                "coldness_draws": (warm,) * len(self.coldness_draws),
            }
        )

    def slowed(self, slowness: float) -> "FittedModel":
        """The model on a machine on which all work takes this many times the processor time."""
        slowed = self.times((slowness,) * len(self.stations))
        return slowed.model_copy(update={"background": tuple(slowness * cores for cores in self.background)})

    def times(self, factors: tuple[float, ...]) -> "FittedModel":
        """The model with each station's demands (stations,) times its factor."""
        activities = (
            activity.model_copy(
                update={
                    "demand_s": _times(factors, activity.demand_s),
                    "draws_s": tuple(_times(factors, drawn) for drawn in activity.draws_s),
                }
            )
            for activity in self.activities
        )
        return self.model_copy(update={"activities": tuple(activities)})

    def _cooled(self, activity: ActivityModel, idle: float) -> ActivityModel:
        draws = zip(activity.draws_s, self.coldness_draws, strict=True)
        return activity.model_copy(
            update={
                "demand_s": _raised(activity.demand_s, self.coldness, idle),
                "draws_s": tuple(_raised(drawn, coldness, idle) for drawn, coldness in draws),
            }
        )

    def checked(self, discrepancy: float) -> "FittedModel":
        """The model with what it missed at the levels held out from it."""
        return self.model_copy(update={"quality": self.quality.model_copy(update={"discrepancy": discrepancy})})

    def write(self, path: Path) -> None:
        """Write `model.json`, whole or not at all."""
        partial = path.with_suffix(".partial")
        partial.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        partial.replace(path)


def _times(factors: tuple[float, ...], demand_s: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(factor * d for factor, d in zip(factors, demand_s, strict=True))


def _raised(demand_s: tuple[float, ...], coldness: tuple[float, ...], idle: float) -> tuple[float, ...]:
    return tuple(d * (1 + c * idle) for d, c in zip(demand_s, coldness, strict=True))


def read_model(path: Path) -> FittedModel:
    """Read a `model.json`; raise InputError where it is missing or damaged."""
    try:
        return FittedModel.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        remedy = "Give the file that `firstbell fit` or `firstbell study` wrote"
        raise InputError.single(source=str(path), what="there is no model here", remedy=remedy) from None
    except (OSError, ValueError, ValidationError) as error:
        what = f"the model is damaged: {error}"
        raise InputError.single(source=str(path), what=what, remedy="Fit it again") from None
