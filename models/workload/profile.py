"""The workload profile: who comes, what they do, what must hold and what the sizing assumes."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, Literal

from pydantic import Field

from firstbell.models.workload.assumptions import Objective, SizingAssumptions, StudyPlan
from firstbell.models.workload.content import Content
from firstbell.models.workload.gate import Gate
from firstbell.models.workload.network import Network, ProgressSync
from firstbell.models.workload.rollout import Rollout
from firstbell.models.workload.sign_in import SigningIn
from firstbell.models.workload.sourced import Count, Source, Strict, number_at
from firstbell.models.workload.states import PLAYABLE, PLAYED, Day, Session, States

_SAID_LATER = (
    ("network",),
    ("network", "lesson_up"),
    ("network", "class_tools"),
    ("network", "offline_box"),
    ("network", "offline_box", "sync"),
    ("signing_in",),
    ("signing_in", "reload_after_s"),
    ("signing_in", "reload_pause_s"),
    *(("states", section) for section in PLAYABLE),
    ("sizing", "correlations"),
    ("sizing", "office"),
    ("sizing", "servers", "tiers"),
)
LEVEL_NAMES = ("expected", "crisis", "contract")


class Population(Strict):
    """Who may come at all."""

    pupils: Count
    teachers: Count
    digital_ids: Count


class Levels(Strict):
    """The numbers of learners in session that the platform is sized for."""

    expected: Count
    crisis: Count
    contract: Count

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        known = [level for name in LEVEL_NAMES if (level := number_at(data, name)) is not None]
        return [] if known == sorted(known) else ["the levels must rise: expected <= crisis <= contract"]

    def learners(self) -> dict[str, int]:
        """Learners by the level's name, lowest first."""
        return {name: int(getattr(self, name).value) for name in LEVEL_NAMES}


class Concurrency(Strict):
    """What the profile means by *concurrent*."""

    meaning: str
    source: Source


class Workload(Strict):
    """A validated workload profile."""

    firstbell_profile: Literal[1] = Field(description="version of this format")
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    concurrent: Concurrency
    population: Population
    levels: Levels
    session: Session
    states: States
    content: Content
    objectives: tuple[Objective, ...] = Field(min_length=1)
    day: Day
    sizing: SizingAssumptions
    study: StudyPlan
    signing_in: SigningIn | None = Field(default=None, description="what goes wrong; none: all sign in at once")
    network: Network | None = Field(default=None, description="learners' lines; none: nothing slows them down")
    rollout: Rollout | None = Field(default=None, description="who comes when; none: everybody at once")
    gate: Gate | None = Field(default=None, description="what `firstbell gate` asks for beside the objectives")

    def shares(self) -> dict[str, float]:
        """Share of the learners in session by state, played and stated alike."""
        return {**self.played_shares(), **{name: s.share.value for name, s in self.states.stated.items()}}

    def played_shares(self, plays: Collection[str] = ()) -> dict[str, float]:
        """Share of the learners in session by state, for the states that the scenarios play.

        ``plays`` are stated states that a run plays as well (see ``playable``).
        """
        stated = {name: self.states.stated[name].share.value for name in plays}
        return {name: getattr(self.states, name).share.value for name in PLAYED} | stated

    @property
    def playable(self) -> tuple[str, ...]:
        """Stated states of which the profile says how a run plays them."""
        return tuple(state for section, state in PLAYABLE.items() if getattr(self.states, section) is not None)

    @property
    def progress_sync(self) -> ProgressSync | None:
        """What schools' servers bring at midnight; None where there are none."""
        box = self.network.offline_box if self.network else None
        return box.sync if box else None

    @property
    def hash(self) -> str:
        """SHA-256 of the profile's content, whatever its layout: two runs with the same hash are comparable."""
        # What profiles could not say before changes nothing where they don't say it; what a gate asks for and who comes
        # when change nothing of what was measured.
        silent: dict[str, Any] = {"gate": True, "rollout": True}
        for path in _SAID_LATER:
            if _at(self, path) in (None, ()):
                _leave_out(silent, path)
        return hashlib.sha256(self.model_dump_json(exclude=silent).encode()).hexdigest()


def _at(part: object, path: tuple[str, ...]) -> object:
    for name in path:
        part = getattr(part, name, None)
    return part


def _leave_out(silent: dict[str, Any], path: tuple[str, ...]) -> None:
    *above, last = path
    for name in above:
        if silent.get(name) is True:
            return
        silent = silent.setdefault(name, {})
    silent[last] = True
