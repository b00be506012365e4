"""What a learner's device holds of an item that it downloads to be used offline, and what it asks for next."""

import hashlib
import re
from base64 import b64encode
from typing import Any

from firstbell.scenarios.adapter import Video
from firstbell.scenarios.http.client import Reply, Sink

_DIGEST = re.compile(r"\bsha-256=:([A-Za-z0-9+/=]+):")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class OfflineItem:
    """An item that comes range by range, each of ``range_bytes``.

    ``at_bytes`` is where it goes on, ``etag`` which version it is; that and ``size_bytes`` the first answer tells.
    Of each range only the share ``byte_fraction`` is fetched, its beginning; where that is all of it, the whole is held
    against the SHA-256 that the platform tells. ``cut_at`` is where the learner's own line breaks, once, as a share of
    what follows the first range; None where it holds.
    """

    __slots__ = ("_byte_fraction", "_cut_at", "_digest", "_range_bytes", "at_bytes", "etag", "size_bytes", "video")

    def __init__(self, video: Video, *, range_bytes: int, byte_fraction: float, cut_at: float | None) -> None:
        self.video = video
        self._range_bytes = range_bytes
        self._byte_fraction = byte_fraction
        self._cut_at = cut_at
        self.start_over()

    def start_over(self) -> None:
        """Nothing of it is good any more: the platform has another version by now."""
        self.at_bytes = 0
        self.etag: str | None = None
        self.size_bytes: int | None = None
        self._digest: Any = hashlib.sha256() if self._byte_fraction == 1 else None

    @property
    def whole(self) -> bool:
        """Everything has come."""
        return self.size_bytes is not None and self.at_bytes >= self.size_bytes

    @property
    def headers(self) -> dict[str, str]:
        """What asks for the next range, if the item is still the same (RFC 9110 §13.1.5, §14.2), and with the last one
        for the digest of the whole (RFC 9530)."""
        last = self._fetched_end - 1
        asked = {"Range": f"bytes={self.at_bytes}-{last}"}
        if self.etag is not None and not self.etag.startswith("W/"):  # weak ones may not stand there
            asked["If-Range"] = self.etag
        if self._digest is not None and self.size_bytes == last + 1:
            asked["Want-Repr-Digest"] = "sha-256=1"
        return asked

    def sink(self) -> Sink:
        """Where the next range goes."""
        digest = None if self._digest is None else self._digest.copy()
        return Sink(digest, self._cut_after_bytes())

    def keep_part(self, sink: Sink) -> None:
        """The range broke off: keep what has come, where it is known of which version it is."""
        if self.etag is not None and sink.taken_bytes:
            self.at_bytes += sink.taken_bytes
            self._digest = sink.digest
            if self.at_bytes >= self._fetched_end:
                self.at_bytes = self._range_end
        if sink.cut_after_bytes is not None:
            self._cut_at = None

    def keep(self, reply: Reply, sink: Sink) -> None:
        """The range has come: ValueError where it is another one, or where the whole is not what the platform has."""
        if reply.status != 206:
            self._changed(reply)
            return
        told = _CONTENT_RANGE.fullmatch(reply.headers.get("content-range", ""))
        if told is None:
            raise ValueError("a partial answer without its range")
        first, last, size = (int(number) for number in told.groups())
        etag = reply.headers.get("etag")
        if self.size_bytes not in (None, size) or self.etag not in (None, etag):
            raise ValueError(f"a range of another version: {etag}, {size} bytes")
        self.size_bytes, self.etag = size, etag
        if (first, last + 1) != (self.at_bytes, self._fetched_end) or sink.taken_bytes != last + 1 - first:
            raise ValueError(f"{told[0]} and {sink.taken_bytes} bytes are not what was asked for")
        self.at_bytes, self._digest = self._range_end, sink.digest
        self._check(reply)

    def _changed(self, reply: Reply) -> None:
        if self.etag is None or reply.headers.get("etag") == self.etag:
            raise ValueError(f"status {reply.status}, where a range was asked for")
        self.start_over()

    def _check(self, reply: Reply) -> None:
        told = _DIGEST.search(reply.headers.get("repr-digest", ""))
        if told is None or self._digest is None or not self.whole:
            return
        own = b64encode(self._digest.digest()).decode()
        if told[1] != own:
            raise ValueError(f"the whole has the digest {own}, and should have {told[1]}")

    @property
    def _range_start(self) -> int:
        return self.at_bytes - self.at_bytes % self._range_bytes

    @property
    def _range_end(self) -> int:
        end = self._range_start + self._range_bytes
        return end if self.size_bytes is None else min(end, self.size_bytes)

    @property
    def _fetched_end(self) -> int:
        start = self._range_start
        return start + max(1, int((self._range_end - start) * self._byte_fraction))

    def _cut_after_bytes(self) -> int | None:
        """Bytes of the next range after which the line breaks."""
        if self._cut_at is None or self.size_bytes is None:
            return None
        place = self._range_bytes + self._cut_at * (self.size_bytes - self._range_bytes)
        start, length = self._range_start, self._range_end - self._range_start
        if not start <= place < start + length:
            return None
        cut = start + int((self._fetched_end - start) * (place - start) / length)
        return max(0, min(cut, self._fetched_end - 1) - self.at_bytes)
