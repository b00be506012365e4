"""HLS playlists, read once a process for each distinct text: master playlists by the m3u8 library."""

import math
import sys
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

import m3u8

_LENGTH = "#EXTINF:"  # RFC 8216 §4.3.2.1: a segment's length, before the line with its address


class PlaylistError(ValueError):
    """What the server sent is no playlist that a player could play."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """One variant of a master playlist; ``mean_bits_per_s`` is the peak bitrate where the playlist gives no mean."""

    peak_bits_per_s: int
    mean_bits_per_s: int
    uri: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaPlaylist:
    """Segments in order of playing; ``durations_s`` and ``uris`` have one length."""

    durations_s: tuple[float, ...]
    uris: tuple[str, ...]


@lru_cache(maxsize=1024)
def rungs_of(master: bytes) -> tuple[Rung, ...]:
    """The variants of a master playlist, lowest first; PlaylistError where there are none."""
    rungs = [_rung(variant) for variant in _parsed(master).playlists]
    if not rungs:
        raise PlaylistError("a master playlist without variants")
    return tuple(sorted(rungs, key=lambda rung: rung.peak_bits_per_s))


def media_of(media: bytes, *, at_least: int = 1) -> MediaPlaylist:
    """The segments of a media playlist; PlaylistError where it has fewer than ``at_least``."""
    playlist = _media_of(media)
    if len(playlist.uris) < at_least:
        raise PlaylistError(f"a media playlist with {len(playlist.uris)} segments, wanted {at_least}")
    return playlist


@lru_cache(maxsize=512)  # of 8 kB each: full, and so of one size, after minutes; thousands would grow for an hour
def _media_of(media: bytes) -> MediaPlaylist:
    """What m3u8 makes of a media playlist takes milliseconds; a player needs two lines of each segment, no more."""
    durations_s: list[float] = []
    uris: list[str] = []
    for line in _decoded(media).splitlines():
        if line.startswith(_LENGTH):
            durations_s.append(_length_s(line))
        elif line.strip() and not line.startswith("#"):
            uris.append(sys.intern(line.strip()))  # thousands of playlists name the same few hundred
        if not 0 <= len(durations_s) - len(uris) <= 1:
            raise PlaylistError("a segment without a length or an address")
    if len(durations_s) != len(uris):
        raise PlaylistError("a segment without an address")
    return MediaPlaylist(durations_s=tuple(durations_s), uris=tuple(uris))


@lru_cache(maxsize=4096)  # so that the same length is one object, however many segments have it
def _length_s(line: str) -> float:
    try:
        length_s = float(line.removeprefix(_LENGTH).partition(",")[0])
    except ValueError:
        length_s = 0.0
    if not 0 < length_s < math.inf:
        raise PlaylistError("a segment without a length")
    return length_s


def _rung(variant: m3u8.Playlist) -> Rung:
    peak, mean = variant.stream_info.bandwidth, variant.stream_info.average_bandwidth
    if not peak or not variant.uri:
        raise PlaylistError("a variant without a bandwidth or an address")
    return Rung(peak_bits_per_s=peak, mean_bits_per_s=mean or peak, uri=variant.uri)


def resolved(base_path: str, uri: str) -> str:
    """The address that a playlist at ``base_path`` means by ``uri``."""
    if "/" in uri or ".." in uri or "?" in uri:
        return urljoin(base_path, uri)
    return base_path[: base_path.rfind("/") + 1] + uri  # the common case, ten times as fast


def _parsed(text: bytes) -> m3u8.M3U8:
    try:
        return m3u8.loads(_decoded(text))
    except (m3u8.ParseError, AttributeError, KeyError, TypeError) as error:
        raise PlaylistError(f"not a playlist: {error}") from error


def _decoded(text: bytes) -> str:
    try:
        decoded = text.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise PlaylistError(f"not a playlist: {error}") from error
    if not decoded.startswith("#EXTM3U"):
        raise PlaylistError("no #EXTM3U at the beginning")
    return decoded
