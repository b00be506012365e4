"""A value that says where it comes from: the case itself, a named public source, or an estimate of ours."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from firstbell.models.estimate import Estimate


class Strict(BaseModel):
    """What every part of a profile is: frozen, free of unknown keys, and unwilling to turn one type into another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        """What is wrong *between* the keys, in data that may have other mistakes as well."""
        return []

    @model_validator(mode="wrap")
    @classmethod
    def _told_together(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        # Pydantic drops the checks between keys as soon as one key is wrong; a reader wants to hear both.
        found = cls.contradictions(data) if isinstance(data, Mapping) else []
        details = [
            InitErrorDetails(type=PydanticCustomError("contradiction", "{what}", {"what": what}), input=data)
            for what in found
        ]
        try:
            model = handler(data)
        except ValidationError as error:
            details = [_again(told) for told in error.errors()] + details
        if details:
            raise ValidationError.from_exception_data(cls.__name__, details)
        return model


def _again(told: ErrorDetails) -> InitErrorDetails:
    kind = told.get("ctx", {}).get("kind", told["type"])
    known = {"what": told["msg"], "kind": kind}
    remedy = told.get("ctx", {}).get("remedy")
    error = PydanticCustomError("mistake", "{what}", known if remedy is None else known | {"remedy": remedy})
    return InitErrorDetails(type=error, loc=told["loc"], input=told["input"])


def number_at(data: object, *path: str) -> float | None:
    """The number at a path in raw data, also where it stands under ``value``; None where there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    if isinstance(data, Mapping):
        data = data.get("value")
    return float(data) if isinstance(data, int | float) and not isinstance(data, bool) else None


def _named(source: str) -> str:
    if not source.strip():
        raise ValueError("a source must be named: the case, a publication, or the word estimate with its reason")
    return source


Source = Annotated[str, AfterValidator(_named)]


class Sourced(Strict):
    """A number with its source and, where it is not sure, its 95 % interval ``low`` to ``high``."""

    value: float
    source: Source
    low: float | None = None
    high: float | None = None

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        low, value, high = (number_at(data, key) for key in ("low", "value", "high"))
        if (low is None) != (high is None):
            return ["low and high go together: give both or neither"]
        if low is None or high is None or value is None or low <= value <= high:
            return []
        return [f"low <= value <= high must hold, not {low:g} <= {value:g} <= {high:g}"]

    def estimate(self, unit: str) -> Estimate:
        """The value as an Estimate in ``unit``; one without an interval is taken as exact."""
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return Estimate(low=low, likely=self.value, high=high, unit=unit, source=self.source)


def _lowest(sourced: Sourced) -> float:
    return sourced.value if sourced.low is None else sourced.low


def _positive(sourced: Sourced) -> Sourced:
    if _lowest(sourced) <= 0:
        raise ValueError("must be greater than 0")
    return sourced


def _not_negative(sourced: Sourced) -> Sourced:
    if _lowest(sourced) < 0:
        raise ValueError("must not be negative")
    return sourced


def _share(sourced: Sourced) -> Sourced:
    if _lowest(sourced) < 0 or (sourced.value if sourced.high is None else sourced.high) > 1:
        raise ValueError("must lie between 0 and 1")
    return sourced


def _whole(sourced: Sourced) -> Sourced:
    if sourced.value != int(sourced.value):
        raise ValueError("must be a whole number")
    return _positive(sourced)


Positive = Annotated[Sourced, AfterValidator(_positive)]
NotNegative = Annotated[Sourced, AfterValidator(_not_negative)]
Share = Annotated[Sourced, AfterValidator(_share)]
Count = Annotated[Sourced, AfterValidator(_whole)]
Fraction = Annotated[float, Field(ge=0, le=1)]
