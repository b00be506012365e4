"""`sizing.csv` for spreadsheets and programs."""

import csv
import io

from firstbell.models.study import Study
from firstbell.reports.csv import COLUMNS, sizing_csv


def test_each_row_can_be_read_back_in_full(study: Study) -> None:
    rows = list(csv.DictReader(io.StringIO(sizing_csv(study))))
    assert len(rows) == len(study.sizing)
    for read, row in zip(rows, study.sizing, strict=True):
        assert tuple(read) == COLUMNS
        assert (float(read["low"]), float(read["quantity"]), float(read["high"])) == (row.low, row.quantity, row.high)
        assert (read["level"], read["item"], read["binding"]) == (row.level, row.item, row.binding)
        assert row.shares is not None
        assert float(read["variance_stated"]) == row.shares.stated
        assert read["note"] == row.note
        assert "highest utilisation = 0.7 ratio (estimate: spare)" in read["inputs"]


def test_what_was_chosen_and_what_was_not_is_told(study: Study) -> None:
    auth = next(row for row in study.sizing if row.item == "auth_cores")
    row = auth.model_copy(update={"chosen": {"general-16": 2, "small-4": 1}})
    (read,) = csv.DictReader(io.StringIO(sizing_csv(study.model_copy(update={"sizing": (row,)}))))
    assert read["chosen"] == "2 × general-16; 1 × small-4"
    assert read["rejected"] == "bcrypt with cost 12: would need 111 cores at first bell"


def test_no_text_becomes_a_formula_of_the_spreadsheet(study: Study) -> None:
    row = study.sizing[0].model_copy(update={"formula": "=1+1"})
    (read,) = csv.DictReader(io.StringIO(sizing_csv(study.model_copy(update={"sizing": (row,)}))))
    assert read["formula"] == "'=1+1"


def test_nothing_sized_leaves_the_header(partial_study: Study) -> None:
    assert sizing_csv(partial_study) == ",".join(COLUMNS) + "\n"
