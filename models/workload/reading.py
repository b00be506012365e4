"""From a profile's file to a Workload, with every mistake told at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from firstbell.models import strict_yaml
from firstbell.models.problems import InputError, Problem
from firstbell.models.workload.gate import Gate, SloFile
from firstbell.models.workload.profile import Workload
from firstbell.models.workload.sourced import Strict

_Form = TypeVar("_Form", bound=Strict)
_MAPPING = ("this must be a mapping", "Write the keys of this part below it, say {value: 3, source: estimate}")
# Pydantic's words for a mistake, said again in the words of somebody who writes profiles: what is wrong, the remedy.
_WORDING: Mapping[str, tuple[str, str]] = {
    "missing": ("the key is missing", "Add it; `firstbell init` writes a profile with every key"),
    "extra_forbidden": ("there is no such key", "Take it out, or mend its spelling"),
    "float_type": ("this must be a number", "Write it without quotes or a unit"),
    "int_type": ("this must be a whole number", "Write it without quotes or a unit"),
    "string_type": ("this must be a text", "Put it in quotes"),
    "string_pattern_mismatch": ("this is not in the form wanted", 'Write times as "07:30", names in lower case'),
    "tuple_type": ("this must be a list", "Write [a, b] or lines that begin with a dash"),
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
}


def read_workload(path: Path) -> Workload:
    """Read a profile; raise InputError with every mistake in it."""
    return workload_of(strict_yaml.read(path))


def read_slo(path: Path) -> Gate:
    """Read an ``slo.yaml``; raise InputError with every mistake in it."""
    return validated(strict_yaml.read(path), SloFile).gate


def workload_of(document: strict_yaml.Document) -> Workload:
    """Validate a document that was read; raise InputError with every mistake in it."""
    return validated(document, Workload)


def validated(document: strict_yaml.Document, form: type[_Form]) -> _Form:
    """A document in its form; raise InputError with every mistake in it."""
    problems = list(document.duplicates)
    found = None
    try:
        found = form.model_validate(_as_tuples(document.data))
    except ValidationError as error:
        problems += [_problem(document, detail) for detail in error.errors()]
    if problems or found is None:
        raise InputError(problems)
    return found


def _as_tuples(data: object) -> object:
    if isinstance(data, dict):
        return {key: _as_tuples(value) for key, value in data.items()}
    if isinstance(data, list):
        return tuple(_as_tuples(value) for value in data)
    return data


def _problem(document: strict_yaml.Document, detail: ErrorDetails) -> Problem:
    path = tuple(detail["loc"])
    value = detail["input"]
    kind = detail.get("ctx", {}).get("kind", detail["type"])
    message = detail["msg"].removeprefix("Value error, ").removesuffix(".")
    what, remedy = _WORDING.get(kind, (message[:1].lower() + message[1:], "Mend the value"))
    remedy = detail.get("ctx", {}).get("remedy", remedy)
    return Problem(
        source=document.place(path),
        key=strict_yaml.shown(path) or None,
        value=_shown(value, kind),
        what=what,
        remedy=remedy,
    )


def _shown(value: object, kind: str) -> str | None:
    if isinstance(value, str | int | float | bool):
        return repr(value)
    if kind == "value_error" and isinstance(value, Mapping):
        # A sourced number that is out of its range; its source does not belong to the mistake.
        bounds = [f"{key} {value[key]}" for key in ("low", "high") if key in value]
        return ", ".join([str(value.get("value")), *bounds])
    return None
