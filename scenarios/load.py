"""What the learners of one process share: profile, schedule, accounts, adapter, recorder."""

import math
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from firstbell.models.digital_ids.school_data_sync import user_names
from firstbell.models.plan import Plan
from firstbell.models.problems import InputError
from firstbell.models.reloads import Reloads
from firstbell.models.workload import Workload
from firstbell.models.workload.network import Network
from firstbell.scenarios.accounts import Account, AccountBook
from firstbell.scenarios.adapter import Adapter, Video, adapter_class
from firstbell.scenarios.alarm_clock import AlarmClock
from firstbell.scenarios.arrivals import Arrivals
from firstbell.scenarios.chance import Chance, Choice, Popularity
from firstbell.scenarios.http.client import Client, Origin
from firstbell.scenarios.http.shaped import ShapedClient
from firstbell.scenarios.network.neighbourhood import Neighbourhood
from firstbell.scenarios.player import PlayerRules
from firstbell.scenarios.recorder import Recorder
from firstbell.scenarios.schedule import RAMP, Schedule
from firstbell.scenarios.setting import Setting
from firstbell.scenarios.shelf import Shelf
from firstbell.scenarios.source_addresses import Schools, source_addresses
from firstbell.scenarios.visit import BUSY, StepFailedError, Visit, VisitOverLine

_CATALOGUE_WAITS_S = (0.2, 0.5, 1.0, 2.0, 4.0)
_LONGEST_WAIT_S = 5.0


class Load:
    """One process's part of a run.

    ``learners`` counts those in session here. ``byte_fraction`` is the share of each segment, and of each range of a
    download, that is fetched.
    """

    def __init__(
        self, setting: Setting, *, origin: Origin, process: int, processes: int, anchor_s: float | None
    ) -> None:
        plan = setting.plan
        self.workload: Workload = setting.workload
        self.origin = origin
        self.process = process
        self.processes = processes
        self._source_address = source_addresses(origin, process)
        self._schools = Schools.of(origin, self.workload)
        self.schedule = Schedule.of(plan, anchor_s) if plan and anchor_s is not None else Schedule(())
        self.arrivals = Arrivals.of(plan, self.schedule, process) if plan and anchor_s is not None else Arrivals(())
        self.session_s = plan.session_s if plan else self.workload.session.length_s.value
        self.signs_in_first = plan.sign_in_first if plan else False
        self.byte_fraction = plan.byte_fraction if plan else 1.0
        self.chance = Chance(plan.seed if plan else 1, process)
        self.accounts = AccountBook(
            first=plan.first_learner if plan else 0,
            process=process,
            processes=processes,
            digital_id_share=self.workload.session.digital_id_share.value,
            user_names=tuple(user_names(Path(plan.accounts) / "users.csv").values()) if plan and plan.accounts else (),
        )
        self.adapter: Adapter = adapter_class(setting.adapter)(self.workload, self.chance)
        network = self.workload.network if plan is None or plan.over_lines else None
        self.recorder = Recorder(setting.run_folder, process, over_lines=network is not None)
        self.network = self._neighbourhood(plan, network)
        self.visit_type = Visit if self.network is None else VisitOverLine
        self.plays = setting.plays
        self.reloads = Reloads.of(self.workload.signing_in)
        self.player_rules = PlayerRules.of(self.workload.states.watching.player)
        # Where learners have no lines of their own, the shares of the rungs are what their screens and lines allow.
        rungs = self.workload.content.ladder.rungs
        self.rung_caps = Choice([rung.share for rung in rungs] if self.network is None else _only_last(len(rungs)))
        self._videos = self._catalogues()
        self._new_lesson = plan.new_lesson if plan else False
        self._popularity = Popularity(len(self._videos[0]), self.workload.content.popularity_zipf.value)
        self.alarm = AlarmClock()
        self.spawned = 0
        self._placed: dict[str, int] = {}
        self.learners = 0

    def new_client(self, learner: int | None = None) -> Client:
        """A connection of its own for a learner, over the learner's line if it has one; None: for nobody of them."""
        address = self._source_address() if learner is None or self._schools is None else self._schools.address(learner)
        if self.network is None or learner is None:
            return Client(self.origin, source_address=address)
        return ShapedClient(self.origin, self.network.access_of(learner), source_address=address)

    @property
    def differ_by_place(self) -> bool:
        """Learners come from places of their own, by lines or from addresses that others have not."""
        return self.network is not None or self._schools is not None

    def server_client(self, account: Account) -> Client:
        """A connection for a school's own server, which has this account, over the line of its school."""
        if self.network is not None:
            self.network.settle_server(account.index)
        return self.new_client(account.index)

    def any_video(self, account: Account, chance: Chance | None = None) -> Video:
        """A video of the account's catalogue, by its popularity; or the one that is new, and comes last in it."""
        if self._new_lesson:
            return self._videos[account.by_phone][-1]
        return self._videos[account.by_phone][self._popularity.rank(chance or self.chance)]

    @cached_property
    def shelf(self) -> Shelf:
        """What learners upload, where the profile says how they do."""
        states = self.workload.states
        assert states.uploads is not None  # nobody uploads else
        return Shelf(states.uploads, states.stated["upload"].bytes_in.value, self.chance, seed=self.process)

    def place(self, state: str) -> int:
        """The place of the next learner of a state in a queue in which all states come evenly by their shares.

        The first n places then hold each state in its share, for every n, in whatever order Locust makes the users.
        """
        number = self.process + self.processes * self._placed.get(state, 0)
        self._placed[state] = self._placed.get(state, 0) + 1
        shares = self.workload.played_shares(self.plays)
        key = (number + 0.5) / shares[state]
        before = sum(max(math.ceil(key * share - 0.5), 0) for other, share in shares.items() if other != state)
        return number + before

    def _catalogues(self) -> tuple[Sequence[Video], Sequence[Video]]:
        """What those see who sign in by digital ID, and those by phone number; as many videos in both."""
        account = self.accounts.take()
        videos = self._catalogue(account)
        if self.adapter.one_catalogue:
            return videos, videos
        other = self._catalogue(self.accounts.take_kind(by_phone=not account.by_phone))
        both = (other, videos) if account.by_phone else (videos, other)
        count = min(len(videos), len(other))
        return both[0][:count], both[1][:count]

    def _catalogue(self, account: Account) -> Sequence[Video]:
        client = self.new_client()
        unrecorded, now_s = Recorder(None, self.process), time.monotonic()
        visit = Visit(
            unrecorded, client, activity="catalogue", learner=account.index, number=0, level=RAMP, due_s=now_s
        )
        try:
            videos = self._read_catalogue(visit, account)
        except StepFailedError as failure:
            raise self._unreadable(f"the catalogue of videos can't be read: {failure}") from None
        finally:
            client.close()
            self.accounts.give_back(account)
        if not videos:
            raise self._unreadable("the catalogue has no videos")
        return videos

    def _read_catalogue(self, visit: Visit, account: Account) -> Sequence[Video]:
        """An identity provider that refuses or fails now and then is no reason not to begin."""
        for wait_s in _CATALOGUE_WAITS_S:
            try:
                return self.adapter.videos(visit, account)
            except StepFailedError as failure:
                if failure.reply.status not in BUSY:
                    raise
                visit.come_back(min(failure.reply.retry_after_s or wait_s, _LONGEST_WAIT_S))
        return self.adapter.videos(visit, account)

    def _neighbourhood(self, plan: Plan | None, network: Network | None) -> Neighbourhood | None:
        if network is None:
            return None
        if self.byte_fraction < 1:
            what = f"segments are fetched at {self.byte_fraction:g} of their bytes, and learners have lines"
            remedy = "Fetch them whole: --byte-fraction 1, with fewer learners where this machine can't bear them"
            raise InputError.single(source=self.workload.name, key="network", what=what, remedy=remedy)
        pace = 1.0 if plan is None else plan.pace if plan.outage_pace is None else plan.outage_pace
        return Neighbourhood(
            self.workload,
            network,
            process=self.process,
            outage_pace=pace,
            chance=lambda: self.chance.uniform(0, 1),
            tell=self.recorder.add_line,
        )

    def _unreadable(self, what: str) -> InputError:
        remedy = "Check that the target runs, and that its adapter and its accounts fit"
        return InputError.single(source=str(self.origin), what=what, remedy=remedy)


def _only_last(rungs: int) -> list[float]:
    """Screens allow every rung: the line decides."""
    return [0.0] * (rungs - 1) + [1.0]
