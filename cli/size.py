"""`firstbell size`: what must be bought, without loading anything."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firstbell.cli.profiles import DEFAULT, find_prices, find_workload
from firstbell.cli.size_tables import (
    chances_table,
    layers_table,
    machines_tables,
    roll_out_tables,
    rows_table,
    school_lines_table,
    swings_tables,
    what_if_table,
)
from firstbell.models.fitted_model import FittedModel, read_model
from firstbell.models.problems import InputError
from firstbell.models.school_line import SchoolLine, school_lines
from firstbell.models.sizing import DRAWS, Assumed, Demands, Purchase, demands_of, purchase
from firstbell.models.sizing.prices import Prices, read_prices
from firstbell.models.sizing.roll_out import roll_out
from firstbell.models.study import RollOut, SizingRow
from firstbell.models.workload import Workload, read_workload
from firstbell.models.workload.what_if import Change, changed, changes_of_file, changes_of_options
from firstbell.reports.csv import rows_csv
from firstbell.reports.roll_out import roll_out_csv

NO_MODEL = (
    "Without a model no cores and servers are sized: the profile does not say what a page, a login or a segment costs. "
    "`firstbell study` measures it; give its model.json with --model."
)
BLACK_BOX = (
    "No cores and servers are sized: the model was fitted to response times alone, and these can't tell which tier an "
    "activity's processor time is spent at. Show /metrics, and measure again."
)


def size(
    workload: Annotated[str, typer.Argument(help="A profile's file, or the name of a shipped one.")] = DEFAULT,
    model: Annotated[Path | None, typer.Option(help="A model.json: what activities cost on a measured system.")] = None,
    learners: Annotated[int | None, typer.Option(min=1, help="Size this number; else the profile's levels.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write sizing.csv, with formulas and inputs, to this folder.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws behind the intervals.")] = 1,
    draws: Annotated[int, typer.Option(min=64, max=1_000_000, help="Draws behind the intervals.")] = DRAWS,
    tornado: Annotated[
        str | None, typer.Option(metavar="ITEM", help="Show what each input alone makes of an item, say app_cores.")
    ] = None,
    assumed: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="What if a figure of the profile were this? Repeat it."),
    ] = None,
    what_if: Annotated[
        Path | None, typer.Option(help="A YAML file with such figures: lines of KEY: VALUE.", exists=False)
    ] = None,
    prices: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="A catalogue of machines and prices: what it costs.")
    ] = None,
    by_stages: Annotated[
        bool, typer.Option("--roll-out", help="What must be ordered by when, by the profile's roll-out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """What must be bought, from a model or from the profile's stated demands.

    Example: firstbell size kosovo --model study/model.json --learners 60000

    Example: firstbell size kosovo --model study/model.json --prices example

    Example: firstbell size kosovo --model study/model.json --roll-out --out tender

    Example: firstbell size kosovo --set sizing.bandwidth.edge_hit_ratio=0.8 --set states.watching.share=0.3/0.4/0.5
    """
    path = find_workload(workload)
    profile = read_workload(path)
    changes = [*changes_of_options(assumed or ()), *(changes_of_file(what_if) if what_if else ())]
    fitted = None if model is None else read_model(model)
    catalogue = None if prices is None else read_prices(find_prices(prices))
    asked = Asked(model=fitted, learners=learners, seed=seed, draws=draws, prices=catalogue)
    drawn = asked.drawn(profile)
    found = purchase(drawn, levels=asked.levels)
    meant = asked.drawn(changed(path, changes)) if changes else drawn
    other = purchase(meant, levels=asked.levels) if changes else None
    plan = _roll_out(meant, asked, path) if by_stages else None
    _check_item(tornado, found.rows)
    notes = [*_notes(profile, fitted), *_extrapolated(found.rows), *_priced(asked)]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "sizing.csv").write_text(rows_csv((other or found).rows), encoding="utf-8")
        if plan is not None:
            (out / "roll-out.csv").write_text(roll_out_csv(plan), encoding="utf-8")
    if as_json:
        typer.echo(_document(profile, asked, notes, found, changes, other, plan))
    elif plan is not None:
        for table in roll_out_tables(plan):
            Console().print(table)
    else:
        _print(found, other, tornado, school_lines(profile))
    for note in notes:
        typer.echo(note, err=True)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be sized, whatever the profile."""

    model: FittedModel | None
    learners: int | None
    seed: int
    draws: int
    prices: Prices | None

    @property
    def levels(self) -> dict[str, int] | None:
        """The level that was asked for; None: the profile's."""
        return None if self.learners is None else {"asked": self.learners}

    def drawn(self, profile: Workload) -> Assumed:
        """The profile and what visits cost as the model has it, nothing without one, with their draws."""
        return Assumed.of(profile, self._demands(profile), draws=self.draws, seed=self.seed, prices=self.prices)

    def _demands(self, profile: Workload) -> Demands:
        if self.model is None:
            return Demands(cpu_s={}, source="the profile's stated demands")
        return demands_of(self.model.at_utilization(profile.sizing.servers.max_utilization.value))


def _roll_out(assumed: Assumed, asked: Asked, path: Path) -> RollOut:
    """The profile's; raise InputError where it has none."""
    found = roll_out(assumed, levels=asked.levels)
    if found is None:
        remedy = "Write its stages with their dates, as the profile kosovo has them"
        raise InputError.single(source=str(path), key="rollout", what="the profile has no roll-out", remedy=remedy)
    return found


def _check_item(item: str | None, rows: Sequence[SizingRow]) -> None:
    items = list(dict.fromkeys(row.item for row in rows))
    if item is None or item in items:
        return
    near = get_close_matches(item, items, n=3, cutoff=0.3)
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(items)}"
    what = "nothing of that name is sized"
    raise InputError.single(source="firstbell size", key="--tornado", value=item, what=what, remedy=remedy)


def _print(found: Purchase, other: Purchase | None, item: str | None, lines: Sequence[SchoolLine]) -> None:
    console = Console()
    if item is not None:
        for table in swings_tables((other or found).rows, item):
            console.print(table)
        return
    if other is not None:
        console.print(what_if_table(found.rows, other.rows))
        return
    console.print(rows_table(found.rows))
    if any(row.chosen for row in found.rows):
        for table in machines_tables(found.rows):
            console.print(table)
    if found.chances:
        console.print(chances_table(found.chances))
    console.print(layers_table(found.rows))
    if lines:
        console.print(school_lines_table(lines))


def _notes(profile: Workload, model: FittedModel | None) -> list[str]:
    if model is None:
        return [NO_MODEL]
    notes = [BLACK_BOX] if model.quality.demands_from == "responses" else []
    if model.workload_hash != profile.hash:
        notes.append(f"The model was fitted with another profile, or an older state of it: {model.workload}.")
    return notes


def _extrapolated(rows: Sequence[SizingRow]) -> list[str]:
    """A sentence a level whose cores and servers rest on demands that were measured at a lower load."""
    marked = {row.learners: row.note for row in rows if row.note}
    return [f"Cores and servers for {learners} learners are {note}." for learners, note in marked.items()]


def _priced(asked: Asked) -> list[str]:
    """What the costs leave out, and whether they are examples."""
    if asked.prices is None:
        return []
    servers = "" if asked.model else " Without a model no servers are priced, and so no total."
    return [f"{asked.prices.disclaimer}{servers}"]


def _document(
    profile: Workload,
    asked: Asked,
    notes: Sequence[str],
    found: Purchase,
    changes: Sequence[Change],
    other: Purchase | None,
    plan: RollOut | None,
) -> str:
    document = {
        "firstbell": version("firstbell"),
        "workload": profile.name,
        "workload_hash": profile.hash,
        "seed": asked.seed,
        "draws": asked.draws,
        "prices": asked.prices and asked.prices.name,
        "notes": notes,
        **_as_json(found),
        "what_if": other and {"changes": [asdict(change) for change in changes], **_as_json(other)},
        "roll_out": plan and plan.model_dump(mode="json"),
        "school_lines": [asdict(line) for line in school_lines(profile)],
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)


def _as_json(found: Purchase) -> dict[str, object]:
    return {
        "sizing": [row.model_dump(mode="json") for row in found.rows],
        "chances": [chance.model_dump(mode="json") for chance in found.chances],
    }
