"""`firstbell size` sizes what it can, and says what it can't."""

import csv
import json
import re
from pathlib import Path

import pytest

from firstbell.cli.profiles import find_workload
from firstbell.cli.size import size
from firstbell.models.problems import InputError
from tests.models import plant


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


def test_a_model_gives_cores_with_layers_and_says_how_far_they_are_extrapolated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.true_model().write(tmp_path / "model.json")
    size(model=tmp_path / "model.json", as_json=True)
    told = document(capsys)
    (cores,) = (row for row in rows(told) if row["item"] == "app_cores" and row["level"] == "contract")
    shares = cores["shares"]
    assert isinstance(shares, dict)
    assert shares["parameters"] + shares["stated"] == pytest.approx(1.0)
    assert shares["discrepancy"] is None
    assert "extrapolated" in str(cores["note"])
    assert "115000 learners are extrapolated" in str(told["notes"])
    monkeypatch.setenv("COLUMNS", "200")
    size(model=tmp_path / "model.json")
    table = capsys.readouterr().out
    assert "stated inputs" in table
    assert "not known" in table


def test_a_black_box_gives_no_cores_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fitted = plant.true_model()
    quality = fitted.quality.model_copy(update={"demands_from": "responses"})
    outside = [
        each.model_copy(
            update={
                "demand_s": each.demand_s[:1],
                "draws_s": tuple(drawn[:1] for drawn in each.draws_s),
                "intervals_s": each.intervals_s[:1],
            }
        )
        for each in fitted.activities
    ]
    box = {
        "quality": quality, "stations": ("platform",), "activities": tuple(outside), "background": (0.0,),
        "coldness": (0.0,), "coldness_draws": ((0.0,),) * 3,
    }  # fmt: skip
    fitted.model_copy(update=box).write(tmp_path / "model.json")
    size(model=tmp_path / "model.json", as_json=True)
    told = document(capsys)
    assert {row["unit"] for row in rows(told)}.isdisjoint({"cores", "servers"})
    assert "response times alone" in str(told["notes"])


def test_a_profile_with_lines_tells_what_schools_carry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant.kosovo_with_lines(tmp_path)
    size(str(tmp_path / "kosovo.yaml"), learners=1000)
    assert "A school's line by size of school" in capsys.readouterr().out
    size(str(tmp_path / "kosovo.yaml"), learners=1000, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert {row["pupils"] for row in told["school_lines"]} == {100, 400, 1300, 2000}
    assert "school_large_school_streams" in {row["item"] for row in told["sizing"]}


def test_what_if_stands_beside_what_is_and_changes_what_it_should(capsys: pytest.CaptureFixture[str]) -> None:
    size(learners=115_000, assumed=["sizing.bandwidth.edge_hit_ratio=0.8"], draws=256, as_json=True)
    told = document(capsys)
    other = told["what_if"]
    assert isinstance(other, dict)
    before, after = ({row["item"]: row for row in found["sizing"]} for found in (told, other))
    assert after["origin_peak_bits_per_s"]["quantity"] > 3 * before["origin_peak_bits_per_s"]["quantity"]
    assert after["edge_peak_bits_per_s"] == before["edge_peak_bits_per_s"]
    size(learners=115_000, assumed=["sizing.bandwidth.edge_hit_ratio=0.8"], draws=256)
    shown = capsys.readouterr().out
    assert "What if" in shown
    assert "Line to the learners" not in shown


def test_a_tornado_is_shown_for_an_item_and_refused_for_none(capsys: pytest.CaptureFixture[str]) -> None:
    size(learners=115_000, tornado="origin_peak_bits_per_s", draws=256)
    shown = capsys.readouterr().out
    assert shown.index("sizing.bandwidth") < shown.index("states.browsing")
    with pytest.raises(InputError, match=r"nothing of that name is sized.*origin_peak_bits_per_s"):
        size(learners=115_000, tornado="origin_peak", draws=256)


def test_how_likely_a_purchase_is_to_be_enough_is_told_where_a_model_says_what_visits_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.true_model().write(tmp_path / "model.json")
    size(model=tmp_path / "model.json", learners=60_000, draws=256)
    assert "everything is enough in" in capsys.readouterr().out


def test_prices_give_machines_and_costs_and_say_that_they_are_examples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.true_model().write(tmp_path / "model.json")
    monkeypatch.setenv("COLUMNS", "240")
    size(model=tmp_path / "model.json", learners=60_000, draws=64, prices="example")
    told = capsys.readouterr()
    assert "Machines to buy" in told.out
    assert "All of this, 3 years" in told.out
    assert "nobody offers at them" in told.err


def test_prices_without_a_model_leave_out_servers_and_totals(capsys: pytest.CaptureFixture[str]) -> None:
    size(learners=60_000, draws=64, prices="example", as_json=True)
    told = document(capsys)
    assert {row["item"] for row in rows(told) if row["group"] == "costs"} == {
        "storage_cost_per_month", "traffic_cost_per_month",
    }  # fmt: skip
    assert "no servers are priced" in str(told["notes"])


def test_a_catalogue_that_is_not_there_is_told_with_the_shipped_one() -> None:
    with pytest.raises(InputError, match=r"^ours: there is no such catalogue of prices\. Shipped: example"):
        size(prices="ours")


def test_a_roll_out_is_told_by_the_day_of_the_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    size(learners=60_000, draws=64, by_stages=True, out=tmp_path)
    shown = capsys.readouterr().out
    assert "Four municipalities" in shown
    assert "2028-09-01" in shown
    with (tmp_path / "roll-out.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["order_by"] for row in written] == sorted(row["order_by"] for row in written)
    size(learners=60_000, draws=64, by_stages=True, as_json=True)
    told = document(capsys)["roll_out"]
    assert isinstance(told, dict)
    assert [due["added"] for due in told["due"]] == [float(row["added"]) for row in written]


def test_a_profile_without_a_roll_out_is_told(tmp_path: Path) -> None:
    text = find_workload("kosovo").read_text(encoding="utf-8")
    before, _, rest = text.partition("\nrollout:\n")
    path = tmp_path / "ours.yaml"
    path.write_text(before + rest[rest.index("\nstudy:") :], encoding="utf-8")
    with pytest.raises(InputError, match=r"ours\.yaml: rollout: the profile has no roll-out"):
        size(str(path), learners=1000, draws=64, by_stages=True)
