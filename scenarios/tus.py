"""Resumable uploads by the core of tus 1.0 (https://tus.io/protocols/resumable-upload), for adapters that speak it."""

from base64 import b64encode

from firstbell.scenarios.adapter import Parcel
from firstbell.scenarios.http.client import Outcome, Reply
from firstbell.scenarios.visit import StepFailedError, Visit

VERSION = {"Tus-Resumable": "1.0.0"}
_MOST_CUTS = 20
"""After so many the learner gives up."""


def announced(visit: Visit, parcel: Parcel) -> str:
    """Announce a file; the path to which it is to be sent."""
    headers = {
        **VERSION,
        "Upload-Length": str(parcel.body.length_bytes),
        "Upload-Metadata": f"filename {b64encode(parcel.name.encode()).decode()}",
    }
    reply = visit.request(f"{visit.activity}.create", "POST", "/uploads", headers=headers)
    return reply.headers["location"]


def send(visit: Visit, place: str, parcel: Parcel) -> None:
    """Send a file; where the line breaks, ask how much has come and go on from there."""
    offset = 0
    if parcel.cut_after_bytes is not None:
        prepared = visit.client.prepare(
            "PATCH", place, headers=_appending(0), shared_body=parcel.body.rest(0, parcel.cut_after_bytes)
        )
        visit.cut(f"{visit.activity}.cut", prepared)
        offset = _offset(visit, place)
    for _ in range(_MOST_CUTS):
        if _appended(visit, place, parcel, offset):
            return
        offset = _offset(visit, place)
    _append(visit, place, parcel, offset)


def _appended(visit: Visit, place: str, parcel: Parcel, offset: int) -> bool:
    """Whether the rest got through; False where the connection broke. Other failures raise StepFailedError."""
    try:
        _append(visit, place, parcel, offset)
    except StepFailedError as failure:
        if failure.reply.outcome is Outcome.CONNECTION:
            return False
        raise
    return True


def _append(visit: Visit, place: str, parcel: Parcel, offset: int) -> None:
    visit.request(
        f"{visit.activity}.append",
        "PATCH",
        place,
        headers=_appending(offset),
        shared_body=parcel.body.rest(offset),
        keep_body=False,
    )


def _appending(offset: int) -> dict[str, str]:
    return {**VERSION, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}


def _offset(visit: Visit, place: str) -> int:
    offsets: list[int] = []
    prepared = visit.client.prepare("HEAD", place, headers=VERSION)
    visit.send(f"{visit.activity}.offset", prepared, read=lambda reply: offsets.append(_told(reply)))
    return offsets[0]


def _told(reply: Reply) -> int:
    return int(reply.headers["upload-offset"])
