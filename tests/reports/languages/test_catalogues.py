"""Catalogues are complete, agree with the English, and hold nothing that the program never says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, nodes

from firstbell.reports.languages import CODES, ENGLISH, Language, language_of
from firstbell.reports.languages.catalogue import Catalogue
from firstbell.reports.names import ACTIVITY_MEANINGS, GLOSSARY, LAYER_MEANINGS

ROOT = Path(__file__).parents[3]
TRANSLATED = tuple(code for code in CODES if code != ENGLISH.code)
VALUE = "\0"
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")


def forms_of(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Every message with every form of its translation."""
    yield from catalogue.messages.items()
    for message, forms in catalogue.plurals.items():
        yield from ((message, form) for form in forms)


@pytest.fixture(params=TRANSLATED)
def language(request: pytest.FixtureRequest) -> Language:
    return language_of(request.param)


def test_each_translation_keeps_the_placeholders_and_tags_of_its_message(language: Language) -> None:
    for message, translation in forms_of(language.catalogue):
        assert translation.strip(), message
        for kept in (r"\{\w+\}", r"<[^>]+>"):
            assert sorted(re.findall(kept, translation)) == sorted(re.findall(kept, message)), message


def test_quotes_are_those_of_the_language(language: Language) -> None:
    for message, translation in forms_of(language.catalogue):
        assert "”" not in translation, message
        assert translation.count("„") == translation.count("“"), message


def test_sentences_end_as_their_message_ends(language: Language) -> None:
    for message, translation in forms_of(language.catalogue):
        assert (message[-1] in ".?:") == (translation[-1] in ".?:"), message


def test_every_count_has_all_its_forms(language: Language) -> None:
    expected = len({*language.locale.plural_form.tags, "other"})
    assert len(language.catalogue.plurals) > 10
    assert {len(forms) for forms in language.catalogue.plurals.values()} == {expected}


def test_no_message_stands_twice(language: Language) -> None:
    text = (ROOT / f"reports/languages/{language.code}.po").read_text(encoding="utf-8")
    found = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert sorted(found) == sorted(set(found))


def test_all_catalogues_have_the_same_messages() -> None:
    catalogues = [language_of(code).catalogue for code in TRANSLATED]
    assert len({frozenset(each.messages) for each in catalogues}) == 1
    assert len({frozenset(each.plurals) for each in catalogues}) == 1


def test_every_message_of_the_program_has_a_translation(language: Language) -> None:
    names = [*ACTIVITY_MEANINGS.values(), *LAYER_MEANINGS.values(), *(word for pair in GLOSSARY for word in pair)]
    said = {" ".join(text.split()) for text in (*_asked_in_templates(), *_asked_in_code(), *names)}
    assert len(said) > 250
    assert said - set(language.catalogue.messages) == set()


def test_no_message_is_dead(language: Language) -> None:
    spoken = Spoken()
    messages = [*language.catalogue.messages, *language.catalogue.plurals]
    assert [message for message in messages if not spoken.has(message)] == []


class Spoken:
    """All that the sources can say: their strings, those with values in them as patterns, and profiles' words."""

    def __init__(self) -> None:
        texts = {_valued(text) for text in (*_strings(), *_profile_words(), *_asked_in_templates())}
        texts |= {part for text in texts for part in _SENTENCE_END.split(text)}
        self.plain = {_bare(text) for text in texts} | {text.replace("_", " ") for text in texts}
        filled = [text for text in texts if VALUE in text and re.search(r"\w{4}|≤", text)]
        self.filled = re.compile("|".join(f".*{_pattern(text.removesuffix('.'))}.*" for text in filled))

    def has(self, message: str) -> bool:
        """Whether a source says it, says it with values, or says a value's words in it."""
        text = _valued(message)
        if _bare(text) in self.plain or self.filled.fullmatch(text):
            return True
        filled_in = re.compile(_pattern(_bare(text)))
        return any(filled_in.fullmatch(said) for said in self.plain)


def _valued(text: str) -> str:
    """A text with a sign for each value; units belong to values."""
    signed = re.sub(r"\{\w+\}", VALUE, " ".join(text.split()))
    signed = re.sub(rf"{VALUE} ?(?:ms|s|h|min|TB|Gbit/s|/s)\b", VALUE, signed)
    return re.sub(rf"{VALUE}(?: {VALUE})+", VALUE, signed)


def _pattern(text: str) -> str:
    return ".*".join(map(re.escape, text.split(VALUE)))


def _bare(text: str) -> str:
    """A text without what is put before and after it."""
    return text.strip(f"{VALUE} .:;,")


def _sources() -> Iterator[ast.AST]:
    for folder in ("models", "cli", "scenarios", "reports"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _strings() -> Iterator[str]:
    for tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.sub(r"\{\w+\}", VALUE, node.value)
            elif isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values)


def _asked_in_code() -> Iterator[str]:
    """What is translated by its own words: `language.text("…")`."""
    for tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(node.func.value, ast.Name):
                    yield from [str(first.value)] if node.func.value.id == "language" else []


def _asked_in_templates() -> Iterator[str]:
    environment = Environment(trim_blocks=True, lstrip_blocks=True)
    for path in sorted((ROOT / "reports/templates").iterdir()):
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_" and isinstance(call.args[0], nodes.Const):
                yield re.sub(r"\s+", " ", call.args[0].value)


def _profile_words() -> Iterator[str]:
    for path in sorted((*(ROOT / "fixtures/profiles").glob("*.yaml"), *(ROOT / "fixtures/prices").glob("*.yaml"))):
        yield from _words_in(yaml.safe_load(path.read_text(encoding="utf-8")))


def _words_in(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        for key, value in found.items():
            for ending in ("", "_s", "_bytes", "_bits_per_s"):
                yield str(key).removesuffix(ending)
            yield from _words_in(value)
    elif isinstance(found, list):
        for each in found:
            yield from _words_in(each)
    elif isinstance(found, str):
        yield found
