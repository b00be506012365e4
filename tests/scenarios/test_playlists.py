"""HLS playlists."""

import tracemalloc

import m3u8
import pytest

from firstbell.scenarios.playlists import MediaPlaylist, PlaylistError, Rung, media_of, resolved, rungs_of

MASTER = b"""#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS="avc1.4d401f,mp4a.40.2"
high/media.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=240000
low/media.m3u8
"""
MEDIA = b"""#EXTM3U
#EXT-X-TARGETDURATION:6
#EXTINF:6.000,
0.ts
#EXTINF:2.5,
1.ts
#EXT-X-ENDLIST
"""


def test_the_rungs_come_lowest_first_and_the_peak_stands_in_for_a_missing_mean() -> None:
    assert rungs_of(MASTER) == (
        Rung(peak_bits_per_s=240_000, mean_bits_per_s=240_000, uri="low/media.m3u8"),
        Rung(peak_bits_per_s=900_000, mean_bits_per_s=800_000, uri="high/media.m3u8"),
    )


def test_the_segments_come_in_order_with_their_lengths() -> None:
    assert media_of(MEDIA) == MediaPlaylist(durations_s=(6.0, 2.5), uris=("0.ts", "1.ts"))


def test_the_same_text_is_parsed_once() -> None:
    assert media_of(MEDIA) is media_of(bytes(bytearray(MEDIA)))


def test_playlists_by_the_thousand_leave_no_more_than_some_megabytes_behind() -> None:
    """A generator meets a new one every second for hours."""
    segments = "".join(f"#EXTINF:6.0,\nsegment-{number}.ts\n" for number in range(200))
    tracemalloc.start()
    try:
        for number in range(3_000):
            media_of(f"#EXTM3U\n#X-NUMBER:{number}\n{segments}".encode())
        kept_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 1_000_000 < kept_bytes < 8_000_000


def test_tags_between_a_length_and_its_address_are_passed_over_as_the_m3u8_library_does() -> None:
    text = (
        b"\xef\xbb\xbf#EXTM3U\r\n#EXT-X-VERSION:6\r\n\r\n#EXTINF:5.96,Titel, mit Komma\r\n"
        b"#EXT-X-BYTERANGE:75232@0\r\na.ts\r\n#EXT-X-DISCONTINUITY\r\n#EXTINF: 4\r\n\r\n"
        b"#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\r\nb.ts?x=1\r\n#EXT-X-ENDLIST"
    )
    read = media_of(text)
    by_library = m3u8.loads(text.decode("utf-8-sig")).segments
    assert read.uris == tuple(segment.uri for segment in by_library) == ("a.ts", "b.ts?x=1")
    assert read.durations_s == tuple(segment.duration for segment in by_library) == (5.96, 4.0)


@pytest.mark.parametrize(
    "segments",
    [b"#EXTINF:6,\n", b"a.ts\n", b"#EXTINF:6,\n#EXTINF:6,\na.ts\nb.ts\n", b"#EXTINF:0,\na.ts\n", b"#EXTINF:x,\na.ts"],
)
def test_a_segment_without_a_length_or_an_address_is_refused(segments: bytes) -> None:
    with pytest.raises(PlaylistError, match="a segment without"):
        media_of(b"#EXTM3U\n" + segments)


@pytest.mark.parametrize("text", [b"", b"<html>", b"#EXTM3U\n", b"\xff\xfe"])
def test_what_is_no_playlist_is_refused(text: bytes) -> None:
    with pytest.raises(PlaylistError):
        rungs_of(text)
    with pytest.raises(PlaylistError):
        media_of(text)


def test_a_rung_with_fewer_segments_than_the_first_is_refused() -> None:
    with pytest.raises(PlaylistError, match="2 segments, wanted 3"):
        media_of(MEDIA, at_least=3)


@pytest.mark.parametrize(
    ("uri", "address"),
    [("7.ts", "/videos/3/1/7.ts"), ("../2/7.ts", "/videos/3/2/7.ts"), ("/cdn/7.ts", "/cdn/7.ts")],
)
def test_addresses_are_relative_to_their_playlist(uri: str, address: str) -> None:
    assert resolved("/videos/3/1/media.m3u8", uri) == address
