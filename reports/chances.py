"""How likely a purchase is to be enough, in words."""

from collections.abc import Mapping, Sequence

from firstbell.models.study import Bought, LevelChance
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.numbers import learners, percent

BOUGHT_AT: Mapping[Bought, str] = {
    "likely": "its most likely figure",
    "p50": "its P50",
    "p90": "its P90",
    "p95": "its P95",
}


def chance_sentence(chances: Sequence[LevelChance], *, language: Language = ENGLISH) -> str:
    """The highest level, bought at the likely figures and at the P95."""
    highest = max(each.learners for each in chances)
    at = {each.bought: each for each in chances if each.learners == highest}
    likely, safest = at["likely"], at["p95"]
    return language.text(
        "For {learners}: bought at the most likely figures, everything is enough in {likely} of cases; at the P95 of "
        "each line in {safest}. Most often too small then: {weakest}.",
        learners=learners(highest, language=language),
        likely=percent(likely.chance, language=language),
        safest=percent(safest.chance, language=language),
        weakest=language.told(safest.weakest),
    )
