"""`report.md`: the report in short, for places that show Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from firstbell.models.study import Check, Study
from firstbell.reports.answer import (
    answer_of,
    extrapolation_in_words,
    extrapolation_marks,
    level_title,
    load_sentence,
    row_figure,
    systems_of,
)
from firstbell.reports.layers import LAYERS, share_cells
from firstbell.reports.markdown_table import table
from firstbell.reports.names import (
    LAYER_MEANINGS,
    activity_name,
    group_name,
    kind_name,
    layer_name,
    quantity_name,
    quantity_unit,
)
from firstbell.reports.numbers import UNKNOWN, count, exact, interval, moment, number, percent, quantity, rate, seconds
from firstbell.reports.purchase import items_across_levels, purchase_levels
from firstbell.reports.trust import error_in_words, miss_in_words, trust_in, trust_sentences

RESULTS = {True: "holds", False: "**falls short**", None: "not forecast"}


def render_markdown(study: Study) -> str:
    """The answer, the trust in it, the purchase, the forecast and what was measured."""
    parts = (_head, _trust, _limits, _purchase, _uncertainty, _forecast, _levels, _checks)
    return "\n".join(line for part in parts for line in part(study)) + "\n"


def _head(study: Study) -> Iterator[str]:
    answer = answer_of(study)
    yield f"# {_text(study.workload_title)}: will it hold when the first bell rings?"
    yield ""
    for notice in answer.notices:
        yield f"> **{_text(notice.title)}** {_text(' '.join(notice.reasons))}"
        yield ""
    yield f"**{answer.word}.** {_text(answer.sentence)}"
    yield ""
    yield from _bullets(answer.figures)
    yield f"firstbell {study.firstbell}, {moment(study.created)}, workload {study.workload}, seed {study.seed}"
    yield ""


def _trust(study: Study) -> Iterator[str]:
    trust = trust_in(study)
    yield from _heading("How far the prediction can be trusted")
    yield from _bullets((*trust_sentences(trust), *(f"Miss: {miss_in_words(check)}" for check in trust.misses)))


def _limits(study: Study) -> Iterator[str]:
    yield from _heading("What “concurrent” means here")
    yield f"{_text(study.concurrent_meaning)} (source: {_text(study.concurrent_source)})"
    yield ""
    yield from _heading("What was scaled down")
    yield from _bullets(study.scaled_down or ("Nothing.",))
    yield from _heading("What was not measured")
    yield from _bullets(study.not_measured or ("Nothing is known to be missing.",))


def _purchase(study: Study) -> Iterator[str]:
    yield from _heading("The purchase")
    levels = purchase_levels(study)
    if not levels:
        yield from _bullets(("Nothing was sized.",))
        return
    rows = [
        [group_name(item.group), item.title, *(row_figure(row) if row else "–" for row in item.rows)]
        for item in items_across_levels(study)
    ]
    yield from _table(["Group", "Item", *(level_title(level.level, level.learners) for level in levels)], rows)
    yield from _bullets(extrapolation_marks(study.sizing))


def _uncertainty(study: Study) -> Iterator[str]:
    """Every sized line at every level: its interval, and each layer's share in its variance."""
    yield from _heading("Where the uncertainty comes from")
    said = load_sentence(study)
    meanings = [f"{layer_name(layer)}: {meaning}." for layer, meaning in LAYER_MEANINGS.items()]
    yield from _bullets([*([said] if said else []), *meanings])
    rows = [
        [row.title, level_title(row.level, row.learners), row_figure(row), *share_cells(row.shares)]
        for item in items_across_levels(study)
        for row in item.present
    ]
    if rows:
        yield from _table(["Item", "Level", "Figure (95 % interval)", *map(layer_name, LAYERS)], rows)


def _forecast(study: Study) -> Iterator[str]:
    yield from _heading("The forecast")
    if not study.forecast:
        yield from _bullets(("There is no forecast.",))
        return
    rows = [
        [
            level_title(forecast.level, forecast.learners),
            name,
            RESULTS[system.holds],
            number(system.times_measured_load, digits=2),
            UNKNOWN
            if system.load is None
            else interval(system.load.low, system.load.likely, system.load.high, "ratio"),
            rate(system.offered_per_s),
            rate(system.throughput_per_s),
        ]
        for forecast in study.forecast
        for name, system in systems_of(forecast)
    ]
    header = ["Level", "System", "Result", "Times the measured load", "Of its cores", "Asked for", "Answered"]
    yield from _table(header, rows)
    words = ((forecast, extrapolation_in_words(forecast)) for forecast in study.forecast)
    yield from _bullets(f"{count(forecast.learners)} learners: {said}" for forecast, said in words if said)


def _levels(study: Study) -> Iterator[str]:
    yield from _heading("What was measured")
    if not study.levels:
        yield from _bullets(("No level was measured.",))
        return
    rows = [
        [
            count(level.learners),
            kind_name(level.kind),
            rate(level.throughput_per_s),
            percent(level.error_ratio),
            percent(level.utilization),
            seconds(level.lateness_p99_s),
        ]
        for level in study.levels
    ]
    yield from _table(["Learners", "Purpose", "Requests", "Errors", "Utilisation", "Lateness p99"], rows)


def _checks(study: Study) -> Iterator[str]:
    yield from _heading("Predicted against measured")
    if not study.validation:
        yield from _bullets(("No prediction was checked.",))
        return
    header = ["Learners", "Activity", "Quantity", "Predicted", "Measured", "Prediction is", "Tolerance", "Result"]
    yield from _table(header, [_check(check) for check in study.validation])


def _check(check: Check) -> list[str]:
    unit = quantity_unit(check.quantity)
    return [
        count(check.learners),
        activity_name(check.activity) if check.activity else "all",
        quantity_name(check.quantity),
        interval(check.low, check.predicted, check.high, unit),
        quantity(check.measured, unit),
        error_in_words(check),
        exact(check.tolerance, "ratio"),
        "within" if check.within else "**MISS**",
    ]


def _heading(title: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""


def _bullets(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"- {_text(line)}"
    yield ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    return table(header, [[cell.replace("|", chr(92) + "|") for cell in row] for row in rows])


def _text(text: str) -> str:
    """Text on one line, without characters that Markdown would take for HTML."""
    return " ".join(text.split()).replace("<", "&lt;")
