"""Consoles that tables are printed on."""

from rich.console import Console

NARROWEST = 130  # columns that tables take where no terminal says how many there are


def table_console() -> Console:
    """Standard output, wide enough for a table where it is no terminal."""
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, NARROWEST)
    return console
