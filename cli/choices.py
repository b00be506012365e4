"""Options that take one of several words."""

from collections.abc import Sequence

from firstbell.models.problems import Problem


def unknown_choice(command: str, option: str, asked: str, known: Sequence[str]) -> list[Problem]:
    """The problem with a word that is none of those known; none where it is."""
    if asked in known:
        return []
    what = "this version does not render it"
    return [Problem(source=command, key=option, value=repr(asked), what=what, remedy=f"It renders: {', '.join(known)}")]
