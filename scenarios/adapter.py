"""What learners ask of a platform: the few calls that somebody who loads their own platform writes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from firstbell.models.problems import InputError
from firstbell.models.workload import Workload
from firstbell.scenarios.accounts import Account
from firstbell.scenarios.chance import Chance
from firstbell.scenarios.http.client import SharedBody
from firstbell.scenarios.visit import Visit

if TYPE_CHECKING:
    from firstbell.scenarios.offline_item import OfflineItem

REFERENCE = "reference"
ReportKind = Literal["category", "course", "group", "user"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Video:
    """A video of the catalogue; ``master_path`` is where its HLS master playlist lies."""

    id: str
    master_path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A quiz that was started; its pages count from 1."""

    id: str
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A file to upload; of a zip also the ``names`` of the files in it.

    ``cut_after_bytes`` is where the learner's own line breaks, once; None where it holds.
    """

    name: str
    body: SharedBody
    cut_after_bytes: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgressEvent:
    """What a school's server tells of a learner (the number of an account): come to ``position_s`` of a video, and
    watched ``watched_s`` of it since. ``id`` is the event's own; ``detail`` is as long as what else is told."""

    id: str
    learner: int
    video: Video
    position_s: float
    watched_s: float
    detail: str


class Adapter(ABC):
    """Turns what learners do into requests. Every request goes through the visit, which times and records it.

    A method may make as many requests as the platform needs, ``visit.request(step, method, path, …)`` each; steps are
    named ``activity.what``. A request that fails raises by itself and ends the visit.
    """

    plays: frozenset[str] = frozenset()
    """States that the profile may ask to be played and that this adapter has the calls for, such as ``upload``. Others
    stay stated: nobody plays them, and the sizing takes what the profile states of them."""

    def __init__(self, workload: Workload, chance: Chance) -> None:
        self.workload = workload
        self.chance = chance
        self.one_catalogue = True
        """False once ``videos`` has found that those who sign in the other way have a catalogue of their own."""

    @abstractmethod
    def videos(self, visit: Visit, account: Account) -> Sequence[Video]:
        """The catalogue, most popular first. Asked before any learner, and not part of the record: once a process, or
        once for each way of signing in, where these have catalogues of their own (``one_catalogue``).
        """

    @abstractmethod
    def sign_in(self, visit: Visit, account: Account) -> None:
        """Sign in, and leave the token with ``visit.client.set_token``."""

    @abstractmethod
    def open_page(self, visit: Visit) -> None:
        """Open a page of the catalogue and what it needs to be shown."""

    @abstractmethod
    def send_beacon(self, visit: Visit, video: Video, *, position_s: float, watched_s: float, rung: int) -> None:
        """Tell the platform how far the learner is."""

    @abstractmethod
    def start_quiz(self, visit: Visit) -> Attempt:
        """Start a quiz and show its first page."""

    @abstractmethod
    def answer_page(self, visit: Visit, attempt: Attempt, page: int, save: int) -> None:
        """Save a page's answers and show the next page, where there is one. ``save`` counts the attempt's saves."""

    @abstractmethod
    def autosave(self, visit: Visit, attempt: Attempt, page: int, save: int) -> None:
        """Save what is filled in so far."""

    @abstractmethod
    def submit_quiz(self, visit: Visit, attempt: Attempt) -> None:
        """Hand in."""

    @abstractmethod
    def poll(self, visit: Visit) -> None:
        """Ask for news, as the portal's open page does during a lesson."""

    def publish(self, visit: Visit, item: int, size_bytes: int) -> None:
        """Publish a new item to the content instance of the account that is signed in. Items are counted from 0.

        Only for platforms on which a run publishes (``firstbell run --publish-every``).
        """
        what, remedy = "this adapter can't publish", "Give it a method publish, or leave --publish-every out"
        raise InputError.single(source="adapter", what=what, remedy=remedy, value=type(self).__name__)

    def sync_progress(self, visit: Visit, events: Sequence[ProgressEvent]) -> None:
        """Bring a batch of a school's events, which the platform keeps once, however often it comes.

        Only for platforms to which a run sends schools' servers (``firstbell run --school-servers``).
        """
        what, remedy = "this adapter can't sync progress", "Give it a method sync_progress, or leave the servers out"
        raise InputError.single(source="adapter", what=what, remedy=remedy, value=type(self).__name__)

    def upload_file(self, visit: Visit, parcel: Parcel) -> None:
        """Upload a file; where the line breaks, go on from what has come. Only asked where ``plays`` has upload."""
        raise NotImplementedError

    def upload_batch(self, visit: Visit, parcels: Sequence[Parcel]) -> None:
        """Upload files that belong together. Only asked where ``plays`` has upload."""
        raise NotImplementedError

    def upload_zip(self, visit: Visit, parcel: Parcel) -> None:
        """Upload a zip, have it unpacked, and see whether its files have their names. Only asked where ``plays`` has
        upload."""
        raise NotImplementedError

    def download_range(self, visit: Visit, item: "OfflineItem") -> None:
        """Fetch the next range of an item (see ``scenarios.ranged``). Only asked where ``plays`` has download."""
        raise NotImplementedError

    def report(self, visit: Visit, kind: ReportKind) -> None:
        """Ask for a report on what pupils learn. Only asked where ``plays`` has reports."""
        raise NotImplementedError


def adapter_class(name: str) -> type[Adapter]:
    """The adapter of this name, ``reference`` or ``package.module:Class``; raise InputError where there is none."""
    if name == REFERENCE:
        name = "firstbell.scenarios.reference:ReferenceAdapter"
    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise _no_adapter(name, f"there is no such adapter: {error}") from None
    if not (isinstance(found, type) and issubclass(found, Adapter)):
        raise _no_adapter(name, "this is not a subclass of firstbell.scenarios.adapter.Adapter")
    return found


def _no_adapter(name: str, what: str) -> InputError:
    remedy = "Write package.module:Class, importable from where you start, or reference"
    return InputError.single(source="adapter", what=what, remedy=remedy, value=name)
