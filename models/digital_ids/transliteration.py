"""Names in the plain Latin letters that a user name may have, from all the scripts of a country."""

import unicodedata
from functools import lru_cache

# Letters that Unicode doesn't take apart into a plain one and a mark. Dj is how Bosnian writes Đ without it.
_LATIN = {"đ": "dj", "ı": "i", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
# Serbian Cyrillic as its official Latin alphabet writes it, marks left out.
_CYRILLIC = dict(zip("абвгдежзијклмнопрстћуфхцчш", "abvgdezzijklmnoprstcufhccs", strict=True))
_DIGRAPHS = {"ђ": "dj", "љ": "lj", "њ": "nj", "џ": "dz"}
_PLAIN = str.maketrans(_LATIN | _CYRILLIC | _DIGRAPHS)


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """Lower case, marks off, every letter one of a to z; other signs stay where they have no such letter.

    ``plain("Çlirim Đorđević")`` is ``"clirim djordjevic"``.
    """
    if text.isascii():
        return text.lower()
    parted = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN))
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


@lru_cache(maxsize=1 << 16)
def bare(text: str) -> str:
    """The plain letters and digits alone: what two spellings of one word have in common."""
    return "".join(letter for letter in plain(text) if letter.isascii() and letter.isalnum())
