"""How the learners of `firstbell run` come: a fixed cohort, or arrivals by a rate from the options or the profile."""

import math
from dataclasses import dataclass
from enum import StrEnum

from firstbell.cli.scale import SIGN_INS_PER_S, RunScale
from firstbell.models.arrivals import (
    DeadlineArrivals,
    FirstBellArrivals,
    PoissonArrivals,
    Shape,
    arrival_times,
    most_in_session,
    rise_of,
)
from firstbell.models.plan import Plateau
from firstbell.models.problems import InputError, Problem
from firstbell.models.workload import Workload

SPAWNED_PER_S = 500.0  # learners that a process has ready in a second, with room to spare
DURATION_S = 60.0
BELL_REACH = 3.0  # spreads to either side of the bell: 99.7 % of its logins
BEFORE_DEADLINE = 0.8  # share of the time; the rest shows how what has queued up drains


class ShapeName(StrEnum):
    """The names that `--shape` takes."""

    COHORT = "cohort"
    POISSON = "poisson"
    FIRST_BELL = "first-bell"
    DEADLINE = "deadline"


_OPTIONS = {
    ShapeName.COHORT: (),
    ShapeName.POISSON: ("rate",),
    ShapeName.FIRST_BELL: ("sigma", "centre"),
    ShapeName.DEADLINE: ("rise", "centre"),
}


def first_bell(
    profile: Workload,
    *,
    learners: int,
    pace: float,
    sigma_s: float | None = None,
    duration_s: float | None = None,
    centre_s: float | None = None,
) -> tuple[FirstBellArrivals, float]:
    """The profile's burst, which is that of its contract level, for so many learners; and how long to measure it."""
    bell = profile.sizing.first_bell
    sigma_s = sigma_s or bell.sigma_s.value / pace
    before_s = duration_s / 2 if duration_s else BELL_REACH * sigma_s
    centre_s = before_s if centre_s is None else centre_s
    logins = bell.logins.value * learners / profile.levels.contract.value
    arrivals = FirstBellArrivals(logins=logins, centre_s=centre_s, sigma_s=sigma_s)
    return arrivals, duration_s or max(centre_s, 0.0) + BELL_REACH * sigma_s


@dataclass(frozen=True, kw_only=True)
class Coming:
    """What was asked for; None: by the profile, brought to the pace. Rates and times are those of the run itself."""

    shape: ShapeName
    scale: RunScale
    pace: float
    seed: int
    duration: float | None = None
    rate: float | None = None
    sigma: float | None = None
    centre: float | None = None
    rise: float | None = None

    def plateaus(self, profile: Workload) -> tuple[tuple[Plateau, ...], Shape | None]:
        """The plateaus, and how learners come to them; raise InputError where an option is not the shape's."""
        self._refuse_options_of_others()
        if self.shape is ShapeName.COHORT:
            return self.scale.cohort(self.duration or DURATION_S), None
        arrivals, hold_s = self._arrivals(profile)
        return (self._open(profile, arrivals, hold_s),), arrivals

    def _refuse_options_of_others(self) -> None:
        given = {"rate": self.rate, "sigma": self.sigma, "centre": self.centre, "rise": self.rise}
        problems = [
            Problem(
                source="firstbell run",
                key=f"--{name}",
                value=f"{value:g}",
                what=f"the shape {self.shape} has no such number",
                remedy="Leave it out, or choose "
                + " or ".join(f"--shape {shape}" for shape, names in _OPTIONS.items() if name in names),
            )
            for name, value in given.items()
            if value is not None and name not in _OPTIONS[self.shape]
        ]
        if problems:
            raise InputError(problems)

    def _arrivals(self, profile: Workload) -> tuple[Shape, float]:
        if self.shape is ShapeName.POISSON:
            return self._evenly(profile)
        return self._at_a_bell(profile) if self.shape is ShapeName.FIRST_BELL else self._to_a_deadline(profile)

    def _evenly(self, profile: Workload) -> tuple[Shape, float]:
        """By default as many as keep that number of learners in session (Little's law)."""
        rate_per_s = self.rate or self.scale.learners * self.pace / profile.session.length_s.value
        return PoissonArrivals(rate_per_s=rate_per_s), self.duration or DURATION_S

    def _at_a_bell(self, profile: Workload) -> tuple[Shape, float]:
        return first_bell(
            profile, learners=self.scale.learners, pace=self.pace, sigma_s=self.sigma, duration_s=self.duration,
            centre_s=self.centre,
        )  # fmt: skip

    def _to_a_deadline(self, profile: Workload) -> tuple[Shape, float]:
        duration_s = self.duration or (DURATION_S if self.centre is None else self.centre / BEFORE_DEADLINE)
        deadline_s = BEFORE_DEADLINE * duration_s if self.centre is None else self.centre
        if not 0 < deadline_s <= duration_s:
            what = f"the deadline must lie within the {duration_s:g} s that are measured"
            raise InputError.single(
                source="firstbell run",
                key="--centre",
                value=deadline_s,
                what=what,
                remedy="Move it, or give --duration",
            )
        return DeadlineArrivals(
            hand_ins=self.scale.learners, deadline_s=deadline_s, rise_s=self._rise_s(profile)
        ), duration_s

    def _rise_s(self, profile: Workload) -> float:
        if self.rise:
            return self.rise
        deadline = profile.states.quiz.deadline
        if deadline is None:
            what = "the profile does not say how hand-ins crowd before a deadline"
            remedy = "Give --rise, or add states.quiz.deadline to the profile"
            raise InputError.single(source=profile.name, key="states.quiz.deadline", what=what, remedy=remedy)
        return rise_of(last_share=deadline.last_share.value, last_s=deadline.last_s.value) / self.pace

    def _open(self, profile: Workload, arrivals: Shape, hold_s: float) -> Plateau:
        """Learners kept ready for those who come, in a ramp that is long enough to make them so."""
        everybody = len(arrival_times(arrivals, duration_s=hold_s, seed=self.seed))
        each = max(math.ceil(everybody / self.scale.processes), 1)  # so many arrivals a process has at most
        if isinstance(arrivals, DeadlineArrivals):
            ramp_s = self.scale.asked_ramp_s or each * self.scale.processes / SIGN_INS_PER_S + 3
        else:
            session_s = profile.session.length_s.value / self.pace
            most = most_in_session(arrivals, duration_s=hold_s, session_s=session_s, processes=self.scale.processes)
            each = min(each, most)
            ramp_s = each / SPAWNED_PER_S + 2
        return Plateau(kind="open", learners=each * self.scale.processes, ramp_s=ramp_s, hold_s=hold_s)
