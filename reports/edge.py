"""What a run showed of the edge cache, in sentences for the terminal."""

from collections.abc import Iterator

from firstbell.models.edge_work import EdgeWork
from firstbell.reports.numbers import count, percent, quantity

BUSY = 0.7  # of a core; beyond, what waits for the edge is no longer the backend's waiting


def edge_words(edge: EdgeWork) -> Iterator[str]:
    """A sentence on its requests, one on its bytes, and a warning where it is what limits."""
    if edge.hit_ratio is None:
        yield "Edge: nobody asked for content."
        return
    yield (
        f"Edge: {count(edge.requests)} requests for content, {percent(edge.hit_ratio)} without a fetch: "
        f"{count(edge.hits)} hits, {count(edge.coalesced)} waited for another's fetch, {count(edge.misses)} fetched."
    )
    yield (
        f"Edge: {quantity(edge.origin_bytes, 'bytes')} from the backend, {quantity(edge.learner_bytes, 'bytes')} to "
        f"learners; {count(edge.objects)} objects held, {quantity(edge.held_bytes, 'bytes')}; "
        f"{count(edge.evictions)} had to go."
    )
    if edge.failures:
        yield f"Edge: {count(edge.failures)} requests were left without an answer by the backend."
    if edge.busy is not None:
        limits = ": it limits what is measured, as everything passes through it" if edge.busy > BUSY else ""
        yield f"Edge: {percent(edge.busy)} of a core busy{limits}."
