"""How far the prediction can be trusted: the checks on held-out levels, in sentences."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from firstbell.models.study import Check, Study
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.languages.language import capitalised
from firstbell.reports.names import activity_name, is_p95, is_throughput, listed, quantity_name, quantity_unit
from firstbell.reports.numbers import count, exact, interval, learners, percent, quantity


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


def error_in_words(check: Check, *, language: Language = ENGLISH) -> str:
    """The error with its direction: "31 % too low"."""
    error = relative_error(check)
    if error is None:
        return language.text("nothing measured to compare with")
    if error == 0:
        return language.text("exact")
    off = percent(abs(error), language=language)
    return language.text("{percent} too high" if error > 0 else "{percent} too low", percent=off)


def subject(check: Check, *, language: Language = ENGLISH) -> str:
    """What was checked, and where: "Login p95 response time at 520 learners"."""
    what = quantity_name(check.quantity, language=language)
    people = learners(check.learners, language=language)
    if not check.activity:
        return capitalised(language.text("{quantity} at {learners}", quantity=what, learners=people))
    activity = activity_name(check.activity, language=language)
    said = language.text("{activity} {quantity} at {learners}", activity=activity, quantity=what, learners=people)
    return capitalised(said)


def miss_in_words(check: Check, *, language: Language = ENGLISH) -> str:
    """A missed check as a sentence, with its reason where there is one."""
    unit = quantity_unit(check.quantity)
    sentence = language.text(
        "{subject}: predicted {predicted}, measured {measured}. The prediction is {error}; the tolerance is "
        "{tolerance}.",
        subject=subject(check, language=language),
        predicted=interval(check.low, check.predicted, check.high, unit, language=language),
        measured=quantity(check.measured, unit, language=language),
        error=error_in_words(check, language=language),
        tolerance=exact(check.tolerance, "ratio", language=language),
    )
    reason = language.told(check.note) if check.note else language.text("The study gives no reason.")
    return f"{sentence} {reason}"


def trust_sentences(trust: Trust, *, language: Language = ENGLISH) -> tuple[str, ...]:
    """The first page's answer to: how far can the prediction be trusted?"""
    if not trust.checks:
        said = "No prediction was checked against a measurement, so nothing says how good one would be."
        return (language.text(said),)
    return (
        language.plural(
            "The model was fitted without the level at {counts} learners, and then tested there.",
            "The model was fitted without the levels at {counts} learners, and then tested there.",
            len(trust.learners),
            counts=listed([count(people, language=language) for people in trust.learners], language=language),
        ),
        _worst_sentence(language.text("Throughput"), trust.worst_throughput, language),
        _worst_sentence(language.text("p95 response times"), trust.worst_p95, language),
        _score(trust, language),
    )


def _score(trust: Trust, language: Language) -> str:
    if not trust.misses:
        return language.text("All {checks} checks were within their tolerance.", checks=trust.checks)
    return language.text(
        "{within} of {checks} checks were within their tolerance; {missed} missed.",
        within=trust.within,
        checks=trust.checks,
        missed=len(trust.misses),
    )


def _worst_sentence(what: str, check: Check | None, language: Language) -> str:
    if check is None:
        return language.text("{what}: not checked.", what=what)
    people = learners(check.learners, language=language)
    place = language.text("at {learners}", learners=people)
    if check.activity:
        activity = activity_name(check.activity, language=language)
        place = language.text("{activity} at {learners}", activity=activity, learners=people)
    return language.text(
        "{what}: the worst prediction was {error} ({place}). The tolerance is {tolerance}.",
        what=what,
        error=error_in_words(check, language=language),
        place=place,
        tolerance=exact(check.tolerance, "ratio", language=language),
    )


def _severity(check: Check) -> float:
    """The error in tolerances; endless where nothing was measured."""
    error = relative_error(check)
    return math.inf if error is None or check.tolerance == 0 else abs(error) / check.tolerance


def _worst(checks: Iterable[Check]) -> Check | None:
    known = [(abs(error), check) for check in checks if (error := relative_error(check)) is not None]
    return max(known, key=lambda pair: pair[0])[1] if known else None
