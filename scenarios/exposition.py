"""Prometheus' text format, by flat names: ``firstbell_cpu_seconds_total{station="app"}`` is ``cpu_seconds.app``."""

import re

_LINE = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*")
_LABEL = re.compile(r'\s*[A-Za-z_][A-Za-z0-9_]*\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?')
_ESCAPED = re.compile(r"\\(.)")


def values_of(text: str) -> dict[str, float]:
    """Every sample by its flat name: family without ``firstbell_`` and ``_total``, then the labels' values, by dots.

    Lines that are no samples are left out.
    """
    found = {}
    for line in text.splitlines():
        match = None if line.startswith("#") else _LINE.fullmatch(line)
        if match is None:
            continue
        family, labels, value = match.groups()
        try:
            number = float(value)
        except ValueError:
            continue
        family = family.removeprefix("firstbell_").removesuffix("_total")
        found[".".join([family, *_values(labels or "")])] = number
    return found


def _values(labels: str) -> list[str]:
    return [_ESCAPED.sub(_unescaped, match.group(1)) for match in _LABEL.finditer(labels)]


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match.group(1) == "n" else match.group(1)
