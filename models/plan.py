"""What a load run is asked to do: the plateaus that learners climb, and how their clocks run on each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from firstbell.models.arrivals import Floats, Shape, arrival_times
from firstbell.models.problems import InputError

PlateauKind = Literal["warm-up", "fit", "calibration", "held-out", "run", "open"]
"""``open``: learners come by a shape of arrivals; the plateau's number is only how many there may be at once."""


class Plateau(BaseModel):
    """A time with a fixed number of learners: first ``ramp_s`` to get there, then ``hold_s`` that is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PlateauKind
    learners: int = Field(ge=1)
    ramp_s: float = Field(ge=0)
    hold_s: float = Field(gt=0)
    paces: Mapping[str, float] = Field(
        default_factory=dict,
        description="further factor on clocks: login, watching, browsing, quiz, autosave, lesson, and beacon",
    )


class Publishing(BaseModel):
    """New items that a teacher publishes while learners learn, by hand to each content instance that is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean_gap_s: float = Field(gt=0, description="mean time between two items; they come at random (Poisson)")
    size_bytes: int = Field(ge=1, description="bytes of an item")
    to: Literal["both", "digital-id", "phone"] = Field(
        default="digital-id", description="to one instance, or by hand to one after the other"
    )
    second_after_s: float = Field(
        default=0.0, ge=0, description="to both: time from the first upload's begin to that of the second"
    )


class Syncing(BaseModel):
    """Servers at schools that bring a day's progress of their users at midnight, as the profile says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    servers: int = Field(ge=1)
    midnight_s: float = Field(ge=0, description="from when the last plateau begins to be measured")


class Plan(BaseModel):
    """One run of the load generator. Written beside its record, so that a run can be understood and repeated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workload: str = Field(description="path of the profile's file")
    target: str = Field(description="base URL of the system under test")
    adapter: str = Field(default="reference", description="name or import path of the target's adapter")
    plateaus: tuple[Plateau, ...] = Field(min_length=1)
    pace: float = Field(default=1.0, gt=0, description="people's clocks run this much faster; players' never do")
    session_s: float = Field(gt=0, description="mean time in session before the pace")
    byte_fraction: float = Field(
        default=1.0, gt=0, le=1, description="share of the bytes of segments and ranges fetched"
    )
    processes: int = Field(default=1, ge=1)
    cores: tuple[int, ...] = Field(default=(), description="cores that the generator is bound to; empty: any")
    sign_in_first: bool = Field(
        default=False,
        description="everybody signs in during the first ramp and waits for their level: sign-ins outlast no ramp",
    )
    plays: tuple[str, ...] = Field(default=(), description="stated states of the profile that are played as well")
    arrivals: Shape | None = Field(default=None, description="how learners come; none: each plateau is a fixed cohort")
    over_lines: bool = Field(
        default=True, description="learners come by the profile's lines, if it has any; else straight to the platform"
    )
    outage_pace: float | None = Field(
        default=None, gt=0, description="learners' lines go and come back this much faster; none: by the pace"
    )
    publishing: Publishing | None = Field(default=None, description="what is published meanwhile; none: nothing")
    syncing: Syncing | None = Field(default=None, description="schools' servers that come at midnight; none: none do")
    accounts: str | None = Field(
        default=None, description="folder of the users.csv whose users sign in by digital ID; none: made-up ones do"
    )
    new_lesson: bool = Field(default=False, description="everybody who watches does so the same lesson, new to all")
    first_learner: int = Field(default=0, ge=0, description="index of the first account used")
    seed: int = 1

    @model_validator(mode="after")
    def _open_or_closed(self) -> Self:
        kinds = [plateau.kind for plateau in self.plateaus]
        if (self.arrivals is not None or "open" in kinds) and (self.arrivals is None or kinds != ["open"]):
            raise ValueError("arrivals need exactly one plateau, of the kind open, and such a plateau needs arrivals")
        return self

    def arrivals_s(self) -> Floats:
        """(n) when each learner arrives, from the begin of measuring; none where a fixed cohort is asked for."""
        if self.arrivals is None:
            return np.array([])
        return arrival_times(self.arrivals, duration_s=self.plateaus[0].hold_s, seed=self.seed)

    @property
    def people(self) -> int:
        """How many different learners take part: everybody who arrives is somebody else."""
        return self.peak_learners if self.arrivals is None else len(self.arrivals_s())

    @property
    def peak_learners(self) -> int:
        """The most learners in session at once."""
        return max(plateau.learners for plateau in self.plateaus)

    @property
    def duration_s(self) -> float:
        """From the first learner's start to the end of the last plateau."""
        return sum(plateau.ramp_s + plateau.hold_s for plateau in self.plateaus)

    def write(self, path: Path) -> None:
        """Write the plan as JSON."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_plan(path: Path) -> Plan:
    """Read a plan; raise InputError where it is missing or damaged."""
    try:
        return Plan.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError.single(source=str(path), what="there is no such plan", remedy="Check the path") from None
    except (OSError, ValueError, ValidationError) as error:
        what = f"the plan is damaged: {error}"
        raise InputError.single(source=str(path), what=what, remedy="Run again to write a new one") from None
