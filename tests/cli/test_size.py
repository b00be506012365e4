"""`firstbell size` sizes what it can, and says what it can't."""

import csv
import json
import re
from pathlib import Path

import pytest

from firstbell.cli.size import size
from firstbell.models.problems import InputError


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    loaded = json.loads(capsys.readouterr().out)
    assert isinstance(loaded, dict)
    return loaded


def rows(told: dict[str, object]) -> list[dict[str, object]]:
    found = told["sizing"]
    assert isinstance(found, list)
    return found


def test_json_is_one_document_and_the_notes_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    size(as_json=True)
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert captured.err.splitlines() == told["notes"]
    assert {row["level"] for row in told["sizing"]} == {"expected", "crisis", "contract"}


def test_without_a_model_no_cores_are_sized_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    size(as_json=True)
    told = document(capsys)
    assert {row["unit"] for row in rows(told)}.isdisjoint({"cores", "servers"})
    assert "--model" in str(told["notes"])
    assert {row["group"] for row in rows(told)} >= {"storage", "bandwidth", "sign-in"}


def test_a_number_of_learners_takes_the_place_of_the_profiles_levels(capsys: pytest.CaptureFixture[str]) -> None:
    size(learners=60_000, as_json=True)
    assert {row["learners"] for row in rows(document(capsys))} == {60_000}


def test_the_same_seed_gives_the_same_document(capsys: pytest.CaptureFixture[str]) -> None:
    size(seed=7, as_json=True)
    first = capsys.readouterr().out
    size(seed=7, as_json=True)
    again = capsys.readouterr().out
    size(seed=8, as_json=True)
    assert first == again != capsys.readouterr().out


def test_the_folder_gets_every_row_with_its_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size(out=tmp_path / "new", as_json=True)
    with (tmp_path / "new" / "sizing.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["item"] for row in written] == [row["item"] for row in rows(document(capsys))]
    assert all(row["formula"] for row in written)


def test_the_table_names_every_level(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    size()
    table = capsys.readouterr().out
    assert [level for level in ("Expected", "Crisis", "Contract") if level not in table] == []


def test_no_number_of_the_table_is_broken_over_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    size()
    assert re.search(r"\d\u202f\d", capsys.readouterr().out) is None


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model here"):
        size(model=tmp_path / "model.json")
