"""The answer in sentences: what an official reads first, in every form of the report."""

from dataclasses import dataclass
from typing import Literal

from firstbell.models.study import Forecast, SizingRow, Study
from firstbell.reports.names import listed
from firstbell.reports.numbers import count, interval
from firstbell.reports.purchase import headline_rows

Word = Literal["It holds", "It falls short", "Not finished", "Not valid"]


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
        notices=(*_invalid(study), *_unfinished(study), *_quick(study)),
    )


def row_figure(row: SizingRow) -> str:
    """A sizing row's quantity with its interval and unit."""
    return interval(row.low, row.quantity, row.high, row.unit)


def level_title(level: str, learners: int) -> str:
    """A level of the forecast as a heading: "Contract: 115 000 learners"."""
    return f"{level.capitalize()}: {count(learners)} learners"


def extrapolation_in_words(forecast: Forecast) -> str | None:
    """Which of a level's two predictions reach beyond what was measured; None where neither does."""
    measured, sized = forecast.measured_system.extrapolated, forecast.sized_system.extrapolated
    if not measured and not sized:
        return None
    which = "both systems reach" if measured and sized else f"the {'measured' if measured else 'sized'} system reach"
    return f"The figures for {which} beyond what was measured. That is an extrapolation: it rests on the model alone."


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
    holding = [count(forecast.learners) for forecast in study.forecast if forecast.sized_system.holds]
    failing = [count(forecast.learners) for forecast in study.forecast if not forecast.sized_system.holds]
    if not study.forecast:
        return ()
    if not failing:
        return (f"With what is listed below, the forecast says that it holds at {listed(holding)} learners.",)
    return (f"Even with what is listed below, the forecast says that it does not hold at {listed(failing)} learners.",)


def _purchase(study: Study) -> tuple[str, ...]:
    rows = headline_rows(study)
    if not rows:
        return ()
    listed = "; ".join(f"{row.title}: {row_figure(row)}" for row in rows)
    return (f"For {count(rows[0].learners)} learners ({rows[0].level} level), buy in the main: {listed}.",)


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


def _quick(study: Study) -> tuple[Notice, ...]:
    if not study.quick:
        return ()
    reason = "Its levels are fewer and shorter, and its intervals wider. Run the full study before buying."
    return (Notice(title="This was a quick study.", reasons=(reason,), grave=False),)
