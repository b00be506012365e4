"""Which levels a study climbs: found from a pilot, so that every machine is taken from ease into saturation.

They are climbed up and down in turn, a short look at each level every time. Shared machines are not equally fast all
the time; a level seen once would be seen in a slow minute or in a fast one, and the fit at one speed held against the
check at another. Going up and down in turn cancels what drifts steadily (ABBA order).

Among the levels come plateaus with other mixes: at one fixed mix the utilisation law can't tell one activity's demand
from another's, however long it looks. Each runs one clock as fast as the platform may be loaded meanwhile: of all
designs that change one clock at a time that is the D-optimal one, for the determinant grows with every boost (Atkinson,
Donev & Tobias 2007, ch. 11). ``design_of`` is the matrix of what all plateaus ask for; its condition number is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from firstbell.models.plan import Plateau
from firstbell.models.streams import Stream
from firstbell.models.workload.assumptions import StudyPlan

Floats = NDArray[np.float64]

# The most that each clock is hurried in its own mix, so that what is rare or cheap is seen above the noise of the rest;
# beyond, learners would wait for their own earlier answers.
MOST_BOOST = {
    "login": 3.0, "browsing": 2.5, "watching": 5.0, "quiz": 9.0, "lesson": 10.0, "autosave": 20.0, "beacon": 50.0,
}  # fmt: skip
REST = 0.4
CALIBRATION_LOAD = 0.35
MIX_LOAD = 0.75  # a mix may use this share of the cores: near saturation windows are noisy, and queues outlast them
# Whose clock moves a stream; players' segments keep their own time.
CLOCKS = {
    "sign-in": "login", "browsing": "browsing", "views": "watching", "beacons": "beacon", "quiz": "quiz",
    "autosave": "autosave", "polls": "lesson",
}  # fmt: skip
SETTLE_S = 1.2
SIGN_IN_CPU_S = 0.045  # what one takes on a slow core
# Shares of a core that sign-ins may take while all sign in: a ramp that outruns them leaves a queue to the first level.
# Beside them a pilot's learners are at work by and by, in a climb only those of the lowest level.
PILOT_SIGNING_IN, CLIMB_SIGNING_IN = 0.45, 0.6


@dataclass(frozen=True, kw_only=True)
class Tempo:
    """How long the parts of a study take, and how fast people's clocks run meanwhile.

    Every learner signs in first, and that takes time. So ``most_learners`` are enough: a machine that carries more is
    brought to saturation by faster clocks. ``legs`` is how often the levels are gone through, up and down in turn; the
    other times are those of all legs together.
    """

    legs: int
    pace: float
    most_learners: int
    pilot_learners: int
    pilot_s: float
    mix_s: float
    hold_s: float
    held_out_hold_s: float

    @classmethod
    def of(cls, plan: StudyPlan, *, quick: bool) -> "Tempo":
        """The profile's tempo, or one for a first look in under 90 seconds."""
        if quick:
            return cls(
                legs=1,
                pace=2 * plan.pace,
                most_learners=350,
                pilot_learners=70,
                pilot_s=3,
                mix_s=1.5,
                hold_s=3,
                held_out_hold_s=7,
            )
        return cls(
            legs=plan.legs,
            pace=plan.pace,
            most_learners=1000,
            pilot_learners=200,
            pilot_s=8,
            mix_s=5,
            hold_s=plan.hold_s,
            held_out_hold_s=plan.held_out_hold_s,
        )

    def for_saturation(self, learners: float) -> "Tempo":
        """The tempo at which a machine that ``learners`` would saturate at this one needs no more than the most."""
        return replace(self, pace=self.pace * max(learners / self.most_learners, 1.0))


def pilot_plateau(tempo: Tempo) -> Plateau:
    """A short look at one level, to learn what a learner costs here: not a low one, for work on idle cores is dear.

    Whoever has signed in stays, and takes up to half of a slow core from those who still want to: sign-ins that were
    left over would pass for what a learner costs, and the plan's levels would lie too low.
    """
    ramp_s = _signing_in_s(tempo.pilot_learners, SIGN_IN_CPU_S, PILOT_SIGNING_IN)
    return Plateau(kind="warm-up", learners=tempo.pilot_learners, ramp_s=ramp_s, hold_s=tempo.pilot_s)


def climb(
    plan: StudyPlan,
    tempo: Tempo,
    *,
    saturation_learners: float,
    boosts: Mapping[str, float] = MOST_BOOST,
    sign_in_s: float = SIGN_IN_CPU_S,
) -> tuple[Plateau, ...]:
    """Levels up and down in turn, the other mixes among them; the first ramp is long enough for all to sign in.

    ``boosts`` says by clock how fast it runs in its own mix, as `boosts_within` finds them; ``sign_in_s`` is the
    processor time of a sign-in, that of a slow core where nobody knows.
    """
    leg = _leg(plan, tempo, saturation_learners, boosts)
    plateaus = [plateau for turn in range(tempo.legs) for plateau in (leg if turn % 2 == 0 else reversed(leg))]
    most = max(plateau.learners for plateau in leg)
    first = plateaus[0].model_copy(update={"ramp_s": _signing_in_s(most, sign_in_s, CLIMB_SIGNING_IN)})
    return (first, *(_after(before, plateau) for before, plateau in pairwise((first, *plateaus[1:]))))


def boosts_within(
    streams: Sequence[Stream], cost_s: Mapping[str, float], *, learners: float, pace: float, cores: float
) -> dict[str, float]:
    """How fast each clock may run in its own mix: what a platform of ``cores`` carries, and at most `MOST_BOOST`.

    ``cost_s`` is about what a visit costs by activity, in CPU seconds; ``streams`` are those at people's true pace.
    """
    boosts = {}
    for clock, most in MOST_BOOST.items():
        resting = dict.fromkeys(MOST_BOOST, REST)
        load, with_it = (
            _load(rates_at(streams, learners, pace, paces), cost_s) for paces in (resting | {clock: 0.0}, resting)
        )
        each = (with_it - load) / REST
        boosts[clock] = float(np.clip((MIX_LOAD * cores - load) / each, 1.0, most)) if each > 0 else most
    return boosts


def rates_at(streams: Sequence[Stream], learners: float, pace: float, paces: Mapping[str, float]) -> dict[str, float]:
    """Visits a second by activity when answers take no time and people's clocks run so much faster."""
    rates: dict[str, float] = {}
    for stream in streams:
        clock = CLOCKS.get(stream.name)
        hurry = 1.0 if clock is None else pace * paces.get(clock, 1.0)
        for name, part in stream.mix().items():
            rates[name] = rates.get(name, 0.0) + stream.visits_per_s(learners) * hurry * part
    return rates


def _load(rates: Mapping[str, float], cost_s: Mapping[str, float]) -> float:
    return sum(rate * cost_s.get(name, 0.0) for name, rate in rates.items())


def design_of(streams: Sequence[Stream], plateaus: Sequence[Plateau], pace: float) -> Floats:
    """(plateaus, streams) visits a second that the plateaus which a fit may see ask for.

    Activities of one stream come in one ratio at every mix: the starts, answers and submissions of a quiz are told
    apart by what learners do by chance alone.
    """
    seen = [plateau for plateau in plateaus if plateau.kind in ("fit", "calibration")]
    return np.array(
        [[sum(rates_at([stream], each.learners, pace, each.paces).values()) for stream in streams] for each in seen]
    )


def _leg(plan: StudyPlan, tempo: Tempo, saturation_learners: float, boosts: Mapping[str, float]) -> list[Plateau]:
    """Levels in rising order."""
    loads = sorted((*plan.fit_loads, CALIBRATION_LOAD, *plan.held_out_loads))
    learners = {load: max(round(load * saturation_learners), 5) for load in loads}
    plateaus: list[Plateau] = []
    for load in loads:
        if load == CALIBRATION_LOAD:
            plateaus += _mixes(learners[load], tempo, boosts)
        if load in plan.fit_loads:
            hold_s = tempo.hold_s / tempo.legs
            plateaus.append(Plateau(kind="fit", learners=learners[load], ramp_s=SETTLE_S, hold_s=hold_s))
        if load in plan.held_out_loads:
            hold_s = tempo.held_out_hold_s / tempo.legs
            plateaus.append(Plateau(kind="held-out", learners=learners[load], ramp_s=2 * SETTLE_S, hold_s=hold_s))
    return plateaus


def _after(before: Plateau, plateau: Plateau) -> Plateau:
    """A level that just goes on needs no time to settle; a falling one does until the queue of before is gone."""
    if (before.learners, before.paces) == (plateau.learners, plateau.paces):
        return plateau.model_copy(update={"ramp_s": 0.0})
    return plateau.model_copy(update={"ramp_s": max(plateau.ramp_s, SETTLE_S if before.kind == "held-out" else 0.0)})


def _mixes(learners: int, tempo: Tempo, boosts: Mapping[str, float]) -> list[Plateau]:
    """One plateau for each clock, with that clock fast and all others slow."""
    return [
        Plateau(
            kind="calibration",
            learners=learners,
            ramp_s=SETTLE_S / 4,
            hold_s=tempo.mix_s / tempo.legs,
            paces={clock: boost if clock == boosted else REST for clock in boosts},
        )
        for boosted, boost in boosts.items()
    ]


def _signing_in_s(learners: int, sign_in_s: float, busy: float) -> float:
    """Long enough for so many to sign in on that share of one core, and for what queued up to drain."""
    return round(learners * sign_in_s / busy + 2 * SETTLE_S, 1)
