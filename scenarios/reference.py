"""The adapter of the reference backend, and the pattern to write another one after."""

import re
from collections.abc import Sequence

from firstbell.models.workload import Workload
from firstbell.scenarios import ranged, tus
from firstbell.scenarios.accounts import Account
from firstbell.scenarios.adapter import Adapter, Attempt, Parcel, ProgressEvent, ReportKind, Video
from firstbell.scenarios.chance import Chance
from firstbell.scenarios.http.client import Reply
from firstbell.scenarios.offline_item import OfflineItem
from firstbell.scenarios.reference_sign_in import ReferenceSignIn, platform_of
from firstbell.scenarios.visit import Visit
from firstbell.scenarios.writes import Write, digest_of

_ASSET = re.compile(rb"""/assets/[^"'<> ]+(?=["'])""")
_CATEGORIES = 12
_GRADES = 13
_CATALOGUE_PAGES = 8
_QUIZZES = 200
_QUESTIONS_A_PAGE = 5
_OPTIONS = 4
_FIRST_ITEM = 14_000  # numbers below are those of the catalogue that the backend is filled with
_ITEM_S = 1_200
_MASTER = "master.m3u8"
_GROUPS = ("grade", "school", "region", "sex")


class ReferenceAdapter(Adapter):
    """Speaks to ``firstbell serve``."""

    plays = frozenset({"download", "reports", "upload"})

    def __init__(self, workload: Workload, chance: Chance) -> None:
        super().__init__(workload, chance)
        self._sign_in = ReferenceSignIn(workload, chance)
        self._assets_a_page = workload.states.browsing.requests_per_page.value - 1

    def videos(self, visit: Visit, account: Account) -> Sequence[Video]:
        self._sign_in.platform = platform_of(visit)
        self.sign_in(visit, account)
        limit = int(self.workload.content.videos.value)
        namespace, videos = visit.ask("catalogue.videos", "GET", f"/videos?limit={limit}", read=_videos)
        self.one_catalogue = not namespace
        return videos

    def sign_in(self, visit: Visit, account: Account) -> None:
        visit.client.set_token(self._sign_in.sign_in(visit, account))
        visit.ask("login.profile", "GET", "/me", read=lambda reply: _own(reply, account))

    def open_page(self, visit: Visit) -> None:
        reply = visit.request("page.html", "GET", self._search())
        wanted = self.chance.around(self._assets_a_page)
        for asset in _assets(reply.content, wanted):
            visit.request("page.asset", "GET", asset, keep_body=False)

    def send_beacon(self, visit: Visit, video: Video, *, position_s: float, watched_s: float, rung: int) -> None:
        told = {"position_s": round(position_s, 3), "watched_s": round(watched_s, 3), "rung": rung}
        path = f"{video.master_path.removesuffix(_MASTER)}beacon"
        visit.request("beacon.post", "POST", path, json=told, keep_body=False)

    def start_quiz(self, visit: Visit) -> Attempt:
        quiz = self.chance.below(_QUIZZES)
        attempt = visit.ask("quiz_start.attempt", "POST", f"/quizzes/{quiz}/attempts", json={}, read=_attempt)
        visit.stored(Write("attempt", attempt.id, digest_of(quiz)))
        visit.request("quiz_start.page", "GET", f"/attempts/{attempt.id}/pages/1", keep_body=False)
        return attempt

    def answer_page(self, visit: Visit, attempt: Attempt, page: int, save: int) -> None:
        path = f"/attempts/{attempt.id}/pages"
        answers = self._answers(page)
        filled_in = {"answers": answers, "save": save}
        with visit.storing(_saved(attempt, page, answers, save)):
            visit.request("answer.save", "PUT", f"{path}/{page}", json=filled_in, keep_body=False)
        if page < attempt.pages:
            visit.request("answer.page", "GET", f"{path}/{page + 1}", keep_body=False)

    def autosave(self, visit: Visit, attempt: Attempt, page: int, save: int) -> None:
        answers = self._answers(page)
        filled_in = {"page": page, "answers": answers, "save": save}
        with visit.storing(_saved(attempt, page, answers, save)):
            visit.request("autosave.put", "PUT", f"/attempts/{attempt.id}/autosave", json=filled_in, keep_body=False)

    def submit_quiz(self, visit: Visit, attempt: Attempt) -> None:
        correct = visit.ask("submit.post", "POST", f"/attempts/{attempt.id}/submit", read=_correct)
        visit.stored(Write("hand-in", attempt.id, digest_of(correct)))

    def poll(self, visit: Visit) -> None:
        visit.request("poll.get", "GET", "/lessons/current", keep_body=False)

    def publish(self, visit: Visit, item: int, size_bytes: int) -> None:
        told = {"bytes": size_bytes, "title": f"Mësim i ri {item}", "duration_s": _ITEM_S}
        visit.request("publish.put", "PUT", f"/items/{_FIRST_ITEM + item}", json=told, keep_body=False)

    def sync_progress(self, visit: Visit, events: Sequence[ProgressEvent]) -> None:
        told = [event_json(event) for event in events]
        writes = [Write("event", event.id, digest_of(each)) for event, each in zip(events, told, strict=True)]
        with visit.storing(*writes):
            visit.request("progress_sync.post", "POST", "/offline-events", json={"events": told}, keep_body=False)

    def upload_file(self, visit: Visit, parcel: Parcel) -> None:
        _sent(visit, tus.announced(visit, parcel), parcel)

    def upload_batch(self, visit: Visit, parcels: Sequence[Parcel]) -> None:
        files = [{"name": parcel.name, "size": parcel.body.length_bytes} for parcel in parcels]
        batch, places = visit.ask("upload_batch.open", "POST", "/batches", json={"files": files}, read=_batch)
        for parcel, place in zip(parcels, places, strict=True):
            if place is not None:
                _sent(visit, place, parcel)
        visit.request("upload_batch.commit", "POST", f"/batches/{batch}/commit", json={}, keep_body=False)

    def upload_zip(self, visit: Visit, parcel: Parcel) -> None:
        place = tus.announced(visit, parcel)
        _sent(visit, place, parcel)
        visit.request("upload_zip.unpack", "POST", f"{place}/unpack", json={}, keep_body=False)
        if parcel.names:
            look = f"{place}/files?first=1"
            visit.ask("upload_zip.files", "GET", look, read=lambda reply: _check(reply, parcel.names))

    def download_range(self, visit: Visit, item: OfflineItem) -> None:
        video = item.video
        namespace = video.master_path.removesuffix(f"/videos/{video.id}/{_MASTER}")
        ranged.fetch(visit, f"{namespace}/downloads/{video.id}", item)

    def report(self, visit: Visit, kind: ReportKind) -> None:
        query = f"?by={_GROUPS[self.chance.below(len(_GROUPS))]}" if kind == "group" else ""
        visit.request(f"report.{kind}", "GET", f"/reports/{kind}{query}", keep_body=False)

    def _search(self) -> str:
        """Half look into a category of their grade, half leaf through one of the two."""
        chance = self.chance
        category = f"category={chance.below(_CATEGORIES)}"
        grade = f"grade={chance.below(_GRADES)}"
        both = f"{category}&{grade}"
        query = (both, both, category, grade)[chance.below(4)]
        return f"/courses?{query}&page={1 + chance.below(_CATALOGUE_PAGES)}" if query != both else f"/courses?{query}"

    def _answers(self, page: int) -> dict[str, int]:
        first = (page - 1) * _QUESTIONS_A_PAGE
        return {str(first + number): self.chance.below(_OPTIONS) for number in range(_QUESTIONS_A_PAGE)}


def _assets(html: bytes, most: int) -> list[str]:
    """The first so many different ones; a page names them at its top, so that hardly any of it is looked through."""
    found: dict[bytes, None] = {}
    matches = _ASSET.finditer(html)
    while len(found) < most and (match := next(matches, None)):
        found[match[0]] = None
    return [asset.decode() for asset in found]


def _sent(visit: Visit, place: str, parcel: Parcel) -> None:
    """Send a file to where it was announced."""
    with visit.storing(Write("upload", place.rpartition("/")[2], digest_of(parcel.body.length_bytes))):
        tus.send(visit, place, parcel)


def _batch(reply: Reply) -> tuple[int, list[str | None]]:
    """The batch, and where each of its files may be sent; None where it is refused."""
    told = reply.json()
    places = [f"/uploads/{file['id']}" if file["state"] == "open" else None for file in told["files"]]
    return int(told["batch"]), places


def _own(reply: Reply, account: Account) -> None:
    """ValueError where a learner is shown another's account."""
    shown = reply.json()["learner"]
    if shown != account.index:
        raise ValueError(f"learner {account.index} was shown the account of {shown}")


def _saved(attempt: Attempt, page: int, answers: dict[str, int], save: int) -> Write:
    return Write("save", f"{attempt.id}/{page}", digest_of(answers), save)


def event_json(event: ProgressEvent) -> dict[str, object]:
    """An event as the reference backend takes it."""
    return {
        "id": event.id, "learner": event.learner, "video": int(event.video.id), "position_s": event.position_s,
        "watched_s": event.watched_s, "detail": event.detail,
    }  # fmt: skip


def _correct(reply: Reply) -> int:
    return int(reply.json()["correct"])


def _check(reply: Reply, names: Sequence[str]) -> None:
    """ValueError where files have other names than they were given: whoever uploaded them would not know them again."""
    listed = [file["name"] for file in reply.json()["files"]]
    strange = [name for name in listed if name not in names]
    if strange or not listed:
        raise ValueError(f"{len(listed)} files, {len(strange)} of them with other names, such as {strange[:1]}")


def _attempt(reply: Reply) -> Attempt:
    told = reply.json()
    return Attempt(id=str(told["attempt"]), pages=int(told["pages"]))


def _videos(reply: Reply) -> tuple[str, list[Video]]:
    """What the addresses of the account's content instance begin with, and its videos."""
    told = reply.json()
    namespace = str(told.get("namespace", ""))
    ids = [str(item["id"]) for item in told["videos"]]
    return namespace, [Video(id=id_, master_path=f"{namespace}/videos/{id_}/{_MASTER}") for id_ in ids]
