"""`sizing.csv`: every sizing row flat, in plain numbers, for spreadsheets and programs."""

from collections.abc import Iterable

from firstbell.models.study import Input, Percentiles, SizingRow, Study
from firstbell.reports.csv_text import csv_text
from firstbell.reports.layers import LAYERS, by_layer

PERCENTILES = tuple(Percentiles.model_fields)
COLUMNS = (
    "level",
    "learners",
    "group",
    "item",
    "title",
    "quantity",
    "unit",
    "low",
    "high",
    *PERCENTILES,
    "binding",
    "formula",
    "source",
    "inputs",
    "swings",
    *(f"variance_{layer}" for layer in LAYERS),
    "times_measured_load",
    "note",
    "chosen",
    "rejected",
)
_IN_WORDS = {"inputs", "swings", "chosen", "rejected"}


def sizing_csv(study: Study) -> str:
    """The sizing with a header line; only the header where nothing was sized."""
    return rows_csv(study.sizing)


def rows_csv(rows: Iterable[SizingRow]) -> str:
    """Sizing rows that belong to no study, in the same form."""
    return csv_text(COLUMNS, map(_cells, rows))


def _cells(row: SizingRow) -> list[object]:
    shares = {} if row.shares is None else {f"variance_{name}": share for name, share in by_layer(row.shares).items()}
    percentiles = {} if row.percentiles is None else row.percentiles.model_dump()
    words = {
        "inputs": "; ".join(_input(one) for one in row.inputs),
        "swings": "; ".join(f"{one.name}: {one.at_low!r} to {one.at_high!r}" for one in row.swings),
        "chosen": "; ".join(f"{many} × {offer}" for offer, many in row.chosen.items()),
        "rejected": "; ".join(f"{one.option}: {one.reason}" for one in row.rejected),
    }
    values = {**row.model_dump(include=set(COLUMNS) - _IN_WORDS), **words, **percentiles, **shares}
    return [values.get(column) for column in COLUMNS]


def _input(one: Input) -> str:
    bounds = "" if one.low == one.value == one.high else f" [{one.low!r} to {one.high!r}]"
    return f"{one.name} = {one.value!r}{bounds} {one.unit} ({one.source})"
