"""How far the prediction can be trusted: the checks on held-out levels, in sentences."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from firstbell.models.study import Check, Study
from firstbell.reports.names import activity_name, is_p95, is_throughput, listed, quantity_name, quantity_unit
from firstbell.reports.numbers import count, exact, interval, percent, quantity


@dataclass(frozen=True, kw_only=True)
class Trust:
    """The outcome of the checks, misses worst first. The worst are None where nothing of the kind was checked."""

    checks: int
    within: int
    learners: tuple[int, ...]
    worst_throughput: Check | None
    worst_p95: Check | None
    misses: tuple[Check, ...]


def trust_in(study: Study) -> Trust:
    """Count the checks and find the worst."""
    checks = study.validation
    return Trust(
        checks=len(checks),
        within=sum(check.within for check in checks),
        learners=tuple(sorted({check.learners for check in checks})),
        worst_throughput=_worst(check for check in checks if is_throughput(check.quantity) and check.activity is None),
        worst_p95=_worst(check for check in checks if is_p95(check.quantity)),
        misses=tuple(sorted((check for check in checks if not check.within), key=_severity, reverse=True)),
    )


def relative_error(check: Check) -> float | None:
    """(predicted − measured) / measured; None where nothing was measured."""
    return check.predicted / check.measured - 1 if check.measured else None


def error_in_words(check: Check) -> str:
    """The error with its direction: "31 % too low"."""
    error = relative_error(check)
    if error is None:
        return "nothing measured to compare with"
    if error == 0:
        return "exact"
    return f"{percent(abs(error))} too {'high' if error > 0 else 'low'}"


def subject(check: Check) -> str:
    """What was checked, and where: "Login p95 response time at 520 learners"."""
    what = quantity_name(check.quantity)
    activity = f"{activity_name(check.activity)} " if check.activity else ""
    text = f"{activity}{what} at {count(check.learners)} learners"
    return text[:1].upper() + text[1:]


def miss_in_words(check: Check) -> str:
    """A missed check as a sentence, with its reason where there is one."""
    unit = quantity_unit(check.quantity)
    predicted = interval(check.low, check.predicted, check.high, unit)
    sentence = (
        f"{subject(check)}: predicted {predicted}, measured {quantity(check.measured, unit)}. "
        f"The prediction is {error_in_words(check)}; the tolerance is {exact(check.tolerance, 'ratio')}."
    )
    return f"{sentence} {check.note}" if check.note else f"{sentence} The study gives no reason."


def trust_sentences(trust: Trust) -> tuple[str, ...]:
    """The first page's answer to: how far can the prediction be trusted?"""
    if not trust.checks:
        return ("No prediction was checked against a measurement, so nothing says how good one would be.",)
    levels = listed([count(learners) for learners in trust.learners])
    word = "level" if len(trust.learners) == 1 else "levels"
    return (
        f"The model was fitted without the {word} at {levels} learners, and then tested there.",
        *_worst_sentence("Throughput", trust.worst_throughput),
        *_worst_sentence("p95 response times", trust.worst_p95),
        _score(trust),
    )


def _score(trust: Trust) -> str:
    if not trust.misses:
        return f"All {trust.checks} checks were within their tolerance."
    return f"{trust.within} of {trust.checks} checks were within their tolerance; {len(trust.misses)} missed."


def _worst_sentence(what: str, check: Check | None) -> tuple[str, ...]:
    if check is None:
        return (f"{what}: not checked.",)
    place = f"{activity_name(check.activity)} at" if check.activity else "at"
    tolerance = exact(check.tolerance, "ratio")
    return (
        f"{what}: the worst prediction was {error_in_words(check)} ({place} {count(check.learners)} learners). "
        f"The tolerance is {tolerance}.",
    )


def _severity(check: Check) -> float:
    """The error in tolerances; endless where nothing was measured."""
    error = relative_error(check)
    return math.inf if error is None or check.tolerance == 0 else abs(error) / check.tolerance


def _worst(checks: Iterable[Check]) -> Check | None:
    known = [(abs(error), check) for check in checks if (error := relative_error(check)) is not None]
    return max(known, key=lambda pair: pair[0])[1] if known else None
