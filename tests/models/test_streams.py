"""Streams of activities: what a workload asks for, and what a level showed of it."""

import pytest

from firstbell.models.streams import Stream, measured_streams, streams_of, told_streams
from firstbell.models.traffic import activity_rates_per_s
from tests.models import plant

KOSOVO = plant.kosovo()


def by_name(streams: tuple[Stream, ...]) -> dict[str, Stream]:
    return {stream.name: stream for stream in streams}


def test_the_streams_of_all_learners_add_up_to_the_workloads_rates() -> None:
    rates = {
        activity: stream.visits_per_s(115_000) * part
        for stream in streams_of(KOSOVO, played_only=False)
        for activity, part in stream.mix().items()
    }
    assert rates == pytest.approx(activity_rates_per_s(KOSOVO, 115_000))


def test_in_a_load_run_every_learner_plays_one_of_the_states() -> None:
    shares = {name: stream.share for name, stream in by_name(streams_of(KOSOVO, played_only=True)).items()}
    assert shares["browsing"] + shares["views"] + shares["quiz"] + shares["polls"] == pytest.approx(1.0)
    assert shares["sign-in"] == 1.0
    assert by_name(streams_of(KOSOVO, played_only=False))["polls"].share == pytest.approx(0.4)


def test_a_share_does_not_change_what_one_learner_does() -> None:
    played, all_of_them = (by_name(streams_of(KOSOVO, played_only=only)) for only in (True, False))
    assert {name: s.time_s for name, s in played.items()} == {name: s.time_s for name, s in all_of_them.items()}


def test_segments_and_beacons_follow_the_views() -> None:
    following = {stream.name for stream in streams_of(KOSOVO, played_only=True) if stream.follows == "views"}
    assert following == {"segments", "beacons"}


def _stream(**changes: object) -> Stream:
    told: dict[str, object] = {
        "name": "quiz", "share": 0.5, "visits": {"answer": 8.0, "submit": 2.0}, "pacing": "think", "time_s": 99.0,
    }  # fmt: skip
    return Stream(**(told | changes))  # type: ignore[arg-type]


def test_the_mix_are_shares_that_add_up_to_one() -> None:
    assert _stream().mix() == {"answer": 0.8, "submit": 0.2}
    assert _stream().visits_per_cycle == 10


def test_think_times_come_back_from_throughput_and_response_by_littles_law() -> None:
    # 100 learners, half of them here: N = X (R + Z) with Z = 4 s.
    rate = 50 / (4.0 + 0.5)
    (found,) = measured_streams(
        (_stream(),), learners=100, throughput_per_s={"answer": 0.8 * rate, "submit": 0.2 * rate},
        response_s={"answer": 0.5, "submit": 0.5},
    )  # fmt: skip
    assert found.time_s == pytest.approx(4.0)
    assert found.mix() == pytest.approx({"answer": 0.8, "submit": 0.2})


def test_periods_come_back_whatever_the_response_time() -> None:
    polls = _stream(name="polls", visits={"poll": 1.0}, pacing="period")
    (found,) = measured_streams((polls,), learners=100, throughput_per_s={"poll": 10}, response_s={"poll": 3.0})
    assert found.time_s == pytest.approx(5.0)


def test_learners_who_sign_in_are_missing_from_the_other_streams() -> None:
    sign_in = _stream(name="sign-in", share=1.0, visits={"login": 1.0})
    polls = _stream(name="polls", visits={"poll": 1.0}, pacing="period")
    found = by_name(
        measured_streams(
            (sign_in, polls), learners=100, throughput_per_s={"login": 2.0, "poll": 9.0}, response_s={"login": 5.0}
        )
    )
    assert found["sign-in"].time_s == pytest.approx(45.0)
    assert found["polls"].time_s == pytest.approx(0.5 * 90 / 9)


def test_a_stream_that_was_not_seen_is_left_out() -> None:
    assert measured_streams((_stream(),), learners=10, throughput_per_s={"poll": 1.0}, response_s={}) == ()


def test_learners_of_a_run_are_told_their_sessions_and_cycles_at_its_pace() -> None:
    told = by_name(told_streams(KOSOVO, pace=20.0, session_s=1200.0))
    assert set(told) == {"sign-in", "browsing", "views", "quiz"}
    assert told["sign-in"].time_s == pytest.approx(60.0)
    assert told["browsing"].time_s == pytest.approx(1.0, rel=1e-3)
    assert 10.0 < told["views"].time_s < 13.5  # each sign-in begins another view
    assert told["quiz"].mix()["answer"] == pytest.approx(0.8, rel=0.02)
    assert told["quiz"].mix()["quiz_start"] > told["quiz"].mix()["submit"]


def test_in_long_sessions_what_learners_are_told_is_what_the_profile_says() -> None:
    told = by_name(told_streams(KOSOVO, pace=1.0, session_s=1e6))
    for stream in streams_of(KOSOVO, played_only=True):
        if stream.name in told and stream.name != "sign-in":
            assert told[stream.name].time_s == pytest.approx(stream.time_s, rel=2e-3)
