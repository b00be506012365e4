"""What a run record says about itself: asked of whom, by whom, with what, and how it ended."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from firstbell.models.plan import Plan
from firstbell.models.problems import InputError

FILE_NAME = "manifest.json"

Status = Literal["running", "complete", "interrupted", "failed"]


class LevelTimes(BaseModel):
    """One plateau in time, CLOCK_MONOTONIC seconds: its ramp from ``ramp_start_s``, measured from ``start_s`` on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int
    kind: str
    learners: int
    ramp_start_s: float
    start_s: float
    end_s: float


class Manifest(BaseModel):
    """The label on a run record. ``levels`` is empty and ``ended_s`` None where a run did not come so far."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    firstbell: str
    versions: Mapping[str, str]
    machine: Mapping[str, str]
    workload: str
    workload_hash: str
    target: str
    adapter: str
    backend: Mapping[str, Any] = Field(description="what the target tells at /configuration; empty where it does not")
    routes: Mapping[str, tuple[str, ...]] = Field(description="the target's names for each step's requests")
    stations: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="stations that each activity visits, where the target's architecture is known"
    )
    server_cores: tuple[int, ...]
    seed: int
    pace: float
    byte_fraction: float
    plan: Plan
    created: str = Field(description="ISO 8601 with time zone, at ``created_s``")
    created_s: float
    levels: tuple[LevelTimes, ...] = ()
    ended_s: float | None = None
    status: Status = "running"
    problems: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write the manifest into a run's folder, whole or not at all."""
        path = folder / FILE_NAME
        partial = path.with_suffix(".partial")
        partial.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        partial.replace(path)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a run's folder; raise InputError where it is missing or damaged."""
    path = folder / FILE_NAME
    try:
        return Manifest.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        remedy = "Give the folder that `firstbell run` or `firstbell study` wrote"
        raise InputError.single(source=str(folder), what="there is no run record here", remedy=remedy) from None
    except (OSError, ValueError, ValidationError) as error:
        what = f"the manifest is damaged: {error}"
        raise InputError.single(source=str(path), what=what, remedy="Run again") from None
