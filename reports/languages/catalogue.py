"""The messages of a language: a gettext catalogue in plain text, looked up by the English words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

WRITTEN_BY_MODELS = "written by models"
"""The comment of messages that come with their figures filled in: only those are recognised by their placeholders."""

_COUNT = r"\d[\d.,]*"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A message with placeholders, by which a sentence is recognised whose figures are already in it."""

    message: str
    expression: re.Pattern[str]

    @classmethod
    def of(cls, message: str, written: str) -> "Pattern":
        """Each placeholder of the written form stands for any text, one called ``n`` for a figure."""
        fixed = _PLACEHOLDER.split(written)
        parts = [
            f"(?P<{text}>{_COUNT if text == 'n' else '.+?'})" if place % 2 else re.escape(text)
            for place, text in enumerate(fixed)
        ]
        return cls(message=message, expression=re.compile("".join(parts), re.DOTALL))


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Translations by message; those that depend on a count by their plural message. Patterns: most words first."""

    messages: Mapping[str, str]
    plurals: Mapping[str, tuple[str, ...]]
    patterns: tuple[Pattern, ...]

    @classmethod
    def read(cls, path: Path) -> "Catalogue":
        """Read a `.po` file."""
        with path.open("rb") as file:
            entries = [entry for entry in read_po(file, abort_invalid=True) if entry.id]
        counted = [entry for entry in entries if not isinstance(entry.id, str)]
        plurals = {entry.id[1]: tuple(map(str, entry.string or ())) for entry in counted}
        messages = {entry.id: str(entry.string) for entry in entries if isinstance(entry.id, str)}
        # A word for one thing is a message as well: gettext knows each only once.
        messages |= {entry.id[0]: plurals[entry.id[1]][0] for entry in counted if "{" not in entry.id[0]}
        written = [entry for entry in entries if WRITTEN_BY_MODELS in entry.auto_comments]
        forms = [(each, each) if isinstance(each, str) else tuple(each) for each in (entry.id for entry in written)]
        return cls(messages=messages, plurals=plurals, patterns=tuple(_patterns(forms)))


NO_MESSAGES = Catalogue(messages={}, plurals={}, patterns=())


def _patterns(messages: Iterable[tuple[str, ...]]) -> Iterator[Pattern]:
    """Of pairs of forms, singular and plural: what has a placeholder and words beside it."""
    written = {form: forms[-1] for forms in messages for form in forms if _PLACEHOLDER.search(form)}
    for form in sorted(written, key=lambda one: -len(_words(one))):
        if re.search(r"\w", _words(form)):
            yield Pattern.of(written[form], form)


def _words(message: str) -> str:
    return _PLACEHOLDER.sub("", message)
