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
from firstbell.reports.languages import ENGLISH, Language, unmarked
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
from firstbell.reports.numbers import (
    UNKNOWN,
    count,
    exact,
    interval,
    learners,
    moment,
    number,
    percent,
    quantity,
    rate,
    seconds,
)
from firstbell.reports.purchase import items_across_levels, purchase_levels
from firstbell.reports.roll_out import added_figure, due_figure, orders_of
from firstbell.reports.trust import error_in_words, miss_in_words, trust_in, trust_sentences


def render_markdown(study: Study, *, language: Language = ENGLISH) -> str:
    """The answer, the trust in it, the purchase, the forecast and what was measured."""
    parts = (_head, _trust, _limits, _purchase, _roll_out, _uncertainty, _forecast, _levels, _checks)
    return unmarked("\n".join(line for part in parts for line in part(study, language)) + "\n")


def _head(study: Study, language: Language) -> Iterator[str]:
    answer = answer_of(study, language=language)
    title = language.told(study.workload_title)
    yield f"# {_text(language.text('{workload}: will it hold when the first bell rings?', workload=title))}"
    yield ""
    for notice in answer.notices:
        yield f"> **{_text(notice.title)}** {_text(' '.join(notice.reasons))}"
        yield ""
    yield f"**{answer.word}.** {_text(answer.sentence)}"
    yield ""
    yield from _bullets(answer.figures)
    yield language.text(
        "firstbell {version}, {moment}, workload {workload}, seed {seed}",
        version=study.firstbell,
        moment=moment(study.created, language=language),
        workload=study.workload,
        seed=study.seed,
    )
    yield ""


def _trust(study: Study, language: Language) -> Iterator[str]:
    trust = trust_in(study)
    yield from _heading(language.text("How far the prediction can be trusted"))
    misses = (f"{language.text('Miss:')} {miss_in_words(check, language=language)}" for check in trust.misses)
    yield from _bullets((*trust_sentences(trust, language=language), *misses))


def _limits(study: Study, language: Language) -> Iterator[str]:
    yield from _heading(language.text("What “concurrent” means here"))
    source = language.text("(source: {source})", source=language.told(study.concurrent_source))
    yield f"{_text(language.told(study.concurrent_meaning))} {_text(source)}"
    yield ""
    yield from _heading(language.text("What was scaled down"))
    yield from _bullets(map(language.told, study.scaled_down or ("Nothing.",)))
    yield from _heading(language.text("What was not measured"))
    yield from _bullets(map(language.told, study.not_measured or ("Nothing is known to be missing.",)))


def _purchase(study: Study, language: Language) -> Iterator[str]:
    yield from _heading(language.text("The purchase"))
    levels = purchase_levels(study)
    if not levels:
        yield from _bullets((language.text("Nothing was sized."),))
        return
    rows = [
        [
            group_name(item.group, language=language),
            language.told(item.title),
            *(row_figure(row, language=language) if row else UNKNOWN for row in item.rows),
        ]
        for item in items_across_levels(study)
    ]
    titles = (level_title(level.level, level.learners, language=language) for level in levels)
    yield from _table([language.text("Group"), language.text("Item"), *titles], rows)
    yield from _bullets(extrapolation_marks(study.sizing, language=language))


def _roll_out(study: Study, language: Language) -> Iterator[str]:
    """What to order by when, at the highest level."""
    for highest in orders_of(study.roll_out)[-1:]:
        yield from _heading(language.text("When to order"))
        title = level_title(highest.level, highest.learners, language=language)
        yield _text(language.text("{level}: what to order by when", level=title))
        yield ""
        rows = [
            [
                language.told(due.title),
                language.told(due.occasion),
                *map(language.short_day, (due.needed_on, due.order_by, due.order_by_safe)),
                due_figure(due, language=language),
                added_figure(due, language=language),
            ]
            for due in highest.due
        ]
        header = ("Item", "For", "In service on", "Order by", "Safe day", "In all (95 % interval)", "New")
        yield from _table(list(map(language.text, header)), rows)


def _uncertainty(study: Study, language: Language) -> Iterator[str]:
    """Every sized line at every level: its interval, and each layer's share in its variance."""
    yield from _heading(language.text("Where the uncertainty comes from"))
    said = load_sentence(study, language=language)
    meanings = [
        f"{layer_name(layer, language=language)}: {language.text(meaning)}."
        for layer, meaning in LAYER_MEANINGS.items()
    ]
    yield from _bullets([*([said] if said else []), *meanings])
    rows = [
        [
            language.told(row.title),
            level_title(row.level, row.learners, language=language),
            row_figure(row, language=language),
            *share_cells(row.shares, language=language),
        ]
        for item in items_across_levels(study)
        for row in item.present
    ]
    if rows:
        header = [language.text(title) for title in ("Item", "Level", "Figure (95 % interval)")]
        yield from _table([*header, *(layer_name(layer, language=language) for layer in LAYERS)], rows)


def _forecast(study: Study, language: Language) -> Iterator[str]:
    yield from _heading(language.text("The forecast"))
    if not study.forecast:
        yield from _bullets((language.text("There is no forecast."),))
        return
    rows = [
        [
            level_title(forecast.level, forecast.learners, language=language),
            language.text(name),
            _result(system.holds, language),
            number(system.times_measured_load, digits=2, language=language),
            UNKNOWN
            if system.load is None
            else interval(system.load.low, system.load.likely, system.load.high, "ratio", language=language),
            rate(system.offered_per_s, language=language),
            rate(system.throughput_per_s, language=language),
        ]
        for forecast in study.forecast
        for name, system in systems_of(forecast)
    ]
    header = ("Level", "System", "Result", "Times the measured load", "Of its cores", "Asked for", "Answered")
    yield from _table(list(map(language.text, header)), rows)
    words = ((forecast, extrapolation_in_words(forecast, language=language)) for forecast in study.forecast)
    yield from _bullets(f"{learners(forecast.learners, language=language)}: {said}" for forecast, said in words if said)


def _levels(study: Study, language: Language) -> Iterator[str]:
    yield from _heading(language.text("What was measured"))
    if not study.levels:
        yield from _bullets((language.text("No level was measured."),))
        return
    rows = [
        [
            count(level.learners, language=language),
            kind_name(level.kind, language=language),
            rate(level.throughput_per_s, language=language),
            percent(level.error_ratio, language=language),
            percent(level.utilization, language=language),
            seconds(level.lateness_p99_s, language=language),
        ]
        for level in study.levels
    ]
    header = ("Learners", "Purpose", "Requests", "Errors", "Utilisation", "Lateness p99")
    yield from _table(list(map(language.text, header)), rows)


def _checks(study: Study, language: Language) -> Iterator[str]:
    yield from _heading(language.text("Predicted against measured"))
    if not study.validation:
        yield from _bullets((language.text("No prediction was checked."),))
        return
    header = ("Learners", "Activity", "Quantity", "Predicted", "Measured", "Prediction is", "Tolerance", "Result")
    yield from _table(list(map(language.text, header)), [_check(check, language) for check in study.validation])


def _check(check: Check, language: Language) -> list[str]:
    unit = quantity_unit(check.quantity)
    return [
        count(check.learners, language=language),
        activity_name(check.activity, language=language) if check.activity else language.text("all"),
        quantity_name(check.quantity, language=language),
        interval(check.low, check.predicted, check.high, unit, language=language),
        quantity(check.measured, unit, language=language),
        error_in_words(check, language=language),
        exact(check.tolerance, "ratio", language=language),
        language.text("within") if check.within else f"**{language.text('MISS')}**",
    ]


def _result(holds: bool | None, language: Language) -> str:
    if holds is None:
        return language.text("not forecast")
    return language.text("holds") if holds else f"**{language.text('falls short')}**"


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
