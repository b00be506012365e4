"""Which of a study's levels may be held against the model's curve."""

from firstbell.models.study import LevelResult, Study

_SAME_MIX = ("fit", "held-out", "run")  # a calibration level has another mix, a warm-up is not measured


def comparable_levels(study: Study) -> tuple[LevelResult, ...]:
    """The levels with the study's own mix, fewest learners first: those that a curve may be compared with."""
    return tuple(sorted((lvl for lvl in study.levels if lvl.kind in _SAME_MIX), key=lambda lvl: lvl.learners))
