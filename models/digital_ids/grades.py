"""The grade of a learner from what a spreadsheet made of it."""

import re
from functools import lru_cache

HIGHEST = 13
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_WHOLE = re.compile(r"\d{1,2}")
_CHANGED = re.compile(r"'?(\d{1,2})(?:[.,]0*)?")
_PARALLEL = re.compile(r"(\d{1,2})\s?[/-]\s?(\d{1,2}|[A-Za-z])")


@lru_cache(maxsize=1 << 14)
def grade_of(cell: str) -> tuple[int | None, bool]:
    """The grade, and whether it stood there as the template wants it: a whole number, or one with a parallel (5/2).

    None where it can't be told: a date may have been 5/1 or 1/5.
    """
    text = cell.strip()
    plain = _WHOLE.fullmatch(text) or _PARALLEL.fullmatch(text)
    changed = _CHANGED.fullmatch(text)
    if plain:
        grade = int(plain.group(1) if plain.re is _PARALLEL else text)
    elif changed:
        grade = int(changed.group(1))
    else:
        grade = _ROMAN.get(text.lower(), 0)
    return (grade if 0 < grade <= HIGHEST else None), bool(plain)
