"""Plots made of bars."""

import pytest

from firstbell.models.study import Study
from firstbell.reports.bars import cores_by_activity, demand_plot, sizing_plots
from firstbell.reports.purchase import items_across_levels


def test_cores_are_demand_times_throughput(study: Study) -> None:
    level = study.levels[-1]
    busy = cores_by_activity(study, level)["page"]["app"]
    assert busy == pytest.approx(0.00362 * level.activities["page"].throughput_per_s)


def test_every_item_has_a_plot_with_its_figures_in_words(study: Study) -> None:
    first = sizing_plots(items_across_levels(study))[0]
    assert first.title == "Application cores"
    assert first.description.startswith("By level: expected 28 (24 to 35)")
    assert "contract: 212 (181 to 261)" in first.svg


def test_a_study_without_demands_has_no_plot_of_them(partial_study: Study) -> None:
    assert demand_plot(partial_study) is None
