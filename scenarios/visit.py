"""One occurrence of an activity: its requests follow one another, and each is recorded from when it was due."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from gevent import GreenletExit, sleep

from firstbell.scenarios.http.client import Client, Outcome, PreparedRequest, Reply, SharedBody
from firstbell.scenarios.http.shaped import ShapedClient
from firstbell.scenarios.recorder import Recorder
from firstbell.scenarios.writes import Write

_monotonic = time.monotonic
_OK = Outcome.OK
Answer = TypeVar("Answer")
BUSY = (429, 503)
"""Statuses that ask to come again (RFC 6585, RFC 9110): what was asked for is not wrong."""


class StepFailedError(Exception):
    """A request of a visit failed, so the visit is over. It is on record already."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.error or reply.outcome.value)
        self.reply = reply


class Visit:
    """A learner's visit to an activity. The first request is due at ``due_s``, each further one when the last ended."""

    __slots__ = ("_number", "_recorder", "activity", "client", "due_s", "learner", "level", "pause")

    def __init__(
        self, recorder: Recorder, client: Client, *, activity: str, learner: int, number: int, level: int, due_s: float
    ) -> None:
        self._recorder = recorder
        self._number = number
        self.client = client
        self.activity = activity
        self.learner = learner
        self.level = level
        self.due_s = due_s
        self.pause: Callable[[float], None] = _sleep_until
        """Waits until a moment, in its own way where somebody's session may end before."""

    def request(
        self,
        step: str,
        method: str,
        path: str,
        *,
        json: object | None = None,
        headers: Mapping[str, str] | None = None,
        shared_body: SharedBody | None = None,
        keep_body: bool = True,
    ) -> Reply:
        """Make a request; raise StepFailedError where it isn't answered well."""
        prepared = self.client.prepare(method, path, json=json, headers=headers, shared_body=shared_body)
        return self.send(step, prepared, keep_body=keep_body)

    def ask(
        self, step: str, method: str, path: str, *, read: Callable[[Reply], Answer], json: object | None = None
    ) -> Answer:
        """Make a request and read its answer; an answer that ``read`` can't make sense of fails as ``content``."""
        answers: list[Answer] = []
        self.send(step, self.client.prepare(method, path, json=json), read=lambda reply: answers.append(read(reply)))
        return answers[0]

    def send(
        self,
        step: str,
        prepared: PreparedRequest,
        *,
        keep_body: bool = True,
        read: Callable[[Reply], None] | None = None,
        follow_redirects: bool = True,
        refusal: int = 0,
        bearable: tuple[int, ...] = (),
    ) -> Reply:
        """Send a prepared request; raise StepFailedError where it isn't answered well.

        ``refusal`` is the status of a refusal that would be right: any other answer isn't, then. Those of ``bearable``
        are no failures, and are not read.
        """
        start_s = _monotonic()
        try:
            reply = self.client.send(prepared, keep_body=keep_body, follow_redirects=follow_redirects)
        except GreenletExit:
            # Stopped before the answer came: leaving it out would leave out the slowest of all.
            self._given_up(step, prepared.method, start_s)
            raise
        borne = bool(bearable) and reply.status in bearable
        if borne:
            reply.bear(bearable)
        elif refusal:
            reply.judge_refusal(refusal)
        if read is not None and reply.outcome is _OK and not borne:
            _read(reply, read)
        good = reply.outcome is _OK
        self._put_down(step, prepared.method, reply, good)
        if not good:
            raise StepFailedError(reply)
        return reply

    def cut(self, step: str, prepared: PreparedRequest) -> None:
        """Send a request in whose shared body, or into whose sink, the learner's own line breaks.

        That is no fault of the platform: it is recorded as ``ok``, without a status. An answer that came before is
        recorded as what it is, and raises StepFailedError where it is no good one.
        """
        reply = self.client.send(prepared)
        good = reply.outcome is _OK or (reply.outcome is Outcome.CONNECTION and not reply.status)
        self._put_down(step, prepared.method, reply, good)
        if not good:
            raise StepFailedError(reply)

    @contextmanager
    def storing(self, *writes: Write) -> Iterator[None]:
        """Put down what the requests within ask the platform to keep: acknowledged where all are answered well."""
        acknowledged = False
        try:
            yield
            acknowledged = True
        finally:
            for write in writes:
                self._recorder.add_write(self.due_s, self.learner, *write, acknowledged)

    def stored(self, write: Write) -> None:
        """Put down what the platform says it keeps, where what it is kept under is known from the answer alone."""
        self._recorder.add_write(self.due_s, self.learner, *write, True)

    def come_back(self, wait_s: float) -> None:
        """Stay away as long as the platform has asked for, which is part of what the visit takes."""
        due_s = _monotonic() + wait_s
        try:
            self.pause(due_s)
        except BaseException:
            # The run ends meanwhile: a visit that was refused and never went on has not gone well.
            self._given_up(f"{self.activity}.waiting", "-", self.due_s)
            raise
        self.due_s = due_s

    def missed(self) -> None:
        """Put down that the visit was due, but the run ended before it could start."""
        step = self._recorder.step_code(self.activity, self.activity, "-")
        self._recorder.add(
            self.due_s, math.nan, math.nan, math.nan, 0, self.learner, self._number, 0, self.level, step, "missed"
        )

    def _put_down(self, step: str, method: str, reply: Reply, good: bool) -> None:
        """Record a request; what follows it is due when it ended."""
        recorder = self._recorder
        recorder.add(
            self.due_s, reply.start_s, reply.first_byte_s, reply.end_s, reply.received_bytes, self.learner,
            self._number, reply.status, self.level, recorder.step_code(self.activity, step, method),
            "ok" if good else reply.outcome.value,
        )  # fmt: skip
        self.due_s = reply.end_s

    def _given_up(self, step: str, method: str, start_s: float) -> None:
        recorder = self._recorder
        recorder.add(
            self.due_s, start_s, math.nan, _monotonic(), 0, self.learner, self._number, 0, self.level,
            recorder.step_code(self.activity, step, method), "timeout",
        )  # fmt: skip


def _sleep_until(moment_s: float) -> None:
    sleep(max(moment_s - _monotonic(), 0.0))


def _read(reply: Reply, read: Callable[[Reply], None]) -> None:
    try:
        read(reply)
    except (ValueError, LookupError, TypeError) as error:
        reply.fail(Outcome.CONTENT, f"the answer can't be read: {error!r}")


class VisitOverLine(Visit):
    """A visit by a learner with a line; what the line added to each request is recorded as well."""

    __slots__ = ()

    def send(
        self,
        step: str,
        prepared: PreparedRequest,
        *,
        keep_body: bool = True,
        read: Callable[[Reply], None] | None = None,
        follow_redirects: bool = True,
        refusal: int = 0,
        bearable: tuple[int, ...] = (),
    ) -> Reply:
        try:
            return super().send(
                step, prepared, keep_body=keep_body, read=read, follow_redirects=follow_redirects, refusal=refusal,
                bearable=bearable,
            )  # fmt: skip
        finally:
            if isinstance(self.client, ShapedClient):
                self._recorder.note_network(self.client.network_s)

    def cut(self, step: str, prepared: PreparedRequest) -> None:
        try:
            super().cut(step, prepared)
        finally:
            if isinstance(self.client, ShapedClient):
                self._recorder.note_network(self.client.network_s)
