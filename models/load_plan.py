"""Which levels a study climbs: found from a pilot, so that every machine is taken from ease into saturation.

They are climbed up and down in turn, a short look at each level every time. Shared machines are not equally fast all
the time; a level seen once would be seen in a slow minute or in a fast one, and the fit at one speed held against the
check at another. Going up and down in turn cancels what drifts steadily (ABBA order).

Before the levels come plateaus with other mixes: at one fixed mix the utilisation law can't tell one activity's demand
from another's, however long it looks.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from firstbell.models.plan import Plateau
from firstbell.models.workload.assumptions import StudyPlan

# How much faster each clock runs in its own mix, so that what is rare or cheap is seen above the noise of the rest.
BOOSTS = {
    "login": 3.0, "browsing": 2.5, "watching": 5.0, "quiz": 9.0, "lesson": 10.0, "autosave": 20.0, "beacon": 50.0,
}  # fmt: skip
REST = 0.4
CALIBRATION_LOAD = 0.35
SETTLE_S = 1.2
SIGN_IN_CPU_S = 0.025  # about what one takes on a machine of these years; ramps must not outrun it


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
                pilot_learners=100,
                pilot_s=3,
                mix_s=1.5,
                hold_s=3,
                held_out_hold_s=7,
            )
        return cls(
            legs=plan.legs,
            pace=plan.pace,
            most_learners=1000,
            pilot_learners=300,
            pilot_s=8,
            mix_s=5,
            hold_s=plan.hold_s,
            held_out_hold_s=plan.held_out_hold_s,
        )

    def for_saturation(self, learners: float) -> "Tempo":
        """The tempo at which a machine that ``learners`` would saturate at this one needs no more than the most."""
        return replace(self, pace=self.pace * max(learners / self.most_learners, 1.0))


def pilot_plateau(tempo: Tempo) -> Plateau:
    """A short look at one level, to learn what a learner costs here: not a low one, for work on idle cores is dear."""
    return Plateau(
        kind="warm-up", learners=tempo.pilot_learners, ramp_s=_signing_in_s(tempo.pilot_learners), hold_s=tempo.pilot_s
    )


def climb(plan: StudyPlan, tempo: Tempo, *, saturation_learners: float) -> tuple[Plateau, ...]:
    """Levels up and down in turn, the other mixes among them; the first ramp is long enough for all to sign in."""
    leg = _leg(plan, tempo, saturation_learners)
    plateaus = [plateau for turn in range(tempo.legs) for plateau in (leg if turn % 2 == 0 else reversed(leg))]
    most = max(plateau.learners for plateau in leg)
    first = plateaus[0].model_copy(update={"ramp_s": _signing_in_s(most)})
    return (first, *(_after(before, plateau) for before, plateau in pairwise((first, *plateaus[1:]))))


def _leg(plan: StudyPlan, tempo: Tempo, saturation_learners: float) -> list[Plateau]:
    """Levels in rising order."""
    loads = sorted((*plan.fit_loads, CALIBRATION_LOAD, *plan.held_out_loads))
    learners = {load: max(round(load * saturation_learners), 5) for load in loads}
    plateaus: list[Plateau] = []
    for load in loads:
        if load == CALIBRATION_LOAD:
            plateaus += _mixes(learners[load], tempo)
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


def _mixes(learners: int, tempo: Tempo) -> list[Plateau]:
    """One plateau for each clock, with that clock fast and all others slow."""
    return [
        Plateau(
            kind="calibration",
            learners=learners,
            ramp_s=SETTLE_S / 4,
            hold_s=tempo.mix_s / tempo.legs,
            paces={clock: boost if clock == boosted else REST for clock in BOOSTS},
        )
        for boosted, boost in BOOSTS.items()
    ]


def _signing_in_s(learners: int) -> float:
    """Long enough for so many to sign in on one core, and for what queued up to drain."""
    return round(learners * SIGN_IN_CPU_S + 2 * SETTLE_S, 1)
