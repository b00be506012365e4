"""A language of the report: its words, and its forms of numbers and dates."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date

from firstbell.reports.languages.catalogue import NO_MESSAGES, Catalogue, Pattern

THIN = "\u202f"
"""Narrow no-break space: the thin space that a line never breaks at."""

_TAGS = {"en": "en", "sq": "sq", "sr": "sr-Latn"}
CODES = tuple(_TAGS)

# Invisible characters around words that no catalogue has; a page makes marks of its own of them.
_ENGLISH_FROM, _ENGLISH_TO = "\u2063", "\u2064"

_FIGURE = re.compile(
    r"(?P<number>[-−]?(?:\d[\d,]*(?:\.\d+)?)(?:e[+-]?\d+)?)(?P<unit> ?(?:%|ms|s|h|min|[kMGT]?B|[kMGT]?bit/s|/s))?"
)
_MARKED = re.compile(f"{_ENGLISH_FROM}.*?{_ENGLISH_TO}", re.DOTALL)
_PLURAL_TAGS = ("zero", "one", "two", "few", "many", "other")
# Of no language: keys of the profile, currencies, and kinds of machine such as "3 × large-64 + 1 × small-4".
_KEY = re.compile(r"\w+(?:[._]\w+(?:-\w+)*)+|[A-Z]{3}|(?:(?:\d+ × )?[a-z]+(?:-[a-z]+)*-\d+(?: \+ )?)+")
_ENUMERATED = re.compile(r"(, | and )")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W_a-z])")


@dataclass(frozen=True, kw_only=True)
class Language:
    """English has no catalogue: its messages are what the program says."""

    code: str
    tag: str
    locale: Locale
    catalogue: Catalogue

    @property
    def thousands(self) -> str:
        """Between thousands: a thin space wherever the language has a space, and in English."""
        found = str(self.locale.number_symbols["latn"]["group"])
        return THIN if self.code == "en" or found.isspace() else found

    @property
    def decimal(self) -> str:
        """Before decimals."""
        return str(self.locale.number_symbols["latn"]["decimal"])

    def figure(self, value: float, decimals: int) -> str:
        """A number with so many decimals."""
        marks = {",": self.thousands, ".": self.decimal, "-": "−"}
        return "".join(marks.get(sign, sign) for sign in f"{value:,.{decimals}f}")

    def read(self, figure: str) -> Decimal:
        """What `figure` wrote."""
        marks = {self.thousands: "", self.decimal: ".", "−": "-"}
        return Decimal("".join(marks.get(sign, sign) for sign in figure))

    def moment(self, found: datetime) -> str:
        """A day and time of day."""
        zone = f" ({found.tzname()})" if found.tzinfo else ""
        return self.text("{date}, {time}", date=self.day(found), time=f"{found:%H:%M}{zone}")

    def day(self, found: date) -> str:
        """A day."""
        return format_date(found, "d MMMM y" if self.code == "en" else "long", locale=self.locale)

    def short_day(self, found: date) -> str:
        """A day for a narrow column: the month in short, and no line break."""
        short = format_date(found, "d MMM y" if self.code == "en" else "medium", locale=self.locale)
        return short.replace(" ", "\N{NO-BREAK SPACE}")

    def text(self, message: str, **values: object) -> str:
        """One of the program's own messages, with its placeholders filled."""
        found = self.catalogue.messages.get(" ".join(message.split()), message)
        return found.format(**values) if values else found

    def plural(self, one: str, many: str, number: float | Decimal, **values: object) -> str:
        """The same in the form that a count asks for."""
        found = self.catalogue.plurals.get(many, (one, many))[self._plural_form(number)]
        return found.format(**values) if values else found

    def told(self, sentence: str) -> str:
        """What a model wrote in English, with the figures already in it.

        It is found by its words or by a message with placeholders, as a whole or sentence by sentence. What no message
        covers stays English and is marked; keys of the profile are no language and stay as they are.
        """
        if self.catalogue is NO_MESSAGES or _KEY.fullmatch(sentence) or not sentence:
            return sentence
        whole = self._known(sentence) or self._part(sentence)
        if _ENGLISH_FROM not in whole:
            return whole
        return _clearest([" ".join(self._by_sentences(_SENTENCE_END.split(sentence))), whole])

    def _plural_form(self, number: float | Decimal) -> int:
        rule = self.locale.plural_form
        tags: list[str] = [tag for tag in _PLURAL_TAGS if tag in {*rule.tags, "other"}]
        return tags.index(rule(number))

    def _by_sentences(self, sentences: list[str]) -> Iterator[str]:
        """As many sentences together as one message covers without a rest."""
        while sentences:
            runs = ((size, self._known(" ".join(sentences[:size]))) for size in range(len(sentences), 0, -1))
            whole = ((size, known) for size, known in runs if known is not None and _ENGLISH_FROM not in known)
            alone = self._known(sentences[0]) or f"{_ENGLISH_FROM}{sentences[0]}{_ENGLISH_TO}"
            size, found = next(whole, (1, alone))
            yield found
            sentences = sentences[size:]

    def _known(self, text: str) -> str | None:
        """A text by its words, with or without its full stop and its capital; None where no message covers it."""
        figure = _FIGURE.fullmatch(text)
        if figure is not None:
            return self._figure_again(figure)
        found = self._exactly(text) or self._by_pattern(text)
        if found is None and text.endswith("."):
            bare = self._known(text[:-1])
            return bare and f"{bare}."
        if found is None and text[:1].isupper() and not text[1:2].isupper():
            small = self._exactly(uncapitalised := text[:1].lower() + text[1:]) or self._by_pattern(uncapitalised)
            return small and capitalised(small)
        return found

    def _exactly(self, text: str) -> str | None:
        return self.catalogue.messages.get(" ".join(text.split()))

    def _by_pattern(self, text: str) -> str | None:
        """By the message with the most words, unless another leaves less of the text in English."""
        found = [
            self._filled(pattern, match)
            for pattern in self.catalogue.patterns
            if (match := pattern.expression.fullmatch(text)) is not None
        ]
        return _clearest(found) if found else None

    def _filled(self, pattern: Pattern, match: re.Match[str]) -> str:
        values = {name: self._part(part) for name, part in match.groupdict().items()}
        forms = self.catalogue.plurals.get(pattern.message)
        if forms is None:
            return self.catalogue.messages[pattern.message].format(**values)
        numbers = [Decimal(part.replace(",", "")) for part in match.groupdict().values() if part.isdecimal()]
        return forms[self._plural_form(numbers[0] if numbers else 0)].format(**values)

    def _part(self, text: str) -> str:
        """What stands in a placeholder: a figure, a message, an enumeration, a name with its figure, or a key."""
        known = self._name(text)
        if known is not None and _ENGLISH_FROM not in known:
            return known
        name, _, last = text.rpartition(" ")
        figure, named = _FIGURE.fullmatch(last), self._name(name)
        if figure is not None and named is not None:
            return f"{named} {self._figure_again(figure)}"
        pieces = _ENUMERATED.split(text)
        if len(pieces) > 1:
            said = [self._part(piece) for piece in pieces[::2]]
            if not any(_ENGLISH_FROM in piece for piece in said):
                joints = [f" {self.text('and')} " if joint == " and " else joint for joint in pieces[1::2]]
                return "".join(piece + joint for piece, joint in zip(said, [*joints, ""], strict=True))
        return known or f"{_ENGLISH_FROM}{text}{_ENGLISH_TO}"

    def _name(self, text: str) -> str | None:
        """A known text, one that has a known name as its key, or a key that stays."""
        known = self._known(text) if text else None
        stays = _KEY.fullmatch(text) or not any(map(str.isalpha, text))
        if known is not None or (" " in text and not stays):
            return known
        return self._exactly(text.replace("_", " ")) or (text if stays else None)

    def _figure_again(self, found: re.Match[str]) -> str:
        number, unit = found["number"].replace("−", "-").replace(",", ""), (found["unit"] or "").strip()
        decimals = 0 if "e" in number else len(number.partition(".")[2])
        shown = self.figure(float(number), decimals)
        if unit.startswith("/"):
            return shown + unit
        return f"{shown}{THIN if len(unit) <= 2 else chr(160)}{unit}" if unit else shown


ENGLISH = Language(code="en", tag="en", locale=Locale.parse("en"), catalogue=NO_MESSAGES)


@cache
def language_of(code: str) -> Language:
    """One of `CODES`, its catalogue read."""
    if code == ENGLISH.code:
        return ENGLISH
    tag = _TAGS[code]
    catalogue = Catalogue.read(Path(__file__).parent / f"{code}.po")
    return Language(code=code, tag=tag, locale=Locale.parse(tag, sep="-"), catalogue=catalogue)


def _clearest(texts: Sequence[str]) -> str:
    """The first of those with the least English left in them."""
    return min(texts, key=lambda text: sum(map(len, _MARKED.findall(text))))


def capitalised(text: str) -> str:
    """A text with a capital letter first, the others as they are."""
    first = next((place for place, letter in enumerate(text) if letter not in _ENGLISH_FROM + _ENGLISH_TO), 0)
    return f"{text[:first]}{text[first : first + 1].upper()}{text[first + 1 :]}"


def marked_as_english(text: str, opening: str, closing: str) -> str:
    """Untranslated words between marks of the page's own."""
    return text.replace(_ENGLISH_FROM, opening).replace(_ENGLISH_TO, closing)


def unmarked(text: str) -> str:
    """The same without marks, for where none can stand."""
    return marked_as_english(text, "", "")
