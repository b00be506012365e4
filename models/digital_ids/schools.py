"""The register of schools, and which of them a misspelt name means."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from firstbell.models.digital_ids.tables import read_table
from firstbell.models.digital_ids.transliteration import bare
from firstbell.models.problems import InputError, Problem

HEADINGS = ("id", "name", "municipality")
LETTERS_A_MISTAKE = 4  # a name may have one wrong letter for each four: estimate, so that no other school is meant
MOST_MISTAKES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class School:
    id: str
    name: str
    municipality: str


class SchoolRegister:
    """Schools by name and municipality; a name is found in spite of marks, case, spaces and signs."""

    def __init__(self, schools: Iterable[School]) -> None:
        self.schools = tuple(schools)
        self._in_municipality: dict[str, dict[str, School]] = defaultdict(dict)
        self._by_name: dict[str, list[School]] = defaultdict(list)
        for school in self.schools:
            self._in_municipality[bare(school.municipality)][bare(school.name)] = school
            self._by_name[bare(school.name)].append(school)
        self._nearest = lru_cache(maxsize=1 << 16)(self._search)

    @classmethod
    def read(cls, path: Path) -> "SchoolRegister":
        """From a CSV file with the headings id, name, municipality; raises InputError with all its problems."""
        rows = read_table(path)
        if not rows or tuple(rows[0]) != HEADINGS:
            remedy = f"Write {','.join(HEADINGS)} into the first line."
            raise InputError.single(source=str(path), key="line 1", what="these are not the headings", remedy=remedy)
        problems = [_problem(path, at, row) for at, row in enumerate(rows[1:], start=2) if not _complete(row)]
        ids = [row[0] for row in rows[1:] if _complete(row)]
        if len(set(ids)) < len(ids):
            twice = next(name for name in ids if ids.count(name) > 1)
            remedy = "Give each school an id of its own."
            raise InputError.single(source=str(path), key="id", value=twice, what="two schools have it", remedy=remedy)
        if problems:
            raise InputError(problems)
        return cls(School(id=row[0], name=row[1], municipality=row[2]) for row in rows[1:])

    def named(self, name: str, municipality: str) -> School | None:
        """The school of this name there; anywhere, if the name is the only one of its kind."""
        there = self._in_municipality.get(bare(municipality), {}).get(bare(name))
        alike = self._by_name.get(bare(name), [])
        return there or (alike[0] if len(alike) == 1 and not bare(municipality) else None)

    def meant(self, name: str, municipality: str) -> tuple[School, ...]:
        """The schools there that this name may mean, nearest first: a single one is the school meant.

        By the distance of the bare names. One that is a slip further than the nearest may be meant, too: Nami is one
        slip from Naim and one from Sami. Empty if none is near enough.
        """
        return self._nearest(bare(name), bare(municipality))

    def _search(self, name: str, municipality: str) -> tuple[School, ...]:
        most = min(MOST_MISTAKES, len(name) // LETTERS_A_MISTAKE)
        near: list[tuple[int, School]] = []
        for candidate, school in self._in_municipality.get(municipality, {}).items():
            slips = distance(name, candidate, most=most + 1)
            if slips is not None:
                near.append((slips, school))
        least = min((slips for slips, _ in near), default=most + 1)
        if least > most:
            return ()
        return tuple(school for slips, school in sorted(near, key=lambda found: found[0]) if slips <= least + 1)


def distance(one: str, other: str, *, most: int) -> int | None:
    """Slips from one word to the other; None if there are more than ``most``.

    A letter too much, too few, another or swapped with the next: Damerau (1964), no part being changed twice.
    """
    if abs(len(one) - len(other)) > most:
        return None
    before_that: list[int] = []
    before = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        row = [at]
        for to, theirs in enumerate(other, start=1):
            slips = min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != theirs))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == theirs:
                slips = min(slips, before_that[to - 2] + 1)
            row.append(slips)
        if min(row) > most and min(before) > most:
            return None
        before_that, before = before, row
    return before[-1] if before[-1] <= most else None


def _complete(row: list[str]) -> bool:
    return len(row) == len(HEADINGS) and all(cell.strip() for cell in row)


def _problem(path: Path, line: int, row: list[str]) -> Problem:
    remedy = "Write an id, a name and a municipality."
    return Problem(source=str(path), key=f"line {line}", value=repr(row), what="this is no school", remedy=remedy)
