"""YAML is read strictly: nothing becomes what its author did not write, and every key knows its line."""

from pathlib import Path

import pytest

from firstbell.models import strict_yaml
from firstbell.models.problems import InputError


def read(text: str) -> object:
    return strict_yaml.parse(text, source="x.yaml").data


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        strict_yaml.parse(text, source="x.yaml")
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    "text", ["no", "yes", "on", "off", "True", "10:30", "0x1F", "0o17", "1_000", ".inf", "2024-01-01"]
)
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    assert read(f"key: {text}") == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("false", False), ("null", None), ("~", None), ("", None)],
)
def test_truth_and_nothing_are_read_as_such(text: str, value: object) -> None:
    assert read(f"key: {text}") == {"key": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-3", -3), ("010", 10), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.0e+13", 1e13)],
)
def test_decimal_numbers_are_numbers(text: str, value: float) -> None:
    result = read(f"key: {text}")
    assert result == {"key": value}
    assert isinstance(result, dict)
    assert type(result["key"]) is type(value)


def test_a_quoted_number_stays_text() -> None:
    assert read('key: "12"') == {"key": "12"}


def test_every_key_given_twice_is_told_with_its_line() -> None:
    document = strict_yaml.parse("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n", source="x.yaml")
    assert [(problem.source, problem.key) for problem in document.duplicates] == [
        ("x.yaml:4", "b.c"),
        ("x.yaml:5", "a"),
    ]


def test_a_place_is_the_line_of_the_key_or_of_its_nearest_parent() -> None:
    document = strict_yaml.parse("a:\n  b:\n    - x\n    - y: 1\n", source="x.yaml")
    assert document.place(("a", "b", 1, "y")) == "x.yaml:4"
    assert document.place(("a", "missing")) == document.place(("a",))


def test_a_key_path_is_shown_as_people_write_it() -> None:
    assert strict_yaml.shown(("content", "rungs", 2, "share")) == "content.rungs[2].share"


def test_broken_syntax_is_told_with_line_and_column() -> None:
    assert "at line 2, column" in refusal("a: [1, 2\nb: 3\n")


def test_an_empty_file_is_told_and_where_to_start() -> None:
    assert "the file is empty" in refusal("# nothing yet\n")


def test_a_tag_can_not_make_an_object() -> None:
    assert "not valid YAML" in refusal("key: !!python/object/apply:os.getcwd []")


def test_two_documents_in_one_file_are_refused() -> None:
    assert "not valid YAML" in refusal("a: 1\n---\nb: 2\n")


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: there is no such file"):
        strict_yaml.read(tmp_path / "nowhere.yaml")


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("title: Škola".encode("latin2"))
    with pytest.raises(InputError, match="UTF-8"):
        strict_yaml.read(path)
