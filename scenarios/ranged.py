"""Downloads by ranges (RFC 9110 §14), for adapters of platforms that serve them."""

from firstbell.scenarios.http.client import Outcome
from firstbell.scenarios.offline_item import OfflineItem
from firstbell.scenarios.visit import StepFailedError, Visit

_NOT_SATISFIABLE = 416
_BROKEN = frozenset({Outcome.CONNECTION, Outcome.OFFLINE, Outcome.TIMEOUT})


def fetch(visit: Visit, path: str, item: OfflineItem) -> None:
    """Fetch the next range of an item; where it breaks off, what has come is kept."""
    sink = item.sink()
    prepared = visit.client.prepare("GET", path, headers=item.headers, sink=sink)
    if sink.cut_after_bytes is not None:
        visit.cut(f"{visit.activity}.cut", prepared)
        item.keep_part(sink)
        return
    try:
        reply = visit.send(
            f"{visit.activity}.get",
            prepared,
            keep_body=False,
            read=lambda reply: item.keep(reply, sink),
            bearable=(_NOT_SATISFIABLE,),
        )
    except StepFailedError as failure:
        if failure.reply.outcome in _BROKEN:
            item.keep_part(sink)
        raise
    if reply.status == _NOT_SATISFIABLE:
        item.start_over()
