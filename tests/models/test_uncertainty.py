"""Where a forecast's uncertainty comes from."""

import pytest

from firstbell.models.fitted_model import FittedModel, MeasuredLoad
from firstbell.models.forecast import TrueLoad
from firstbell.models.uncertainty import Layers, layers_of
from tests.models import plant


def load(model: FittedModel) -> TrueLoad:
    return TrueLoad(workload=plant.kosovo(), model=model, with_stated=False)


def test_each_layers_share_adds_up_to_the_whole() -> None:
    layers = Layers(measurement=0.0001, parameters=0.0002, discrepancy=0.0004, stated=0.0009)
    assert layers.relative_sd == pytest.approx(0.04)
    shares = layers.shares()
    assert shares["stated"] == pytest.approx(9 / 16)
    assert sum(share or 0.0 for share in shares.values()) == pytest.approx(1.0)


def test_a_layer_that_nobody_knows_is_none_and_not_nothing() -> None:
    layers = Layers(measurement=None, parameters=0.0001, discrepancy=None, stated=0.0003)
    expected = {
        "measurement": None,
        "parameters": pytest.approx(0.25),
        "discrepancy": None,
        "stated": pytest.approx(0.75),
    }
    assert layers.shares() == expected
    assert layers_of(load(plant.true_model()), seed=1).discrepancy is None


def test_parameters_are_as_uncertain_as_the_draws_are_apart() -> None:
    found = layers_of(load(plant.true_model()), seed=1)  # 0.98, 1 and 1.02 times the demands, the background always 1
    assert 0.01 < found.parameters**0.5 < 0.02
    assert layers_of(load(plant.true_model(draws=1)), seed=1).parameters == 0.0


def test_stated_inputs_count_by_their_intervals_and_the_same_seed_gives_the_same() -> None:
    found = layers_of(load(plant.true_model()), seed=1)
    assert 0.01 < found.stated**0.5 < 0.5
    assert found == layers_of(load(plant.true_model()), seed=1)
    assert layers_of(load(plant.true_model()), seed=2).stated == pytest.approx(found.stated, rel=0.2)


def test_what_was_missed_at_held_out_levels_and_measured_at_the_highest_counts() -> None:
    loads = tuple(
        MeasuredLoad(learners=n, offered_per_s=n, answered_per_s=n, cores_ratio=1.0, ratio_error=error)
        for n, error in ((94, 0.02), (282, 0.01))
    )
    model = plant.true_model().checked(0.03).model_copy(update={"loads": loads})
    found = layers_of(load(model), seed=1)
    assert found.measurement == pytest.approx(0.01**2)
    assert found.discrepancy == pytest.approx(0.03**2)
