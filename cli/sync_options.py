"""Options about schools' servers that bring a day's progress at midnight, and what they make of a run's plan."""

from typing import Annotated

import typer

from firstbell.models.plan import Plan, Syncing
from firstbell.models.problems import InputError
from firstbell.models.workload import Workload

_PANEL = "Servers at schools"
_CLOCKS = 3.0  # standard deviations: all but one clock in a thousand show midnight later than when measuring begins

SchoolServers = Annotated[
    int | None,
    typer.Option(min=1, help="So many bring a day's progress at midnight, by the profile.", rich_help_panel=_PANEL),
]
MidnightAt = Annotated[
    float | None,
    typer.Option(min=0, help="Second of the measuring; left out: late enough for the clocks.", rich_help_panel=_PANEL),
]


def with_servers(plan: Plan, workload: Workload, servers: int | None, midnight_s: float | None) -> Plan:
    """The plan with so many servers; raise InputError where the profile or the plan has no room for them."""
    if servers is None:
        if midnight_s is not None:
            raise _wrong("--midnight-at", midnight_s, "nobody waits for midnight", "Add --school-servers")
        return plan
    sync = workload.progress_sync
    if sync is None:
        what = "the profile does not say what they bring"
        raise _wrong(
            "--school-servers", servers, what,
            "Add network.offline_box.sync to it: `firstbell init lines.yaml --networks` writes a profile with it",
        )  # fmt: skip
    at_s = _CLOCKS * sync.clock_spread_s.value if midnight_s is None else midnight_s
    hold_s = plan.plateaus[-1].hold_s
    if at_s >= hold_s:
        what = f"midnight must come within the {hold_s:g} s that are measured, not at second {at_s:g}"
        raise _wrong("--midnight-at", at_s, what, "Give another, or a longer --duration")
    return plan.model_copy(update={"syncing": Syncing(servers=servers, midnight_s=at_s)})


def _wrong(option: str, value: float, what: str, remedy: str) -> InputError:
    return InputError.single(source="firstbell run", key=option, value=value, what=what, remedy=remedy)
