"""The lines that learners come over: networks of one's own at home, and schools that share one."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from firstbell.models.workload.sourced import Count, NotNegative, Positive, Share, Strict, number_at

BARE_EVENT_BYTES = 130
"""An event in JSON with an ID of 36 characters and nothing but what must be told."""


class Outages(Strict):
    """A line that comes and goes, with the power, say: there for ``on_s``, gone for ``off_s``, and so on."""

    on_s: Positive
    off_s: Positive
    signs_out: bool = Field(description="whether whoever was cut off signs in again once the line is back")


class Line(Strict):
    """A way to the platform; ``share`` is that of all learners in session who come by it."""

    share: Share
    round_trip_s: Positive
    down_bits_per_s: Positive
    up_bits_per_s: Positive
    loss: Share = Field(description="share of packets that are lost on the way")
    outages: Outages | None = None


class Persona(Line):
    """A learner with a line of their own."""


class School(Line):
    """Schools of one kind: learners share one line, of which each takes ``device_bits_per_s`` at most."""

    pupils: Count
    learners: Count = Field(description="in session at once behind one school's line")
    device_bits_per_s: Positive | None = Field(default=None, description="a device's own rate; none: the line's")


class LineRule(Strict):
    """A rule for a school's line: so much a pupil in schools of more than ``above_pupils``, and never less than the
    least.
    """

    least_bits_per_s: NotNegative
    bits_per_s_a_pupil: Positive
    above_pupils: NotNegative


class LessonUp(Strict):
    """What goes up a school's line for one lesson: the teacher's voice and screen, once, whoever sits in it."""

    minimum_bits_per_s: Positive
    recommended_bits_per_s: Positive


class ProgressSync(Strict):
    """What a school's server brings to the platform once a day, at midnight by its own clock: its users' progress."""

    servers: Count = Field(description="of all schools that have one")
    events: Count = Field(description="of a day that one server brings")
    event_bytes: Positive = Field(description="of one event as it is sent, JSON")
    batch_events: Count = Field(description="that are sent at a time")
    clock_spread_s: NotNegative = Field(description="standard deviation of the servers' clocks around midnight")
    retry_pause_s: Positive = Field(description="before a batch is sent again; doubles with each further try")
    event_write_s: Positive = Field(description="in which the platform keeps one event, one after another")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        stated = [number_at(data, "event_bytes"), number_at(data, "event_bytes", "low")]
        if all(number is None or number >= BARE_EVENT_BYTES for number in stated):
            return []
        return [f"event_bytes must be {BARE_EVENT_BYTES} or more: who, which lesson and how far take as many"]


class OfflineBox(Strict):
    """A server at the school that holds courses for lessons without the internet."""

    content_bytes: Positive = Field(description="of courses that are brought to it at a time")
    sync: ProgressSync | None = Field(default=None, description="what it brings in turn; none: nothing")


class ClassTools(Strict):
    """What a whole class uses at once and the platform does not carry, by what comes down the line to each learner."""

    whiteboard_bits_per_s: Positive = Field(description="of a shared whiteboard that is written on")
    kahoot_bits_per_s: Positive = Field(description="of a Kahoot, while a question comes")
    zoom_bits_per_s: Positive = Field(description="of a lesson in Zoom, in the place of Teams")


class Network(Strict):
    """All lines; their shares add up to 1."""

    personas: dict[str, Persona] = Field(default_factory=dict)
    schools: dict[str, School] = Field(default_factory=dict)
    lesson_traffic: Literal["minimum", "recommended"] = Field(
        description="which of a lesson's rates off the platform is taken off the line of whoever sits in one"
    )
    left_beside_lessons: Share = Field(description="of a line, what downloads keep where lessons would fill it")
    lesson_up: LessonUp | None = Field(
        default=None, description="what a teacher at school sends for a lesson; none: nothing is taken off the way up"
    )
    class_tools: ClassTools | None = Field(default=None, description="none: classes use nothing else")
    offline_box: OfflineBox | None = Field(default=None, description="a server at each school; none: there are none")
    class_learners: Count = Field(
        description="learners of one lesson, quiz or class at one school, each with a device, on its line; those of a "
        "lesson in Teams, at home as well, are sizing.office.lesson_learners"
    )
    quiz_page_bytes: Positive
    quiz_start_s: Positive = Field(description="within which all who start a quiz together must see its first page")
    line_rules: dict[str, LineRule] = Field(default_factory=dict)
    table_pupils: tuple[int, ...] = Field(default=(), description="sizes of school that are told by each rule")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        kinds = [(kind, name) for kind in ("personas", "schools") for name in _names(data, kind)]
        names = [name for _, name in kinds]
        found = [f"{name} is both a persona and a school" for name in sorted({n for n in names if names.count(n) > 1})]
        shares = [number_at(data, kind, name, "share") for kind, name in kinds]
        known = [share for share in shares if share is not None]
        if len(known) == len(shares) and abs(sum(known) - 1) > 1e-6:
            found.append(f"the shares of personas and schools must add up to 1, not {sum(known):g}")
        if number_at(data, "offline_box", "sync", "servers") is not None and not _names(data, "schools"):
            found.append("offline_box.sync has servers at schools, and there are no schools")
        return found

    def lines(self) -> dict[str, Line]:
        """Personas and schools by name."""
        return {**self.personas, **self.schools}


def _names(data: Mapping[str, object], kind: str) -> list[str]:
    lines = data.get(kind)
    return [str(name) for name in lines] if isinstance(lines, Mapping) else []
