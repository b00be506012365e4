"""The workbook, sheet by sheet."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from firstbell.models.fitted_model import FittedModel
from firstbell.models.sizing.prices import Prices
from firstbell.models.study import Study
from firstbell.models.workload import Workload
from firstbell.reports.purchase import purchase_levels
from firstbell.reports.workbook import assumptions, costs, demands, level, price_list, workings
from firstbell.reports.workbook.costs import Costs
from firstbell.reports.workbook.demands import DemandCells
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.level import LevelSheet
from firstbell.reports.workbook.overview import WIDTHS, Overview
from firstbell.reports.workbook.price_list import PriceList
from firstbell.reports.workbook.sheet import Sheet
from firstbell.reports.workbook.styles import Styles
from firstbell.reports.workbook.waits import Waits
from firstbell.reports.workbook.workings import Workings

_WAITS_WIDTHS = (13,) * 60


def write_workbook(
    study: Study, workload: Workload, model: FittedModel | None, path: Path, *, prices: Prices | None = None
) -> tuple[LevelSheet, ...]:
    """Write `sizing.xlsx`, whole or not at all; gives the sheets of its levels.

    ``model`` is the study's, None where nothing tells what activities cost at the tiers; ``prices`` is the catalogue
    that the study was priced with, without which its costs stand still.
    """
    partial = path.with_name(f"{path.name}.partial")
    with Workbook(str(partial), {"strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": f"Sizing: {study.workload_title}",
                "comments": f"firstbell {study.firstbell}",
                "created": datetime.fromisoformat(study.created),  # else the file would differ each time
            }
        )
        book.set_calc_mode("auto")
        levels = _sheets(book, study, workload, model, prices)
    partial.replace(path)
    return levels


def _sheets(
    book: Workbook, study: Study, workload: Workload, model: FittedModel | None, prices: Prices | None
) -> tuple[LevelSheet, ...]:
    styles, purchase = Styles.of(book), purchase_levels(study)

    def sheet(name: str, widths: Sequence[float]) -> Sheet:
        return Sheet(book, styles, name, widths)

    # Sheets stand in the order in which they are made, and are written when what they need is known.
    overview = sheet("Overview", WIDTHS)
    assumed = sheet(assumptions.NAME, assumptions.WIDTHS)
    priced = PriceList.of(sheet(price_list.NAME, price_list.WIDTHS), prices) if prices is not None else None
    measured = sheet(demands.NAME, demands.WIDTHS) if model is not None else None
    level_sheets = [sheet(each.level.capitalize(), level.WIDTHS) for each in purchase]
    common = sheet(workings.NAME, workings.WIDTHS)
    figures = Inputs(assumptions.assumptions(workload))
    worked = Workings(common, figures, workload)
    cells = DemandCells(measured, figures, workload, model) if measured is not None and model is not None else None
    written = tuple(
        LevelSheet(
            own, each, inputs=figures, workings=worked, demands=cells, workload=workload,
            waits=Waits(sheet(f"{own.name} waits", _WAITS_WIDTHS), own.name) if cells is not None else None,
            costs=Costs(sheet(f"{own.name} costs", costs.WIDTHS), own.name, figures, priced) if priced else None,
        )
        for each, own in zip(purchase, level_sheets, strict=True)
    )  # fmt: skip
    figures.write(assumed, keys="Key in the profile", notices=((assumptions.WORDS, "wrapped"),))
    if priced is not None:
        priced.write()
    Overview(overview, study).write(written)
    return written
