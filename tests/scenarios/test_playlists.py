"""HLS playlists."""

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
