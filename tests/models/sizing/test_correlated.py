"""Inputs that go together."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from firstbell.models.problems import InputError
from firstbell.models.sizing import Demands, size
from firstbell.models.sizing.correlated import check_correlations, correlated
from firstbell.models.sizing.draws import probabilities
from firstbell.models.workload import Workload
from firstbell.models.workload.correlations import Correlation

KNOWN = dict.fromkeys(("a", "b", "c"))


def _together(first: str, second: str, rank: float) -> Correlation:
    return Correlation(between=(first, second), rank=rank, source="test")


@pytest.mark.parametrize("rank", [-0.9, -0.3, 0.0, 0.5, 0.95])
def test_ranks_get_the_correlation_that_was_asked_for_and_every_figure_keeps_its_distribution(rank: float) -> None:
    positions = probabilities(list(KNOWN), draws=8192, seed=1)
    found = correlated(positions, [_together("a", "b", rank)])
    assert spearmanr(found["a"], found["b"]).statistic == pytest.approx(rank, abs=0.02)
    assert spearmanr(found["b"], found["c"]).statistic == pytest.approx(0, abs=0.03)
    assert np.quantile(found["b"], [0.05, 0.5, 0.95]) == pytest.approx([0.05, 0.5, 0.95], abs=0.01)
    assert found["c"] is positions["c"]


def test_a_key_that_the_profile_has_not_and_what_can_t_all_hold_are_told() -> None:
    with pytest.raises(InputError, match=r"sizing.correlations\[0\]: the profile has no such figure \(it is d\)"):
        check_correlations([_together("a", "d", 0.5)], KNOWN, source="kosovo")
    impossible = [_together("a", "b", 0.95), _together("b", "c", 0.95), _together("a", "c", -0.95)]
    with pytest.raises(InputError, match="can't all hold at once"):
        check_correlations(impossible, KNOWN, source="kosovo")
    with pytest.raises(InputError, match="always goes with itself"):
        check_correlations([_together("a", "a", 0.5)], KNOWN, source="kosovo")


def test_inputs_that_rise_together_widen_what_is_made_of_both(kosovo: Workload, demands: Demands) -> None:
    """Raw disk is proportional to copies, and grows with growth."""

    def width(*correlations: Correlation) -> float:
        sizing = kosovo.sizing.model_copy(update={"correlations": correlations})
        profile = kosovo.model_copy(update={"sizing": sizing})
        rows = size(profile, demands, levels={"any": 1000}, draws=2048)
        return next(row.high - row.low for row in rows if row.item == "storage_raw_bytes")

    keys = ("sizing.storage.copies", "sizing.storage.growth_per_year")
    assert width(_together(*keys, -0.8)) < width() < width(_together(*keys, 0.8))
