"""What learners of one process upload: names, sizes, bytes. One buffer is everybody's, so that nobody holds a copy."""

import math
import random
from collections.abc import Sequence

from firstbell.models.workload.states import Uploads
from firstbell.scenarios.adapter import Parcel
from firstbell.scenarios.chance import Chance
from firstbell.scenarios.http.client import SharedBody
from firstbell.scenarios.zip_archive import Entry, archive

_BUFFER_BYTES = 4 * 2**20
_FEWEST_BYTES = 1_000
_OVER_BYTES = 2**20
WORDS = ("Ëndrra ime", "Çelësi", "mësimi çdo ditë", "Škola đačka", "Čitanje ćirilice", "Žaba", "Işık ve dağ", "Şehir")
"""Titles with the letters of Albanian, Bosnian and Turkish."""
_SETS: tuple[tuple[str, bool, tuple[str, ...]], ...] = (
    ("utf-8", True, WORDS),
    ("utf-8", False, WORDS),
    ("cp437", False, WORDS[1:3]),
    ("cp1250", False, WORDS[:6]),
)
"""How programs write the names of a zip: encoding, whether flagged as UTF-8, and names that it has the letters for."""
_FOLDERS = ("", "Klasa 5/Java e parë/")


class Shelf:
    """Parcels by lot, as the profile has them; ``mean_bytes`` is what an upload brings in all."""

    def __init__(self, uploads: Uploads, mean_bytes: float, chance: Chance, *, seed: int) -> None:
        self._uploads = uploads
        self._mean_bytes = mean_bytes
        self._chance = chance
        self._buffer = memoryview(random.Random(f"shelf {seed}").randbytes(_BUFFER_BYTES)).toreadonly()
        self._zips = [
            self._zip(folder, words, encoding=encoding, flagged=flagged)
            for encoding, flagged, words in _SETS
            for folder in _FOLDERS
        ]

    def kind(self) -> str:
        """``file``, ``batch`` or ``zip``."""
        drawn = self._chance.uniform(0, 1)
        if drawn < self._uploads.zip_share.value:
            return "zip"
        return "batch" if drawn < self._uploads.zip_share.value + self._uploads.batch_share.value else "file"

    def file(self) -> Parcel:
        """One file, a video or a document."""
        return self._parcel(self._size(self._mean_bytes), cuts=True)

    def batch(self) -> list[Parcel]:
        """Files of mixed sizes, of which now and then one is larger than the platform takes."""
        files = int(self._uploads.batch_files.value)
        parcels = [self._parcel(self._size(self._mean_bytes / files), cuts=not place) for place in range(files)]
        if self._chance.uniform(0, 1) < self._uploads.oversize_share.value:
            parcels[-1] = self._parcel(int(self._uploads.largest_bytes.value) + _OVER_BYTES, cuts=False)
        return parcels

    def zip(self) -> Parcel:
        """A zip with nested folders or without, its names written as one program or another does."""
        body, names = self._zips[self._chance.below(len(self._zips))]
        cut = self._cut(body.length_bytes)
        return Parcel(name="Detyrat e klasës.zip", body=body, cut_after_bytes=cut, names=names)

    def _parcel(self, size: int, *, cuts: bool) -> Parcel:
        chance = self._chance
        video = chance.uniform(0, 1) < self._uploads.video_share.value
        name = f"{WORDS[chance.below(len(WORDS))]} {chance.below(10_000)}.{'mp4' if video else 'pdf'}"
        body = SharedBody(self._buffer, chance.below(_BUFFER_BYTES), size)
        return Parcel(name=name, body=body, cut_after_bytes=self._cut(size) if cuts else None)

    def _size(self, mean_bytes: float) -> int:
        most = int(self._uploads.largest_bytes.value)
        drawn = self._chance.lognormal(mean_bytes, self._uploads.size_cv.value)
        return min(most, max(_FEWEST_BYTES, math.ceil(drawn)))

    def _cut(self, size: int) -> int | None:
        return self._chance.below(size) if self._chance.uniform(0, 1) < self._uploads.cut_share.value else None

    def _zip(
        self, folder: str, words: Sequence[str], *, encoding: str, flagged: bool
    ) -> tuple[SharedBody, tuple[str, ...]]:
        files = int(self._uploads.batch_files.value)
        each = min(_BUFFER_BYTES, max(1, int(self._mean_bytes / files)))
        names = tuple(f"{folder}{words[place % len(words)]} {place}.pdf" for place in range(files))
        entries = [Entry.named(name, self._buffer[:each], encoding=encoding, flagged=flagged) for name in names]
        packed = memoryview(b"".join(archive(entries)))
        return SharedBody(packed, 0, len(packed)), names
