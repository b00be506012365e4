"""What is wrong in a name's cell and what it should be, with the names of all sheets as the dictionary."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from firstbell.models.digital_ids import findings as faults
from firstbell.models.digital_ids.transliteration import bare, plain

KNOWN_AFTER = 3  # times that a word stands alone in a cell until it counts as a name: estimate
_INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_SPACES = re.compile(r"\s+")
_NOT_OF_NAMES = re.compile(r"[^\w '’-]|[\d_]")
_AT_ITS_ENDS = re.compile(r"^[^\w]+|[^\w]+$")
_TWICE_ENCODED = re.compile("[\u00c2-\u00c6]|[\u0102\u0139]")  # Ã, Ä, Å, Ă, Ĺ: a first byte of UTF-8 taken for a letter
# A name that a spreadsheet turned into an error, a number or a date.
_NO_TEXT = re.compile(r"#(NAME|REF|VALUE|N/A|NUM|DIV/0).*|[\d.,]+(E[+-]?\d+)?|\d{1,4}[-/.]\w{1,3}([-/.]\d{1,4})?", re.I)
_FORMULA = re.compile(r"^['=]+(?=\w)")

Change = tuple[str, str, str | None]
"""A fault, the reason, and what the cell became; None where it can't be told."""


class Lexicon:
    """Words that stand alone in cells of all sheets, by their bare letters, each with its most usual spelling."""

    def __init__(self, cells: Iterable[str]) -> None:
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        for cell, times in Counter(cells).items():
            word = cell.strip()
            if word and " " not in word and not _NOT_OF_NAMES.search(word) and not _TWICE_ENCODED.search(word):
                forms[bare(word)][word] += times
        self._usual = {
            key: max(spelt.items(), key=lambda form: (form[1], form[0]))[0]
            for key, spelt in forms.items()
            if spelt.total() >= KNOWN_AFTER
        }
        self.mended = lru_cache(maxsize=1 << 18)(self._mended)

    def usual(self, word: str) -> str | None:
        """How the word is spelt most often, or None if it isn't known."""
        return self._usual.get(bare(word))

    def like(self, pattern: str) -> list[str]:
        """Known words that a word with signs in place of letters may have been, a sign for one letter."""
        letters = "".join("." if _NOT_OF_NAMES.match(sign) else re.escape(sign) for sign in plain(pattern))
        fits = re.compile(letters)
        return [usual for key, usual in self._usual.items() if fits.fullmatch(key)]

    def _mended(self, cell: str) -> tuple[str | None, tuple[Change, ...]]:
        """A cell as it should be, None if that can't be told, and what was changed on the way."""
        text = unicodedata.normalize("NFC", cell)
        if text.isalpha() and not _TWICE_ENCODED.search(text):
            return text, ()
        changes: list[Change] = []
        decoded = _decoded(text.strip("\t\r\n "))  # first, as the next step takes a letter's second byte for a space
        if decoded is not None:
            changes, text = [decoded], decoded[2] or ""
        text = _SPACES.sub(" ", text).strip()
        for step in (_visible, _as_text, self._spelt, self._joined):
            change = step(text)
            if change is None:
                continue
            changes.append(change)
            if change[2] is None:
                return None, tuple(changes)
            text = change[2]
        return text, tuple(changes)

    def _spelt(self, text: str) -> Change | None:
        """Signs at the ends of words go; a sign in the middle stands for a letter that only the lexicon knows."""
        kept = " ".join(filter(None, (_AT_ITS_ENDS.sub("", word) for word in text.split(" "))))
        if _NOT_OF_NAMES.search(kept):
            words = [self._guessed(word) if _NOT_OF_NAMES.search(word) else word for word in kept.split(" ")]
            if None in words:
                reason = "a sign stands in place of a letter, and no known name or more than one fits"
                return faults.SPECIAL_CHARACTERS, reason, None
            kept = " ".join(word for word in words if word)
        reason = "signs that names don't have; letters taken from the only known name that fits"
        return None if kept == text else (faults.SPECIAL_CHARACTERS, reason, kept)

    def _guessed(self, word: str) -> str | None:
        fitting = self.like(word)
        return fitting[0] if len(fitting) == 1 else None

    def _joined(self, text: str) -> Change | None:
        """Words of a cell are a double name if each is known; else they are one if together they are known."""
        words = text.split(" ")
        if len(words) < 2:
            return None
        whole, parts = self.usual(text), [self.usual(word) for word in words]
        if None not in parts:
            ambiguous = "it is known as one name and as several; say which"
            return (faults.SPACES_INSIDE, ambiguous, None) if whole else None
        if whole:
            return faults.SPACES_INSIDE, "spaces inside a word; together it is a known name", whole
        return faults.SPACES_INSIDE, "neither its words nor all together are known names", None


def _visible(text: str) -> Change | None:
    seen = _INVISIBLE.sub("", text)
    return None if seen == text else (faults.SPECIAL_CHARACTERS, "signs that can't be seen", seen)


def _decoded(text: str) -> Change | None:
    """UTF-8 that was read as Windows-1252 or 1250, once."""
    if not _TWICE_ENCODED.search(text):
        return None
    for page in ("cp1252", "latin-1", "cp1250"):
        try:
            right = text.encode(page).decode("utf-8")
        except UnicodeError:
            continue
        return faults.SPECIAL_CHARACTERS, f"UTF-8 that was read as {page}", right
    return None


def _as_text(text: str) -> Change | None:
    if _NO_TEXT.fullmatch(text):
        return faults.CELL_PROPERTIES, "the cell's format made a number, a date or an error of it", None
    bared = _FORMULA.sub("", text)
    return None if bared == text else (faults.CELL_PROPERTIES, "a sign that marks the cell as text or formula", bared)
