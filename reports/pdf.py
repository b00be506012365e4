"""`report.pdf`: the HTML report on paper, for signing and filing. WeasyPrint sets it, where it is installed."""

import re
from pathlib import Path
from typing import Literal, get_args

from firstbell.models.problems import InputError

Paper = Literal["A4", "Letter"]
PAPERS: tuple[Paper, ...] = get_args(Paper)
_TEXT, _STROKE = re.compile(r">[^<]+"), re.compile(r"(?<=\w)/(?=\w)")
_WORD_JOINER = "\u2060"
_INSTALL = (
    "Install it: pip install 'firstbell[pdf]', and its library Pango (Debian, Ubuntu: apt install libpangoft2-1.0-0 "
    "libpango-1.0-0 libharfbuzz-subset0; macOS: brew install pango). Or print report.html to a file in a browser"
)


def write_pdf(html: str, path: Path, *, paper: Paper) -> Path:
    """Set a whole page of HTML on a paper, whole or not at all; raise InputError where WeasyPrint can't run."""
    try:
        # Slow to import, and not everywhere: only who asks for a PDF needs it.
        from weasyprint import CSS, HTML
    except (ImportError, OSError) as error:  # OSError: the package is there, its libraries are not
        what = f"WeasyPrint, which sets the pages, does not run here: {str(error).strip().splitlines()[0]}"
        raise InputError.single(
            source="firstbell report", key="--format", value="pdf", what=what, remedy=_INSTALL
        ) from None
    partial = path.with_name(f"{path.name}.partial")
    sheets = [CSS(string=f"@page {{ size: {paper} }}")]
    HTML(string=with_whole_units(html)).write_pdf(partial, stylesheets=sheets)
    return partial.replace(path)


def with_whole_units(html: str) -> str:
    """A page on which no line breaks behind the stroke of a unit, as in Gbit/s: columns on paper are narrow."""
    head, end, body = html.rpartition("</head>")  # its styles have strokes as well
    return f"{head}{end}{_TEXT.sub(lambda text: _STROKE.sub(f'/{_WORD_JOINER}', text[0]), body)}"
