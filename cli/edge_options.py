"""Options about an edge cache in front of the reference backend, and what they make of it."""

from typing import Annotated

import typer

from firstbell.fixtures.backend.edge_rules import EdgeRules
from firstbell.models.problems import InputError

_PANEL = "Edge cache"
Bytes = Annotated[
    int,
    typer.Option(
        "--edge-bytes", min=0, help="An edge keeps so many bytes of video and downloads; 0: there is no edge.",
        rich_help_panel=_PANEL,
    ),
]  # fmt: skip
Coalesce = Annotated[
    bool,
    typer.Option(
        "--edge-coalesce/--no-edge-coalesce", help="Who asks for what is being fetched waits for that fetch.",
        rich_help_panel=_PANEL,
    ),
]  # fmt: skip
Rate = Annotated[
    float | None,
    typer.Option(
        "--edge-rate", metavar="BITS_PER_S", help="Line from the backend to the edge; none: as it is.",
        rich_help_panel=_PANEL,
    ),
]  # fmt: skip
Cold = Annotated[
    bool,
    typer.Option("--edge-cold", help="The edge is emptied as measuring begins.", rich_help_panel=_PANEL),
]
NewLesson = Annotated[
    bool,
    typer.Option("--new-lesson", help="Everybody who watches does so the same, new lesson.", rich_help_panel=_PANEL),
]


def edge_rules(
    size_bytes: int, coalesce: bool, bits_per_s: float | None, *, beside: bool, cold: bool = False
) -> EdgeRules:
    """Raise InputError where these make no sense, or where the platform is not ours to set up."""
    rules = EdgeRules(size_bytes=size_bytes, coalesce=coalesce, bits_per_s=bits_per_s)
    if rules != EdgeRules() and not beside:
        what = "only the reference backend gets an edge, not a target of your own"
        raise InputError.single(source="--edge-bytes", what=what, remedy="Leave it out, or leave --target out")
    if cold and not rules.on:
        remedy = "Add --edge-bytes, or leave it out"
        raise InputError.single(source="--edge-cold", what="there is no edge to empty", remedy=remedy)
    for problem in rules.problems():
        raise InputError.single(source="--edge-bytes", what=problem, remedy="Mend it, or leave the edge's options out")
    return rules


def command(rules: EdgeRules) -> list[str]:
    """The options of the backend's command."""
    if not rules.on:
        return []
    return [
        "--edge-bytes", str(rules.size_bytes), *([] if rules.coalesce else ["--no-edge-coalesce"]),
        *([] if rules.bits_per_s is None else ["--edge-rate", str(rules.bits_per_s)]),
    ]  # fmt: skip
