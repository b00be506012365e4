"""Demands that grow with the load are found where they do, and nowhere else; far loads need two models that agree."""

import numpy as np
import pytest

from firstbell.models.fitted_model import MeasuredLoad
from firstbell.models.load_dependence import factor_at, growth_of, reach_of
from tests.models import plant

RATES = (50.0, 100.0, 200.0, 300.0, 400.0)


def loads(ratios: list[float], *, error: float = 0.01) -> tuple[MeasuredLoad, ...]:
    return tuple(
        MeasuredLoad(
            learners=round(rate), offered_per_s=rate, answered_per_s=rate, cores_ratio=ratio, ratio_error=error
        )
        for rate, ratio in zip(RATES, ratios, strict=True)
    )


def test_demands_that_grow_are_followed_by_a_rising_spline_through_the_plateaus() -> None:
    growth = growth_of(loads([0.90, 0.95, 1.0, 1.10, 1.25]))
    assert [load for load, _ in growth] == list(RATES)
    factors = [factor_at(growth, rate) for rate in np.linspace(10, 600, 60)]
    assert factors == sorted(factors)
    assert factor_at(growth, 200.0) == pytest.approx(1.0, abs=0.02)
    assert factor_at(growth, 10.0) == pytest.approx(0.90, abs=0.02)
    assert factor_at(growth, 500.0) == pytest.approx(1.25 + 0.15, abs=0.02)


@pytest.mark.parametrize(
    "ratios", [[1.0, 0.99, 1.01, 1.0, 1.0], [1.2, 1.1, 1.0, 0.95, 0.9], [1.0, 1.0, 1.0, 1.0, 1.02]]
)
def test_demands_that_stay_or_fall_do_not_grow(ratios: list[float]) -> None:
    assert growth_of(loads(ratios)) == ()
    assert factor_at((), 1e6) == 1.0


def test_growth_within_the_noise_is_not_believed() -> None:
    assert growth_of(loads([0.95, 0.97, 1.0, 1.02, 1.06], error=0.1)) == ()


def test_noise_alone_is_seldom_taken_for_growth() -> None:
    rng = np.random.default_rng(1)
    found = [growth_of(loads(list(1 + rng.normal(0, 0.03, 5)), error=0.03)) for _ in range(300)]
    assert np.mean([bool(growth) for growth in found]) < 0.03


def test_a_load_within_the_measured_one_needs_no_second_model() -> None:
    reach = reach_of(plant.true_model(), load=0.5, offered_per_s=100, answered_per_s=100)
    assert (reach.refused, reach.note) == (None, "within what was measured")


def test_far_loads_are_refused_where_the_models_differ_with_both_figures() -> None:
    measured = tuple(
        MeasuredLoad(learners=1, offered_per_s=x, answered_per_s=x / (1 + 0.002 * (x - 1)), cores_ratio=None,
                     ratio_error=None)
        for x in RATES
    )  # fmt: skip
    model = plant.true_model(highest_utilization=0.3).model_copy(update={"loads": measured})
    reach = reach_of(model, load=0.9, offered_per_s=1200, answered_per_s=1200)
    assert reach.refused is not None
    assert "the network says 1200/s, the USL 353" in reach.refused
    assert reach_of(model, load=0.9, offered_per_s=1200, answered_per_s=350).refused is None
    assert reach_of(model, load=0.55, offered_per_s=1200, answered_per_s=1200).refused is None
