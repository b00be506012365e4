"""The picture of the stations, with its figures in words and in a table."""

from firstbell.models.study import Study
from firstbell.reports.html import render_html
from firstbell.reports.station_diagram import station_plot, stations_of


def test_the_sized_system_at_the_highest_level_is_drawn(study: Study) -> None:
    found = stations_of(study)
    assert found is not None
    assert (found.learners, found.sized) == (115_000, True)
    app = next(station for station in found.stations if station.name == "app")
    assert (app.cores, app.utilization) == (212, 0.58)
    plot = station_plot(found)
    assert plot is not None
    assert "application (212\u00a0cores) busy 58\u202f%" in plot.description
    assert "115\u202f000 in session" in plot.svg


def test_without_a_forecast_the_measured_stations_are_drawn(partial_study: Study) -> None:
    found = stations_of(partial_study)
    assert found is not None
    assert (found.learners, found.sized) == (partial_study.levels[-1].learners, False)
    assert {station.name for station in found.stations} == set(partial_study.levels[-1].stations)


def test_nothing_is_drawn_where_nothing_is_known(partial_study: Study) -> None:
    assert station_plot(stations_of(partial_study.model_copy(update={"levels": ()}))) is None


def test_the_picture_has_its_table_beside_it_and_the_table_says_where_its_figures_are_from(study: Study) -> None:
    page = render_html(study)
    section = page[page.index('<section id="stations">') :]
    section = section[: section.index("</section>")]
    assert section.index("<svg") < section.index("<table")
    assert 'href="#sizing"' in section
    assert "212</td>" in section
