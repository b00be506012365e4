"""A workbook calculated anew from the text in its file, by a reading of its own: no cached value is looked at."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from scipy.special import gammaln, ndtri, pdtr, xlogy

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TOKEN = re.compile(
    r"""(?P<text>"[^"]*")
    |(?P<ref>(?:'(?P<sheet>[^']+)'!)?\$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>\d+)(?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>\d+))?(?![\w.(]))
    |(?P<number>\d+\.?\d*(?:E[+-]?\d+)?)
    |(?P<name>[A-Za-z_][\w.]*)
    |(?P<sign><=|>=|[-+*/^<>(),&])""",
    re.VERBOSE,
)


class _Text(str):
    def __and__(self, other: object) -> "_Text":
        return _Text(f"{self}{float(other)!r}")


def _sum_if(criteria: Any, condition: str, amounts: Any) -> float:
    assert condition.startswith(">=")
    return float(np.sum(amounts[criteria >= float(condition[2:])]))


def _match(sought: float, cells: Any, _exact: float) -> float:
    found = np.flatnonzero(cells == sought)
    return float(found[0] + 1) if len(found) else np.nan


_FUNCTIONS: dict[str, Any] = {
    "MAX": lambda *parts: max(part.max() if isinstance(part, np.ndarray) else part for part in parts),
    "MIN": lambda *parts: min(part.min() if isinstance(part, np.ndarray) else part for part in parts),
    "ROUNDUP": lambda part, _digits: np.ceil(part),
    "ROUNDDOWN": lambda part, _digits: np.floor(part),
    "IF": lambda condition, then, otherwise: then if condition else otherwise,
    "EXP": np.exp,
    "LN": np.log,
    "SQRT": np.sqrt,
    "NORMSINV": ndtri,
    "POISSON": lambda count, mean, up_to: (
        pdtr(count, mean) if up_to else np.exp(xlogy(count, mean) - mean - gammaln(count + 1))
    ),
    "SUMPRODUCT": lambda *parts: np.float64(np.sum(np.prod(np.broadcast_arrays(*parts), axis=0))),
    "SUMIF": _sum_if,
    "MATCH": _match,
    "INDEX": lambda cells, place: np.nan if np.isnan(place) else cells[int(place) - 1],
    "CONCATENATE": lambda *parts: "".join(part if isinstance(part, str) else f"{part:g}" for part in parts),
    "NA": lambda: np.nan,
}


class Workbook:
    """Cells by (sheet, column and row), with formulas compiled once; `at` calculates what is asked for."""

    def __init__(self, path: Path) -> None:
        self.cells: dict[tuple[str, str], Any] = {}
        self.formulas: dict[tuple[str, str], Any] = {}
        self._calculated: dict[tuple[str, str], Any] = {}
        self._readers: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self._reading: list[tuple[str, str]] = []
        self.names: dict[str, tuple[str, str]] = {}
        self._known = {
            **_FUNCTIONS, "_cells": self._cells, "_names": self.names, "_Text": _Text, "_number": np.float64,
        }  # fmt: skip
        with zipfile.ZipFile(path) as parts:
            strings = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
            texts = ["".join(piece.itertext()) for piece in strings]
            book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
            relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
            targets = {each.get("Id"): each.get("Target") for each in relations}
            self.parts = {
                str(each.get("name")): f"xl/{targets[each.get(_RELATION)]}" for each in book.iter(f"{_MAIN}sheet")
            }
            for each in book.iter(f"{_MAIN}definedName"):
                sheet, _, cell = str(each.text).rpartition("!")
                self.names[str(each.get("name"))] = (sheet.strip("'"), cell.replace("$", ""))
            for name, part in self.parts.items():
                self._read(name, parts.read(part), texts)

    def _read(self, sheet: str, xml: bytes, texts: list[str]) -> None:
        for cell in ElementTree.fromstring(xml).iter(f"{_MAIN}c"):
            key, formula, value = (sheet, str(cell.get("r"))), cell.find(f"{_MAIN}f"), cell.find(f"{_MAIN}v")
            if formula is not None:
                self.formulas[key] = compile(self._python(sheet, str(formula.text)), f"{sheet}!{key[1]}", "eval")
            elif value is not None:
                text = str(value.text)
                self.cells[key] = texts[int(text)] if cell.get("t") == "s" else np.float64(text)

    def _python(self, sheet: str, formula: str) -> str:
        parts, end = [], 0
        for token in _TOKEN.finditer(formula):
            assert token.start() == end, (sheet, formula, formula[end:])
            end = token.end()
            parts.append(self._part(sheet, token))
        assert end == len(formula), (sheet, formula)
        return "".join(parts)

    def _part(self, sheet: str, token: re.Match[str]) -> str:
        whole = token.group()
        if token["text"]:
            return f"_Text({whole})"
        if token["ref"]:
            ends = [f"{token[f'c{n}']}{token[f'r{n}']}" for n in (1, 2) if token[f"c{n}"]]
            return f"_cells({', '.join(map(repr, [token['sheet'] or sheet, *ends]))})"
        if token["name"]:
            if whole in ("TRUE", "FALSE"):
                return whole.capitalize()
            return whole if whole in _FUNCTIONS else f"_cells(*_names[{whole!r}])"
        return "**" if whole == "^" else f"_number({whole})" if token["number"] else whole

    def changed(self, changes: Mapping[tuple[str, str], float]) -> None:
        """From now on these cells hold other numbers."""
        for key, value in changes.items():
            if self.cells[key] != value:
                self.cells[key] = np.float64(value)
                self._forget(key)

    def _forget(self, key: tuple[str, str]) -> None:
        """What was calculated with a cell must be calculated again; all else stands."""
        for reader in self._readers.pop(key, ()):
            if self._calculated.pop(reader, None) is not None:
                self._forget(reader)

    def is_read(self, key: tuple[str, str]) -> bool:
        """Whether anything that was calculated so far needed this cell."""
        return key in self._readers

    def at(self, sheet: str, cell: str) -> Any:
        """What a cell holds or gives."""
        key = (sheet, cell)
        if self._reading:
            self._readers.setdefault(key, set()).add(self._reading[-1])
        if key in self.cells:
            return self.cells[key]
        if key not in self._calculated:
            self._reading.append(key)
            with np.errstate(all="ignore"):
                self._calculated[key] = eval(self.formulas[key], self._known)
            self._reading.pop()
        return self._calculated[key]

    def _cells(self, sheet: str, first: str, last: str | None = None) -> Any:
        if last is None:
            return self.at(sheet, first)
        column = first.rstrip("0123456789")
        assert last.startswith(column)
        rows = range(int(first[len(column) :]), int(last[len(column) :]) + 1)
        return np.array([self.at(sheet, f"{column}{row}") for row in rows])
