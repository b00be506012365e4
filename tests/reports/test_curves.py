"""Plots over the number of learners."""

from firstbell.models.study import Study
from firstbell.reports.curves import response_plots, throughput_plot, utilisation_plot


def test_identifiers_of_a_plot_are_its_own(study: Study) -> None:
    plot = throughput_plot(study)
    assert plot is not None
    assert 'id="throughput-title"' in plot.svg
    assert "id=" in plot.svg
    assert "DejaVu" not in plot.svg


def test_a_missed_prediction_is_named_in_its_plot_and_its_description(study: Study) -> None:
    login, page, *_ = response_plots(study)
    assert ">miss<" in login.svg
    assert login.description.endswith("Predictions missed: 1.")
    assert ">miss<" not in page.svg


def test_nothing_measured_gives_no_plot(partial_study: Study) -> None:
    nothing = partial_study.model_copy(update={"levels": ()})
    assert throughput_plot(nothing) is utilisation_plot(nothing) is None
    assert response_plots(nothing) == ()


def test_measured_points_are_shown_without_a_curve(partial_study: Study) -> None:
    assert len(response_plots(partial_study)) == 10
    assert utilisation_plot(partial_study) is not None
