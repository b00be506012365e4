"""The answer in sentences: what an official reads first, in every form of the report."""

from collections.abc import Iterable
from dataclasses import dataclass

from firstbell.models.study import Forecast, Prediction, SizingRow, Study
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.layers import shares_in_words
from firstbell.reports.names import listed
from firstbell.reports.numbers import count, interval, learners, number, percent
from firstbell.reports.purchase import headline_rows

EXTRAPOLATED = "†"
"""Stands beside every figure that rests on costs measured at a lower load."""
_THE_SYSTEM = {"measured system": "the measured system", "sized system": "the sized system"}
_NO_VERDICT = "There is no answer: what was measured says nothing sure about the system."


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What must be known before anything else is believed."""

    title: str
    reasons: tuple[str, ...]
    grave: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The verdict in a word and a sentence, and the figures behind it."""

    word: str
    good: bool
    sentence: str
    figures: tuple[str, ...]
    notices: tuple[Notice, ...]


def answer_of(study: Study, *, language: Language = ENGLISH) -> Answer:
    """What the study answers. An invalid or unfinished measurement never reads as one that holds."""
    valid = study.validity.verdict == "valid"
    return Answer(
        word=_word(study, language),
        good=valid and study.complete and study.verdict.holds,
        sentence=language.told(study.verdict.sentence) if valid else language.text(_NO_VERDICT),
        figures=(*_breaking(study, language), *_sized(study, language), *_purchase(study, language)) if valid else (),
        notices=(
            *_invalid(study, language),
            *_unfinished(study, language),
            *_black_box(study, language),
            *_quick(study, language),
        ),
    )


def row_figure(row: SizingRow, *, language: Language = ENGLISH) -> str:
    """A sizing row's quantity with its interval and unit, marked where it is extrapolated."""
    figure = interval(row.low, row.quantity, row.high, row.unit, language=language)
    return f"{figure}\u00a0{EXTRAPOLATED}" if row.note else figure


def extrapolation_marks(rows: Iterable[SizingRow], *, language: Language = ENGLISH) -> tuple[str, ...]:
    """What the mark beside figures says, a sentence for each level that has it."""
    marked = {(row.level, row.learners): row.note for row in rows if row.note}
    return tuple(
        language.text(
            "{mark} For {learners} ({level} level) {note}. What activities cost was measured, a system so loaded was "
            "not.",
            mark=EXTRAPOLATED,
            learners=learners(people, language=language),
            level=language.told(level),
            note=language.told(note),
        )
        for (level, people), note in marked.items()
    )


def load_sentence(study: Study, *, language: Language = ENGLISH) -> str | None:
    """How well the load is known that learners bring, and why not better; None where nothing was fitted."""
    known = study.load_uncertainty
    if known is None:
        return None
    return language.text(
        "The load that learners bring is known to about ±{width} (95 % interval). That uncertainty comes from: "
        "{layers}.",
        width=percent(2 * known.relative_sd, language=language),
        layers=shares_in_words(known.shares, language=language),
    )


def systems_of(forecast: Forecast) -> tuple[tuple[str, Prediction], ...]:
    """The systems that a level is forecast for, by name: the measured one and, where there is any, the sized one."""
    sized = forecast.sized_system
    return (("measured system", forecast.measured_system), *([("sized system", sized)] if sized is not None else []))


def level_name(level: str, *, language: Language = ENGLISH) -> str:
    """A level of the forecast as a heading of its own: "Contract"."""
    return language.told(level.capitalize())


def level_title(level: str, people: int, *, language: Language = ENGLISH) -> str:
    """The same with its learners: "Contract: 115 000 learners"."""
    return f"{level_name(level, language=language)}: {learners(people, language=language)}"


def extrapolation_in_words(forecast: Forecast, *, language: Language = ENGLISH) -> str | None:
    """Which of a level's two predictions reach beyond what was measured; None where neither does."""
    reaching = [(name, system.times_measured_load) for name, system in systems_of(forecast) if system.extrapolated]
    if not reaching:
        return None
    which = listed(
        [_with_times(language.text(_THE_SYSTEM[name]), times, language) for name, times in reaching], language=language
    )
    return language.text(
        "The figures for {systems} reach beyond what was measured. That is an extrapolation: it rests on the model "
        "alone.",
        systems=which,
    )


def _with_times(system: str, times: float | None, language: Language) -> str:
    if times is None:
        return system
    said = number(times, digits=2, language=language)
    return language.text("{system} ({times} times the highest measured load)", system=system, times=said)


def _word(study: Study, language: Language) -> str:
    if study.validity.verdict != "valid":
        return language.text("Not valid")
    if not study.complete:
        return language.text("Not finished")
    return language.text("It holds" if study.verdict.holds else "It falls short")


def _breaking(study: Study, language: Language) -> tuple[str, ...]:
    if study.breaking is None:
        return ()
    people = study.breaking.learners
    return (
        language.text(
            "As measured, the system carries {learners} in session. What gives way first: {binding}.",
            learners=interval(people.low, people.likely, people.high, "learners", language=language),
            binding=language.told(study.breaking.binding),
        ),
    )


def _sized(study: Study, language: Language) -> tuple[str, ...]:
    sized = [
        (count(one.learners, language=language), one.sized_system)
        for one in study.forecast
        if one.sized_system is not None
    ]
    holding = [learners for learners, system in sized if system.holds]
    failing = [learners for learners, system in sized if not system.holds]
    if not sized:
        return ()
    if not failing:
        return (
            language.text(
                "With what is listed below, the forecast says that it holds at {counts} learners.",
                counts=listed(holding, language=language),
            ),
        )
    return (
        language.text(
            "Even with what is listed below, the forecast says that it does not hold at {counts} learners.",
            counts=listed(failing, language=language),
        ),
    )


def _purchase(study: Study, language: Language) -> tuple[str, ...]:
    rows = headline_rows(study)
    if not rows:
        return ()
    bought = language.text(
        "For {learners} ({level} level), buy in the main: {items}.",
        learners=learners(rows[0].learners, language=language),
        level=language.told(rows[0].level),
        items="; ".join(f"{language.told(row.title)}: {row_figure(row, language=language)}" for row in rows),
    )
    return (bought, *extrapolation_marks(rows, language=language))


def _invalid(study: Study, language: Language) -> tuple[Notice, ...]:
    if study.validity.verdict == "valid":
        return ()
    titles = {
        "generator-bound": "This measurement is not valid: the load generator was the bottleneck, not the system.",
        "invalid": "This measurement is not valid.",
    }
    warning = language.text("Do not sign it, and do not buy by it.")
    title = f"{language.text(titles[study.validity.verdict])} {warning}"
    return (Notice(title=title, reasons=tuple(map(language.told, study.validity.reasons)), grave=True),)


def _unfinished(study: Study, language: Language) -> tuple[Notice, ...]:
    if study.complete:
        return ()
    missing = [
        language.text(name)
        for name, found in (
            ("no level", study.levels),
            ("no fit", study.fit),
            ("no check of the prediction", study.validation),
            ("no forecast", study.forecast),
            ("no sizing", study.sizing),
        )
        if not found
    ]
    levels = len(study.levels)
    measured = language.plural("{n} level was measured.", "{n} levels were measured.", levels, n=levels)
    lacking = (language.text("It has {parts}.", parts=listed(missing, language=language)),) if missing else ()
    title = language.text("This study was stopped before its end. The report shows what there is.")
    return (Notice(title=title, reasons=(measured, *lacking), grave=True),)


def _black_box(study: Study, language: Language) -> tuple[Notice, ...]:
    if study.fit is None or study.fit.demands_from != "responses":
        return ()
    title = "The platform showed no processor times: it was measured from outside, as a black box."
    reasons = (
        "What activities cost was found from response times alone. It is the cost at whatever is contended; "
        "which part of the platform that is, and what lies in parts that were never busy, they do not tell.",
        "So no cores and no servers are sized. Storage, bandwidth and sign-in are: they rest on the profile.",
        "For more, let the platform show the processor time of its stations at /metrics, and measure again.",
    )
    return (Notice(title=language.text(title), reasons=tuple(map(language.text, reasons)), grave=False),)


def _quick(study: Study, language: Language) -> tuple[Notice, ...]:
    if not study.quick:
        return ()
    reason = "Its levels are fewer and shorter, and its intervals wider. Run the full study before buying."
    return (Notice(title=language.text("This was a quick study."), reasons=(language.text(reason),), grave=False),)
