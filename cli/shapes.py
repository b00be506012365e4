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
    SteppedArrivals,
    arrival_times,
    most_in_session,
    rise_of,
)
from firstbell.models.plan import Plateau
from firstbell.models.problems import InputError, Problem
from firstbell.models.workload import Workload
from firstbell.models.workload.states import day_shares_between, seconds_of_day

SPAWNED_PER_S = 500.0  # learners that a process has ready in a second, with room to spare
DURATION_S = 60.0
BELL_REACH = 3.0  # spreads to either side of the bell: 99.7 % of its logins
SOAK_S = 1_800.0
SPIKE_FACTOR, SPIKE_WIDTH_S, SPIKE_S = 5.0, 20.0, 120.0
BEFORE_DEADLINE = 0.8  # share of the time; the rest shows how what has queued up drains


class ShapeName(StrEnum):
    """The names that `--shape` takes."""

    COHORT = "cohort"
    POISSON = "poisson"
    FIRST_BELL = "first-bell"
    DEADLINE = "deadline"
    SCHOOL_DAY = "school-day"
    EVENING_WAVE = "evening-wave"
    SPIKE = "spike"
    SOAK = "soak"


_OPTIONS = {
    ShapeName.COHORT: (),
    ShapeName.POISSON: ("rate",),
    ShapeName.FIRST_BELL: ("sigma", "centre"),
    ShapeName.DEADLINE: ("rise", "centre"),
    ShapeName.SCHOOL_DAY: ("from", "to"),
    ShapeName.EVENING_WAVE: ("from", "to"),
    ShapeName.SPIKE: ("rate", "factor", "width", "centre"),
    ShapeName.SOAK: (),
}
_HOURS = {ShapeName.SCHOOL_DAY: ("07:00", "17:00"), ShapeName.EVENING_WAVE: ("17:00", "23:00")}


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
    factor: float | None = None
    width: float | None = None
    begin: str | None = None
    end: str | None = None

    def plateaus(self, profile: Workload) -> tuple[tuple[Plateau, ...], Shape | None]:
        """The plateaus, and how learners come to them; raise InputError where an option is not the shape's."""
        self._refuse_options_of_others()
        if self.shape in (ShapeName.COHORT, ShapeName.SOAK):
            usual_s = DURATION_S if self.shape is ShapeName.COHORT else SOAK_S
            return self.scale.cohort(self.duration or usual_s), None
        arrivals, hold_s = self._arrivals(profile)
        return (self._open(profile, arrivals, hold_s),), arrivals

    def _refuse_options_of_others(self) -> None:
        given = {
            "rate": self.rate, "sigma": self.sigma, "centre": self.centre, "rise": self.rise, "factor": self.factor,
            "width": self.width, "from": self.begin, "to": self.end,
        }  # fmt: skip
        problems = [
            Problem(
                source="firstbell run",
                key=f"--{name}",
                value=value if isinstance(value, str) else f"{value:g}",
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
        ways = {
            ShapeName.POISSON: self._evenly,
            ShapeName.FIRST_BELL: self._at_a_bell,
            ShapeName.DEADLINE: self._to_a_deadline,
            ShapeName.SPIKE: self._in_a_spike,
            ShapeName.SCHOOL_DAY: self._over_hours,
            ShapeName.EVENING_WAVE: self._over_hours,
        }
        return ways[self.shape](profile)

    def _evenly(self, profile: Workload) -> tuple[Shape, float]:
        return PoissonArrivals(rate_per_s=self._rate_per_s(profile)), self.duration or DURATION_S

    def _rate_per_s(self, profile: Workload) -> float:
        """By default as many as keep that number of learners in session (Little's law)."""
        return self.rate or self.scale.learners * self.pace / profile.session.length_s.value

    def _in_a_spike(self, profile: Workload) -> tuple[Shape, float]:
        """A base, and for a while so many times as many; by default in the middle."""
        duration_s, width_s = self.duration or SPIKE_S, self.width or SPIKE_WIDTH_S
        middle_s = duration_s / 2 if self.centre is None else self.centre
        begins_s, ends_s = middle_s - width_s / 2, middle_s + width_s / 2
        if begins_s <= 0 or ends_s >= duration_s:
            what = f"a spike of {width_s:g} s around second {middle_s:g} is not within the {duration_s:g} s measured"
            remedy = "Give another --centre, a smaller --width or a longer --duration"
            raise InputError.single(source="firstbell run", key="--width", value=width_s, what=what, remedy=remedy)
        base = self._rate_per_s(profile)
        rates = (base, base * (self.factor or SPIKE_FACTOR), base)
        return SteppedArrivals(starts_s=(0.0, begins_s, ends_s), rates_per_s=rates), duration_s

    def _over_hours(self, profile: Workload) -> tuple[Shape, float]:
        """The profile's day between two times; its peak keeps that number of learners in session."""
        usual = _HOURS[self.shape]
        begin_s, end_s = (_clock_s(name, given or other) for name, given, other in (
            ("from", self.begin, usual[0]), ("to", self.end, usual[1])
        ))  # fmt: skip
        if end_s <= begin_s:
            what, remedy = "the time ends before it begins", "Give a later --to; hours over midnight are two runs"
            raise InputError.single(source="firstbell run", key="--to", value=self.end, what=what, remedy=remedy)
        factor = self.pace if self.duration is None else (end_s - begin_s) / self.duration
        shares = day_shares_between(profile.day, begin_s, end_s)
        peak = self._rate_per_s(profile)
        return SteppedArrivals(
            starts_s=tuple((start_s - begin_s) / factor for start_s, _ in shares),
            rates_per_s=tuple(peak * share for _, share in shares),
        ), (end_s - begin_s) / factor

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


def _clock_s(option: str, text: str) -> float:
    try:
        return seconds_of_day(text)
    except ValueError:
        what, remedy = "this is no time of day", "Write it as 07:30"
        raise InputError.single(
            source="firstbell run", key=f"--{option}", value=text, what=what, remedy=remedy
        ) from None
