"""Whether the platform kept what it acknowledged, in sentences for the terminal."""

from collections.abc import Iterator

from firstbell.models.correctness import Correctness
from firstbell.reports.numbers import count

_FAULTS = (
    ("lost", "acknowledged and not stored"),
    ("doubled", "stored more than once"),
    ("foreign", "stored as another learner's"),
    ("changed", "stored with other contents"),
    ("strangers", "answers showed a learner another's account"),
    ("apart", "items differ between the content instances"),
)


def correctness_words(found: Correctness) -> Iterator[str]:
    """One sentence where all is well; else one for each kind of fault, and examples."""
    unconfirmed = f"; {count(found.unconfirmed)} more are stored that nobody was told of" if found.unconfirmed else ""
    if found.holds:
        yield (
            f"All {count(found.acknowledged)} writes that the platform acknowledged are stored once, under their own "
            f"learner{unconfirmed}."
        )
        return
    yield f"The platform acknowledged {count(found.acknowledged)} writes, and does not keep its word{unconfirmed}:"
    for name, words in _FAULTS:
        if number := getattr(found, name):
            yield f"  {count(number)} {words}"
    for example in found.examples:
        yield f"  such as {example}"
