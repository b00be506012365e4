"""Which runs may be compared at all, and how they were made: side by side, in turn, or apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from firstbell.models.comparison.digest import Digest
from firstbell.models.problems import InputError, Problem

Design = Literal["side by side", "in turn", "apart"]

FEWEST_TASKS = 10
"""Reference tasks of each side, from which the machine's speed is told."""

_SAME_LOAD = (
    ("workload_hash", "the profile"),
    ("adapter", "the adapter"),
    ("byte_fraction", "the share of each segment that was fetched"),
    ("learners", "the number of learners"),
    ("pace", "the pace of people's clocks"),
    ("load", "levels, clocks or arrivals"),
)
_SAME_MACHINE = ("cpu", "cores", "memory_bytes", "system")


class IncomparableError(InputError):
    """The runs were not made alike, so that no difference between them says anything of the platform."""

    exit_code = 3


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """How the runs of both sides belong together.

    ``calibrated`` says that the machines differ and that the reference task is to make up for it.
    """

    design: Design
    paired: bool
    calibrated: bool


def pairing_of(base: Sequence[Digest], head: Sequence[Digest], *, calibrate: bool) -> Pairing:
    """How to compare; raise IncomparableError, with every difference, where that would say nothing.

    ``calibrate`` takes runs of different machines, if both tell the cost of a reference task.
    """
    every = (*base, *head)
    problems = [*_other_loads(every), *(() if calibrate else _other_machines(every))]
    foreign = bool(list(_other_machines(every)))
    if foreign and calibrate and not all(_tells_speed(side) for side in (base, head)):
        problems.append(
            Problem(
                source=head[0].label.name,
                key="machine",
                value=None,
                what="the machines differ, and too few reference tasks were seen to calibrate one by the other",
                remedy=f"Measure longer: each side needs {FEWEST_TASKS} of them, such as password hashes",
            )
        )
    if problems:
        raise IncomparableError(problems)
    design = _design(base, head)
    return Pairing(design=design, paired=design != "apart", calibrated=foreign)


def _other_loads(every: Sequence[Digest]) -> Iterator[Problem]:
    first = every[0].label
    for run in every[1:]:
        for key, words in _SAME_LOAD:
            ours, theirs = getattr(run.label, key), getattr(first, key)
            if ours != theirs:
                yield Problem(
                    source=run.label.name,
                    key=key,
                    value=_short(ours),
                    what=f"it can't be compared with {first.name}, where {words} was another: {_short(theirs)}",
                    remedy="Compare runs that were asked for alike",
                )


def _other_machines(every: Sequence[Digest]) -> Iterator[Problem]:
    first = every[0].label
    for run in every[1:]:
        for key in _SAME_MACHINE:
            ours, theirs = run.label.machine.get(key), first.machine.get(key)
            if ours != theirs:
                yield Problem(
                    source=run.label.name,
                    key=f"machine.{key}",
                    value=_short(ours),
                    what=f"another machine than that of {first.name}, which has {_short(theirs)}",
                    remedy="Measure both on one machine, or allow for it by the reference task with --calibrate",
                )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 70 else f"{text[:67]}…"


def _tells_speed(side: Sequence[Digest]) -> bool:
    return sum(sum(run.server.reference_tasks) for run in side if run.server is not None) >= FEWEST_TASKS


def _design(base: Sequence[Digest], head: Sequence[Digest]) -> Design:
    """Pairs need as many runs on both sides, each beside its like."""
    if len(base) != len(head):
        return "apart"
    earlier, later = (sorted(side, key=lambda run: run.label.begun_s) for side in (base, head))
    pairs = list(zip(earlier, later, strict=True))
    if all(_overlap(one, other) > 0.5 for one, other in pairs):
        return "side by side"
    moments = sorted([(run.label.begun_s, number) for side in (earlier, later) for number, run in enumerate(side)])
    in_turn = all(moments[at][1] == moments[at + 1][1] for at in range(0, len(moments), 2))
    return "in turn" if in_turn and len(base) > 1 else "apart"


def _overlap(one: Digest, other: Digest) -> float:
    """Share of the shorter run in which the other was under way as well."""
    both_s = min(one.label.ended_s, other.label.ended_s) - max(one.label.begun_s, other.label.begun_s)
    shorter_s = min(one.label.ended_s - one.label.begun_s, other.label.ended_s - other.label.begun_s)
    return both_s / shorter_s if shorter_s > 0 else 0.0
