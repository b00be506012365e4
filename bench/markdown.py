"""Markdown by the paragraph and the heading."""

from collections.abc import Iterator
from textwrap import wrap

_WIDTH = 120


def heading(title: str) -> Iterator[str]:
    """A section's title."""
    yield f"## {title}"
    yield ""


def paragraph(*sentences: str) -> Iterator[str]:
    """Sentences, those that are empty left out."""
    yield from wrap(" ".join(filter(None, sentences)), _WIDTH, break_long_words=False, break_on_hyphens=False)
    yield ""


def never_run(name: str) -> Iterator[str]:
    """What stands in place of a benchmark's figures that there are none of."""
    yield from paragraph(f'Not run yet: `make bench ARGS="--only {name}"`.')
