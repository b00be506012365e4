"""Each layer's share in the variance of a sized figure."""

import numpy as np
import pytest

from firstbell.models.fitted_model import FittedModel, MeasuredLoad
from firstbell.models.sizing import demands_of, size
from firstbell.models.sizing.draws import probabilities
from firstbell.models.sizing.layers import LAYERS, shares_of
from firstbell.models.study import SizingRow
from tests.models import plant


def model(*, ratio_error: float | None = 0.02, discrepancy: float | None = 0.2) -> FittedModel:
    told = plant.true_model().model_copy(
        update={
            "loads": (
                MeasuredLoad(
                    learners=282, offered_per_s=300, answered_per_s=300, cores_ratio=1.0, ratio_error=ratio_error
                ),
            )
        }
    )
    return told if discrepancy is None else told.checked(discrepancy)


def rows(fitted: FittedModel, learners: int = 115_000) -> dict[str, SizingRow]:
    found = size(plant.kosovo(), demands_of(fitted), levels={"any": learners}, draws=1024)
    return {row.item: row for row in found}


def test_shares_of_a_sum_are_its_terms_variances() -> None:
    names = ["x", "y", "x anew", "y anew"]
    at = {name: 12**0.5 * (each - 0.5) for name, each in probabilities(names, draws=4096, seed=1).items()}
    likely = np.zeros(1)
    values = np.concatenate([likely, 3 * at["x"] + at["y"]])
    redrawn = {
        "parameters": np.concatenate([likely, 3 * at["x anew"] + at["y"]]),
        "stated": np.concatenate([likely, 3 * at["x"] + at["y anew"]]),
    }
    shares = shares_of(values, redrawn, unknown=("discrepancy",))
    assert shares is not None
    assert shares.parameters == pytest.approx(9 / 10, abs=0.01)
    assert shares.stated == pytest.approx(1 / 10, abs=0.01)
    assert (shares.measurement, shares.discrepancy) == (0.0, None)


def test_a_figure_that_never_varies_has_no_shares() -> None:
    assert shares_of(np.ones(100), {layer: np.ones(100) for layer in LAYERS}, unknown=()) is None


def test_every_sized_figure_with_an_interval_has_shares_that_add_up() -> None:
    for row in rows(model()).values():
        assert (row.shares is None) is (row.low == row.high), row.item
        if row.shares is not None:
            assert sum(row.shares.model_dump().values()) == pytest.approx(1.0), row.item


def test_what_rests_on_the_profile_alone_is_unsure_by_what_is_stated() -> None:
    found = rows(model())
    for item in ("edge_peak_bits_per_s", "storage_raw_bytes", "first_bell_logins_per_s"):
        shares = found[item].shares
        assert shares is not None
        assert shares.stated == 1.0


def test_a_larger_miss_at_held_out_levels_widens_cores_and_has_a_larger_share() -> None:
    small, large = (rows(model(discrepancy=missed))["app_cores"] for missed in (0.01, 0.5))
    assert small.shares is not None
    assert large.shares is not None
    assert (small.shares.discrepancy or 0) < 0.05 < 0.5 < (large.shares.discrepancy or 0)
    assert large.high - large.low > 1.3 * (small.high - small.low)
    assert small.quantity == large.quantity


def test_a_layer_that_nobody_knows_is_none_where_the_figure_rests_on_it_and_nothing_elsewhere() -> None:
    found = rows(model(ratio_error=None, discrepancy=None))
    cores, line = found["app_cores"].shares, found["edge_peak_bits_per_s"].shares
    assert cores is not None
    assert line is not None
    assert (cores.measurement, cores.discrepancy) == (None, None)
    assert (line.measurement, line.discrepancy) == (0.0, 0.0)


def test_figures_that_rest_on_demands_say_how_far_they_are_extrapolated() -> None:
    few, many = rows(model(), 2_000), rows(model())
    assert few["app_cores"].note == ""
    assert few["app_cores"].times_measured_load == pytest.approx(many["app_cores"].times_measured_load * 2 / 115, 1e-6)
    assert "beyond the 2 times" in many["app_cores"].note
    assert many["app_nodes"].note == many["app_cores"].note
    assert (many["edge_peak_bits_per_s"].times_measured_load, many["edge_peak_bits_per_s"].note) == (None, "")
