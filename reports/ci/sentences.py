"""What changed, in one sentence each: what, how much and how sure."""

from firstbell.models.comparison.comparison import ALL_STATIONS, EVERYTHING, Change, Comparison
from firstbell.models.objectives.judgement import Judgement
from firstbell.models.objectives.verdict import GateVerdict
from firstbell.reports.numbers import count, percent, quantity

_SHOWN = ("capacity", "demand", "common")
_UNITS = {"1/s": "per_s", "ratio to baseline": "ratio"}


def headline(verdict: GateVerdict) -> str:
    """The verdict in a sentence or two."""
    if verdict.invalid:
        return f"Nothing can be concluded: {verdict.invalid[0]}{_further(len(verdict.invalid) - 1)}."
    said = [regression(verdict.comparison)] if verdict.comparison is not None and verdict.regressions else []
    if verdict.failed:
        said.append(f"Missed: {'; '.join(judged(each) for each in verdict.failed)}.")
    if said:
        return " ".join(said)
    if verdict.untold:
        return f"Not judged: {'; '.join(judged(each) for each in verdict.untold)}."
    if not verdict.judgements:
        return "Nothing was asked for: there are no objectives."
    return f"It holds: {len(verdict.judgements)} objectives{_beside(verdict.comparison)}."


def _further(number: int) -> str:
    return f" (and {number} more)" if number else ""


def _beside(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    better = f" Better: {'; '.join(change_words(c) for c in comparison.better[:2])}." if comparison.better else ""
    return f", and nothing got surely worse than the baseline.{better}".removesuffix(".")


def regression(comparison: Comparison) -> str:
    """What the change costs, and where it comes from."""
    capacity, culprit = comparison.capacity, comparison.culprit
    parts = []
    if capacity is not None and capacity.ratio < 1:
        lost = f"{percent(1 - capacity.ratio)} ({percent_range(1 - capacity.high, 1 - capacity.low)})"
        about = "" if capacity.worse else "about "
        parts.append(
            f"This change costs {about}{lost} of the learners that the platform can carry "
            f"({count(capacity.before)} before, {count(capacity.after)} now)"
        )
    first = culprit or comparison.worse[0]
    if first is not capacity:
        parts.append(change_words(first))
    others = [change for change in comparison.worse if change not in (first, capacity) and _of_another(change, first)]
    parts += [change_words(change) for change in others[:2]]
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _of_another(change: Change, first: Change) -> bool:
    """What the first has not said already: its activity's total, its other stations, its longer times."""
    return change.activity != first.activity or (change.activity is None and change.station != first.station)


def change_words(change: Change) -> str:
    """One change, such as "page: processor time at database rose from 3.1 ms to 3.6 ms (+16 %, 12 to 20 %)"."""
    verb = "rose" if change.after >= change.before else "fell"
    unit = _UNITS.get(change.unit, change.unit)
    if change.kind == "errors":
        return f"{change.name} {verb} from {percent(change.before)} to {percent(change.after)}"
    if change.kind == "common":
        return f"{change.name} {verb} by {signed(change.ratio - 1)} ({between(change)})"
    before, after = quantity(change.before, unit), quantity(change.after, unit)
    return f"{change.name} {verb} from {before} to {after} ({signed(change.ratio - 1)}, {between(change)})"


def worth_a_row(change: Change) -> bool:
    """Whether a short table has it: every activity once, and whatever surely changed."""
    if change.worse or change.better:
        return True
    return change.kind in _SHOWN and change.station in (None, ALL_STATIONS, EVERYTHING)


def rows(comparison: Comparison) -> list[Change]:
    """The changes of a short table, capacity first."""
    capacity = () if comparison.capacity is None else (comparison.capacity,)
    return [change for change in (*capacity, *comparison.changes) if worth_a_row(change)]


def cells(change: Change) -> tuple[str, str, str, str, str]:
    """Before, now, the change, its interval, and the smallest that would have been found."""
    if change.kind == "errors":
        return percent(change.before), percent(change.after), "", "", ""
    before, after = (quantity(value, change.unit) for value in (change.before, change.after))
    return before, after, signed(change.ratio - 1), between(change), percent(change.detectable)


def between(change: Change) -> str:
    """The interval of a change, as shares."""
    return percent_range(change.low - 1, change.high - 1)


def percent_range(low: float, high: float) -> str:
    """Two shares with one unit."""
    return f"{_plain(low)} to {_plain(high)} %"


def _plain(share: float) -> str:
    hundredths = 100 * share
    return f"{hundredths:.1f}".replace("-", "−") if abs(hundredths) < 9.95 else f"{hundredths:.0f}".replace("-", "−")


def signed(share: float) -> str:
    """A change as a share, with its sign."""
    return f"{'+' if share >= 0 else ''}{_plain(share)} %"


def judged(judgement: Judgement) -> str:
    """An objective and what came of it."""
    if judgement.value is None:
        return f"{judgement.name}: {judgement.why}"
    return f"{judgement.name}, but it is {value_words(judgement)}"


def value_words(judgement: Judgement) -> str:
    """The value with its interval."""
    if judgement.value is None:
        return "not known"
    unit = _UNITS.get(judgement.unit, judgement.unit)
    said = quantity(judgement.value, unit)
    if judgement.low is None or judgement.high is None or judgement.low == judgement.high:
        return said
    return f"{said} ({quantity(judgement.low, unit)} to {quantity(judgement.high, unit)})"


def design_words(comparison: Comparison) -> str:
    """How the sides were measured, and what would have been found."""
    before, after = comparison.runs
    pairing = comparison.pairing
    said = f"{before} against {after} runs, measured {pairing.design}"
    if pairing.calibrated:
        said += ", machines that differ, calibrated by the reference task"
    smallest = [c.detectable for c in comparison.changes if c.kind == "demand" and c.station == ALL_STATIONS]
    if comparison.capacity is not None:
        least = percent(comparison.capacity.detectable)
        said += f". A loss of {least} of capacity would have been found nine times in ten"
    if smallest:
        said += f", {percent(min(smallest))} to {percent(max(smallest))} more processor time of an activity"
    return f"{said}."
