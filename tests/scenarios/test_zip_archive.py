"""Zips written by hand, read again by Python's own module."""

import zipfile
import zlib
from io import BytesIO

import pytest

from firstbell.scenarios.zip_archive import Entry, archive

CONTENT = memoryview(b"content" * 1_000)


def opened(*entries: Entry) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(b"".join(archive(entries))))


def test_every_file_is_there_and_its_sum_is_right() -> None:
    entries = [Entry.named(f"Klasa/{place}.pdf", CONTENT[:place], encoding="ascii") for place in range(300)]
    with opened(*entries) as found:
        assert found.testzip() is None
        assert found.namelist() == [f"Klasa/{place}.pdf" for place in range(300)]
        assert found.read("Klasa/7.pdf") == b"content"


def test_flagged_names_are_utf_8_and_others_the_bytes_that_were_given() -> None:
    flagged = Entry.named("Ëndrra.pdf", CONTENT, encoding="utf-8", flagged=True)
    bare = Entry.named("Škola.pdf", CONTENT, encoding="cp1250")
    with opened(flagged, bare) as found:
        first, second = found.infolist()
        assert (first.filename, first.flag_bits) == ("Ëndrra.pdf", 0x800)
        assert (second.orig_filename.encode("cp437"), second.flag_bits) == ("Škola.pdf".encode("cp1250"), 0)


def test_the_unicode_field_repeats_the_name() -> None:
    entry = Entry(raw_name=b"?kola", content=CONTENT, unicode_name="Škola")
    with opened(entry) as found:
        extra = found.infolist()[0].extra
    assert extra == b"\x75\x70\x0b\x00\x01" + zlib.crc32(b"?kola").to_bytes(4, "little") + "Škola".encode()


def test_code_page_437_has_no_capital_e_with_diaeresis() -> None:
    assert Entry.named("ëçÇ", CONTENT, encoding="cp437").raw_name == b"\x89\x87\x80"
    for letter in "ËšđčćžşğıŠ":
        with pytest.raises(UnicodeEncodeError):
            Entry.named(letter, CONTENT, encoding="cp437")
