"""The answer in sentences: what an official reads first, in every form of the report."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from firstbell.models.study import Forecast, Prediction, SizingRow, Study
from firstbell.reports.layers import shares_in_words
from firstbell.reports.names import listed
from firstbell.reports.numbers import count, interval, number, percent
from firstbell.reports.purchase import headline_rows

Word = Literal["It holds", "It falls short", "Not finished", "Not valid"]


EXTRAPOLATED = "†"
"""Stands beside every figure that rests on costs measured at a lower load."""
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

    word: Word
    good: bool
    sentence: str
    figures: tuple[str, ...]
    notices: tuple[Notice, ...]


def answer_of(study: Study) -> Answer:
    """What the study answers. An invalid or unfinished measurement never reads as one that holds."""
    word = _word(study)
    valid = word != "Not valid"
    return Answer(
        word=word,
        good=word == "It holds",
        sentence=study.verdict.sentence if valid else _NO_VERDICT,
        figures=(*_breaking(study), *_sized(study), *_purchase(study)) if valid else (),
        notices=(*_invalid(study), *_unfinished(study), *_black_box(study), *_quick(study)),
    )


def row_figure(row: SizingRow) -> str:
    """A sizing row's quantity with its interval and unit, marked where it is extrapolated."""
    figure = interval(row.low, row.quantity, row.high, row.unit)
    return f"{figure}\u00a0{EXTRAPOLATED}" if row.note else figure


def extrapolation_marks(rows: Iterable[SizingRow]) -> tuple[str, ...]:
    """What the mark beside figures says, a sentence for each level that has it."""
    marked = {(row.level, row.learners): row.note for row in rows if row.note}
    return tuple(
        f"{EXTRAPOLATED} For {count(learners)} learners ({level} level) {note}. "
        "What activities cost was measured, a system so loaded was not."
        for (level, learners), note in marked.items()
    )


def load_sentence(study: Study) -> str | None:
    """How well the load is known that learners bring, and why not better; None where nothing was fitted."""
    known = study.load_uncertainty
    if known is None:
        return None
    width = percent(2 * known.relative_sd)
    return (
        f"The load that learners bring is known to about ±{width} (95 % interval). "
        f"That uncertainty comes from: {shares_in_words(known.shares)}."
    )


def systems_of(forecast: Forecast) -> tuple[tuple[str, Prediction], ...]:
    """The systems that a level is forecast for, by name: the measured one and, where there is any, the sized one."""
    sized = forecast.sized_system
    return (("measured system", forecast.measured_system), *([("sized system", sized)] if sized is not None else []))


def level_title(level: str, learners: int) -> str:
    """A level of the forecast as a heading: "Contract: 115 000 learners"."""
    return f"{level.capitalize()}: {count(learners)} learners"


def extrapolation_in_words(forecast: Forecast) -> str | None:
    """Which of a level's two predictions reach beyond what was measured; None where neither does."""
    reaching = [(name, system.times_measured_load) for name, system in systems_of(forecast) if system.extrapolated]
    if not reaching:
        return None
    which = listed([f"the {name}{_times(times)}" for name, times in reaching])
    said = f"The figures for {which} reach beyond what was measured."
    return f"{said} That is an extrapolation: it rests on the model alone."


def _times(times: float | None) -> str:
    return "" if times is None else f" ({number(times, digits=2)} times the highest measured load)"


def _word(study: Study) -> Word:
    if study.validity.verdict != "valid":
        return "Not valid"
    if not study.complete:
        return "Not finished"
    return "It holds" if study.verdict.holds else "It falls short"


def _breaking(study: Study) -> tuple[str, ...]:
    if study.breaking is None:
        return ()
    learners = study.breaking.learners
    carries = interval(learners.low, learners.likely, learners.high, "learners")
    return (f"As measured, the system carries {carries} in session. What gives way first: {study.breaking.binding}.",)


def _sized(study: Study) -> tuple[str, ...]:
    sized = [(count(one.learners), one.sized_system) for one in study.forecast if one.sized_system is not None]
    holding = [learners for learners, system in sized if system.holds]
    failing = [learners for learners, system in sized if not system.holds]
    if not sized:
        return ()
    if not failing:
        return (f"With what is listed below, the forecast says that it holds at {listed(holding)} learners.",)
    return (f"Even with what is listed below, the forecast says that it does not hold at {listed(failing)} learners.",)


def _purchase(study: Study) -> tuple[str, ...]:
    rows = headline_rows(study)
    if not rows:
        return ()
    listed = "; ".join(f"{row.title}: {row_figure(row)}" for row in rows)
    bought = f"For {count(rows[0].learners)} learners ({rows[0].level} level), buy in the main: {listed}."
    return (bought, *extrapolation_marks(rows))


def _invalid(study: Study) -> tuple[Notice, ...]:
    if study.validity.verdict == "valid":
        return ()
    titles = {
        "generator-bound": "This measurement is not valid: the load generator was the bottleneck, not the system.",
        "invalid": "This measurement is not valid.",
    }
    title = f"{titles[study.validity.verdict]} Do not sign it, and do not buy by it."
    return (Notice(title=title, reasons=study.validity.reasons, grave=True),)


def _unfinished(study: Study) -> tuple[Notice, ...]:
    if study.complete:
        return ()
    missing = [
        name
        for name, found in (
            ("no level", study.levels),
            ("no fit", study.fit),
            ("no check of the prediction", study.validation),
            ("no forecast", study.forecast),
            ("no sizing", study.sizing),
        )
        if not found
    ]
    measured = f"{len(study.levels)} {'level was' if len(study.levels) == 1 else 'levels were'} measured."
    lacking = (f"It has {listed(missing)}.",) if missing else ()
    title = "This study was stopped before its end. The report shows what there is."
    return (Notice(title=title, reasons=(measured, *lacking), grave=True),)


def _black_box(study: Study) -> tuple[Notice, ...]:
    if study.fit is None or study.fit.demands_from != "responses":
        return ()
    return (
        Notice(
            title="The platform showed no processor times: it was measured from outside, as a black box.",
            reasons=(
                "What activities cost was found from response times alone. It is the cost at whatever is contended; "
                "which part of the platform that is, and what lies in parts that were never busy, they do not tell.",
                "So no cores and no servers are sized. Storage, bandwidth and sign-in are: they rest on the profile.",
                "For more, let the platform show the processor time of its stations at /metrics, and measure again.",
            ),
            grave=False,
        ),
    )


def _quick(study: Study) -> tuple[Notice, ...]:
    if not study.quick:
        return ()
    reason = "Its levels are fewer and shorter, and its intervals wider. Run the full study before buying."
    return (Notice(title="This was a quick study.", reasons=(reason,), grave=False),)
