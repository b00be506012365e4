"""Where plots are drawn: one style, and SVG that is the same for the same study, byte for byte."""

import html
import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firstbell.reports.languages import marked_as_english, unmarked
from firstbell.reports.palette import GRID, INK, MUTED

LINE = 15
"""Points from a line of text to the next."""

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "firstbell",  # else identifiers are random
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud, and takes the page's typeface
    "font.family": "DejaVu Sans",  # comes with matplotlib and runs wide, so no narrower typeface overflows
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "hatch.linewidth": 0.6,
}


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A drawing with its title and with what it shows in words, for those who do not see it."""

    key: str
    title: str
    description: str
    svg: str


class Drawing:
    """A figure with one pair of axes, to be drawn on and then turned into SVG."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.axes: Axes = figure.add_subplot()

    def plot(self, *, key: str, title: str, description: str) -> Plot:
        """The finished drawing as inline SVG. To be called within `drawing`."""
        buffer = io.StringIO()
        self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        drawn = marked_as_english(buffer.getvalue(), '<tspan lang="en">', "</tspan>")
        svg = _inline(drawn, key=key, title=unmarked(title), description=unmarked(description))
        return Plot(key=key, title=unmarked(title), description=unmarked(description), svg=svg)


@contextmanager
def drawing(width: float, height: float) -> Iterator[Drawing]:
    """An empty drawing of so many points (of which text is 11 high) in the project's style."""
    with matplotlib.rc_context(_STYLE):
        yield Drawing(Figure(figsize=(width / 72, height / 72), layout="constrained"))


def _inline(svg: str, *, key: str, title: str, description: str) -> str:
    """An SVG document as an element of a page: identifiers of its own, a name for screen readers, any width."""
    body = svg[svg.index("<svg") :]
    opening, rest = body.split(">", 1)
    box = re.search(r'viewBox="[^"]+"', opening)
    if box is None:
        raise ValueError("the SVG has no viewBox")
    rest = re.sub(r"<metadata>.*?</metadata>", "", rest, flags=re.DOTALL)
    rest = re.sub(r"'DejaVu Sans'(, [^;\"]+)?", "var(--sans)", rest)
    rest = _own_identifiers(rest, key)
    names = f'role="img" aria-labelledby="{key}-title {key}-desc"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {box[0]} {names}>'
    title_and_words = (
        f'<title id="{key}-title">{html.escape(title)}</title><desc id="{key}-desc">{html.escape(description)}</desc>'
    )
    return f"{head}{title_and_words}{rest}"


def _own_identifiers(svg: str, key: str) -> str:
    """Drop identifiers that nothing refers to, and prefix the others: a page has many plots."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: f' id="{key}-{found[1]}"' if found[1] in used else "", svg)
    return re.sub(r'(url\(#|href="#)', rf"\g<1>{key}-", svg)


def title_lines(*parts: str, letters: int) -> list[str]:
    """A title in as few lines as its parts fit into: more letters than these are cut off at the drawing's edge."""
    whole = " ".join(parts)
    if len(whole) <= letters:
        return [whole]
    return [line for part in parts for line in textwrap.wrap(part, letters, break_long_words=False)]


def titled(figure: Figure, lines: Sequence[str]) -> None:
    """Lines of a title over a drawing, from its left edge on: labels of an axis leave the rest too narrow for words."""
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=12, fontweight="bold")


def slug(text: str) -> str:
    """A text as a part of an identifier."""
    return "".join(character if character.isalnum() else "-" for character in text.lower())
