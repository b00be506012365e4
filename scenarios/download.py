"""Downloading items to use them offline: range after range as fast as the learner's device takes them."""

from typing import TYPE_CHECKING

from firstbell.scenarios.offline_item import OfflineItem
from firstbell.scenarios.visit import StepFailedError

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


def download(learner: "Learner", since_s: float) -> None:
    """Download until the session is over; the next one goes on where this one ended."""
    load = learner.load
    stated = load.workload.states.stated["download"]
    range_bytes, period_s = int(stated.bytes_out.value), stated.period_s.value
    due_s = learner.after(load.chance.uniform(0, period_s), since_s)
    while True:
        item = learner.offline_item = learner.offline_item or _another(learner, range_bytes)
        visit = learner.begin("download_range", due_s)
        began_s, began_bytes = visit.due_s, item.at_bytes
        try:
            load.adapter.download_range(visit, item)
        except StepFailedError as failure:
            learner.bear(failure)
        got_bytes = item.at_bytes - began_bytes
        # The device's line is taken for as long as it carries what came; without a byte the next try waits as long.
        taken_s = period_s * got_bytes / range_bytes if got_bytes > 0 else period_s
        due_s = max(learner.after(taken_s, began_s), visit.due_s)
        if item.whole:
            learner.offline_item = None


def _another(learner: "Learner", range_bytes: int) -> OfflineItem:
    load = learner.load
    downloads = load.workload.states.downloads
    assert downloads is not None  # nobody downloads else
    cut = load.chance.uniform(0, 1) < downloads.cut_share.value
    return OfflineItem(
        load.any_video(learner.account),
        range_bytes=range_bytes,
        byte_fraction=load.byte_fraction,
        cut_at=load.chance.uniform(0, 1) if cut else None,
    )
