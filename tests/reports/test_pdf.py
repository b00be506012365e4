"""The report on paper, where WeasyPrint runs; else what to do about it."""

import re
import sys
import zlib
from pathlib import Path

import pytest

from firstbell.models.problems import InputError
from firstbell.reports.pdf import Paper, with_whole_units, write_pdf


def test_without_weasyprint_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # as where it is not installed
    with pytest.raises(InputError) as caught:
        write_pdf("<p>a page</p>", tmp_path / "report.pdf", paper="A4")
    (problem,) = caught.value.problems
    assert "pip install 'firstbell[pdf]'" in (problem.remedy or "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("paper", "points"), [("A4", "595.275591 841.889764"), ("Letter", "612 792")])
def test_pages_have_the_size_that_was_asked_for(tmp_path: Path, paper: Paper, points: str) -> None:
    path = tmp_path / "report.pdf"
    try:
        write_pdf("<!DOCTYPE html><html lang='en'><title>t</title><p>a page</p></html>", path, paper=paper)
    except InputError as error:
        pytest.skip(str(error))
    assert f"/MediaBox [0 0 {points}]".encode() in unpacked(path.read_bytes())


def test_on_paper_units_keep_together_and_tags_and_styles_stay_as_they_are() -> None:
    page = "<head><style>a{font:1rem/1.5 b}</style></head><p id='a/b'>0.5 Gbit/s <b>EUR/TB/month</b></p>"
    whole = page.replace("t/s", "t/\u2060s").replace("R/TB/m", "R/\u2060TB/\u2060m")
    assert with_whole_units(page) == whole


def unpacked(pdf: bytes) -> bytes:
    """A PDF with what it keeps compressed in plain."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return b"\n".join([pdf, *(zlib.decompressobj().decompress(part) for part in packed if part[:1] == b"x")])
