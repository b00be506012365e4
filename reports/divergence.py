"""What a run showed of the two content instances, in sentences for the terminal."""

from collections.abc import Iterator

from firstbell.models.divergence import Divergence, Lacking, MirrorWork
from firstbell.reports.numbers import count, quantity, seconds


def divergence_words(divergence: Divergence) -> Iterator[str]:
    """A sentence for each instance, and for the mirror."""
    for name, lacking in divergence.lacking.items():
        yield f"{name}: {_lacking(lacking)}"
    if divergence.differing_items:
        yield f"{_items(divergence.differing_items)}: both instances have it, with other bytes."
    if divergence.mirror is None:
        yield "Nothing mirrors one instance to the other."
    else:
        yield _mirror(divergence.mirror)


def _lacking(lacking: Lacking) -> str:
    if not lacking.most_items:
        return "lacked nothing that the other instance had."
    end = "nothing"
    if lacking.last_items:
        end = f"{_items(lacking.last_items)}, {quantity(lacking.last_bytes, 'bytes')}"
    most = f"{_items(lacking.most_items)} and {quantity(lacking.most_bytes, 'bytes')}"
    oldest = seconds(lacking.oldest_s)
    return f"lacked up to {most} that the other instance had, the oldest for {oldest}; at the end {end}."


def _mirror(mirror: MirrorWork) -> str:
    lag = ""
    if mirror.mean_lag_s is not None:
        mean, longest = seconds(mirror.mean_lag_s), seconds(mirror.longest_lag_s)
        lag = f", {mean} after they were published on average, {longest} at most"
    return (
        f"The mirror brought over {_items(mirror.copies)}{lag}; {count(mirror.failures)} copies were cut, and "
        f"{quantity(mirror.sent_bytes, 'bytes')} went over its line."
    )


def _items(number: int) -> str:
    return f"{count(number)} item" if number == 1 else f"{count(number)} items"
