"""Takes the values of a strictly read mapping one by one, and remembers all that is wrong with them."""

import sys
from collections.abc import Iterator

from firstbell.models.problems import InputError, Problem
from firstbell.models.strict_yaml import Document, Key, KeyPath, shown

LARGEST = sys.float_info.max


class Fields:
    """The keys of one mapping in a document. What was never asked for is unknown, and told by ``refuse``.

    Methods give a harmless value in place of a wrong one, so that reading goes on and every problem is found.
    """

    def __init__(self, document: Document, path: KeyPath = (), problems: list[Problem] | None = None) -> None:
        self.document = document
        self.path = path
        self.problems = list(document.duplicates) if problems is None else problems
        self.asked: set[Key] = set()
        data = _at(document.data, path)
        if isinstance(data, dict):
            self.data: dict[Key, object] = data
        else:
            self.data = {}
            self.problem((), data, "not a mapping of keys to values", "Write `key: value` lines.")

    def has(self, key: str) -> bool:
        return key in self.data

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self._taken(key, default)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.problem((key,), value, "not a text", "Write a word, in quotes where needed.")
            return ""
        return value

    def number(
        self, key: str, *, default: float | None = None, above: float | None = None, least: float | None = None
    ) -> float:
        value = self._taken(key, default)
        return 1.0 if value is None else self._number((key,), value, above, least)

    def whole(self, key: str, *, default: int | None = None, least: int = 1) -> int:
        value = self._taken(key, default)
        if value is None:
            return least
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.problem((key,), value, f"not a whole number of {least} or more", f"Give {least}, {least + 1}, …")
            return least
        return value

    def numbers(self, key: str, *, above: float | None = None, least: float | None = None) -> list[float]:
        """A list of numbers."""
        return [self._number((key, i), each, above, least) for i, each in self._items(key)]

    def wholes(self, key: str) -> list[int]:
        """A list of whole numbers of 1 or more."""
        values = self.numbers(key, least=1.0)
        for position, value in enumerate(values):
            if not value.is_integer():
                self.problem((key, position), value, "not a whole number", "Write digits only.")
        return [int(value) for value in values]

    def rows(self, key: str, *, least: float | None = None) -> list[list[float]]:
        """A list of lists of numbers, all of the same length."""
        rows = []
        for i, each in self._items(key):
            if not isinstance(each, list):
                self.problem((key, i), each, "not a list of numbers", "Write [1.0, 2.0].")
                continue
            rows.append([self._number((key, i, j), value, None, least) for j, value in enumerate(each)])
        if len({len(row) for row in rows}) > 1:
            self.problem((key,), [len(row) for row in rows], "rows of different lengths", "Give one number a class.")
            return []
        return rows

    def number_by_name(self, key: str) -> dict[str, float]:
        value = self._taken(key, None)
        if not isinstance(value, dict):
            if value is not None:
                self.problem((key,), value, "not a mapping of names to numbers", "Write {learner: 0.004}.")
            return {}
        return {str(name): self._number((key, str(name)), each, None, None) for name, each in value.items()}

    def mappings(self, key: str) -> "Iterator[Fields]":
        """A list of mappings, each with its own fields."""
        for i, _ in self._items(key):
            yield Fields(self.document, (*self.path, key, i), self.problems)

    def finish(self) -> None:
        """Notes every key that nobody asked for."""
        for key in self.data:
            if key not in self.asked:
                known = ", ".join(sorted(str(each) for each in self.asked))
                self.problem((key,), None, "unknown key", f"Known here: {known}.")

    def refuse(self) -> None:
        """Raises InputError when anything was wrong."""
        if self.problems:
            raise InputError(self.problems)

    def problem(self, key: KeyPath, value: object, what: str, remedy: str) -> None:
        path = (*self.path, *key)
        shown_value = None if value is None else repr(value)
        self.problems.append(
            Problem(
                source=self.document.place(path), key=shown(path) or None, value=shown_value, what=what, remedy=remedy
            )
        )

    def _taken(self, key: str, default: object) -> object:
        self.asked.add(key)
        value = self.data.get(key)
        if value is not None:
            return value
        if default is None:
            what = "nothing stands here" if key in self.data else "the key is missing"
            self.problem((key,), None, what, "Give a value.")
        return default

    def _items(self, key: str) -> list[tuple[int, object]]:
        value = self._taken(key, None)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problem((key,), value, "not a list", "Write [first, second, …].")
            return []
        return list(enumerate(value))

    def _number(self, key: KeyPath, value: object, above: float | None, least: float | None) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
            self.problem(key, value, "not a number", "Write a decimal number, such as 0.25.")
            return 1.0
        if above is not None and not value > above:
            self.problem(key, value, f"not above {above:g}", "Give a greater number.")
            return 1.0
        if least is not None and not value >= least:
            self.problem(key, value, f"less than {least:g}", "Give a greater number.")
            return 1.0
        return float(value)


def _at(data: object, path: KeyPath) -> object:
    for key in path:
        data = data[key]  # type: ignore[index]
    return data
