"""How a run is fitted to its number of learners."""

from pathlib import Path
from typing import Any

import pytest

from firstbell.cli.profiles import find_workload
from firstbell.cli.scale import CHEAP_HASH, FULL_HASH, RunScale
from firstbell.fixtures.backend.configuration import Configuration
from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload
from tests.models.plant import kosovo_with_lines

KOSOVO = read_workload(find_workload("kosovo"))


def _scale(learners: int, **changes: Any) -> RunScale:
    return RunScale(**{"learners": learners, "descriptors": 20_000, "cores": 1, "beside": True} | changes)


def test_a_few_learners_find_the_platform_as_it_is() -> None:
    scale = _scale(500)
    (plateau,) = scale.cohort(60)
    assert (plateau.kind, plateau.learners, plateau.ramp_s, plateau.hold_s) == ("run", 500, 26, 60)
    assert scale.processes == 1
    assert scale.byte_fraction(KOSOVO) == 1
    backend = scale.backend(KOSOVO, 1, cohort=True)
    assert (backend.password_hash, backend.page_cache_s) == (FULL_HASH, 0)


def test_lines_carry_whole_segments_and_no_part_of_them_is_taken(tmp_path: Path) -> None:
    over_lines = kosovo_with_lines(tmp_path)
    assert _scale(20_000).byte_fraction(KOSOVO) < 1
    assert _scale(20_000).byte_fraction(over_lines) == 1
    with pytest.raises(InputError, match=r"--byte-fraction: learners come over lines .* \(it is 0\.5\)"):
        _scale(500, asked_byte_fraction=0.5).byte_fraction(over_lines)


def test_the_contract_level_signs_in_within_three_minutes_before_it_begins() -> None:
    scale = _scale(115_000)
    signing_in, beginning, run = scale.cohort(120)
    assert [plateau.kind for plateau in (signing_in, beginning, run)] == ["warm-up", "warm-up", "run"]
    assert signing_in.ramp_s < 180
    assert (beginning.learners, beginning.ramp_s) == (115_000, 115)
    assert (run.learners, run.ramp_s, run.hold_s) == (115_000, 0, 120)
    assert scale.processes * 20_000 > 115_000
    assert 0 < scale.byte_fraction(KOSOVO) < 0.05
    backend = scale.backend(KOSOVO, 1, cohort=True)
    assert backend.password_hash == CHEAP_HASH
    assert backend.workers * 15_000 > 115_000
    assert backend.page_cache_s > 0
    assert backend.commit_delay_s > Configuration.commit_delay_s


def test_what_is_asked_for_is_taken() -> None:
    asked = _scale(
        115_000, asked_processes=9, asked_ramp_s=10_000.0, asked_hash="scrypt:n=2,r=1,p=1", asked_byte_fraction=0.5
    )
    (plateau,) = asked.cohort(60)
    assert (asked.processes, plateau.ramp_s, asked.byte_fraction(KOSOVO)) == (9, 10_000, 0.5)
    assert asked.backend(KOSOVO, 1, cohort=True).password_hash == "scrypt:n=2,r=1,p=1"


def test_another_platform_gets_all_bytes_and_arrivals_by_a_rate_the_full_hash() -> None:
    assert _scale(115_000, beside=False).byte_fraction(KOSOVO) == 1
    assert _scale(115_000).backend(KOSOVO, 1, cohort=False).password_hash == FULL_HASH


@pytest.mark.parametrize(("cores", "processes"), [(1, 1), (4, 4), (64, 4)])
def test_cores_are_filled_where_there_are_learners_for_them(cores: int, processes: int) -> None:
    assert _scale(19_000, cores=cores).processes == processes
