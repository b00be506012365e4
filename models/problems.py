"""What is wrong with an input, told all at once: the one error type for what a user can mend."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in an input: where it stands, what stands there, and what to do about it."""

    source: str
    key: str | None
    value: str | None
    what: str
    remedy: str

    def __str__(self) -> str:
        place = self.source if self.key is None else f"{self.source}: {self.key}"
        found = "" if self.value is None else f" (it is {self.value})"
        return f"{place}: {self.what}{found}. {self.remedy}"


class InputError(Exception):
    """The input is wrong; carries every problem found, so that the user mends them in one go.

    ``exit_code`` is 2; a subclass that means an invalid measurement has another.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            raise ValueError("an InputError needs at least one problem")
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def single(cls, *, source: str, what: str, remedy: str, key: str | None = None, value: object = None) -> Self:
        """An error with one problem; ``value`` is shown as Python would write it."""
        shown = None if value is None else repr(value)
        return cls([Problem(source=source, key=key, value=shown, what=what, remedy=remedy)])
