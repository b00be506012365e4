"""User names by the two rules of the case: name.surname, else name.<first letter of the parent's name>.surname."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from firstbell.models.digital_ids.people import Person
from firstbell.models.digital_ids.transliteration import bare

LONGEST = 64  # characters before the @ of a user principal name: Microsoft Entra ID, userPrincipalName


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A person's digital ID. ``rule``: 1 or 2 as the case has them, 3 where both were taken and a number decides.

    It is 0 where the name is an earlier account's.
    """

    id: str
    user_name: str
    rule: int
    person: Person


def accounts(people: Sequence[Person], domain: str, earlier: Mapping[str, str] | None = None) -> list[Account]:
    """An account for each person, in the order of their ids, its user name unique among them and the ``earlier`` ones.

    ``earlier`` are user names by id: who has one keeps it. Who of two gets the shorter name is decided by the id, a
    hash of the identity, not by the order of rows or files.
    """
    names = earlier or {}
    in_use = {name.lower().partition("@")[0] for name in names.values()}
    given = []
    for person in sorted(people, key=lambda person: (id_of(person), person.place)):
        key = id_of(person)
        if key in names:
            given.append(Account(id=key, user_name=names[key], rule=0, person=person))
            continue
        local, rule = next((name, rule) for name, rule in _choices(person) if name not in in_use)
        in_use.add(local)
        given.append(Account(id=key, user_name=f"{local}@{domain}", rule=rule, person=person))
    return given


def by_rule(given: Iterable[Account]) -> dict[int, int]:
    """How many names each rule gave."""
    return dict(sorted(Counter(account.rule for account in given).items()))


def id_of(person: Person) -> str:
    """An id that the same person gets from other sheets, too, as long as school and grade are the same."""
    return blake2b("\0".join(map(str, person.identity)).encode(), digest_size=8).hexdigest()


def _choices(person: Person) -> Iterator[tuple[str, int]]:
    """Names to try, without end: the two rules', then the second's with 2, 3, 4 …"""
    name, surname, parent = bare(person.name), bare(person.surname), bare(person.parent)
    yield _fitted(f"{name}.{surname}"), 1
    longer = f"{name}.{parent[:1]}.{surname}" if parent else f"{name}.{surname}"
    if parent:
        yield _fitted(longer), 2
    number = 2
    while True:
        yield _fitted(longer, str(number)), 3
        number += 1


def _fitted(text: str, number: str = "") -> str:
    return text[: LONGEST - len(number)].rstrip(".") + number
