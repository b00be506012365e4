"""The part ``gate`` of a profile, and the whole of an ``slo.yaml``: what must hold, and how comparisons decide."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from firstbell.models.objectives.expression import Expression, ExpressionError, parse, window_of
from firstbell.models.workload.sourced import Source, Strict

Correction = Literal["holm", "benjamini-hochberg"]
_Read = TypeVar("_Read")
# Measures of the whole platform, or of views and not of visits, and by what they can't be told.
_OF_ALL: Mapping[str, tuple[str, ...]] = {
    "capacity": ("activity", "line", "window"),
    "startup_p": ("activity",),
    "rebuffer_ratio": ("activity",),
}
_Tolerance = Annotated[float, Field(ge=0, lt=10)]


def _readable(read: Callable[[str], _Read]) -> AfterValidator:
    """Checks when a file is read what will be needed when a run is judged."""

    def check(text: str) -> str:
        try:
            read(text)
        except ExpressionError as error:
            told = {"what": error.what, "remedy": error.remedy}
            raise PydanticCustomError("expression", "{what}", told) from None
        return text

    return AfterValidator(check)


class GateObjective(Strict):
    """One thing that must hold, of all activities, of one, of those who come by one line, or in a window of time."""

    expect: Annotated[str, _readable(parse)] = Field(description="such as p95 < 800 ms")
    activity: str | None = Field(default=None, description="such as login; none: all visits together")
    line: str | None = Field(default=None, description="of the profile's network; none: all learners")
    window: Annotated[str, _readable(window_of)] | None = Field(default=None, description="such as 10 s to 60 s")
    source: Source | None = None

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        measure = str(data.get("expect", "")).strip()
        whole = next((name for name in _OF_ALL if measure.startswith(name)), None)
        narrowed = [key for key in _OF_ALL.get(whole or "", ()) if data.get(key) is not None]
        return [f"{whole} can't be told by {narrowed[0]}: take {' and '.join(narrowed)} out"] if narrowed else []

    @property
    def expression(self) -> Expression:
        """What is expected, read."""
        return parse(self.expect)

    @property
    def window_s(self) -> tuple[float, float] | None:
        """Seconds from when measuring began."""
        return None if self.window is None else window_of(self.window)

    @property
    def name(self) -> str:
        """In words, such as ``login: p95 < 2 s (line: adsl)``."""
        limits = [
            f"{key}: {value}" for key, value in (("line", self.line), ("window", self.window)) if value is not None
        ]
        whose = f"{self.activity}: " if self.activity is not None else ""
        return f"{whose}{self.expression.text}" + (f" ({', '.join(limits)})" if limits else "")


class ComparisonRules(Strict):
    """Tolerances are shares that nobody minds: a change counts where it is surely beyond them.

    What each is by default says docs/gate.md, with the trials that it was chosen by.
    """

    confidence: float = Field(default=0.99, gt=0.5, lt=1, description="that a gate raises no false alarm at all")
    interval: float = Field(default=0.95, gt=0.5, lt=1, description="confidence of the intervals told")
    correction: Correction = Field(default="holm", description="for the number of quantities looked at")
    demand_tolerance: _Tolerance = Field(default=0.01, description="more processor time of an activity")
    capacity_tolerance: _Tolerance = Field(default=0.01, description="fewer learners")
    time_tolerance: _Tolerance = Field(default=0.1, description="longer response times")
    everything_tolerance: _Tolerance = Field(default=0.03, description="more processor time of everything alike")
    calibration_doubt: _Tolerance = Field(
        default=0.15, description="the same where the sides ran at different times and a reference task makes up for it"
    )
    error_tolerance: _Tolerance = Field(default=0.001, description="more failed visits, of all visits")
    run_to_run: float = Field(
        default=0.03, gt=0, lt=1, description="standard deviation between runs, where there is only one on a side"
    )
    must_detect: float = Field(
        default=0.25, gt=0, description="a comparison that would not find such a loss of capacity is no comparison"
    )
    regressions: bool = Field(default=True, description="what surely got worse fails, though no objective names it")
    calibrate: bool = Field(default=False, description="allow for different machines by the reference task")
    draws: int = Field(default=600, ge=100, le=20_000, description="of the bootstrap")

    def common_tolerance(self, *, apart: bool) -> float:
        """For what makes everything dearer alike, as a slower machine does as well."""
        return self.calibration_doubt if apart else self.everything_tolerance


class Gate(Strict):
    """What a gate asks for. Without objectives of its own, those of the profile are judged."""

    objectives: tuple[GateObjective, ...] = ()
    comparison: ComparisonRules = Field(default_factory=ComparisonRules)


class SloFile(Gate):
    """An ``slo.yaml``."""

    firstbell_slo: Literal[1] = Field(description="version of this format")

    @cached_property
    def gate(self) -> Gate:
        """Its content, as a profile has it."""
        return Gate(objectives=self.objectives, comparison=self.comparison)
