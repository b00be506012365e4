"""Tornado plots: what each input alone makes of a figure, the one that moves it most on top."""

from matplotlib.axes import Axes

from firstbell.models.study import SizingRow, Swing
from firstbell.reports.answer import row_figure
from firstbell.reports.canvas import LINE, Plot, drawing, slug, title_lines, titled
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.numbers import bare, interval, learners
from firstbell.reports.palette import INK, PREDICTED, PREDICTED_BAND

MOST = 7
_UNITS = {"_bits_per_s": "bit/s", "_per_s": "1/s", "_bytes": "bytes", "_s": "s"}
_ROOM = 0.42  # of the width, on either side, for the figures at the ends


def tornado_plot(row: SizingRow, *, language: Language = ENGLISH) -> Plot | None:
    """The widest swings of a figure at one level; None where no input moves it."""
    swings = row.swings[:MOST][::-1]
    if not swings:
        return None
    lines = title_lines(f"{language.told(row.title)}:", row_figure(row, language=language), letters=46)
    with drawing(540, 46 + 26 * len(swings) + LINE * (len(lines) - 1)) as canvas:
        axes = canvas.axes
        for place, swing in enumerate(swings):
            for end, colour in ((swing.at_low, PREDICTED_BAND), (swing.at_high, PREDICTED)):
                axes.barh(place, end - row.quantity, left=row.quantity, height=0.6, color=colour, edgecolor=INK,
                          linewidth=0.5)  # fmt: skip
            _label_ends(axes, place, swing, row, language)
        axes.axvline(row.quantity, color=INK, linewidth=1.2)
        axes.set_yticks(range(len(swings)), [short_name(swing.name, language=language) for swing in swings])
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_visible(False)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        ends = [end for swing in swings for end in (swing.at_low, swing.at_high)]
        low, high = min(*ends, row.quantity), max(*ends, row.quantity)
        axes.set_xlim(low - _ROOM * (high - low), high + _ROOM * (high - low))
        titled(canvas.figure, lines)
        listed = "; ".join(
            language.text(
                "{input} {low} to {high}",
                input=short_name(each.name, language=language),
                low=figure(each.at_low, row, language=language),
                high=figure(each.at_high, row, language=language),
            )
            for each in row.swings[:MOST]
        )
        return canvas.plot(
            key=f"tornado-{slug(row.item)}",
            title=language.text(
                "What moves it most: {item}, {learners}",
                item=language.told(row.title),
                learners=learners(row.learners, language=language),
            ),
            description=language.text(
                "With one input alone at its low end and at its high end: {inputs}.", inputs=listed
            ),
        )


def figure(value: float, row: SizingRow, *, language: Language = ENGLISH) -> str:
    """A value of a row without an interval."""
    return interval(value, value, value, row.unit, language=language)


def short_name(key: str, *, language: Language = ENGLISH) -> str:
    """An input's key as people read it: ``sizing.bandwidth.edge_hit_ratio`` is "bandwidth: edge hit ratio"."""
    *_, above, last = ("", *key.split("."))
    if above == "demand_s":
        above, last = key.split(".")[-3], f"demand at {last}"
    ending = next((ending for ending in _UNITS if last.endswith(ending)), "")
    words = [language.told(part.replace("_", " ")) for part in (above, last.removesuffix(ending)) if part]
    unit = f" ({language.text(_UNITS[ending])})" if ending else ""
    return f"{': '.join(words)}{unit}"


def _label_ends(axes: Axes, place: int, swing: Swing, row: SizingRow, language: Language) -> None:
    """Each end's figure beside its bar, on the side to which the bar goes, in the unit that the title has."""
    for end in (swing.at_low, swing.at_high):
        if end == row.quantity:
            continue
        right = end > row.quantity
        said = bare(end, row.unit, like=row.quantity or row.high, language=language)
        axes.annotate(
            said, (end, place), xytext=(5 if right else -5, 0),
            textcoords="offset points", va="center", ha="left" if right else "right", fontsize=9,
        )  # fmt: skip
