"""What learners do while they are in session: the states of the mix, with their paces."""

from collections.abc import Mapping

from pydantic import Field

from firstbell.models.workload.sourced import (
    Count,
    Fraction,
    NotNegative,
    Positive,
    Share,
    Source,
    Strict,
    number_at,
)

PLAYED = ("lesson", "watching", "browsing", "quiz")


class Player(Strict):
    """The video player's rules, named as hls.js names them."""

    buffer_s: Positive
    initial_estimate_bits_per_s: Positive
    switch_down_factor: Share
    switch_up_factor: Share
    fast_half_life_s: Positive
    slow_half_life_s: Positive
    retry_first_s: Positive
    patience_s: Positive = Field(description="start-up time after which learners begin to give up")
    abandon_per_s: Share = Field(description="share of the waiting who give up, each second after that")


class Watching(Strict):
    """Watching video: views, gaps between them, and a beacon that tells the platform the position."""

    share: Share
    view_s: Positive
    gap_s: Positive
    beacon_period_s: Positive
    player: Player


class Browsing(Strict):
    """Reading pages; think times are lognormal with this mean and coefficient of variation."""

    share: Share
    think_s: Positive
    think_cv: Positive
    requests_per_page: Positive
    page_bytes: Positive


class QuizDeadline(Strict):
    """How hand-ins crowd before a common deadline: the share of all that comes in its last seconds."""

    last_share: Share
    last_s: Positive

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        share = number_at(data, "last_share")
        if share is None or 0 < share < 1:
            return []
        return [f"last_share must lie above 0 and below 1, not at {share:g}"]


class Quiz(Strict):
    """Taking a quiz page by page; the time on a page is uniform between the two bounds."""

    share: Share
    pages: Count
    page_min_s: Positive
    page_max_s: Positive
    autosave_period_s: Positive
    deadline: QuizDeadline | None = None

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        shortest, longest = number_at(data, "page_min_s"), number_at(data, "page_max_s")
        if shortest is None or longest is None or shortest <= longest:
            return []
        return [f"page_min_s must not exceed page_max_s, not {shortest:g} > {longest:g}"]


class Lesson(Strict):
    """A lesson in Teams with the portal open beside it: the platform sees only its polls."""

    share: Share
    poll_period_s: Positive
    off_platform_min_bits_per_s: Positive
    off_platform_recommended_bits_per_s: Positive


class Stated(Strict):
    """A state that this version does not play: it enters the sizing with demands that the profile states."""

    share: Share
    period_s: Positive
    requests: Count
    bytes_out: NotNegative
    bytes_in: NotNegative
    demand_s: dict[str, Positive] = Field(description="CPU seconds for each period, by station")


class Uploads(Strict):
    """How `firstbell run` plays the stated state ``upload``: single files, batches and zips, of its ``bytes_in`` each.

    Sizes are lognormal with coefficient of variation ``size_cv``. A batch and a zip have ``batch_files`` files.
    """

    batch_share: Share = Field(description="of all uploads; what is neither a batch nor a zip is one file")
    zip_share: Share
    batch_files: Count
    size_cv: Positive
    video_share: Share = Field(description="files that are videos, and queue for an encoder")
    largest_bytes: Positive = Field(description="largest file that the platform takes")
    oversize_share: Share = Field(description="batches with one file that is larger than that")
    cut_share: Share = Field(description="uploads in whose middle the learner's own line breaks, once")
    encoders: Count
    encoding_s_per_video_s: Positive

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        shares = [number_at(data, name) or 0.0 for name in ("batch_share", "zip_share")]
        return [f"batch_share and zip_share must not exceed 1, not {sum(shares):g}"] if sum(shares) > 1 else []


class Downloads(Strict):
    """How `firstbell run` plays the stated state ``download``: items of the catalogue, one after another, in ranges.

    A range has the state's ``bytes_out``, and comes no sooner than its ``period_s`` after the last: 4 MiB each 13.42 s
    are a device, or its line, that takes 2.5 Mbit/s.
    """

    cut_share: Share = Field(description="items in whose middle the learner's own line breaks, once")


class Analytics(Strict):
    """How `firstbell run` plays the stated state ``reports``: kinds of reports, and over how much they go."""

    category_share: Share = Field(description="of all reports; what is of no other kind is per user")
    course_share: Share
    group_share: Share = Field(description="by grade, school, region or sex, each as often")
    past_attempts: Count = Field(description="at quizzes, in the reference backend's database from the beginning")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        shares = [number_at(data, f"{kind}_share") or 0.0 for kind in ("category", "course", "group")]
        if sum(shares) <= 1 + 1e-9:
            return []
        return [f"category_share, course_share and group_share must not exceed 1, not {sum(shares):g}"]


PLAYABLE = {"uploads": "upload", "downloads": "download", "analytics": "reports"}
"""Sections that say how a run plays a stated state, and that state's name."""


class States(Strict):
    """The states and their shares of the learners in session; the shares add up to 1."""

    lesson: Lesson
    watching: Watching
    browsing: Browsing
    quiz: Quiz
    stated: dict[str, Stated] = Field(default_factory=dict)
    uploads: Uploads | None = Field(default=None, description="how a run plays uploads; none: they stay stated")
    downloads: Downloads | None = Field(default=None, description="how a run plays downloads; none: they stay stated")
    analytics: Analytics | None = Field(default=None, description="how a run plays reports; none: they stay stated")

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        stated = data.get("stated")
        unstated = [
            f"{section} say how the state stated.{state} is played: state that as well, or take them out"
            for section, state in PLAYABLE.items()
            if data.get(section) is not None and not (isinstance(stated, Mapping) and state in stated)
        ]
        if unstated:
            return unstated
        range_bytes = number_at(data, "stated", "download", "bytes_out")
        if data.get("downloads") is not None and range_bytes is not None and range_bytes < 1:
            return [
                f"downloads come in ranges of stated.download.bytes_out: that must be 1 at least, not {range_bytes:g}"
            ]
        names = [(name,) for name in PLAYED] + [("stated", n) for n in (stated if isinstance(stated, Mapping) else ())]
        shares = [number_at(data, *name, "share") for name in names]
        known = [share for share in shares if share is not None]
        if len(known) < len(shares) or abs(sum(known) - 1) < 1e-6:
            return []
        return [f"the states' shares must add up to 1, not {sum(known):g}"]


class Session(Strict):
    """From signing in to leaving."""

    length_s: Positive
    digital_id_share: Share
    requests_per_login: Positive


class DayPoint(Strict):
    """The load from a time of day on, as a share of the day's peak."""

    start: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    share: Fraction


class Day(Strict):
    """The shape of a school day, in steps."""

    steps: tuple[DayPoint, ...] = Field(min_length=1)
    school_days_per_month: Count
    source: Source


def seconds_of_day(clock: str) -> float:
    """From midnight to a time of day as ``07:30``, or 24:00; raises ValueError for what is none."""
    hours, colon, minutes = clock.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise ValueError(f"{clock!r} is no time of day")
    seconds = 3600.0 * int(hours) + 60.0 * int(minutes)
    if int(minutes) > 59 or seconds > 86_400:
        raise ValueError(f"{clock!r} is no time of day")
    return seconds


def day_shares_between(day: Day, begin_s: float, end_s: float) -> list[tuple[float, float]]:
    """Shares of the day's peak with the second of the day from which each holds, the first from ``begin_s``.

    Before the day's first step its last one holds, as it runs on past midnight.
    """
    steps = sorted((seconds_of_day(step.start), step.share) for step in day.steps)
    before = [share for start_s, share in steps if start_s <= begin_s]
    first = before[-1] if before else steps[-1][1]
    return [(begin_s, first), *((start_s, share) for start_s, share in steps if begin_s < start_s < end_s)]
