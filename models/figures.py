"""Every sourced number of a workload by its key path, and the arrays in which formulas read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from firstbell.models.estimate import Estimate
from firstbell.models.workload.profile import Workload
from firstbell.models.workload.sourced import Share, Sourced, Strict

Array = NDArray[np.float64]
# Numbers by key path. Each array has the shape (1 + draws,): the likely value first, then the draws, so that a formula
# written once gives both a figure and its interval.
Values = Mapping[str, Array]

_SHARE = get_args(Share)[1]  # the validator that every share carries
_UNITS = (
    ("bits_per_s", "bit/s"),
    ("_per_s", "1/s"),
    ("_bytes", "bytes"),
    ("bytes_out", "bytes"),
    ("bytes_in", "bytes"),
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number of the profile: its key path, its estimate, and whether it is a share (0 to 1)."""

    key: str
    estimate: Estimate
    share: bool = False


def figures_of(workload: Workload) -> dict[str, Figure]:
    """All sourced numbers by key path, and the two bitrates that follow from the ladder."""
    found = {figure.key: figure for figure in _walk(workload, "")}
    ladder = workload.content.ladder
    source = f"ladder: {ladder.rungs_source}; shares: {ladder.shares_source}"
    for name in ("mean_bits_per_s", "whole_bits_per_s"):
        key, value = f"content.ladder.{name}", getattr(ladder, name)
        exact = Estimate(low=value, likely=value, high=value, unit="bit/s", source=source)
        found[key] = Figure(key=key, estimate=exact)
    return found


def likely_values(workload: Workload) -> dict[str, Array]:
    """The likely value of every figure, without draws: arrays of shape (1,)."""
    return {key: np.array([figure.estimate.likely]) for key, figure in figures_of(workload).items()}


def stated_names(values: Values) -> list[str]:
    """The states that the profile states and the scenarios do not play."""
    return [key.split(".")[2] for key in values if key.startswith("states.stated.") and key.endswith(".share")]


def _walk(part: Strict, path: str) -> Iterator[Figure]:
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        yield from _below(value, f"{path}.{name}".removeprefix("."), _SHARE in field.metadata)


def _below(value: object, key: str, share: bool) -> Iterator[Figure]:
    if isinstance(value, Sourced):
        yield Figure(key=key, estimate=value.estimate(_unit(key)), share=share)
    elif isinstance(value, Strict):
        yield from _walk(value, key)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _below(inner, f"{key}.{name}", False)


def _unit(key: str) -> str:
    for ending, unit in _UNITS:
        if key.endswith(ending):
            return unit
    return "s" if key.endswith("_s") or ".demand_s." in key else ""


class Reading(Mapping[str, Array]):
    """Values that note which of them a formula reads, so that a figure's inputs are those that made it."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._keys: dict[str, None] = {}

    def __getitem__(self, key: str) -> Array:
        value = self._values[key]
        self._keys[key] = None
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def keys_read(self) -> tuple[str, ...]:
        """Key paths in the order in which they were first read."""
        return tuple(self._keys)
