"""Plots over the number of learners: predicted curves, measured points, and the misses between them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from firstbell.models.study import Check, LevelResult, Study
from firstbell.reports.canvas import Plot, drawing, slug
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.levels import comparable_levels
from firstbell.reports.names import activity_name, is_throughput, station_name
from firstbell.reports.numbers import count, exact, learners, percent, rate, seconds
from firstbell.reports.palette import (
    MEDIAN,
    MEDIAN_BAND,
    MISS,
    MUTED,
    PREDICTED,
    PREDICTED_BAND,
)

_MARKER = 6.5


@dataclass(frozen=True, kw_only=True)
class _Series:
    """One quantity over learners: its curve, what was measured, and the checks of it."""

    name: str
    colour: str
    band: str
    dashed: bool
    curve: Sequence[tuple[int, float]]
    measured: Sequence[tuple[LevelResult, float]]
    checks: Sequence[Check]


def throughput_plot(study: Study, *, language: Language = ENGLISH) -> Plot | None:
    """Requests a second over learners; None without a measured level."""
    levels = comparable_levels(study)
    if not levels:
        return None
    series = _Series(
        name=language.text("predicted" if study.curve else "measured"),
        colour=PREDICTED,
        band=PREDICTED_BAND,
        dashed=False,
        curve=[(point.learners, point.throughput_per_s) for point in study.curve],
        measured=[(level, level.throughput_per_s) for level in levels],
        checks=[check for check in study.validation if is_throughput(check.quantity) and check.activity is None],
    )
    with drawing(430, 300) as canvas:
        axes = canvas.axes
        _draw(axes, series, language)
        _learners_axis(axes, _furthest(study), language)
        _linear_axis(axes, lambda value: exact(value, "", language=language))
        _end_labels(axes, [series])
        axes.set_title(language.text("requests answered a second"), loc="left", fontsize=11)
        return canvas.plot(
            key="throughput",
            title=language.text("Throughput"),
            description=language.text(
                "Requests answered a second against learners in session. Measured: {levels}.",
                levels=_measured(series, lambda value: rate(value, language=language), language),
            ),
        )


def utilisation_plot(study: Study, *, language: Language = ENGLISH) -> Plot | None:
    """Share of the cores that is busy over learners, with each station's part; None without a measured level."""
    levels = [level for level in comparable_levels(study) if level.utilization is not None]
    if not levels:
        return None
    series = _Series(
        name=language.text("all stations"),
        colour=PREDICTED,
        band=PREDICTED_BAND,
        dashed=False,
        curve=[(point.learners, point.utilization) for point in study.curve],
        measured=[(level, level.utilization) for level in levels if level.utilization is not None],
        checks=[check for check in study.validation if check.quantity.startswith("utilization")],
    )
    stations = [
        _station_series(name, levels, language) for name in dict.fromkeys(n for lvl in levels for n in lvl.stations)
    ]
    with drawing(430, 300) as canvas:
        axes = canvas.axes
        axes.axhline(1.0, color=MUTED, linewidth=1, linestyle=(0, (1, 2)))
        for station in stations:
            axes.plot(*_columns(station.curve), color=station.colour, linewidth=1.2, linestyle=(0, (5, 2)))
        _draw(axes, series, language)
        _learners_axis(axes, _furthest(study), language)
        _linear_axis(axes, lambda value: percent(value, language=language))
        axes.set_ylim(0, max(1.08, axes.get_ylim()[1]))
        _end_labels(axes, [series, *stations])
        axes.set_title(language.text("share of the backend's cores in use"), loc="left", fontsize=11)
        return canvas.plot(
            key="utilisation",
            title=language.text("Utilisation"),
            description=language.text(
                "Share of the backend’s cores in use against learners in session. Measured: {levels}.",
                levels=_measured(series, lambda value: percent(value, language=language), language),
            ),
        )


def response_plots(study: Study, *, language: Language = ENGLISH) -> tuple[Plot, ...]:
    """p50 and p95 response time over learners, one small plot an activity."""
    levels = comparable_levels(study)
    activities = dict.fromkeys(name for level in levels for name in level.activities)
    found = (_response_plot(study, activity, levels, language) for activity in activities)
    return tuple(plot for plot in found if plot is not None)


def _measured(series: _Series, shown: Callable[[float], str], language: Language) -> str:
    said = (f"{learners(level.learners, language=language)} {shown(value)}" for level, value in series.measured)
    return "; ".join(said)


def _station_series(station: str, levels: Sequence[LevelResult], language: Language) -> _Series:
    points = [(lvl.learners, lvl.stations[station].utilization) for lvl in levels if station in lvl.stations]
    name = station_name(station, language=language)
    return _Series(name=name, colour=MUTED, band=MUTED, dashed=True, curve=points, measured=(), checks=())


def _response_plot(study: Study, activity: str, levels: Sequence[LevelResult], language: Language) -> Plot | None:
    series = [
        _response_series(study, activity, levels, "p95"),
        _response_series(study, activity, levels, "p50"),
    ]
    values = [value for one in series for _, value in (*one.curve, *one.measured) if value > 0]
    if not any(one.measured for one in series):
        return None
    with drawing(290, 220) as canvas:
        axes = canvas.axes
        axes.set_yscale("log")
        for one in series:
            _draw(axes, one, language)
        _learners_axis(axes, _furthest(study), language)
        _time_axis(axes, values, [check for one in series for check in one.checks], language)
        _end_labels(axes, series)
        missed = sum(not check.within for one in series for check in one.checks)
        name = activity_name(activity, language=language)
        axes.set_title(name, loc="left", fontsize=12, fontweight="bold")
        return canvas.plot(
            key=f"response-{slug(activity)}",
            title=language.text("Response time: {activity}", activity=name),
            description=_response_description(activity, levels, missed, language),
        )


def _response_series(study: Study, activity: str, levels: Sequence[LevelResult], quantile: str) -> _Series:
    curve = [
        (point.learners, times[activity])
        for point in study.curve
        if activity in (times := point.p95_s if quantile == "p95" else point.p50_s)
    ]
    measured = [
        (level, value)
        for level in levels
        if activity in level.activities and (value := getattr(level.activities[activity].response_s, quantile))
    ]
    upper = quantile == "p95"
    return _Series(
        name=quantile,
        colour=PREDICTED if upper else MEDIAN,
        band=PREDICTED_BAND if upper else MEDIAN_BAND,
        dashed=not upper,
        curve=curve,
        measured=measured,
        checks=[check for check in study.validation if check.activity == activity and quantile in check.quantity],
    )


def _response_description(activity: str, levels: Sequence[LevelResult], missed: int, language: Language) -> str:
    ends = [level for level in (levels[0], levels[-1]) if activity in level.activities]
    said = "; ".join(
        language.text(
            "at {learners} p50 {p50}, p95 {p95}",
            learners=learners(level.learners, language=language),
            p50=seconds(level.activities[activity].response_s.p50, language=language),
            p95=seconds(level.activities[activity].response_s.p95, language=language),
        )
        for level in ends
    )
    description = language.text(
        "Response time of {activity} against learners in session. Measured {levels}.",
        activity=activity_name(activity, language=language),
        levels=said,
    )
    return description if not missed else f"{description} {language.text('Predictions missed: {n}.', n=missed)}"


def _draw(axes: Axes, series: _Series, language: Language) -> None:
    """Predicted intervals as bands, the curve over them, measured points on top, misses ringed and named."""
    width = max((level.learners for level, _ in series.measured), default=1) * 0.03
    for check in series.checks:
        axes.fill_between(
            [check.learners - width, check.learners + width], check.low, check.high, color=series.band, linewidth=0
        )
    if series.curve:
        style = (0, (4, 2)) if series.dashed else "-"
        axes.plot(*_columns(series.curve), color=series.colour, linewidth=2, linestyle=style)
    for level, value in series.measured:
        _point(axes, level, value, series.colour)
    for check in series.checks:
        if not check.within:
            _miss(axes, check, language)


def _point(axes: Axes, level: LevelResult, value: float, colour: str) -> None:
    axes.plot(
        [level.learners],
        [value],
        marker="D" if level.held_out else "o",
        markersize=_MARKER,
        markerfacecolor="white" if level.held_out else colour,
        markeredgecolor=colour,
        markeredgewidth=1.6,
        zorder=4,
    )


def _miss(axes: Axes, check: Check, language: Language) -> None:
    place = (check.learners, check.measured)
    axes.plot(*place, marker="o", markersize=15, fillstyle="none", color=MISS, zorder=5, clip_on=False)
    axes.annotate(
        language.text("miss"),
        place,
        xytext=(-11, 0),
        textcoords="offset points",
        color=MISS,
        fontweight="bold",
        ha="right",
        va="center",
        zorder=6,
    )


def _end_labels(axes: Axes, series: Sequence[_Series]) -> None:
    """Name each line at its right end, moved apart where they would overlap."""
    ends = [(one, (list(one.curve) or [(lvl.learners, value) for lvl, value in one.measured])) for one in series]
    placed = sorted(((_height(axes, points[-1][1]), one) for one, points in ends if points), key=lambda pair: pair[0])
    gap = 15 / (axes.get_figure(root=True).get_figheight() * 72 * 0.75)  # type: ignore[union-attr]
    floor = -1.0
    for height, one in placed:
        floor = max(height, floor + gap)
        look = {"color": one.colour, "fontweight": "bold", "fontsize": 10}
        axes.text(1.015, floor, one.name, transform=axes.transAxes, va="center", fontdict=look)


def _height(axes: Axes, value: float) -> float:
    """Where a value lies on the vertical axis, as a share of its length."""
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log":
        return (math.log(max(value, low)) - math.log(low)) / (math.log(high) - math.log(low))
    return (value - low) / (high - low)


def _learners_axis(axes: Axes, furthest: float, language: Language) -> None:
    axes.set_xlim(0, furthest * 1.04)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value, language=language)))
    axes.set_xlabel(language.text("learners in session"))


def _linear_axis(axes: Axes, shown: Callable[[float], str]) -> None:
    axes.set_ylim(0, axes.get_ylim()[1] * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value)))


def _time_axis(axes: Axes, values: Sequence[float], checks: Sequence[Check], language: Language) -> None:
    """A logarithmic axis around the figures, with few ticks in ms and s."""
    known = [*values, *(check.low for check in checks if check.low > 0), *(check.high for check in checks)]
    low, high = min(known) / 1.4, max(known) * 1.4
    axes.set_ylim(low, high)
    subs = (1.0, 2.0, 5.0) if high / low < 60 else (1.0,)
    inside = [tick for tick in LogLocator(subs=subs).tick_values(low, high) if low <= tick <= high]
    axes.yaxis.set_major_locator(FixedLocator(inside))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: exact(value, "s", language=language)))


def _furthest(study: Study) -> float:
    return max([level.learners for level in comparable_levels(study)] + [point.learners for point in study.curve])


def _columns(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    ordered = sorted(points)
    return [learners for learners, _ in ordered], [value for _, value in ordered]
