"""Learners who come by a rate, whatever the platform makes of those who came before: evenly, at a bell, to a deadline,
over a day.

Each shape gives the intensity λ(t) of a Poisson process from time 0, when measuring begins. Its arrivals are drawn once
from a seed, before anything is loaded, so that nothing the platform does can move or remove one of them.
"""

import math
from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.special import ndtr, ndtri

from firstbell.models.time_varying import ArrivalCurve, mean_in_session, percentile_in_session

Floats = NDArray[np.float64]

LONGEST_STALL_S = 60.0
"""As long as a client waits for a byte: so long a platform may stand still without the generator's running short."""

_CURVE_STEPS = 2000
_ENOUGH = 0.999999
_LEAST = float(np.finfo(np.float64).tiny)


class _Shape(BaseModel):
    """What all shapes have in common: Λ(t) = ∫ λ from 0 to t, and its inverse, both exact."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    activity: ClassVar[str]
    """The activity that an arrival begins with."""

    @abstractmethod
    def rate_at(self, time_s: Floats) -> Floats:
        """(n) λ(t), arrivals a second."""

    @abstractmethod
    def expected_by(self, time_s: Floats) -> Floats:
        """(n) Λ(t), the mean number of arrivals up to each moment; times from 0 on."""

    @abstractmethod
    def moment_of(self, expected: Floats) -> Floats:
        """(n) the moments at which Λ(t) reaches these numbers."""

    def mean_arrivals(self, duration_s: float) -> float:
        """Λ at the end: how many come on average."""
        return float(self.expected_by(np.array([duration_s]))[0])

    def curve(self, duration_s: float) -> ArrivalCurve:
        """The intensity on a grid, for models of sessions and backlogs; each step has the exact mean number in it."""
        edges = np.linspace(0.0, duration_s, _CURVE_STEPS + 1)
        step_s = duration_s / _CURVE_STEPS
        return ArrivalCurve(arrivals_per_s=np.diff(self.expected_by(edges)) / step_s, step_s=step_s)


class PoissonArrivals(_Shape):
    """Sign-ins at a constant rate."""

    activity: ClassVar[str] = "login"
    shape: Literal["poisson"] = "poisson"
    rate_per_s: float = Field(gt=0, allow_inf_nan=False)

    def rate_at(self, time_s: Floats) -> Floats:
        return np.full(len(time_s), self.rate_per_s)

    def expected_by(self, time_s: Floats) -> Floats:
        return self.rate_per_s * time_s

    def moment_of(self, expected: Floats) -> Floats:
        return expected / self.rate_per_s


class FirstBellArrivals(_Shape):
    """Sign-ins around one moment: λ(t) = n/σ · φ((t − c)/σ), with n logins if nothing of it is cut off."""

    activity: ClassVar[str] = "login"
    shape: Literal["first-bell"] = "first-bell"
    logins: float = Field(gt=0, allow_inf_nan=False)
    centre_s: float = Field(allow_inf_nan=False, description="when the bell rings, from the begin of measuring")
    sigma_s: float = Field(gt=0, allow_inf_nan=False)

    def rate_at(self, time_s: Floats) -> Floats:
        height = self.logins / (self.sigma_s * math.sqrt(2 * math.pi))
        return np.asarray(height * np.exp(-(self._spreads(time_s) ** 2) / 2))

    def expected_by(self, time_s: Floats) -> Floats:
        return np.asarray(self.logins * (ndtr(self._spreads(time_s)) - self._cut_off))

    def moment_of(self, expected: Floats) -> Floats:
        return np.asarray(self.centre_s + self.sigma_s * ndtri(self._cut_off + expected / self.logins))

    @property
    def _cut_off(self) -> float:
        return float(ndtr(-self.centre_s / self.sigma_s))

    def _spreads(self, time_s: Floats) -> Floats:
        return (time_s - self.centre_s) / self.sigma_s


class DeadlineArrivals(_Shape):
    """Hand-ins that rise e-fold in every ``rise_s`` up to the deadline d, and none after it: λ(t) ∝ exp((t − d)/τ)."""

    activity: ClassVar[str] = "submit"
    shape: Literal["deadline"] = "deadline"
    hand_ins: float = Field(gt=0, allow_inf_nan=False)
    deadline_s: float = Field(gt=0, allow_inf_nan=False, description="from the begin of measuring")
    rise_s: float = Field(gt=0, allow_inf_nan=False)

    def rate_at(self, time_s: Floats) -> Floats:
        before = time_s <= self.deadline_s
        rising = np.exp((np.minimum(time_s, self.deadline_s) - self.deadline_s) / self.rise_s)
        return np.where(before, self.hand_ins / (self.rise_s * (1 - self._cut_off)) * rising, 0.0)

    def expected_by(self, time_s: Floats) -> Floats:
        rising = np.exp((np.minimum(time_s, self.deadline_s) - self.deadline_s) / self.rise_s)
        return np.asarray(self.hand_ins * (rising - self._cut_off) / (1 - self._cut_off))

    def moment_of(self, expected: Floats) -> Floats:
        risen = expected / self.hand_ins * (1 - self._cut_off) + self._cut_off
        return np.asarray(self.deadline_s + self.rise_s * np.log(np.maximum(risen, _LEAST)))

    @property
    def _cut_off(self) -> float:
        return math.exp(-self.deadline_s / self.rise_s)


class SteppedArrivals(_Shape):
    """Sign-ins at a rate that is constant between steps: a day, or a spike. The last rate goes on for ever."""

    activity: ClassVar[str] = "login"
    shape: Literal["steps"] = "steps"
    starts_s: tuple[float, ...] = Field(min_length=1, description="when each rate begins; the first at 0")
    rates_per_s: tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...]

    @model_validator(mode="after")
    def _steps(self) -> Self:
        starts = self.starts_s
        if len(starts) != len(self.rates_per_s) or starts[0] != 0 or list(starts) != sorted(set(starts)):
            raise ValueError("steps begin at 0 and rise, each with a rate")
        if self.rates_per_s[-1] <= 0:
            raise ValueError("the last rate goes on, and must be above 0")
        return self

    def rate_at(self, time_s: Floats) -> Floats:
        return np.asarray(np.array(self.rates_per_s)[np.searchsorted(self.starts_s, time_s, side="right") - 1])

    def expected_by(self, time_s: Floats) -> Floats:
        step = np.searchsorted(self.starts_s, time_s, side="right") - 1
        into_s = time_s - np.array(self.starts_s)[step]
        return np.asarray(self._before()[step] + np.array(self.rates_per_s)[step] * into_s)

    def moment_of(self, expected: Floats) -> Floats:
        # Of steps with the rate 0 none holds a moment: the last step that begins with less is the one.
        before, rates = self._before(), np.array(self.rates_per_s)
        step = np.maximum(np.searchsorted(before, expected, side="left") - 1, 0)
        gone = np.where(rates[step] > 0, rates[step], 1.0)
        return np.asarray(np.array(self.starts_s)[step] + (expected - before[step]) / gone)

    def _before(self) -> Floats:
        """(steps) Λ at the beginning of each."""
        lengths_s = np.diff(np.array(self.starts_s))
        return np.concatenate([[0.0], np.cumsum(lengths_s * np.array(self.rates_per_s[:-1]))])


Shape = Annotated[
    PoissonArrivals | FirstBellArrivals | DeadlineArrivals | SteppedArrivals, Field(discriminator="shape")
]


def rise_of(*, last_share: float, last_s: float) -> float:
    """The rise τ at which this share of all hand-ins falls into the last ``last_s``: 1 − exp(−last/τ) = share."""
    return -last_s / math.log1p(-last_share)


def arrival_times(shape: Shape, *, duration_s: float, seed: int) -> Floats:
    """(n) moments in rising order, 0 to ``duration_s``, the same for the same seed.

    By inversion: a Poisson number with mean Λ(T) of moments, each independently distributed as Λ(t)/Λ(T) (Çinlar 1975,
    order statistics of a nonhomogeneous Poisson process).
    """
    chance = np.random.default_rng([seed % 2**63, 0x0A11])  # a stream of its own beside the other uses of the seed
    mean = shape.mean_arrivals(duration_s)
    drawn = shape.moment_of(np.sort(chance.random(chance.poisson(mean))) * mean)
    return np.clip(drawn, 0.0, np.nextafter(duration_s, 0.0))


def arrivals_of_process(times: Floats, process: int, processes: int) -> Floats:
    """A process's part: every ``processes``-th arrival, so that all parts together are the whole, whatever it is."""
    return times[process::processes]


def most_in_session(shape: Shape, *, duration_s: float, session_s: float, processes: int = 1) -> int:
    """Learners that a process has in session at once at most, but for one chance in a million a moment.

    Sessions are memoryless with mean ``session_s``, after a stall of the longest kind: M_t/G/∞ in its busiest moment.
    """

    def survival(age_s: Floats) -> Floats:
        return np.asarray(np.exp(-np.maximum(age_s - LONGEST_STALL_S, 0.0) / session_s))

    busiest = float(mean_in_session(shape.curve(duration_s), survival).max()) / processes
    return max(int(percentile_in_session(np.array([busiest]), _ENOUGH)[0]), 1)
