"""Tornado plots."""

import re

import pytest

from firstbell.models.study import Study, Swing
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


def test_ends_are_told_in_the_unit_of_the_title(study: Study) -> None:
    swings = (Swing(name="a", at_low=9.5e8, at_high=5.2e9), Swing(name="b", at_low=4e9, at_high=4.2e9))
    changes = {"quantity": 4.1e9, "low": 3e9, "high": 5.2e9, "unit": "bit/s", "swings": swings}
    drawn = tornado_plot(study.sizing[-1].model_copy(update=changes))
    assert drawn is not None
    texts = re.findall(r">([^<]+)</text>", drawn.svg)
    assert {"0.95", "5.2", "4", "4.2"} <= set(texts)
    assert any(text.endswith("Gbit/s") for text in texts)
