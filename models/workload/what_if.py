"""What if a figure of a profile were another one: changes by key, validated as if the profile had said so."""

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from firstbell.models import strict_yaml
from firstbell.models.problems import InputError, Problem
from firstbell.models.strict_yaml import Document
from firstbell.models.workload.profile import Workload
from firstbell.models.workload.reading import workload_of

_FORM = "Write KEY=VALUE, or KEY=LOW/VALUE/HIGH for a figure that is not sure"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A figure's key and what takes its place; without an interval it is taken as exact. ``told`` is who asked."""

    key: str
    value: float
    low: float | None = None
    high: float | None = None
    source: str
    told: str

    def sourced(self) -> dict[str, object]:
        """As a profile has it."""
        interval = {} if self.low is None or self.high is None else {"low": self.low, "high": self.high}
        return {"value": self.value, "source": self.source, **interval}


def changes_of_options(given: Sequence[str]) -> list[Change]:
    """From KEY=VALUE or KEY=LOW/VALUE/HIGH each; raise InputError with all that can't be read."""
    found, problems = [], []
    for text in given:
        key, _, figure = text.partition("=")
        numbers = [_number(part) for part in figure.split("/")]
        if not key or len(numbers) not in (1, 3) or any(number is None for number in numbers):
            problems.append(Problem(source="--set", key=None, value=repr(text), what="this is no figure", remedy=_FORM))
            continue
        low, value, high = numbers if len(numbers) == 3 else (None, numbers[0], None)
        assert value is not None
        found.append(Change(key=key, value=value, low=low, high=high, source="what if: --set", told="--set"))
    if problems:
        raise InputError(problems)
    return found


def changes_of_file(path: Path) -> list[Change]:
    """From a YAML file of keys, each with a number or with value, low, high and source; raise InputError."""
    document = strict_yaml.read(path)
    problems = list(document.duplicates)
    if not isinstance(document.data, Mapping):
        what, remedy = "this is no mapping of keys to figures", "Write lines such as states.watching.share: 0.4"
        raise InputError.single(source=str(path), what=what, remedy=remedy)
    found = []
    for key, asked in document.data.items():
        change = _of_file(str(key), asked, document)
        if isinstance(change, Problem):
            problems.append(change)
        else:
            found.append(change)
    if problems:
        raise InputError(problems)
    return found


def changed(profile: Path, changes: Sequence[Change]) -> Workload:
    """The profile with these figures; raise InputError where one is not there, or the profile doesn't allow it.

    Where more learners do one thing, fewer do the others: shares of states that are not changed give way in proportion.
    """
    document = strict_yaml.read(profile)
    data = copy.deepcopy(document.data)
    keys = [strict_yaml.shown(path) for path in _figures(data, ())]
    problems = [each for change in changes if (each := _put(data, change, keys)) is not None]
    if problems:
        raise InputError(problems)
    _make_room(data, [change for change in changes if _is_state_share(change.key)], keys)
    return workload_of(replace(document, data=data))


def _is_state_share(key: str) -> bool:
    return key.startswith("states.") and key.endswith(".share")


def _make_room(data: object, changed_shares: Sequence[Change], keys: Sequence[str]) -> None:
    """Scale the other states' shares, so that all together are 1."""
    others = [key for key in keys if _is_state_share(key) and key not in {each.key for each in changed_shares}]
    figures = [figure for key in others if isinstance(figure := _parent(data, key)[key.split(".")[-1]], dict)]
    left, held = 1 - sum(each.value for each in changed_shares), sum(figure["value"] for figure in figures)
    if not changed_shares or left < 0 or held <= 0:
        return
    for figure in figures:
        figure.update({name: figure[name] * left / held for name in ("value", "low", "high") if name in figure})


def _of_file(key: str, asked: object, document: Document) -> Change | Problem:
    place = document.place((key,))
    if isinstance(asked, Mapping):
        numbers = [_number(asked.get(name)) for name in ("value", "low", "high")]
        unknown = sorted(set(map(str, asked)) - {"value", "low", "high", "source"})
        source = asked.get("source", f"what if: {document.source}")
    else:
        numbers, unknown, source = [_number(asked), None, None], [], f"what if: {document.source}"
    value, low, high = numbers
    if value is None or unknown or (low is None) != (high is None):
        shown = f"unknown: {', '.join(unknown)}" if unknown else repr(asked)
        remedy = "Write a number, or {value: 0.4, low: 0.3, high: 0.5, source: who says so}"
        return Problem(source=place, key=key, value=shown, what="this is no figure", remedy=remedy)
    return Change(key=key, value=value, low=low, high=high, source=str(source), told=place)


def _put(data: object, change: Change, keys: Sequence[str]) -> Problem | None:
    """Put a change into a profile's data; what is wrong where there is no such figure."""
    if change.key not in keys:
        near = get_close_matches(change.key, keys, n=2, cutoff=0.5)
        guess = f"Did you mean {' or '.join(near)}?" if near else "`firstbell size --json` names them as inputs"
        what = "the profile has no such figure"
        return Problem(source=change.told, key=change.key, value=None, what=what, remedy=guess)
    _parent(data, change.key)[change.key.split(".")[-1]] = change.sourced()
    return None


def _parent(data: object, key: str) -> dict[str, Any]:
    """The part of a profile's data that a key among those that were found stands in."""
    for name in key.split(".")[:-1]:
        assert isinstance(data, dict)
        data = data[name]
    assert isinstance(data, dict)
    return data


def _figures(data: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Paths of all sourced numbers below; lists hold none that could be changed alone."""
    if not isinstance(data, Mapping):
        return []
    if "value" in data and "source" in data:
        return [path]
    return [found for name, value in data.items() for found in _figures(value, (*path, str(name)))]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
