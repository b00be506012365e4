"""The roll-out: how the levels rise stage by stage, and what must be ordered by when, in figures, words and a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from firstbell.models.study import Due, RollOut, StageLevel, Study
from firstbell.reports.csv_text import csv_text
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.numbers import exact, interval


@dataclass(frozen=True, kw_only=True)
class Orders:
    """A level's stages and its purchases, the earliest order first."""

    level: str
    learners: int
    stages: tuple[StageLevel, ...]
    due: tuple[Due, ...]


def roll_out_csv(plan: RollOut) -> str:
    """A line for each purchase, the earliest order first; days as 2027-09-01."""
    return csv_text(tuple(Due.model_fields), (dict(due).values() for due in plan.due))


def orders_of(plan: RollOut | None) -> tuple[Orders, ...]:
    """Each level's, the highest last; none without a roll-out."""
    if plan is None:
        return ()
    names = dict.fromkeys(each.level for each in plan.levels)
    return tuple(sorted((_orders(plan, name) for name in names), key=lambda each: each.learners))


def past_orders(orders: Orders, study: Study) -> tuple[Due, ...]:
    """Purchases whose safe day of ordering had gone by when the study was made."""
    day = made_on(study)
    return tuple(each for each in orders.due if each.order_by_safe < day)


def due_figure(due: Due, *, language: Language = ENGLISH) -> str:
    """What must be there, with its interval."""
    return interval(due.low, due.quantity, due.high, due.unit, language=language)


def added_figure(due: Due, *, language: Language = ENGLISH) -> str:
    """What of it is new."""
    return exact(float(f"{due.added:.3g}"), due.unit, language=language)


def stage_figure(stage: StageLevel, *, language: Language = ENGLISH) -> str:
    """Learners in session from the stage on, with their interval."""
    return interval(stage.low, stage.learners, stage.high, "", language=language)


def made_on(study: Study) -> date:
    """The study's day."""
    return date.fromisoformat(study.created[:10])


def due_titles(due: Sequence[Due], *, language: Language = ENGLISH) -> str:
    """What each purchase is and what for, in one line."""
    said = (f"{language.told(each.title)} ({language.told(each.occasion)})" for each in due)
    return "; ".join(said)


def _orders(plan: RollOut, level: str) -> Orders:
    stages = sorted((each for each in plan.levels if each.level == level), key=lambda each: each.starts_on)
    return Orders(
        level=level,
        learners=max(each.learners for each in stages),
        stages=tuple(stages),
        due=tuple(each for each in plan.due if each.level == level),
    )
