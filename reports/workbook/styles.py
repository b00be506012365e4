"""How cells look: what may be changed, what follows from it, and what stands still. Each differs in grey as well."""

from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from firstbell.reports.palette import GRID, INK, MUTED, PREDICTED, STATIONS

_FONT = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "top"}
_INPUT = {"bg_color": "#fff3d1", "border": 1, "border_color": STATIONS["database"][0]}
_STILL = {"bg_color": "#e4e7ea", "italic": True, "font_color": MUTED}
_LOOKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 16, "font_color": PREDICTED},
    "heading": {"bold": True, "font_size": 12, "font_color": PREDICTED, "bottom": 2, "bottom_color": PREDICTED},
    "column": {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#f3f6f9", "valign": "bottom"},
    "number_column": {
        "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#f3f6f9", "align": "right", "valign": "bottom",
    },
    "unit": {"indent": 1},
    "unit_column": {"bold": True, "bottom": 1, "bg_color": "#f3f6f9", "valign": "bottom", "indent": 1},
    "wrapped": {"text_wrap": True, "font_color": MUTED},
    "wrapped_beside": {"text_wrap": True, "font_color": MUTED, "indent": 1},
    "strong": {"text_wrap": True, "bold": True, "font_size": 12},
    "notice": {"text_wrap": True, "bold": True, "font_color": "#b3261e"},
    "input": _INPUT,
    "input_text": {**_INPUT, "text_wrap": True},
    "live": {"bottom": 4, "bottom_color": GRID},
    "total": {"bold": True, "bottom": 4, "bottom_color": GRID},
    "still": {**_STILL, "bottom": 4, "bottom_color": GRID},
    "link": {"font_color": PREDICTED, "underline": 1},
}  # fmt: skip

_DECIMAL_BYTES = '[>=100000000000]#,##0.0,,,," TB";[>=100000000]#,##0.0,,," GB";#,##0" B"'
_DECIMAL_BITS = '[>=100000000]#,##0.00,,," Gbit/s";[>=100000]#,##0.00,," Mbit/s";#,##0" bit/s"'
_TIMES = '[>=100]#,##0" s";[>=1]#,##0.0" s";0.000000" s"'
_NUMBERS = {
    "": "General",
    "bytes": _DECIMAL_BYTES,
    "bit/s": _DECIMAL_BITS,
    "s": _TIMES,
    "1/s": '#,##0.0" /s"',
    "ratio": "0.0 %",
    "share": "0.0 %",
    "change": '+0.0 %;-0.0 %;"as reported"',
    "learners": "#,##0",
    "number": "#,##0.000",
    "cpu": "0.000000",
    "tiny": "0.00E+00",
    "possible": '[>=1000000000000000]"–";#,##0',
}


def number_format(unit: str) -> str:
    """How a figure of a unit is shown; the cell keeps the figure itself, in the unit without a prefix."""
    return _NUMBERS.get(unit, f'#,##0" {unit}"')


@dataclass(frozen=True)
class Styles:
    """The formats of one workbook, each made once."""

    book: Workbook
    _made: dict[tuple[str, str], Format]

    @classmethod
    def of(cls, book: Workbook) -> "Styles":
        return cls(book, {})

    def __call__(self, look: str, unit: str = "") -> Format:
        """The format of a look for figures of a unit."""
        key = (look, unit)
        if key not in self._made:
            shown = {"num_format": number_format(unit), "align": "right"} if unit else {}
            self._made[key] = self.book.add_format({**_FONT, **shown, **_LOOKS[look]})
        return self._made[key]
