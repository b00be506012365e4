"""How runs went over time: a plot of capacity and demands with its change points, and the same in words."""

from collections.abc import Iterator

from firstbell.models.comparison.history import CAPACITY, Trend, Turn
from firstbell.reports.canvas import Drawing, Plot, drawing
from firstbell.reports.ci.sentences import signed
from firstbell.reports.numbers import quantity
from firstbell.reports.palette import INK, MUTED

_WIDTH, _HEIGHT, _EACH = 720.0, 60.0, 110.0
_MOST = 8


def trend_words(trend: Trend) -> Iterator[str]:
    """A sentence for each turn, the latest first."""
    for turn in sorted(trend.turns, key=lambda each: each.place, reverse=True):
        yield turn_words(trend, turn)


def turn_words(trend: Trend, turn: Turn) -> str:
    """What changed, when, and by how much."""
    unit = unit_of(turn.quantity)
    state = trend.states[turn.place]
    change = signed(turn.after / turn.before - 1)
    return (
        f"{turn.quantity} went from {quantity(turn.before, unit)} to {quantity(turn.after, unit)} ({change}) "
        f"with {state.name} ({state.created[:10]})"
    )


def unit_of(name: str) -> str:
    """The unit of a quantity of the history."""
    return "learners" if name == CAPACITY else "s"


def trend_plot(trend: Trend) -> Plot:
    """One panel a quantity, those that turned first; a line where a level changed."""
    turned = [name for name in trend.quantities if any(turn.quantity == name for turn in trend.turns)]
    others = [name for name in trend.quantities if name not in turned]
    shown = [*turned, *others][:_MOST]
    with drawing(_WIDTH, _HEIGHT + _EACH * max(len(shown), 1)) as canvas:
        _panels(canvas, trend, shown)
        words = "; ".join(trend_words(trend)) or "No level changed."
        return canvas.plot(key="trend", title="Runs over time", description=words)


def _panels(canvas: Drawing, trend: Trend, shown: list[str]) -> None:
    canvas.axes.remove()
    panels = canvas.figure.subplots(max(len(shown), 1), 1, sharex=True, squeeze=False)[:, 0]
    places = list(range(len(trend.states)))
    for axes, name in zip(panels, shown, strict=False):
        low, likely, high = zip(*(state.values[name] for state in trend.states), strict=True)
        axes.fill_between(places, low, high, color=MUTED, alpha=0.25, linewidth=0)
        axes.plot(places, likely, color=INK, marker="o", markersize=3, linewidth=1)
        for turn in trend.turns:
            if turn.quantity == name:
                axes.axvline(turn.place - 0.5, color="#b3261e", linestyle="--", linewidth=1.2)
        axes.set_title(f"{name} ({unit_of(name)})", loc="left", fontsize=10)
        axes.margins(x=0.02)
    panels[-1].set_xticks(places, [state.name[:10] for state in trend.states], rotation=60, fontsize=8)
