"""Levels that a curve may be compared with."""

from firstbell.models.study import Study
from firstbell.reports.levels import comparable_levels


def test_levels_with_another_mix_are_not_held_against_the_curve(study: Study) -> None:
    odd = study.levels[1].model_copy(update={"kind": "calibration"})
    mixed = study.model_copy(update={"levels": (study.levels[0], odd)})
    assert comparable_levels(mixed) == (study.levels[0],)
