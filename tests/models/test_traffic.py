"""The rates of learners against the published arithmetic of the national load at 115,000 learners."""

from pathlib import Path

import pytest

from firstbell.models.figures import Reading, figures_of, likely_values
from firstbell.models.traffic import (
    ACTIVITIES,
    activity_rates_per_s,
    bits_in_per_s,
    bits_out_per_s,
    request_rates_per_s,
)
from firstbell.models.workload import Workload, read_workload

CONTRACT = 115_000
PROFILE = Path(__file__).parents[2] / "fixtures/profiles/kosovo.yaml"


@pytest.fixture(scope="module")
def kosovo() -> Workload:
    return read_workload(PROFILE)


def test_the_contract_load_is_about_eleven_thousand_two_hundred_requests_a_second(kosovo: Workload) -> None:
    assert sum(request_rates_per_s(kosovo, CONTRACT).values()) == pytest.approx(11_200, rel=0.01)


@pytest.mark.parametrize(
    ("activity", "per_s", "tolerance"),
    [("poll", 767, 1e-3), ("page", 2818, 1e-3), ("login", 307, 2e-3), ("download", 257, 1e-3), ("upload", 64, 3e-3)],
)
def test_requests_that_follow_a_clock_match_the_published_table(
    kosovo: Workload, activity: str, per_s: float, tolerance: float
) -> None:
    assert request_rates_per_s(kosovo, CONTRACT)[activity] == pytest.approx(per_s, rel=tolerance)


def test_logins_are_learners_over_the_session_length(kosovo: Workload) -> None:
    assert activity_rates_per_s(kosovo, CONTRACT)["login"] == pytest.approx(38.3, rel=1e-3)


def test_video_plays_for_view_over_cycle_where_the_table_counts_85_percent(kosovo: Workload) -> None:
    rates = activity_rates_per_s(kosovo, CONTRACT)
    to_table = 0.85 / (240 / 270)
    assert (rates["segment"] + rates["video_start"]) * to_table == pytest.approx(4888, rel=1e-3)
    assert rates["beacon"] * to_table == pytest.approx(978, rel=1e-3)
    assert rates["segment"] == pytest.approx(4888, rel=0.03)


def test_the_table_counts_four_requests_for_each_video_start(kosovo: Workload) -> None:
    assert 4 * activity_rates_per_s(kosovo, CONTRACT)["video_start"] == pytest.approx(511, rel=1e-3)


def test_two_requests_a_page_and_the_autosaves_make_the_table_s_quiz(kosovo: Workload) -> None:
    rates = activity_rates_per_s(kosovo, CONTRACT)
    assert 2 * rates["answer"] + rates["autosave"] == pytest.approx(575, rel=1e-3)


def test_a_quiz_is_started_once_handed_in_once_and_answered_page_by_page(kosovo: Workload) -> None:
    rates = activity_rates_per_s(kosovo, CONTRACT)
    assert rates["quiz_start"] == rates["submit"] == pytest.approx(rates["answer"] / 8)


def test_a_whole_quiz_gets_and_saves_each_page_once(kosovo: Workload) -> None:
    visits, requests = activity_rates_per_s(kosovo, CONTRACT), request_rates_per_s(kosovo, CONTRACT)
    whole = requests["quiz_start"] + requests["answer"] + requests["submit"]
    assert whole / visits["submit"] == pytest.approx(2 * 8 + 2)


def test_about_forty_gigabits_go_out_and_less_than_half_a_gigabit_comes_in(kosovo: Workload) -> None:
    out = bits_out_per_s(kosovo, CONTRACT)
    assert out["video"] * 0.85 / (240 / 270) == pytest.approx(28.1e9, rel=2e-3)
    assert out["pages"] == pytest.approx(1.9e9, rel=0.02)
    assert out["download"] == pytest.approx(8.6e9, rel=5e-3)
    assert sum(out.values()) == pytest.approx(40e9, rel=0.05)
    assert sum(bits_in_per_s(kosovo, CONTRACT).values()) == pytest.approx(0.4e9, rel=0.05)


def test_every_rate_grows_with_the_learners(kosovo: Workload) -> None:
    half, whole = activity_rates_per_s(kosovo, CONTRACT / 2), activity_rates_per_s(kosovo, CONTRACT)
    assert {name: 2 * rate for name, rate in half.items()} == pytest.approx(whole)
    assert tuple(whole) == ACTIVITIES


def test_figures_carry_key_path_unit_and_whether_they_are_shares(kosovo: Workload) -> None:
    figures = figures_of(kosovo)
    assert figures["states.watching.share"].share
    assert not figures["states.watching.view_s"].share
    assert figures["states.watching.view_s"].estimate.unit == "s"
    assert figures["states.stated.upload.demand_s.app"].estimate.unit == "s"
    assert figures["sizing.bandwidth.mirror_bits_per_s"].estimate.unit == "bit/s"
    assert figures["content.ladder.mean_bits_per_s"].estimate.likely == pytest.approx(957e3, rel=1e-3)


def test_a_reading_knows_what_was_read(kosovo: Workload) -> None:
    reading = Reading(likely_values(kosovo))
    assert reading["session.length_s"][0] == 3000
    assert reading.keys_read == ("session.length_s",)
    assert len(reading) == len(list(reading))
