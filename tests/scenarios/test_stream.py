"""Views of videos, played on a stage with a clock that jumps."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from firstbell.scenarios.attendance import Attendance
from firstbell.scenarios.stream import View, watch

from .staged import CurtainError, StagedLearner

MASTER = b"#EXTM3U\n" + b"".join(
    b"#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d\n%d/media.m3u8\n" % (bits, bits, rung)
    for rung, bits in enumerate((209_000, 429_000, 794_000, 1_164_000, 2_064_000))
)
MEDIA = (
    b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n"
    + b"".join(b"#EXTINF:6.0,\n%d.ts\n" % n for n in range(200))
    + b"#EXT-X-ENDLIST\n"
)


def _platform(segment_s: Callable[[float], float], status: Callable[[float], int] = lambda _: 200) -> Any:
    def answer(path: str, time_s: float) -> tuple[float, int, bytes]:
        if path.endswith("master.m3u8"):
            return 0.01, 200, MASTER
        if path.endswith("media.m3u8"):
            return 0.01, 200, MEDIA
        if path.endswith(".ts"):
            return segment_s(time_s), status(time_s), b"x"
        return 0.002, 204, b""

    return answer


class _NoBeacons:
    def send_beacon(self, visit: Any, video: Any, **told: float) -> None:
        visit.request("beacon.post", "POST", f"/videos/{video.id}/beacon", json=told)


def _learner(answer: Any, ends_s: float = 1e6, **kwargs: Any) -> StagedLearner:
    learner = StagedLearner(answer, ends_s=ends_s, **kwargs)
    learner.load.adapter = _NoBeacons()
    return learner


def _view(learner: StagedLearner, wanted_s: float, patience_s: float = 1e9) -> tuple[float, tuple[Any, ...]]:
    view = View(learner, learner.time_s)  # type: ignore[arg-type]
    view._wanted_s, view._patience_s = wanted_s, patience_s
    return view.watch(), learner.views[-1]


def test_a_view_lasts_as_long_as_wanted_from_its_first_frame_on() -> None:
    learner = _learner(_platform(lambda _: 0.08))
    end_s, view = _view(learner, 100.0)
    assert end_s == pytest.approx(1000.0 + 0.1 + 100.0)  # two playlists and one segment, then 100 s of playing
    _, _, _, startup_s, played_s, stalled_s, stalls, _, _, abandoned = view
    assert startup_s == pytest.approx(0.1)
    assert (played_s, stalled_s, stalls, abandoned) == (pytest.approx(100.0), 0.0, 0, False)
    assert learner.pacers == ()


def test_the_buffer_is_filled_at_once_and_then_one_segment_is_due_every_six_seconds() -> None:
    learner = _learner(_platform(lambda _: 0.08))
    _view(learner, 100.0)
    dues = [due_s for step, due_s, *_ in learner.story() if step == "segment.get"]
    assert dues[:4] == pytest.approx([1000.1 + 0.08 * n + 0.01 * (n > 0) for n in range(4)], abs=0.02)
    assert [later - earlier for earlier, later in pairwise(dues[6:])] == pytest.approx([6.0] * len(dues[7:]))


def test_a_view_fetches_what_it_plays_and_a_buffer_beyond() -> None:
    learner = _learner(_platform(lambda _: 0.08))
    _view(learner, 100.0)
    segments = sum(step.endswith((".get", ".segment")) for step, *_ in learner.story())
    assert segments == math.ceil((100.0 + 30.0) / 6)


def test_beacons_keep_their_period_and_segments_are_fetched_between_them() -> None:
    learner = _learner(_platform(lambda _: 0.08))
    _view(learner, 200.0)
    dues = [due_s for step, due_s, *_ in learner.story() if step == "beacon.post"]
    assert len(dues) in (6, 7)
    assert [later - earlier for earlier, later in pairwise(dues)] == pytest.approx([30.0] * (len(dues) - 1))


def test_the_player_goes_up_by_what_it_measured_and_not_before() -> None:
    learner = _learner(_platform(lambda _: 0.08))
    paths: list[str] = []
    answer = learner.client._answer
    learner.client._answer = lambda path, time_s: (paths.append(path), answer(path, time_s))[1]
    _, view = _view(learner, 60.0)
    rungs = [path.split("/")[3] for path in paths if path.endswith(".ts")]
    assert rungs[0] == "0"  # 0.7 × 500 kbit/s carries 209 kbit/s only
    assert set(rungs[1:]) == {"4"}
    assert view[7] == 1


def test_slow_segments_bring_the_player_down_and_make_it_stall() -> None:
    learner = _learner(_platform(lambda time_s: 0.08 if time_s < 1060 else 15.0))
    _, view = _view(learner, 300.0)
    _, _, _, _, played_s, stalled_s, stalls, switches, _, abandoned = view
    assert played_s == pytest.approx(300.0)
    assert stalls > 5
    assert stalled_s > 60.0
    assert switches >= 2
    assert not abandoned


def test_who_waits_too_long_in_a_stall_leaves() -> None:
    learner = _learner(_platform(lambda time_s: 0.08 if time_s < 1060 else 50.0))
    _, view = _view(learner, 300.0, patience_s=5.0)
    assert view[-1]
    assert view[4] < 300.0


def test_who_waits_too_long_for_the_first_frame_leaves_without_having_seen_one() -> None:
    learner = _learner(_platform(lambda _: 7.0))
    end_s, view = _view(learner, 300.0, patience_s=5.0)
    assert end_s == pytest.approx(1007.02)
    assert view[-1]
    assert math.isnan(view[3])
    assert view[4] == 0.0


def test_a_segment_that_fails_is_tried_again_after_3_6_and_9_seconds() -> None:
    learner = _learner(_platform(lambda _: 0.1, status=lambda time_s: 503 if 1020 < time_s < 1041 else 200))
    _, view = _view(learner, 100.0)
    failed = [(due_s, end_s) for step, due_s, _, end_s, outcome in learner.story() if outcome == "http-error"]
    waits = [later - earlier_end for (_, earlier_end), (later, _) in pairwise(failed)]
    assert waits == pytest.approx([3.0, 6.0, 9.0][: len(waits)])
    assert len(waits) >= 2
    assert view[4] == pytest.approx(100.0)


def test_a_start_that_fails_is_tried_again_within_ones_patience() -> None:
    learner = _learner(_platform(lambda _: 0.1, status=lambda time_s: 503 if time_s < 1002 else 200))
    _, view = _view(learner, 30.0, patience_s=60.0)
    assert not view[-1]
    assert view[3] == pytest.approx(0.12 + 3.0 + 0.12)


def test_a_fraction_of_the_bytes_is_asked_for_and_the_player_judges_as_if_it_were_all() -> None:
    whole, tenth = (_learner(_platform(lambda _: 1.0), byte_fraction=fraction) for fraction in (1.0, 0.1))
    rungs = [_view(learner, 60.0)[1][8] for learner in (whole, tenth)]
    assert rungs[1] < rungs[0]
    prepared = tenth.client.prepare("GET", "/x", headers={"Range": "bytes=0-9"})
    assert b"Range: bytes=0-9" in prepared.data


def test_a_session_that_ends_within_a_view_still_leaves_its_record() -> None:
    learner = _learner(_platform(lambda _: 0.08), ends_s=1050.0)
    with pytest.raises(CurtainError):
        _view(learner, 300.0)
    assert learner.views[-1][4] == pytest.approx(49.9)
    assert not learner.views[-1][-1]


def test_a_gap_begins_when_the_view_before_it_ended() -> None:
    learner = _learner(_platform(lambda _: 0.08), ends_s=4000.0)
    with pytest.raises(CurtainError):
        watch(learner, 1000.0)  # type: ignore[arg-type]
    assert len(learner.views) > 5
    starts = [view[2] for view in learner.views]
    ends = [view[2] + view[3] + view[4] for view in learner.views]
    assert all(start > end for start, end in zip(starts[1:], ends, strict=False))


def test_the_first_learners_are_caught_watching_in_the_proportion_of_views_to_gaps() -> None:
    at_once = 0
    for seed in range(200):
        learner = _learner(_platform(lambda _: 0.08), ends_s=1000.5, first_session=True)
        learner.load.chance._random.seed(seed)
        with pytest.raises(CurtainError):
            watch(learner, 1000.0)  # type: ignore[arg-type]
        at_once += any(due_s == 1000.0 for _, due_s, *_ in learner.story())
    assert at_once / 200 == pytest.approx(240 / 270, abs=0.06)


def test_a_video_stands_still_while_its_learner_is_away() -> None:
    def views(attendance: Attendance, ends_s: float) -> list[tuple[Any, ...]]:
        learner = StagedLearner(_platform(lambda _: 0.05), ends_s=ends_s, attendance=attendance)
        learner.load.adapter = _NoBeacons()
        view = View(learner, 1000.0)  # type: ignore[arg-type]
        with pytest.raises(CurtainError):
            view.watch()
        dues = [due_s for step, due_s, *_ in learner.story() if step == "segment.get"]
        assert all(attendance.present_s(due_s) == due_s for due_s in dues)
        return learner.views

    (whole,), (cut,) = views(Attendance(0.0), 1040.0), views(Attendance(0.0, ((1015.0, 1515.0),)), 1540.0)
    played, stalled = 4, 5
    assert cut[played] == pytest.approx(whole[played])
    assert (cut[stalled], whole[stalled]) == (0.0, 0.0)
