"""Which levels a study climbs."""

import pytest

from firstbell.models.demand import condition_number
from firstbell.models.load_plan import (
    MIX_LOAD,
    MOST_BOOST,
    Tempo,
    boosts_within,
    climb,
    design_of,
    pilot_plateau,
    rates_at,
)
from firstbell.models.plan import Plateau
from firstbell.models.streams import streams_of
from tests.models import plant

STUDY = plant.kosovo().study
QUICK, FULL = (Tempo.of(STUDY, quick=quick) for quick in (True, False))


def of_kind(plateaus: tuple[Plateau, ...], kind: str) -> list[Plateau]:
    return [plateau for plateau in plateaus if plateau.kind == kind]


@pytest.mark.parametrize("saturation", [80.0, 600.0, 5000.0])
@pytest.mark.parametrize("tempo", [QUICK, FULL])
def test_levels_are_the_profiles_shares_of_saturation(tempo: Tempo, saturation: float) -> None:
    plateaus = climb(STUDY, tempo, saturation_learners=saturation)
    for kind, loads in (("fit", STUDY.fit_loads), ("held-out", STUDY.held_out_loads)):
        levels = sorted({plateau.learners for plateau in of_kind(plateaus, kind)})
        assert levels == [pytest.approx(load * saturation, abs=0.5) for load in loads]


def test_the_highest_levels_are_the_ones_held_out() -> None:
    plateaus = climb(STUDY, FULL, saturation_learners=1000)
    highest_of_the_fit = max(plateau.learners for plateau in of_kind(plateaus, "fit"))
    held_out = of_kind(plateaus, "held-out")
    assert len({plateau.learners for plateau in held_out}) >= 2
    assert all(plateau.learners > highest_of_the_fit for plateau in held_out)
    assert max(plateau.learners for plateau in held_out) >= 900  # at the knee, which lies at 1000


def test_each_other_mix_runs_one_clock_faster_and_all_others_slower() -> None:
    mixes = of_kind(climb(STUDY, FULL, saturation_learners=1000), "calibration")
    boosted = [{state for state, pace in plateau.paces.items() if pace > 1} for plateau in mixes]
    assert all(len(states) == 1 for states in boosted)
    assert set().union(*boosted) >= {"login", "browsing", "quiz", "watching", "lesson"}
    assert all(not plateau.paces for plateau in of_kind(climb(STUDY, FULL, saturation_learners=1000), "fit"))


def test_the_mixes_are_not_held_out_by_the_levels_that_are() -> None:
    plateaus = climb(STUDY, FULL, saturation_learners=1000)
    learners = {plateau.learners for plateau in of_kind(plateaus, "calibration")}
    assert learners.isdisjoint(plateau.learners for plateau in of_kind(plateaus, "held-out"))


@pytest.mark.parametrize(("saturation", "sign_in_s"), [(400, 0.045), (900, 0.02)])
def test_a_quick_study_measures_for_less_time(saturation: float, sign_in_s: float) -> None:
    """On a slow core and on a fast one: learners that saturate it at the profile's pace, and what a sign-in takes."""

    def seconds(tempo: Tempo) -> float:
        learners = min(saturation * STUDY.pace / tempo.pace, tempo.most_learners)
        climbed = climb(STUDY, tempo, saturation_learners=learners, sign_in_s=sign_in_s)
        return sum(plateau.ramp_s + plateau.hold_s for plateau in (pilot_plateau(tempo), *climbed))

    assert seconds(QUICK) < 80
    assert seconds(QUICK) < seconds(FULL) < 300


def test_a_quick_study_runs_peoples_clocks_twice_as_fast() -> None:
    assert (FULL.pace, QUICK.pace) == (STUDY.pace, 2 * STUDY.pace)


@pytest.mark.parametrize("sign_in_s", [0.02, 0.045, 0.09])
def test_signing_in_leaves_room_on_a_core_for_those_who_are_in(sign_in_s: float) -> None:
    plateaus = climb(STUDY, FULL, saturation_learners=400, sign_in_s=sign_in_s)
    everybody = max(plateau.learners for plateau in plateaus)
    assert everybody * sign_in_s < 0.6 * plateaus[0].ramp_s


@pytest.mark.parametrize("tempo", [QUICK, FULL])
def test_people_hurry_more_where_more_learners_than_the_most_would_be_needed(tempo: Tempo) -> None:
    assert tempo.for_saturation(tempo.most_learners / 2) == tempo
    hurried = tempo.for_saturation(3 * tempo.most_learners)
    assert hurried.pace == pytest.approx(3 * tempo.pace)
    assert hurried.hold_s == tempo.hold_s


def legs(plateaus: tuple[Plateau, ...], tempo: Tempo) -> list[tuple[Plateau, ...]]:
    length = len(plateaus) // tempo.legs
    return [plateaus[start : start + length] for start in range(0, len(plateaus), length)]


@pytest.mark.parametrize("tempo", [QUICK, FULL])
def test_levels_rise_with_the_mixes_among_them_and_all_sign_in_before_the_first(tempo: Tempo) -> None:
    plateaus = climb(STUDY, tempo, saturation_learners=1000)
    up = legs(plateaus, tempo)[0]
    learners = [plateau.learners for plateau in up]
    assert learners == sorted(learners)
    mixes = {place for place, plateau in enumerate(up) if plateau.kind == "calibration"}
    assert mixes == set(range(min(mixes), max(mixes) + 1))
    assert up[min(mixes) - 1].kind == up[max(mixes) + 1].kind == "fit"
    assert plateaus[0].ramp_s > 5 * max(plateau.ramp_s for plateau in plateaus[1:])


def test_legs_go_up_and_down_in_turn_so_that_drift_cancels() -> None:
    plateaus = climb(STUDY, FULL, saturation_learners=1000)
    assert FULL.legs % 2 == 0
    up, down, *others = ([(it.kind, it.learners, it.paces) for it in leg] for leg in legs(plateaus, FULL))
    assert down == up[::-1]
    assert others == [up, down] * (FULL.legs // 2 - 1)


def test_all_legs_together_hold_each_level_as_long_as_the_profile_says() -> None:
    plateaus = climb(STUDY, FULL, saturation_learners=1000)
    for kind, load, hold_s in (
        ("fit", STUDY.fit_loads[1], STUDY.hold_s),
        ("held-out", STUDY.held_out_loads[0], STUDY.held_out_hold_s),
    ):
        held = [plateau.hold_s for plateau in of_kind(plateaus, kind) if plateau.learners == 1000 * load]
        assert sum(held) == pytest.approx(hold_s)


def test_a_level_that_goes_on_in_the_next_leg_does_not_settle_again() -> None:
    plateaus = climb(STUDY, FULL, saturation_learners=1000)
    first_leg, second_leg = legs(plateaus, FULL)[:2]
    assert first_leg[-1].learners == second_leg[0].learners
    assert second_leg[0].ramp_s == 0
    assert all(plateau.ramp_s > 0 for plateau in second_leg[1:])


def test_the_pilot_is_one_level() -> None:
    pilot = pilot_plateau(QUICK)
    assert (pilot.kind, pilot.learners) == ("warm-up", QUICK.pilot_learners)
    assert pilot.ramp_s > 0


STREAMS = streams_of(plant.kosovo(), played_only=True)
COST_S = {name: plant.total_demand_s(name) for name in plant.COSTS}


def test_rates_follow_their_clocks_and_players_keep_their_own() -> None:
    nominal = rates_at(STREAMS, 200, 20, {})
    hurried = rates_at(STREAMS, 200, 20, {"browsing": 3.0, "watching": 2.0})
    assert hurried["page"] == pytest.approx(3 * nominal["page"])
    assert hurried["video_start"] == pytest.approx(2 * nominal["video_start"])
    assert (hurried["segment"], hurried["poll"]) == (nominal["segment"], nominal["poll"])
    assert rates_at(STREAMS, 200, 40, {})["segment"] == nominal["segment"]
    assert set(nominal) == set(plant.COSTS)


@pytest.mark.parametrize(("learners", "cores"), [(100.0, 1.0), (300.0, 1.0), (300.0, 8.0)])
def test_each_mix_is_hurried_as_far_as_the_platform_carries_it(learners: float, cores: float) -> None:
    boosts = boosts_within(STREAMS, COST_S, learners=learners, pace=20, cores=cores)
    assert set(boosts) == set(MOST_BOOST)
    for clock, boost in boosts.items():
        paces = dict.fromkeys(MOST_BOOST, 0.4) | {clock: boost}
        load = sum(rate * COST_S[name] for name, rate in rates_at(STREAMS, learners, 20, paces).items())
        assert 1 <= boost <= MOST_BOOST[clock]
        assert load <= MIX_LOAD * cores * (1 + 1e-9) or boost == 1.0
        assert boost in (1.0, MOST_BOOST[clock]) or load == pytest.approx(MIX_LOAD * cores)


def test_mixes_make_demands_identifiable_that_one_mix_leaves_open() -> None:
    plateaus = climb(STUDY, FULL, saturation_learners=600)
    levels_alone = tuple(of_kind(plateaus, "fit"))
    planned, fixed = (condition_number(design_of(STREAMS, those, FULL.pace)) for those in (plateaus, levels_alone))
    assert planned < 60
    assert fixed > 1e6 * planned
