"""People who stand in more than one row: spelt alike, spelt otherwise, or perhaps two persons."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from firstbell.models.digital_ids import findings as faults
from firstbell.models.digital_ids.findings import Finding
from firstbell.models.digital_ids.people import Person
from firstbell.models.digital_ids.schools import distance
from firstbell.models.digital_ids.template import NAME, SURNAME
from firstbell.models.digital_ids.transliteration import bare

LETTERS_APART = 1
LONG_ENOUGH = 4  # letters of the longer name: Ana and Ada are two, Hoti and Hti may be one (estimate)


def without_duplicates(people: Sequence[Person]) -> tuple[list[Person], list[Finding]]:
    """One row for each person, the first of those there are, and what was left out.

    Two rows of one school, grade, parent and name are one person. Where one letter of the name or the surname differs
    it may be a slip or a sister: the later row is held back until somebody has said.
    """
    kept: dict[tuple[str, str, str, str, int], Person] = {}
    found: list[Finding] = []
    for person in people:
        first = kept.setdefault(person.identity, person)
        if first is not person:
            found.append(_same(first, person))
    doubtful = {id(later): (first, later, column) for first, later, column in _nearly_same(kept.values())}
    found += [_perhaps(*found_so) for found_so in doubtful.values()]
    return [person for person in kept.values() if id(person) not in doubtful], found


def _same(first: Person, person: Person) -> Finding:
    alike = (first.name, first.surname, first.parent) == (person.name, person.surname, person.parent)
    fault = faults.DUPLICATE if alike else faults.SPELLING_VARIANT
    reason = "the same person stands in another row" if alike else "the same person, spelt otherwise in another row"
    return _finding(fault, person, None, f"{reason}; that one was kept", first.place)


def _nearly_same(people: Iterable[Person]) -> Iterator[tuple[Person, Person, str]]:
    by_rest: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    for person in people:
        if person.parent:
            name, surname, *rest = map(str, person.identity)
            by_rest[(NAME, surname, *rest)].append(person)
            by_rest[(SURNAME, name, *rest)].append(person)
    for (column, *_), alike in by_rest.items():
        for at, later in enumerate(alike):
            for first in alike[:at]:
                if _one_slip(_of(first, column), _of(later, column)):
                    yield first, later, column


def _one_slip(one: str, other: str) -> bool:
    return max(len(one), len(other)) >= LONG_ENOUGH and distance(one, other, most=LETTERS_APART) is not None


def _of(person: Person, column: str) -> str:
    return bare(person.name if column == NAME else person.surname)


def _perhaps(first: Person, later: Person, column: str) -> Finding:
    reason = f"one letter differs from {first.place}, {first.name} {first.surname}; say whether they are one person"
    return _finding(faults.POSSIBLE_DUPLICATE, later, column, reason, None)


def _finding(fault: str, person: Person, column: str | None, reason: str, became: str | None) -> Finding:
    value = f"{person.name} {person.surname}"
    return Finding(
        fault=fault, file=person.file, row=person.row, column=column, value=value, reason=reason, became=became
    )
