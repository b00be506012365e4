"""What the line of each kind of school carries at once: no purchase of the platform's, but what its learners feel."""

from collections.abc import Callable, Collection

from firstbell.models.figures import Array, Values
from firstbell.models.midnight_sync import carried_s, clocks_s, midnight_sync_s, written_s
from firstbell.models.school_line import (
    SYNC,
    TOOLS,
    box_fill_s,
    box_sync_s,
    classes_with,
    lesson_bits_per_s,
    lessons_on,
    lessons_up_on,
    quiz_learners_on,
    room_bits_per_s,
    streams_on,
)
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.rows import Line, Row, figure_terms
from firstbell.models.workload.network import School

_GROUP = "schools"
_EVERY_LEVEL = "the school's own line, the same at every level"
_NO_LEVEL = "the same at every level"

_TOOL_TITLES = {
    "whiteboard": "classes that write on a shared whiteboard at once",
    "kahoot": "classes that play Kahoot at once",
    "zoom": "lessons in Zoom at once",
}

Count = Callable[[Values], Array]


def school_rows(case: Case) -> list[Row]:
    """Six counts for each kind of school, two of the way up, three of what else classes use, and the times that courses
    take to a server of its own and a day's progress from there; none where the profile has no lines."""
    network = case.assumed.workload.network
    if network is None:
        return []
    rows = [row for name, school in network.schools.items() for row in _rows(case, name, school)]
    if network.lesson_up is not None:
        rows += [_sent_up(case, name, kind) for name in network.schools for kind in ("minimum", "recommended")]
    if network.class_tools is not None:
        rows += [_class_tool(case, name, tool) for name in network.schools for tool in TOOLS]
    if network.offline_box is not None:
        rows += [_box_filled(case, name) for name in network.schools]
    if case.assumed.workload.progress_sync is not None:
        rows += [*(_box_synced(case, name) for name in network.schools), _midnight(case, network.schools)]
    return rows


def _rows(case: Case, name: str, school: School) -> list[Row]:
    key = f"network.schools.{name}.down_bits_per_s"

    def room(values: Values, lessons: float = 0) -> Array:
        return room_bits_per_s(values[key], values, lessons=lessons)

    streams, quiz = "down_bits_per_s ÷ ladder mean", "down_bits_per_s × quiz_start_s ÷ (8 × quiz_page_bytes)"
    lessons, beside = "down_bits_per_s ÷ (class_learners × off_platform_{}_bits_per_s)", "less one lesson: "
    counts: tuple[tuple[str, str, str, str, Count], ...] = (
        ("streams", "videos at once", "streams", streams, lambda v: streams_on(room(v), v)),
        (
            "streams_beside_lesson", "videos at once beside a Teams lesson", "streams", beside + streams,
            lambda v: streams_on(room(v, 1), v),
        ),
        (
            "lessons_minimum", "Teams lessons at once, minimum rates", "lessons", lessons.format("min"),
            lambda v: lessons_on(v[key], v, "minimum"),
        ),
        (
            "lessons_recommended", "Teams lessons at once, recommended rates", "lessons",
            lessons.format("recommended"), lambda v: lessons_on(v[key], v, "recommended"),
        ),
        (
            "quiz_learners", "learners starting a quiz together", "learners", quiz,
            lambda v: quiz_learners_on(room(v), v),
        ),
        (
            "quiz_learners_beside_lesson", "learners starting a quiz together beside a Teams lesson", "learners",
            beside + quiz, lambda v: quiz_learners_on(room(v, 1), v),
        ),
    )  # fmt: skip
    return [_counted(case, name, *each, school) for each in counts]


def _counted(
    case: Case, name: str, what: str, title: str, unit: str, formula: str, count: Count, school: School
) -> Row:
    source = f"{_EVERY_LEVEL}; {school.down_bits_per_s.source}"
    return _row(
        case, name, what, title, unit, formula, count, source=source,
        binding=lambda likely: _binding(case, school, int(likely), unit),
    )  # fmt: skip


def _sent_up(case: Case, name: str, kind: str) -> Row:
    sent, up = f"network.lesson_up.{kind}_bits_per_s", f"network.schools.{name}.up_bits_per_s"
    return _row(
        case, name, f"lessons_up_{kind}", f"teachers giving a Teams lesson at once, {kind} rates", "lessons",
        f"up_bits_per_s ÷ {kind}_bits_per_s of a teacher", lambda values: lessons_up_on(values[up], values, kind),
        binding=lambda _: f"the way up: each teacher sends {float(case.values[sent][0]) / 1e6:.1f} Mbit/s",
        source=f"{_EVERY_LEVEL}; {case.assumed.figures[sent].estimate.source}",
    )  # fmt: skip


def _class_tool(case: Case, name: str, tool: str) -> Row:
    key, down = f"network.class_tools.{tool}_bits_per_s", f"network.schools.{name}.down_bits_per_s"
    return _row(
        case, name, f"classes_{tool}", _TOOL_TITLES[tool], "classes",
        f"down_bits_per_s ÷ (class_learners × {tool}_bits_per_s)",
        lambda values: classes_with(tool, values[down], values),
        binding=lambda _: f"the way down: each learner takes {float(case.values[key][0]) / 1e6:.2f} Mbit/s",
        source=f"{_EVERY_LEVEL}; {case.assumed.figures[key].estimate.source}",
    )  # fmt: skip


def _box_filled(case: Case, name: str) -> Row:
    box, down = "network.offline_box.content_bytes", f"network.schools.{name}.down_bits_per_s"
    return _row(
        case, name, "box_fill_s", "courses brought to a server at the school, each time", "s",
        "offline_box.content_bytes × 8 ÷ down_bits_per_s", lambda values: box_fill_s(values[down], values),
        binding=lambda _: f"the whole line, as at night: {float(case.values[box][0]) / 1e9:.1f} GB at a time",
        source=f"{_EVERY_LEVEL}; {case.assumed.figures[box].estimate.source}",
    )  # fmt: skip


def _box_synced(case: Case, name: str) -> Row:
    up = f"network.schools.{name}.up_bits_per_s"
    return _row(
        case, name, "box_sync_s", "a day's progress from a server at the school, at midnight", "s",
        "sync.events × event_bytes × 8 ÷ up_bits_per_s", lambda values: box_sync_s(values[up], values),
        binding=lambda _: "the whole way up, as at night",
        source=f"{_EVERY_LEVEL}; {case.assumed.figures[f'{SYNC}.events'].estimate.source}",
    )  # fmt: skip


def _midnight(case: Case, schools: Collection[str]) -> Row:
    reading = case.reading()
    values = midnight_sync_s(reading, schools)
    line = Line(
        group=_GROUP, item="midnight_sync_s", title="a day's progress from all schools' servers, at midnight", unit="s",
        formula="max(4 × clock_spread_s, servers × events × max(event_write_s, event_bytes × 8 ÷ node_line_bits_per_s))"
        " + events × event_bytes × 8 ÷ up_bits_per_s of the slowest",
        binding=_slowest_at_midnight(case.values),
        source=f"{_NO_LEVEL}; {case.assumed.figures[f'{SYNC}.event_write_s'].estimate.source}",
    )  # fmt: skip
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))


def _slowest_at_midnight(values: Values) -> str:
    took = {
        "the servers' clocks, 95 % of them": clocks_s,
        "the platform keeps one event after another": written_s,
        "the line of the platform's server": carried_s,
    }
    return max(took, key=lambda words: float(took[words](values)[0]))


def _row(
    case: Case, name: str, what: str, title: str, unit: str, formula: str, count: Count, *,
    binding: Callable[[float], str], source: str,
) -> Row:  # fmt: skip
    """A count of one school; ``binding`` says what limits the likely one."""
    reading = case.reading()
    values = count(reading)
    line = Line(
        group=_GROUP,
        item=f"school_{name.replace('-', '_')}_{what}",
        title=f"{name}: {title}",
        unit=unit,
        formula=formula,
        binding=binding(float(values[0])),
        source=source,
    )
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))


def _binding(case: Case, school: School, count: int, unit: str) -> str:
    """Whether that is enough for those who are there."""
    learners = int(school.learners.value)
    if unit == "lessons":
        each = float(lesson_bits_per_s(case.values, "minimum")[0])
        return f"{learners} learners in session; a lesson of a class takes {each / 1e6:.1f} Mbit/s at least"
    verdict = "enough for all" if count >= learners else "not enough for all"
    return f"{verdict} {learners} learners in session"
