"""What a school's line carries at once: videos, lessons in Teams, quizzes that a class starts together, and what else
classes use.

Fluid counts: bits a second that are wanted over those that are there. Videos are counted at the ladder's mean rate, so
that a line may carry more of them at lower rungs; lessons don't wait, and take their rates off the line first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstbell.models.figures import Array, Values, likely_values
from firstbell.models.workload.profile import Workload

TOOLS = ("whiteboard", "kahoot", "zoom")
SYNC = "network.offline_box.sync"
_LADDER = "content.ladder.mean_bits_per_s"
_LESSON = "states.lesson.off_platform_{}_bits_per_s"
_ROUNDING = 1e-9


def lesson_bits_per_s(values: Values, kind: str) -> Array:
    """One lesson of a class at the ``minimum`` or ``recommended`` rates: each of its devices has its own copy."""
    key = _LESSON.format({"minimum": "min", "recommended": "recommended"}[kind])
    return np.asarray(values["network.class_learners"] * values[key])


def room_bits_per_s(line_bits_per_s: ArrayLike, values: Values, *, lessons: float = 0) -> Array:
    """What so many lessons at the minimum rates leave of a line."""
    left = np.asarray(line_bits_per_s) - lessons * lesson_bits_per_s(values, "minimum")
    return np.asarray(np.maximum(left, 0.0))


def streams_on(room: Array, values: Values) -> Array:
    """Videos at once at the ladder's mean rate."""
    return _whole(room / values[_LADDER])


def lessons_on(line_bits_per_s: ArrayLike, values: Values, kind: str) -> Array:
    """Lessons at once, one for each class, with nothing beside them."""
    return _whole(np.asarray(line_bits_per_s) / lesson_bits_per_s(values, kind))


def classes_with(tool: str, line_bits_per_s: ArrayLike, values: Values) -> Array:
    """Whole classes that use one of `TOOLS` at once, with nothing beside them."""
    class_bits_per_s = values["network.class_learners"] * values[f"network.class_tools.{tool}_bits_per_s"]
    return _whole(np.asarray(line_bits_per_s) / class_bits_per_s)


def box_fill_s(line_bits_per_s: ArrayLike, values: Values) -> Array:
    """Seconds in which courses come to a school's own server over its whole line, as at night."""
    return np.asarray(values["network.offline_box.content_bytes"] * 8 / np.asarray(line_bits_per_s))


def box_sync_s(up_bits_per_s: Array, values: Values) -> Array:
    """Seconds in which a server's day of progress goes up its school's whole line."""
    return values[f"{SYNC}.events"] * values[f"{SYNC}.event_bytes"] * 8 / up_bits_per_s


def lessons_up_on(line_bits_per_s: ArrayLike, values: Values, kind: str) -> Array:
    """Lessons at once whose teachers are at the school, by what they send up its line."""
    return _whole(np.asarray(line_bits_per_s) / values[f"network.lesson_up.{kind}_bits_per_s"])


def quiz_learners_on(room: Array, values: Values) -> Array:
    """Learners who start a quiz together and all see its first page in time."""
    page_bits = 8 * values["network.quiz_page_bytes"]
    return _whole(room * values["network.quiz_start_s"] / page_bits)


def _whole(number: Array) -> Array:
    return np.asarray(np.floor(number * (1 + _ROUNDING)))


@dataclass(frozen=True, kw_only=True)
class SchoolLine:
    """The line that a rule gives a school of so many pupils, and what it carries; likely values."""

    pupils: int
    rule: str
    source: str
    line_bits_per_s: float
    streams: int
    streams_beside_lesson: int
    lessons_minimum: int
    lessons_recommended: int
    quiz_learners: int
    quiz_learners_beside_lesson: int


def ruled_bits_per_s(values: Values, rule: str, pupils: int) -> Array:
    """So much a pupil above a number of pupils, and never less than the least."""
    key = f"network.line_rules.{rule}."
    each = np.where(pupils > values[f"{key}above_pupils"], values[f"{key}bits_per_s_a_pupil"], 0.0) * pupils
    return np.asarray(np.maximum(values[f"{key}least_bits_per_s"], each))


def school_lines(workload: Workload) -> tuple[SchoolLine, ...]:
    """For each size of school in the profile the line by each rule; empty where the profile has no lines."""
    return tuple(_school_lines(workload))


def _school_lines(workload: Workload) -> Iterator[SchoolLine]:
    network = workload.network
    if network is None:
        return
    values = likely_values(workload)
    for pupils in network.table_pupils:
        for name, rule in network.line_rules.items():
            line = ruled_bits_per_s(values, name, pupils)
            beside = room_bits_per_s(line, values, lessons=1)
            yield SchoolLine(
                pupils=pupils,
                rule=name,
                source=rule.bits_per_s_a_pupil.source,
                line_bits_per_s=float(line[0]),
                streams=int(streams_on(line, values)[0]),
                streams_beside_lesson=int(streams_on(beside, values)[0]),
                lessons_minimum=int(lessons_on(line, values, "minimum")[0]),
                lessons_recommended=int(lessons_on(line, values, "recommended")[0]),
                quiz_learners=int(quiz_learners_on(line, values)[0]),
                quiz_learners_beside_lesson=int(quiz_learners_on(beside, values)[0]),
            )
