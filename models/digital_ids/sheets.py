"""Response sheets as rows of cells, told by what is in the file, whatever its name says it is."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firstbell.models.digital_ids import findings as faults
from firstbell.models.digital_ids.findings import Finding

# The first bytes of files that hold no rows of text.
_SCANS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a photograph",
    b"II*\0": "a scan",
    b"MM\0*": "a scan",
}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DELIMITERS = ",;\t|"
_ENCODINGS = ("utf-8-sig", "cp1250")  # what spreadsheets of the region write, besides UTF-16 with its mark
LARGEST_CELL = 10_000


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file's rows, each with its number in the file, and what was wrong with the file itself."""

    file: str
    delimiter: str
    rows: tuple[tuple[int, list[str]], ...]
    findings: tuple[Finding, ...]


def read_sheet(path: Path) -> Sheet:
    """Rows of a file; none, and a finding, where it holds none that can be read."""
    content = path.read_bytes()
    refused = _refused(path.name, content)
    if refused:
        return Sheet(file=path.name, delimiter=",", rows=(), findings=(refused,))
    text, found = _text(path.name, content)
    found = [*found, *_extension(path)]
    delimiter = _delimiter(text)
    rows = tuple((at, row) for at, row in _rows(text, delimiter) if any(cell.strip() for cell in row))
    if not rows:
        found.append(_of_file(faults.UNREADABLE, path.name, "", "the sheet is empty"))
    return Sheet(file=path.name, delimiter=delimiter, rows=rows, findings=tuple(found))


def _refused(file: str, content: bytes) -> Finding | None:
    for mark, what in _SCANS.items():
        if content.startswith(mark):
            return _of_file(faults.SCAN, file, what, f"it is {what}; ask for the sheet itself")
    if content.startswith(_WORKBOOKS):
        return _of_file(faults.UNREADABLE, file, "a workbook", "it is a workbook; save it as CSV (UTF-8)")
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _of_file(faults.UNREADABLE, file, "bytes", "it holds no text; ask for the sheet itself")
    return None


def _text(file: str, content: bytes) -> tuple[str, list[Finding]]:
    """The text of a sheet. Code page 1250 has a letter for nearly every byte, so it is tried last and told."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        reason = "it was saved as UTF-16; read as such"
        return content.decode("utf-16", errors="replace"), [_of_file(faults.ENCODING, file, "UTF-16", reason, "UTF-8")]
    try:
        return content.decode(_ENCODINGS[0]), []
    except UnicodeDecodeError:
        reason = "it was not saved as UTF-8; read as code page 1250, which has ë, ç, š and ž"
        text = content.decode(_ENCODINGS[1], errors="replace")
        return text, [_of_file(faults.ENCODING, file, "code page 1250", reason, "UTF-8")]


def _extension(path: Path) -> list[Finding]:
    if path.suffix.lower() == ".csv":
        return []
    reason = "by its content it is a sheet in CSV; read as such"
    return [_of_file(faults.CHANGED_EXTENSION, path.name, path.suffix, reason, ".csv")]


def _delimiter(text: str) -> str:
    """The sign that parts cells: the one that the first lines have most often outside quotes."""
    head = "".join(text.splitlines(keepends=True)[:20])
    outside = "".join(head.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows and their numbers. A quote that is never closed would swallow all rows after it: then quotes are letters."""
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    except csv.Error:  # a cell longer than the module's limit
        rows = []
    if not rows or any(len(cell) > LARGEST_CELL for row in rows for cell in row):
        rows = list(csv.reader(text.splitlines(), delimiter=delimiter, quoting=csv.QUOTE_NONE))
    yield from enumerate(rows, start=1)


def _of_file(fault: str, file: str, value: str, reason: str, became: str | None = None) -> Finding:
    return Finding(fault=fault, file=file, row=None, column=None, value=value, reason=reason, became=became)
