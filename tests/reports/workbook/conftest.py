"""A study with its sizing, as a real one has it, and its workbook; the profile has lines and uploads as well."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from firstbell.models.fitted_model import FittedModel
from firstbell.models.sizing import Assumed, demands_of, purchase
from firstbell.models.sizing.prices import Prices, read_prices
from firstbell.models.study import SizingRow, Study
from firstbell.models.workload import Workload, read_workload
from firstbell.reports.workbook.book import write_workbook
from tests.models.plant import PROFILE, true_model
from tests.models.workload.playing import profile_with

PRICES = PROFILE.parents[1] / "prices" / "example.yaml"
DRAWS = 32  # few, for intervals that nobody reads


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a workbook is written from, and the file."""

    study: Study
    workload: Workload
    model: FittedModel
    prices: Prices
    path: Path


def sized(
    workload: Workload,
    model: FittedModel,
    prices: Prices,
    *,
    draws: int = 0,
    levels: Mapping[str, int] | None = None,
) -> tuple[SizingRow, ...]:
    """What `firstbell size --prices` gives; draws move no likely value."""
    demands = demands_of(model.at_utilization(workload.sizing.servers.max_utilization.value))
    return purchase(Assumed.of(workload, demands, draws=draws, prices=prices), levels=levels).rows


def cold_model() -> FittedModel:
    """The plant's, whose demands are higher on idle cores at two stations."""
    model = true_model()
    coldness = (0.0, 0.2, 0.1, 0.0)
    return model.model_copy(update={"coldness": coldness, "coldness_draws": (coldness,) * len(model.coldness_draws)})


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory, study: Study) -> Case:
    folder = tmp_path_factory.mktemp("workbook")
    profile = folder / "profile.yaml"
    lines = (PROFILE.parents[1] / "networks" / "kosovo.yaml").read_text(encoding="utf-8")
    profile.write_text(profile_with("uploads") + lines, encoding="utf-8")
    workload, model, prices = read_workload(profile), cold_model(), read_prices(PRICES)
    sized_study = study.model_copy(
        update={"sizing": sized(workload, model, prices, draws=DRAWS), "workload_hash": workload.hash}
    )
    path = folder / "sizing.xlsx"
    write_workbook(sized_study, workload, model, path, prices=prices)
    return Case(study=sized_study, workload=workload, model=model, prices=prices, path=path)
