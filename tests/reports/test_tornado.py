"""Tornado plots."""

import pytest

from firstbell.models.study import Study
from firstbell.reports.tornado import short_name, tornado_plot


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sizing.bandwidth.edge_hit_ratio", "bandwidth: edge hit ratio"),
        ("states.browsing.think_s", "browsing: think (s)"),
        ("states.stated.upload.demand_s.app", "upload: demand at app"),
        ("sizing.bandwidth.mirror_bits_per_s", "bandwidth: mirror (bit/s)"),
        ("CPU of login at auth", "CPU of login at auth"),
    ],
)
def test_an_input_is_called_by_the_end_of_its_key_with_its_unit(key: str, said: str) -> None:
    assert short_name(key) == said


def test_a_figure_that_no_input_moves_has_no_tornado(study: Study) -> None:
    row = study.sizing[-1]
    assert tornado_plot(row.model_copy(update={"swings": ()})) is None
    drawn = tornado_plot(row)
    assert drawn is not None
    assert "browsing: think (s)" in drawn.description
