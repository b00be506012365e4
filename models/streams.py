"""Streams of activities: how often the learners of a state do what, and what their next time depends on.

Two kinds. *Thinking* streams wait for the answer before the next think time begins, so a slow platform slows them (a
closed class). *Paced* streams follow a clock: the player's segments and beacons, autosaves, polls.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from firstbell.models.sessions import visits_per_session
from firstbell.models.traffic import activity_rates_per_s
from firstbell.models.workload import Workload

Pacing = Literal["think", "period"]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """What ``share`` of the learners do, again and again.

    ``visits`` gives the visits to each activity in one cycle. ``time_s`` is what one visit waits for: the mean think
    time after the answer, or the period. ``follows`` names a stream that carries this one along: segments come only
    as fast as views do.
    """

    name: str
    share: float
    visits: Mapping[str, float]
    pacing: Pacing
    time_s: float
    follows: str | None = None

    @property
    def visits_per_cycle(self) -> float:
        """All visits of one cycle together."""
        return sum(self.visits.values())

    def mix(self) -> dict[str, float]:
        """Share of each activity in the stream's visits."""
        return {activity: count / self.visits_per_cycle for activity, count in self.visits.items()}

    def visits_per_s(self, learners: float) -> float:
        """Visits a second when answers take no time."""
        return learners * self.share / self.time_s


# Name, the state whose learners it occupies (None: all), its activities, its pacing, and whom it follows.
_FORMS: tuple[tuple[str, str | None, tuple[str, ...], Pacing, str | None], ...] = (
    ("sign-in", None, ("login",), "think", None),
    ("browsing", "browsing", ("page",), "think", None),
    ("views", "watching", ("video_start",), "think", None),
    ("segments", "watching", ("segment",), "period", "views"),
    ("beacons", "watching", ("beacon",), "period", "views"),
    ("quiz", "quiz", ("quiz_start", "answer", "submit"), "think", None),
    ("autosave", "quiz", ("autosave",), "period", None),
    ("polls", "lesson", ("poll",), "period", None),
)


def streams_of(workload: Workload, *, played_only: bool, plays: Collection[str] = ()) -> tuple[Stream, ...]:
    """The streams of a workload at its true pace, for answers that take no time.

    ``played_only`` is the view of a load run, where every learner is in one of the states that scenarios play; else
    the shares are those of all learners in session. Stated states that a run ``plays`` have no stream, only learners.
    """
    played = workload.played_shares(plays)
    whole = sum(played.values()) if played_only else 1.0
    rates = activity_rates_per_s(workload, 1.0)
    streams = []
    for name, state, activities, pacing, follows in _FORMS:
        visits = {activity: rates[activity] for activity in activities}
        share = 1.0 if state is None else played[state]
        streams.append(
            Stream(
                name=name,
                share=share if state is None else share / whole,
                visits=visits,
                pacing=pacing,
                time_s=share / sum(visits.values()),
                follows=follows,
            )
        )
    return tuple(streams)


def told_streams(
    workload: Workload, *, pace: float, session_s: float, plays: Collection[str] = ()
) -> tuple[Stream, ...]:
    """The thinking streams as the learners of a load run are told to live them, at the run's pace and sessions.

    Sessions there are short beside the cycles in them, and each begins a cycle anew: a view comes sooner after a
    sign-in than after another view.
    """
    visits = visits_per_session(workload, session_s)
    told = []
    for stream in streams_of(workload, played_only=True, plays=plays):
        if stream.pacing == "think":
            total = sum(visits[activity] for activity in stream.visits)
            mix = {activity: visits[activity] / total for activity in stream.visits}
            told.append(replace(stream, visits=mix, time_s=session_s / pace / total))
    return tuple(told)


def measured_streams(
    streams: tuple[Stream, ...],
    *,
    learners: float,
    throughput_per_s: Mapping[str, float],
    response_s: Mapping[str, float],
) -> tuple[Stream, ...]:
    """The same streams with the visits and times that a level showed: N = X (R + Z), solved for Z.

    A learner who signs in does nothing else meanwhile, so the other streams have fewer learners by that share.
    Streams that were not seen at all are left out.
    """
    signing_in = throughput_per_s.get("login", 0.0) * response_s.get("login", 0.0)
    found = []
    for stream in streams:
        visits = {activity: throughput_per_s.get(activity, 0.0) for activity in stream.visits}
        rate = sum(visits.values())
        if rate == 0:
            continue
        population = learners * stream.share - (0 if stream.name == "sign-in" else signing_in * stream.share)
        time_s = population / rate
        if stream.pacing == "think":
            time_s -= sum(count * response_s.get(activity, 0.0) for activity, count in visits.items()) / rate
        found.append(replace(stream, visits=visits, time_s=max(time_s, 1e-6)))
    return tuple(found)
