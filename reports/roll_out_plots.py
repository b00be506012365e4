"""Plots of the roll-out over the days: the levels' rise, and each purchase from its order to its service."""

from collections.abc import Sequence
from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from firstbell.models.study import Due, Study
from firstbell.reports.canvas import Plot, drawing
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.numbers import count
from firstbell.reports.palette import INK, MISS, PREDICTED, PREDICTED_BAND
from firstbell.reports.roll_out import Orders, made_on, orders_of, stage_figure

_AFTER = timedelta(days=365)  # the last stage goes on; so far it is drawn


def levels_plot(study: Study, *, language: Language = ENGLISH) -> Plot | None:
    """Learners in session over time, a line a level; None without a roll-out."""
    orders = orders_of(study.roll_out)
    if not orders:
        return None
    with drawing(520, 260) as canvas:
        axes = canvas.axes
        for each in orders:
            _draw_level(axes, each, language)
        axes.set_ylim(0, 1.12 * max(stage.high for each in orders for stage in each.stages))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value, language=language)))
        _days_axis(axes, {stage.starts_on for each in orders for stage in each.stages}, language)
        axes.set_xlim(right=_place(_end(orders)))
        axes.set_title(language.text("learners in session"), loc="left", fontsize=11)
        listed = "; ".join(_level_in_words(each, language) for each in orders)
        return canvas.plot(
            key="roll-out-levels",
            title=language.text("The levels over time"),
            description=language.text("Learners in session from each stage on. {levels}.", levels=listed),
        )


def orders_plot(study: Study, *, language: Language = ENGLISH) -> Plot | None:
    """At the highest level, from the safe day of each order to the day on which it must be in service; None without
    any purchase."""
    orders = orders_of(study.roll_out)
    if not orders or not orders[-1].due:
        return None
    highest = orders[-1]
    rows = sorted(highest.due, key=lambda each: (each.needed_on, each.order_by, each.title), reverse=True)
    with drawing(660, 74 + 24 * len(rows)) as canvas:
        axes = canvas.axes
        for place, each in enumerate(rows):
            _draw_order(axes, place, each)
        axes.axvline(_place(made_on(study)), color=MISS, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.annotate(
            language.text("this study"), (_place(made_on(study)), len(rows) - 0.45), color=MISS,
            xytext=(3, 0), textcoords="offset points", va="bottom",
        )  # fmt: skip
        axes.set_yticks(range(len(rows)), [language.told(each.title) for each in rows])
        axes.set_ylim(-0.6, len(rows) - 0.4 + 0.8)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False)
        _days_axis(axes, {each.needed_on for each in rows}, language)
        axes.grid(visible=True, axis="x")
        listed = "; ".join(
            language.text(
                "{item} by {safe} to {likely}",
                item=language.told(each.title),
                safe=language.day(each.order_by_safe),
                likely=language.day(each.order_by),
            )
            for each in highest.due
        )
        return canvas.plot(
            key="roll-out-orders",
            title=language.text("From the order to the day of service"),
            description=language.text("Days by which to order. {orders}.", orders=listed),
        )


def _draw_level(axes: Axes, orders: Orders, language: Language) -> None:
    ends = [*(each.starts_on for each in orders.stages[1:]), _end([orders])]
    steps = [
        (_place(day), stage) for stage, end in zip(orders.stages, ends, strict=True) for day in (stage.starts_on, end)
    ]
    days, likely = [day for day, _ in steps], [stage.learners for _, stage in steps]
    low, high = [stage.low for _, stage in steps], [stage.high for _, stage in steps]
    axes.fill_between(days, low, high, color=PREDICTED_BAND, alpha=0.6, linewidth=0)
    axes.plot(days, likely, color=PREDICTED, linewidth=2)
    axes.annotate(
        f"{language.told(orders.level)}: {count(orders.learners, language=language)}",
        (days[-1], likely[-1]), xytext=(-4, 4), textcoords="offset points", ha="right", va="bottom",
        color=INK, fontweight="bold",
    )  # fmt: skip


def _draw_order(axes: Axes, place: int, due: Due) -> None:
    """A pale bar while there is time to order, a dark one while it is delivered, a mark when it must be there."""
    safe, likely, needed = (_place(day) for day in (due.order_by_safe, due.order_by, due.needed_on))
    axes.barh(place, likely - safe, left=safe, height=0.5, color=PREDICTED_BAND, edgecolor=INK, linewidth=0.5)
    axes.barh(place, needed - likely, left=likely, height=0.5, color=PREDICTED, edgecolor=INK, linewidth=0.5)
    axes.plot([needed], [place], marker="D", markersize=6, color=INK)


def _days_axis(axes: Axes, days: set[date], language: Language) -> None:
    """Marked at the days that matter, in the language's form."""
    axes.set_xticks([_place(day) for day in sorted(days)], [language.short_day(day) for day in sorted(days)])


def _level_in_words(orders: Orders, language: Language) -> str:
    stages = ", ".join(
        f"{language.day(each.starts_on)} {stage_figure(each, language=language)}" for each in orders.stages
    )
    return f"{language.told(orders.level)}: {stages}"


def _end(orders: Sequence[Orders]) -> date:
    return max(stage.starts_on for each in orders for stage in each.stages) + _AFTER


def _place(day: date) -> float:
    """Where a day lies on an axis."""
    return float(day.toordinal())
