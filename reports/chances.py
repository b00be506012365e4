"""How likely a purchase is to be enough, in words."""

from collections.abc import Mapping, Sequence

from firstbell.models.study import Bought, LevelChance
from firstbell.reports.numbers import count, percent

BOUGHT_AT: Mapping[Bought, str] = {
    "likely": "its most likely figure",
    "p50": "its P50",
    "p90": "its P90",
    "p95": "its P95",
}


def chance_sentence(chances: Sequence[LevelChance]) -> str:
    """The highest level, bought at the likely figures and at the P95."""
    highest = max(each.learners for each in chances)
    at = {each.bought: each for each in chances if each.learners == highest}
    likely, safest = at["likely"], at["p95"]
    return (
        f"For {count(highest)} learners: bought at the most likely figures, everything is enough in "
        f"{percent(likely.chance)} of cases; at the P95 of each line in {percent(safest.chance)}. "
        f"Most often too small then: {safest.weakest}."
    )
