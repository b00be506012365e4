"""An error map: how far a formula is from the truth over two parameters, and how well that truth is known."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.stats import t as student


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A parameter and its values, as they are shown."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ErrorMap:
    """``errors[row][column]``: formula over truth less 1.

    ``noise``: half of the truth's 95 % interval, as a share of the truth; 0 says that the truth is exact.
    """

    title: str
    rows: Axis
    columns: Axis
    errors: tuple[tuple[float, ...], ...]
    noise: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Family:
    """Maps of one subject: what is compared, what the truth is, and where the formulas may be used."""

    name: str
    title: str
    formulas: str
    truth: str
    use: str
    maps: tuple[ErrorMap, ...]


@dataclass(frozen=True, kw_only=True)
class Known:
    """A true value and half of its 95 % interval; 0 where it is exact."""

    value: float
    reach: float = 0.0


def mapped(
    title: str,
    rows: tuple[str, Sequence[object]],
    columns: tuple[str, Sequence[object]],
    cell: Callable[[int, int], tuple[float, Known]],
) -> ErrorMap:
    """The map of ``cell(row, column)``, which gives the formula's value and the true one."""
    errors, noise = [], []
    for i in range(len(rows[1])):
        pairs = [cell(i, j) for j in range(len(columns[1]))]
        errors.append(tuple(found / truth.value - 1.0 for found, truth in pairs))
        noise.append(tuple(truth.reach / abs(truth.value) for _, truth in pairs))
    return ErrorMap(
        title=title,
        rows=Axis(name=rows[0], values=tuple(map(str, rows[1]))),
        columns=Axis(name=columns[0], values=tuple(map(str, columns[1]))),
        errors=tuple(errors),
        noise=tuple(noise),
    )


def known_from(samples: Sequence[float]) -> Known:
    """The mean of independent replications."""
    values = np.asarray(samples, dtype=float)
    reach = float(student.ppf(0.975, len(values) - 1)) * float(values.std(ddof=1)) / np.sqrt(len(values))
    return Known(value=float(values.mean()), reach=float(reach))


def adjusted(samples: np.ndarray, controls: np.ndarray, expected: Sequence[float]) -> Known:
    """The mean of replications (n), corrected by controls (n, m) whose expectations are known (Law 2015, ch. 11)."""
    design = np.column_stack([np.ones(len(samples)), controls - np.asarray(expected)])
    solution = np.linalg.lstsq(design, samples, rcond=None)[0]
    freedom = len(samples) - design.shape[1]
    variance = float(np.sum((samples - design @ solution) ** 2)) / freedom
    spread = np.sqrt(variance * np.linalg.inv(design.T @ design)[0, 0])
    return Known(value=float(solution[0]), reach=float(student.ppf(0.975, freedom) * spread))


def written(family: Family, folder: Path) -> Path:
    """Keeps a family's results, to four digits."""
    path = folder / f"{family.name}.json"
    document = json.loads(json.dumps(asdict(family)), parse_float=lambda text: float(f"{float(text):.4g}"))
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> Family:
    """A family as it was kept."""
    document = json.loads(path.read_text(encoding="utf-8"))
    maps = tuple(
        ErrorMap(
            title=each["title"],
            rows=Axis(name=each["rows"]["name"], values=tuple(each["rows"]["values"])),
            columns=Axis(name=each["columns"]["name"], values=tuple(each["columns"]["values"])),
            errors=tuple(map(tuple, each["errors"])),
            noise=tuple(map(tuple, each["noise"])),
        )
        for each in document["maps"]
    )
    return Family(**{**document, "maps": maps})
