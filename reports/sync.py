"""What schools' servers brought at midnight, in sentences for the terminal."""

from collections.abc import Iterator

from firstbell.models.sync_outcome import SyncOutcome
from firstbell.reports.numbers import count, seconds


def sync_words(found: SyncOutcome) -> Iterator[str]:
    """One sentence, and one more where not all of it was brought."""
    servers = f"{count(found.done)} of {count(found.servers)} schools' servers brought their whole day"
    yield f"{servers}; {count(found.events)} events, the last of them {seconds(found.last_s)} after midnight."
    if left := found.planned_events - found.events:
        yield f"{count(left)} events of the {count(found.planned_events)} were not acknowledged before the run ended."
