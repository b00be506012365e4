"""Zips as other people's programs write them: names in any bytes, flagged as UTF-8 or not, as APPNOTE.TXT has it.

Python's own module writes neither an unflagged Ë nor the Unicode extra field, and uploads have to be tried with both.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_UTF_8_FLAG = 0x800
_UNICODE_PATH = 0x7075
_VERSION, _STORED, _DATE = 20, 0, 0x5A21  # 2.0; 2025-01-01
_REGULAR_FILE = 0o100644 << 16


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file of a zip; ``unicode_name`` goes into the extra field 0x7075 where there is one."""

    raw_name: bytes
    content: memoryview
    flagged: bool = False
    unicode_name: str | None = None

    @classmethod
    def named(cls, name: str, content: memoryview, *, encoding: str, flagged: bool = False) -> "Entry":
        """With a name in some encoding; UnicodeEncodeError where that lacks a letter of it."""
        return cls(raw_name=name.encode(encoding), content=content, flagged=flagged)


def archive(entries: Iterable[Entry]) -> Iterator[bytes | memoryview]:
    """The zip, piece by piece, its files uncompressed, as videos are; at most 65,534 of them and 4 GiB."""
    directory, offset = bytearray(), 0
    count = 0
    for entry in entries:
        fixed, extra = _fixed(entry), _extra(entry)
        local = b"PK\x03\x04" + fixed + entry.raw_name + extra
        directory += struct.pack("<4sH", b"PK\x01\x02", _VERSION) + fixed
        directory += struct.pack("<HHHLL", 0, 0, 0, _REGULAR_FILE, offset) + entry.raw_name + extra
        yield local
        yield entry.content
        offset += len(local) + len(entry.content)
        count += 1
    yield bytes(directory)
    yield struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(directory), offset, 0)


def _fixed(entry: Entry) -> bytes:
    """What the local and the central header of a file have in common."""
    size, flags = len(entry.content), _UTF_8_FLAG if entry.flagged else 0
    return struct.pack(
        "<HHHHHLLLHH", _VERSION, flags, _STORED, 0, _DATE, zlib.crc32(entry.content), size, size,
        len(entry.raw_name), len(_extra(entry)),
    )  # fmt: skip


def _extra(entry: Entry) -> bytes:
    if entry.unicode_name is None:
        return b""
    name = entry.unicode_name.encode()
    return struct.pack("<HHBL", _UNICODE_PATH, 5 + len(name), 1, zlib.crc32(entry.raw_name)) + name
