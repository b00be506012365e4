"""Plots made of bars: the purchase level by level, where processor time goes, and where uncertainty comes from."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from firstbell.models.study import LayerShares, LevelResult, Study
from firstbell.reports.answer import row_figure
from firstbell.reports.canvas import LINE, Plot, drawing, slug, title_lines, titled
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.layers import LAYERS, known_shares, shares_in_words
from firstbell.reports.levels import comparable_levels
from firstbell.reports.names import activity_name, layer_name, station_name
from firstbell.reports.numbers import learners, number, percent
from firstbell.reports.palette import INK, LAYER_LOOKS, OTHER_STATION, PREDICTED, PREDICTED_BAND, STATIONS
from firstbell.reports.purchase import ItemAcrossLevels

_LABEL_LETTERS = 41  # more are cut off at the right of a small plot
_KEY_LETTERS = 48  # the same of a key in one line over a large one


def sizing_plots(items: Sequence[ItemAcrossLevels], *, language: Language = ENGLISH) -> tuple[Plot, ...]:
    """One small bar chart an item: a bar a level, its interval as a band."""
    return tuple(_sizing_plot(item, language) for item in items)


def demand_plot(study: Study, *, language: Language = ENGLISH) -> Plot | None:
    """Cores that each activity keeps busy at the highest level, stacked by station; None without demands.

    Cores = service demand × visits a second (the utilisation law).
    """
    levels = comparable_levels(study)
    if not study.demands or not levels:
        return None
    busy = cores_by_activity(study, levels[-1])
    if not busy:
        return None
    stations = list(dict.fromkeys(demand.station for demand in study.demands))
    totals = {activity: sum(busy[activity].values()) for activity in busy}
    activities = sorted(totals, key=lambda name: totals[name])
    with drawing(520, 40 + 27 * len(activities)) as canvas:
        axes = canvas.axes
        looks = {station: STATIONS.get(station, OTHER_STATION) for station in stations}
        _stack(axes, [busy[activity] for activity in activities], looks)
        shares = sum(totals.values()) or 1.0
        for row, activity in enumerate(activities):
            said = language.text(
                "{cores} cores, {share}",
                cores=number(totals[activity], digits=2, language=language),
                share=percent(totals[activity] / shares, language=language),
            )
            axes.annotate(said, (totals[activity], row), xytext=(5, 0), textcoords="offset points", va="center")
        _bar_axes(axes, [activity_name(activity, language=language) for activity in activities])
        axes.set_xlim(0, max(totals.values()) * 1.35 or 1.0)
        names = {station: station_name(station, language=language) for station in stations}
        axes.legend(handles=_key(looks, names), loc="lower right", frameon=False, fontsize=11)
        listed = "; ".join(
            f"{activity_name(name, language=language)} {number(totals[name], digits=2, language=language)}"
            for name in reversed(activities)
        )
        people = learners(levels[-1].learners, language=language)
        return canvas.plot(
            key="demands",
            title=language.text("Where the processor time goes at {learners}", learners=people),
            description=language.text("Processor cores kept busy: {activities}.", activities=listed),
        )


def layer_plot(
    key: str, title: str, figures: Mapping[str, LayerShares], *, language: Language = ENGLISH
) -> Plot | None:
    """One bar a figure, as long as all others: each layer's share in its variance. None without any figure."""
    if not figures:
        return None
    names = list(figures)[::-1]
    said = {layer: layer_name(layer, language=language) for layer in LAYERS}
    columns = len(LAYERS) if sum(map(len, said.values())) <= _KEY_LETTERS else 2
    with drawing(520, 62 + 25 * len(names) + (LINE if columns == 2 else 0)) as canvas:
        axes = canvas.axes
        _stack(axes, [known_shares(figures[name]) for name in names], LAYER_LOOKS)
        _bar_axes(axes, names)
        axes.set_xlim(0, 1)
        handles = _key(LAYER_LOOKS, said)
        canvas.figure.legend(handles=handles, loc="outside upper left", ncols=columns, frameon=False, fontsize=11)
        listed = "; ".join(f"{name}: {shares_in_words(shares, language=language)}" for name, shares in figures.items())
        description = language.text("Share of each layer in the variance. {figures}.", figures=listed)
        return canvas.plot(key=key, title=title, description=description)


def cores_by_activity(study: Study, level: LevelResult) -> dict[str, dict[str, float]]:
    """Cores busy by activity and station at a level, by the fitted demands."""
    busy: dict[str, dict[str, float]] = {}
    for demand in study.demands:
        if demand.activity in level.activities:
            visits_per_s = level.activities[demand.activity].throughput_per_s
            busy.setdefault(demand.activity, {})[demand.station] = demand.demand_s.likely * visits_per_s
    return busy


def _sizing_plot(item: ItemAcrossLevels, language: Language) -> Plot:
    title = language.told(item.title)
    lines = title_lines(title, letters=36)
    rows = item.present[::-1]
    labels = [
        title_lines(f"{language.told(row.level)}:", row_figure(row, language=language), letters=_LABEL_LETTERS)
        for row in rows
    ]
    row_height = 27 + LINE * max(map(len, labels))
    thick = 17 / row_height
    with drawing(290, 34 + row_height * len(rows) + LINE * (len(lines) - 1)) as canvas:
        axes = canvas.axes
        for place, (row, label) in enumerate(zip(rows, labels, strict=True)):
            axes.barh(place, row.quantity, height=thick, color=PREDICTED)
            axes.barh(place, row.high - row.low, left=row.low, height=thick, color=PREDICTED_BAND, alpha=0.75)
            axes.plot([row.quantity] * 2, [place - thick / 2, place + thick / 2], color=INK, linewidth=1.6)
            axes.annotate(
                "\n".join(label), (0, place + thick / 2 + 4 / row_height), xytext=(3, 0),
                textcoords="offset points", va="bottom",
            )  # fmt: skip
        _bar_axes(axes, [""] * len(rows))
        axes.set_xlim(0, max(row.high for row in rows) or 1.0)
        axes.set_ylim(-thick / 2 - 0.1, len(rows) - thick / 2)
        titled(canvas.figure, lines)
        listed = "; ".join(f"{language.told(row.level)} {row_figure(row, language=language)}" for row in reversed(rows))
        return canvas.plot(
            key=f"sizing-{slug(item.group)}-{slug(item.item)}",
            title=title,
            description=language.text("By level: {figures}.", figures=listed),
        )


def _stack(axes: Axes, rows: Sequence[Mapping[str, float]], looks: Mapping[str, tuple[str, str]]) -> None:
    """A bar a row, lowest first, made of its parts in the order of their looks: colour and hatch."""
    for row, widths in enumerate(rows):
        left = 0.0
        for part, (colour, hatch) in looks.items():
            width = widths.get(part, 0.0)
            axes.barh(row, width, left=left, height=0.62, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.5)
            left += width


def _key(looks: Mapping[str, tuple[str, str]], names: Mapping[str, str]) -> list[Patch]:
    return [
        Patch(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.5, label=names[part])
        for part, (colour, hatch) in looks.items()
    ]


def _bar_axes(axes: Axes, labels: Sequence[str]) -> None:
    """Named rows without scales: the figures stand beside the bars."""
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_visible(False)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
