"""Who comes by which line: the learners of one process, on lines of their own and in schools that share one.

A school is a block of learners of one process, for its line is shared by computation within a process. Kinds come
evenly by their shares, whatever the number of learners; of each kind of school one is filled after another.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from firstbell.models.workload import Workload
from firstbell.models.workload.network import Line as Profile
from firstbell.models.workload.network import Network, School
from firstbell.scenarios.network.access import Access
from firstbell.scenarios.network.interruptions import Interruptions
from firstbell.scenarios.network.line import Line
from firstbell.scenarios.network.timeline import Timeline

_LESSON = "lesson"


@dataclass
class _Site:
    """A school that is being filled."""

    name: str
    line: Line
    learners: int = 0


class Neighbourhood:
    """The lines of one process."""

    def __init__(
        self,
        workload: Workload,
        network: Network,
        *,
        process: int,
        outage_pace: float,
        chance: Callable[[], float],
        tell: Callable[[int, str, str | None], None],
    ) -> None:
        """``outage_pace`` is by how much outages come faster; ``tell`` hears of each learner's line and school."""
        self._network = network
        self._lines = network.lines()
        self._lesson_bits_per_s = _lesson_bits_per_s(workload, network)
        self._lesson_up_bits_per_s = _lesson_up_bits_per_s(network)
        self._process = process
        self._outage_pace = outage_pace
        self._chance = chance
        self._tell = tell
        self._timeline = Timeline()
        self._shares = {name: line.share.value for name, line in self._lines.items()}
        self._counts = dict.fromkeys(self._lines, 0)
        self._sites: dict[str, _Site] = {}
        self._schools = dict.fromkeys(network.schools, 0)
        self._access: dict[int, Access] = {}
        self._server_shares = _shares_of_schools(network)
        self._server_counts = dict.fromkeys(network.schools, 0)

    def access_of(self, learner: int) -> Access:
        """The learner's way to the platform; always the same."""
        access = self._access.get(learner)
        if access is None:
            access = self._access[learner] = self._new_access()
            self._tell(learner, access.name, access.school)
        return access

    def settle_server(self, learner: int) -> None:
        """This account is that of a school's own server: at midnight nobody else is on the school's line."""
        name = _furthest_behind(self._server_shares, self._server_counts)
        self._server_counts[name] += 1
        kind = self._lines[name]
        server = self._access[learner] = self._new_access_over(self._new_line(kind), kind, name=f"server, {name}")
        self._tell(learner, server.name, None)

    def come_in(self, learner: int, state: str) -> None:
        """A learner is in session: a lesson's calls go over the line as well."""
        if state == _LESSON:
            self._lesson(learner, 1)

    def leave(self, learner: int, state: str) -> None:
        """A learner's session is over."""
        if state == _LESSON:
            self._lesson(learner, -1)

    def _lesson(self, learner: int, more: int) -> None:
        """So many more or fewer in lessons; a class at school has its teacher there, who sends for all of it."""
        access = self.access_of(learner)
        access.line.down.set_aside(more * self._lesson_bits_per_s)
        if access.school is not None and self._lesson_up_bits_per_s:
            access.line.up.set_aside(more * self._lesson_up_bits_per_s)

    def signs_out(self, learner: int) -> bool:
        """Whether an outage of its line ends a learner's session."""
        outages = self._lines[self.access_of(learner).name].outages
        return outages is not None and outages.signs_out

    def _new_access(self) -> Access:
        name = _furthest_behind(self._shares, self._counts)
        self._counts[name] += 1
        kind = self._lines[name]
        site = self._site(name, kind) if isinstance(kind, School) else None
        line = self._new_line(kind) if site is None else site.line
        device = getattr(kind, "device_bits_per_s", None)
        most = float("inf") if device is None else device.value
        school = None if site is None else site.name
        return self._new_access_over(line, kind, name=name, school=school, most_bits_per_s=most)

    def _new_access_over(
        self, line: Line, kind: Profile, *, name: str, school: str | None = None, most_bits_per_s: float = math.inf
    ) -> Access:
        return Access(
            line,
            name=name,
            school=school,
            round_trip_s=kind.round_trip_s.value,
            most_down_bits_per_s=min(most_bits_per_s, kind.down_bits_per_s.value),
            most_up_bits_per_s=min(most_bits_per_s, kind.up_bits_per_s.value),
            loss=kind.loss.value,
            chance=self._chance,
        )

    def _site(self, name: str, kind: School) -> _Site:
        site = self._sites.get(name)
        if site is None or site.learners >= kind.learners.value:
            self._schools[name] += 1
            site_name = f"{name} {self._process}-{self._schools[name]}"
            site = self._sites[name] = _Site(name=site_name, line=self._new_line(kind))
        site.learners += 1
        return site

    def _new_line(self, kind: Profile) -> Line:
        return Line(
            self._timeline,
            down_bits_per_s=kind.down_bits_per_s.value,
            up_bits_per_s=kind.up_bits_per_s.value,
            left_share=self._network.left_beside_lessons.value,
            interruptions=self._interruptions(kind),
        )

    def _interruptions(self, kind: Profile) -> Interruptions | None:
        """From a moment by lot on: one place loses its power when another has it."""
        outages = kind.outages
        if outages is None:
            return None
        real = Interruptions(on_s=outages.on_s.value, off_s=outages.off_s.value, first_s=0.0)
        scaled = replace(real, on_s=real.on_s / self._outage_pace, off_s=real.off_s / self._outage_pace)
        into_s = self._chance() * (scaled.on_s + scaled.off_s)
        return replace(scaled, first_s=self._timeline.now_s() - into_s)


def _furthest_behind(shares: Mapping[str, float], counts: Mapping[str, int]) -> str:
    """The kind whose turn it is."""
    number = sum(counts.values()) + 1
    return max(shares, key=lambda name: shares[name] * number - counts[name])


def _shares_of_schools(network: Network) -> dict[str, float]:
    """Of each kind among all schools: of those in session, over those behind one school's line."""
    schools = {name: school.share.value / school.learners.value for name, school in network.schools.items()}
    return {name: number / sum(schools.values()) for name, number in schools.items()}


def _lesson_bits_per_s(workload: Workload, network: Network) -> float:
    lesson = workload.states.lesson
    stated = {
        "minimum": lesson.off_platform_min_bits_per_s,
        "recommended": lesson.off_platform_recommended_bits_per_s,
    }
    return stated[network.lesson_traffic].value


def _lesson_up_bits_per_s(network: Network) -> float:
    """A pupil's part of what the teacher sends."""
    if network.lesson_up is None:
        return 0.0
    sent = {"minimum": network.lesson_up.minimum_bits_per_s, "recommended": network.lesson_up.recommended_bits_per_s}
    return sent[network.lesson_traffic].value / network.class_learners.value
