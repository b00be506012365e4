"""A study's result, whole: what `study.json` holds and every report is rendered from."""

import json
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from firstbell.models.fitted_model import DemandsFrom
from firstbell.models.problems import InputError

Validity = Literal["valid", "generator-bound", "invalid"]
Bought = Literal["likely", "p50", "p90", "p95"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Part):
    """A figure with its 95 % interval, unit and source (the written form of an Estimate)."""

    low: float
    likely: float
    high: float
    unit: str
    source: str


class ResponseTimes(_Part):
    """Mean and quantiles of a response time in seconds; None where too few samples were seen to tell.

    ``p95_low`` and ``p95_high`` are the order-statistic 95 % interval of the p95, ``mean_low`` and ``mean_high`` that
    of the mean by batch means.
    """

    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    p95_low: float | None = None
    p95_high: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None


class ActivityResult(_Part):
    """One activity at one level, as measured."""

    throughput_per_s: float
    response_s: ResponseTimes
    samples: int
    errors: int
    missed: int = Field(default=0, description="due within the level and never started")


class StationResult(_Part):
    """One station at one level: CPU it used, in cores, and its share of the cores that it may use."""

    cpu_cores: float
    utilization: float


class QualityResult(_Part):
    """Video as seen by the learners of a level; None where no view was seen."""

    views: int
    startup_p50_s: float | None
    startup_p95_s: float | None
    rebuffer_ratio: float | None
    stalls: int


class LevelResult(_Part):
    """One level, as measured."""

    learners: int
    kind: str
    held_out: bool
    start_s: float = Field(description="when it was first held, from the first level's start on")
    hold_s: float = Field(description="how long it was held, all looks together")
    looks: int = Field(default=1, ge=1, description="how often it was held, at different times of the run")
    slowness: float = Field(
        default=1.0, description="processor time that work took then, relative to the run's average"
    )
    throughput_per_s: float = Field(description="requests of all kinds answered in a second")
    error_ratio: float
    error_low: float | None = Field(default=None, description="of the 95 % interval of the error ratio (Wilson)")
    error_high: float | None = None
    lateness_p99_s: float | None
    little_gap: float | None = Field(description="relative gap between learners planned and X (R + Z) measured")
    utilization: float | None = Field(description="of the backend's cores, all stations together")
    activities: dict[str, ActivityResult]
    stations: dict[str, StationResult]
    quality: QualityResult | None


class DemandResult(_Part):
    """Service demand of one activity at one station, and what the backend's own ledger says, where it keeps one."""

    activity: str
    station: str
    demand_s: Interval
    ledger_s: float | None


class FitResult(_Part):
    """How the demands were found, and how well they explain what was measured."""

    demands_from: DemandsFrom = "metrics"
    windows: int
    window_s: float
    condition_number: float | None = Field(description="None where it is infinite")
    r_squared: dict[str, float] = Field(description="by station")
    cores: float
    discipline: str
    lowest_learners: int
    highest_learners: int
    advice: tuple[str, ...]


class Check(_Part):
    """A prediction held against what the fit had not seen."""

    learners: int
    quantity: str
    activity: str | None
    predicted: float
    low: float
    high: float
    measured: float
    tolerance: float = Field(description="largest relative error at which the prediction counts as right")
    within: bool
    samples: int = Field(description="measured samples behind the figure")
    note: str = ""


class CurvePoint(_Part):
    """The model's prediction for the measured system at one number of learners, at the study's pace."""

    learners: int
    throughput_per_s: float
    utilization: float
    p50_s: dict[str, float]
    p95_s: dict[str, float]


class LayerShares(_Part):
    """Each layer's share in a figure's variance, together 1; None where a layer is not known."""

    measurement: float | None
    parameters: float | None
    discrepancy: float | None
    stated: float | None


class LoadUncertainty(_Part):
    """How well the load is known that learners bring: its standard deviation relative to it, and where that is from."""

    relative_sd: float
    shares: LayerShares


class Prediction(_Part):
    """What a system would do at a number of learners at the true pace.

    ``holds`` and the throughput are None where nothing is forecast: ``refused`` says why.
    """

    holds: bool | None
    throughput_per_s: float | None
    offered_per_s: float
    load: Interval | None = Field(default=None, description="of all cores; above 1 more is asked for than there is")
    utilization: dict[str, float] = Field(description="by station; of the whole machine under `host`")
    p50_s: dict[str, float] = Field(description="by activity; empty where no steady state exists")
    p95_s: dict[str, float]
    extrapolated: bool
    times_measured_load: float | None = Field(default=None, description="load over the highest one that was measured")
    refused: str | None = None
    note: str


class Forecast(_Part):
    """One level: what the measured system would do there, and what the sized one would.

    The second is None where no tier could be sized.
    """

    level: str
    learners: int
    measured_system: Prediction
    sized_system: Prediction | None


class Breaking(_Part):
    """The number of learners at the true pace that the measured system carries, and what breaks first."""

    learners: Interval
    binding: str


class Input(_Part):
    """One input of a sizing formula."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str


class Rejected(_Part):
    """An option that was looked at, and why it does not do."""

    option: str
    reason: str


class Percentiles(_Part):
    """Quantiles of a figure's draws: it stays at or below its P90 in 90 of 100 cases."""

    p50: float
    p90: float
    p95: float


class Swing(_Part):
    """What a figure would be if one input alone lay at the low end of its interval, or at the high end."""

    name: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        return abs(self.at_high - self.at_low)


class SizingRow(_Part):
    """One line of the purchase: a quantity with its interval, formula and inputs."""

    level: str
    learners: int
    group: str = Field(description="servers, storage, bandwidth, sign-in or costs, say")
    item: str
    title: str
    quantity: float
    unit: str
    low: float
    high: float
    percentiles: Percentiles | None = Field(default=None, description="None where the figure has no interval")
    binding: str
    formula: str
    inputs: tuple[Input, ...]
    swings: tuple[Swing, ...] = Field(
        default=(), description="the inputs that move it, the one that moves it most first; all others likely"
    )
    chosen: dict[str, int] = Field(default_factory=dict, description="how many of each offer make up the figure")
    rejected: tuple[Rejected, ...] = ()
    source: str
    shares: LayerShares | None = Field(default=None, description="None where the figure has no interval")
    times_measured_load: float | None = Field(
        default=None,
        description="processor time that the level's measured activities ask for over the highest measured; None where "
        "the figure rests on no measurement",
    )
    note: str = Field(default="", description="that the figure is extrapolated, and how far")


class LevelChance(_Part):
    """How likely a purchase is to be enough: the share of draws in which none of its lines is too small.

    ``bought`` says at which figure each line was bought: the likely one, or one of its percentiles.
    """

    level: str
    learners: int
    bought: Bought
    chance: float
    weakest: str = Field(description="title of the line that is too small most often")
    weakest_chance: float = Field(description="the share of draws in which that line alone is enough")


class StageLevel(_Part):
    """How many learners of a level are in session from a stage of the roll-out on, and at its share's bounds."""

    level: str
    stage: str
    starts_on: date
    municipalities: int
    learners: int
    low: int
    high: int
    source: str


class Due(_Part):
    """A purchase of a level: ``quantity`` must be in service on a day, ``added`` of it new."""

    level: str
    learners: int
    occasion: str = Field(description="the stage that it is for, or the content of which year")
    item: str
    title: str
    unit: str
    quantity: float
    low: float
    high: float
    added: float
    needed_on: date
    lead_days: float
    order_by: date
    order_by_safe: date = Field(description="if delivery takes as long as it may")
    source: str = Field(description="of the lead time")


class RollOut(_Part):
    """The levels over time, and every purchase with its days; ``due`` in the order of the orders."""

    levels: tuple[StageLevel, ...]
    due: tuple[Due, ...]


class ObjectiveResult(_Part):
    """An objective, at the level where it was judged; ``measured_s`` is a time or, for ratios, a plain number."""

    name: str
    limit_s: float
    measured_s: float | None
    unit: str
    holds: bool
    judged_at: str
    source: str


class VerdictResult(_Part):
    """What the study's exit code says."""

    holds: bool
    exit_code: int
    sentence: str
    objectives: tuple[ObjectiveResult, ...]


class ValidityResult(_Part):
    """Whether the measurement can be trusted at all."""

    verdict: Validity
    reasons: tuple[str, ...]


class Study(_Part):
    """Everything a report says, in one document. The keys are those of `study.json`."""

    firstbell: str
    workload: str
    workload_title: str
    workload_hash: str
    concurrent_meaning: str
    concurrent_source: str
    seed: int
    target: str
    created: str = Field(description="ISO 8601 with time zone")
    quick: bool
    complete: bool
    machine: dict[str, str]
    backend: dict[str, str]
    scaled_down: tuple[str, ...]
    not_measured: tuple[str, ...]
    validity: ValidityResult
    levels: tuple[LevelResult, ...]
    demands: tuple[DemandResult, ...]
    fit: FitResult | None
    validation: tuple[Check, ...]
    curve: tuple[CurvePoint, ...]
    breaking: Breaking | None
    load_uncertainty: LoadUncertainty | None = None
    forecast: tuple[Forecast, ...]
    sizing: tuple[SizingRow, ...]
    prices_hash: str | None = Field(
        default=None, description="of the catalogue's content; None where nothing is priced"
    )
    chances: tuple[LevelChance, ...] = Field(default=(), description="empty where cores could not be sized")
    roll_out: RollOut | None = Field(default=None, description="None where the profile has none")
    verdict: VerdictResult

    def write(self, path: Path) -> None:
        """Write `study.json`, whole or not at all."""
        partial = path.with_suffix(".partial")
        partial.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        partial.replace(path)


def read_study(path: Path) -> Study:
    """Read a `study.json`; raise InputError where it is missing or damaged."""
    try:
        return Study.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        remedy = "Give the folder that `firstbell study --out` wrote"
        raise InputError.single(source=str(path), what="there is no study here", remedy=remedy) from None
    except (OSError, ValueError, ValidationError) as error:
        raise InputError.single(
            source=str(path), what=f"the study is damaged: {error}", remedy="Run it again"
        ) from None
