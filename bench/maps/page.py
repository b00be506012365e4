"""The page of error maps: a heat map and a table of each, from the results that were kept."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from bench.maps.grid import ErrorMap, Family

PALETTE = matplotlib.colormaps["RdBu_r"]
FULL_COLOUR = 0.25
PANELS_A_ROW = 3
INTRODUCTION = """# How far the approximations are off

Every formula of the library that is not exact, over the parameters that decide how far it is off, against the simulator
or, where there is one, the exact value. A cell is the formula over the truth less one: **+10** says that the formula is
a tenth too high. Where the truth was simulated, half of its 95 % interval stands behind ±. A cell in grey italics that
begins with ± is one whose error is smaller than that: all that is known there is that it is hardly larger. Colours are
full at 25 %.

`python -m bench.error_maps NAME…` computes families again (names: {names}) and keeps them under `docs/error-maps`;
`python -m bench.error_maps --render` makes this page from what is kept.
"""


def page(families: Sequence[Family]) -> str:
    """The whole page in Markdown; it names each family's heat map ``error-maps/NAME.svg``."""
    parts = [INTRODUCTION.format(names=", ".join(f"`{family.name}`" for family in families))]
    for family in families:
        parts.append("\n".join(_section(family)))
    return "\n".join(parts)


def _section(family: Family) -> Iterator[str]:
    yield f"## {family.title}\n"
    yield f"Formulas: {family.formulas}.  \nTruth: {family.truth}.\n"
    yield f"**Where it may be used.** {family.use}\n"
    yield f"![{family.title}: heat maps](error-maps/{family.name}.svg)\n"
    yield "<details><summary>The same as tables</summary>\n"
    for each in family.maps:
        yield from _table(each)
    yield "</details>\n"


def _table(each: ErrorMap) -> Iterator[str]:
    yield f"**{each.title}**\n"
    yield f"| {each.rows.name} \\ {each.columns.name} | " + " | ".join(each.columns.values) + " |"
    yield "| --- |" + " ---: |" * len(each.columns.values)
    for value, errors, noise in zip(each.rows.values, each.errors, each.noise, strict=True):
        cells = [_exactly(error, reach) for error, reach in zip(errors, noise, strict=True)]
        yield f"| {value} | " + " | ".join(cells) + " |"
    yield ""


def _exactly(error: float, reach: float) -> str:
    shown = _percent(error, 2) if error >= 10.0 else f"{_percent(error, 2)} %"
    return f"{shown} ± {100 * reach:.2f}" if reach > 0 else shown


def _percent(error: float, digits: int) -> str:
    """In hundredths, with a sign; from eleven times the truth on, how many times it is."""
    if error >= 10.0:
        return f"×{1 + error:.2g}"
    text = f"{100 * error:+.{digits}f}"
    return text.replace("-", "−") if float(text) else "0"


def _short(error: float, reach: float) -> str:
    if abs(error) < reach:
        return f"±{100 * reach:.1f}"
    return _percent(error, 1 if abs(error) < 0.0995 else 0)


def drawn(family: Family, path: Path) -> None:
    """The family's heat maps side by side, as SVG that is the same for the same results."""
    with matplotlib.rc_context({"svg.hashsalt": family.name, "svg.fonttype": "none", "font.size": 8}):
        figure = _figure(family)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _figure(family: Family) -> Figure:
    across = min(PANELS_A_ROW, len(family.maps))
    if len(family.maps) == 4:
        across = 2
    down = -(-len(family.maps) // across)
    tallest = max(len(each.rows.values) for each in family.maps)
    figure = Figure(figsize=(3.6 * across, (0.9 + 0.27 * tallest) * down), layout="constrained")
    panels = np.atleast_1d(figure.subplots(down, across)).ravel()
    for panel, each in zip(panels, family.maps, strict=False):
        _draw(panel, each)
    for panel in panels[len(family.maps) :]:
        panel.set_axis_off()
    return figure


def _draw(panel: "matplotlib.axes.Axes", each: ErrorMap) -> None:
    errors = np.array(each.errors)
    colours = Normalize(-FULL_COLOUR, FULL_COLOUR)
    panel.imshow(errors, cmap=PALETTE, norm=colours, aspect="auto")
    panel.set_title(f"{each.title} (%)", fontsize=8, fontweight="bold", loc="left")
    panel.set_xlabel(each.columns.name)
    panel.set_ylabel(each.rows.name)
    panel.set_xticks(range(len(each.columns.values)), each.columns.values)
    panel.set_yticks(range(len(each.rows.values)), each.rows.values)
    panel.tick_params(length=0)
    for spine in panel.spines.values():
        spine.set_visible(False)
    for (i, j), error in np.ndenumerate(errors):
        limited = abs(error) < each.noise[i][j]
        strong = abs(error) > 0.7 * FULL_COLOUR
        panel.text(
            j,
            i,
            _short(error, each.noise[i][j]),
            ha="center",
            va="center",
            fontsize=7.5,
            color="white" if strong else "0.45" if limited else "black",
            fontstyle="italic" if limited else "normal",
        )
