"""The sheet of assumptions: each number of the profile."""

from collections.abc import Iterator

from firstbell.models.figures import figures_of
from firstbell.models.workload import Workload
from firstbell.reports.workbook.inputs import Entry

NAME = "Assumptions"
WIDTHS = (50, 17, 16, 16, 9, 66)
WORDS = (
    "Change the yellow cells: every total follows. Low and high are the 95 % interval that the report's intervals were "
    "drawn from; they move no total here. Grey figures move nothing in this workbook."
)
_CALCULATED = ("content.ladder.mean_bits_per_s", "content.ladder.whole_bits_per_s")


def assumptions(workload: Workload) -> Iterator[Entry]:
    """All sourced numbers, and those whose source stands over several of them."""
    for key, figure in figures_of(workload).items():
        if key not in _CALCULATED:
            yield Entry(key=key, estimate=figure.estimate)
    ladder = workload.content.ladder
    for number, rung in enumerate(ladder.rungs, 1):
        key = f"content.ladder.rungs.{number}"
        yield Entry.exact(f"{key}.bits_per_s", rung.bits_per_s, "bit/s", ladder.rungs_source)
        yield Entry.exact(f"{key}.share", rung.share, "", ladder.shares_source)
    for number, step in enumerate(workload.day.steps, 1):
        yield Entry.exact(f"day.steps.{number}.share", step.share, "", f"from {step.start} on; {workload.day.source}")
    for number, objective in enumerate(workload.objectives, 1):
        unit = "s" if objective.measure.endswith("_s") else ""
        yield Entry.exact(
            f"objectives.{number}.limit", objective.limit, unit, f"limit of {objective.name}; {objective.source}"
        )
