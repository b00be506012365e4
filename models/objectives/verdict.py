"""The gate's verdict: objectives, regressions and broken measurements, and the exit code that follows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firstbell.models.comparison.comparison import Change, Comparison, compare
from firstbell.models.comparison.digest import Digest
from firstbell.models.objectives.judgement import Judgement, judgements, objectives_of
from firstbell.models.workload.gate import Gate

HOLDS, FALLS_SHORT, INVALID = 0, 1, 3


@dataclass(frozen=True, kw_only=True)
class GateVerdict:
    """What a gate says. ``invalid`` has a sentence for each reason why nothing may be concluded.

    ``baseline`` is empty where there was none to compare with, and ``comparison`` None.
    """

    runs: tuple[Digest, ...]
    baseline: tuple[Digest, ...]
    judgements: tuple[Judgement, ...]
    comparison: Comparison | None
    regressions: tuple[Change, ...]
    invalid: tuple[str, ...]

    @property
    def failed(self) -> tuple[Judgement, ...]:
        """Objectives that were missed."""
        return tuple(each for each in self.judgements if each.holds is False)

    @property
    def untold(self) -> tuple[Judgement, ...]:
        """Objectives that could not be judged."""
        return tuple(each for each in self.judgements if each.holds is None)

    @property
    def exit_code(self) -> int:
        """Nothing passes that was not measured, and nothing fails that was measured badly."""
        if self.invalid:
            return INVALID
        if self.failed or self.regressions:
            return FALLS_SHORT
        return INVALID if self.untold or not self.judgements else HOLDS


def verdict_of(runs: Sequence[Digest], baseline: Sequence[Digest], gate: Gate, *, seed: int) -> GateVerdict:
    """Judge runs, beside a baseline where there is one.

    Raises InputError where objectives ask for what can't be, IncomparableError where the sides were not made alike.
    """
    rules = gate.comparison
    broken = tuple(words for run in (*runs, *baseline) for words in run.complaints())
    if broken:
        return GateVerdict(
            runs=tuple(runs), baseline=tuple(baseline), judgements=(), comparison=None, regressions=(), invalid=broken
        )
    comparison = compare(baseline, runs, rules=rules, seed=seed) if baseline else None
    judged = judgements(objectives_of(gate, runs), runs, comparison, rules, seed=seed)
    return GateVerdict(
        runs=tuple(runs),
        baseline=tuple(baseline),
        judgements=judged,
        comparison=comparison,
        regressions=comparison.worse if comparison is not None and rules.regressions else (),
        invalid=() if comparison is None else tuple(_too_noisy(comparison)),
    )


def _too_noisy(comparison: Comparison) -> Iterator[str]:
    """A comparison that finds nothing because it could not find anything does not pass."""
    capacity, limit = comparison.capacity, comparison.rules.must_detect
    if capacity is not None and capacity.detectable > limit and not comparison.worse:
        yield (
            f"the runs are too noisy: a loss of capacity of {capacity.detectable:.0%} might go unseen, and the gate is "
            f"to find {limit:.0%} (must_detect). More or longer rounds make it finer"
        )
