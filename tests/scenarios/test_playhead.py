"""Playing, stalling and ending."""

import pytest

from firstbell.scenarios.playhead import Playhead


def test_nothing_plays_before_the_first_segment() -> None:
    playhead = Playhead(60.0)
    playhead.advance(100.0)
    assert (playhead.played_s, playhead.stalled_s, playhead.playing) == (0.0, 0.0, False)


def test_the_playhead_moves_with_the_true_time_up_to_the_buffers_end_and_stalls_there() -> None:
    playhead = Playhead(60.0)
    playhead.add(100.0, 6.0)
    playhead.advance(104.0)
    assert (playhead.played_s, playhead.playing) == (4.0, True)
    playhead.advance(109.0)
    assert (playhead.played_s, playhead.playing, playhead.stalls, playhead.stalled_s) == (6.0, False, 1, 3.0)
    playhead.add(110.0, 6.0)
    playhead.advance(111.0)
    assert (playhead.played_s, playhead.stalled_s, playhead.stalls) == (7.0, 4.0, 1)
    assert playhead.longest_stall_s == 4.0


def test_a_segment_in_time_leaves_no_stall() -> None:
    playhead = Playhead(60.0)
    for now_s in (100.0, 105.0, 111.0):
        playhead.add(now_s, 6.0)
    playhead.advance(117.5)
    assert (playhead.stalls, playhead.stalled_s, playhead.played_s) == (0, 0.0, 17.5)


def test_the_end_of_the_video_is_no_stall() -> None:
    playhead = Playhead(6.0)
    playhead.add(100.0, 6.0)
    playhead.advance(200.0)
    assert playhead.finished
    assert (playhead.stalls, playhead.stalled_s) == (0, 0.0)


def test_the_moment_at_which_the_buffer_has_room_is_the_same_whenever_it_is_asked() -> None:
    playhead = Playhead(600.0)
    for _ in range(6):
        playhead.add(100.0, 6.0)
    rooms = []
    for now_s in (100.0, 103.0, 105.9, 107.0):
        playhead.advance(now_s)
        rooms.append(playhead.room_s(30.0))
    assert rooms == pytest.approx([106.0] * 4)


def test_when_a_position_is_reached_is_known_once_it_is_in_the_buffer() -> None:
    playhead = Playhead(600.0)
    playhead.add(100.0, 6.0)
    assert playhead.reaches_s(8.0) is None
    playhead.add(101.0, 6.0)
    assert playhead.reaches_s(8.0) == pytest.approx(108.0)
    playhead.advance(109.0)
    assert playhead.reaches_s(8.0) == pytest.approx(108.0)  # past by then, and told so
