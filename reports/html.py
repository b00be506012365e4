"""`report.html`: one file that opens offline, without scripts, and prints well."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from firstbell.models.study import Check, Input, Interval, LevelResult, ResponseTimes, Study
from firstbell.reports.answer import (
    answer_of,
    extrapolation_in_words,
    extrapolation_marks,
    level_name,
    level_title,
    load_sentence,
    row_figure,
    systems_of,
)
from firstbell.reports.bars import cores_by_activity, demand_plot, layer_plot, sizing_plots
from firstbell.reports.canvas import Plot, slug
from firstbell.reports.chances import BOUGHT_AT, chance_sentence
from firstbell.reports.curves import response_plots, throughput_plot, utilisation_plot
from firstbell.reports.languages import ENGLISH, Language, marked_as_english, unmarked
from firstbell.reports.languages.language import capitalised
from firstbell.reports.layers import LAYERS, share_cells, shares_in_words
from firstbell.reports.levels import comparable_levels
from firstbell.reports.names import (
    ACTIVITY_MEANINGS,
    GLOSSARY,
    LAYER_MEANINGS,
    activity_name,
    group_name,
    kind_name,
    layer_name,
    quantity_name,
    quantity_unit,
    short_quantity_name,
    station_name,
)
from firstbell.reports.numbers import count, exact, interval, learners, moment, number, percent, quantity, rate, seconds
from firstbell.reports.purchase import items_across_levels, main_groups, main_items, purchase_levels
from firstbell.reports.roll_out import added_figure, due_figure, due_titles, orders_of, past_orders, stage_figure
from firstbell.reports.roll_out_plots import levels_plot, orders_plot
from firstbell.reports.station_diagram import station_plot, stations_of
from firstbell.reports.tornado import MOST, figure, short_name, tornado_plot
from firstbell.reports.trust import error_in_words, miss_in_words, trust_in, trust_sentences

_TEMPLATES = Path(__file__).parent / "templates"


def render_html(study: Study, *, language: Language = ENGLISH) -> str:
    """The whole report as one HTML document; the same bytes for the same study."""
    template = _environment(language).get_template("report.html.j2")
    page = template.render(language=language, **_words(study, language), **_plots(study, language))
    return marked_as_english(page, '<span lang="en">', "</span>")


def _words(study: Study, language: Language) -> dict[str, object]:
    trust, compared = trust_in(study), comparable_levels(study)
    return {
        "study": study,
        "answer": answer_of(study, language=language),
        "trust": trust,
        "trust_sentences": trust_sentences(trust, language=language),
        "purchase": purchase_levels(study),
        "items": items_across_levels(study),
        "main_groups": main_groups(study),
        "all_activities": _all_keys(level.activities for level in study.levels),
        "all_stations": _all_keys(level.stations for level in study.levels),
        "cores": cores_by_activity(study, compared[-1]) if compared else {},
        "cores_level": compared[-1].learners if compared else None,
        "main_marks": extrapolation_marks(
            (row for item in main_items(study) for row in item.present), language=language
        ),
        "orders": orders_of(study.roll_out),
        "load_sentence": load_sentence(study, language=language),
        "chance_sentence": chance_sentence(study.chances, language=language) if study.chances else "",
        "bought_at": BOUGHT_AT,
        "most_swings": MOST,
        "layers": LAYERS,
        "layer_meanings": LAYER_MEANINGS,
        "meanings": ACTIVITY_MEANINGS,
        "glossary": GLOSSARY,
    }


def _plots(study: Study, language: Language) -> dict[str, object]:
    load_plots = (throughput_plot(study, language=language), utilisation_plot(study, language=language))
    return {
        "load_plots": [plot for plot in load_plots if plot],
        "response_plots": response_plots(study, language=language),
        "sizing_plots": sizing_plots(main_items(study), language=language),
        "demand_plot": demand_plot(study, language=language),
        "stations": stations_of(study),
        "station_plot": station_plot(stations_of(study), language=language),
        "load_layer_plot": _load_layer_plot(study, language),
        "purchase_layer_plot": _purchase_layer_plot(study, language),
        "tornado_plots": _tornado_plots(study, language),
        "levels_plot": levels_plot(study, language=language),
        "orders_plot": orders_plot(study, language=language),
    }


def _load_layer_plot(study: Study, language: Language) -> Plot | None:
    known = study.load_uncertainty
    bars = {} if known is None else {language.text("load of learners"): known.shares}
    title = language.text("Where the uncertainty of the load comes from")
    return layer_plot("layers-load", title, bars, language=language)


def _purchase_layer_plot(study: Study, language: Language) -> Plot | None:
    """The main items at the highest level; levels differ little in it, and the tables have them all."""
    rows = [item.rows[-1] for item in main_items(study)]
    bars = {language.told(row.title): row.shares for row in rows if row is not None and row.shares is not None}
    title = language.text("Where the uncertainty of the main figures comes from")
    return layer_plot("layers-purchase", title, bars, language=language)


def _tornado_plots(study: Study, language: Language) -> tuple[Plot, ...]:
    """What moves the main items at the highest level."""
    rows = [item.rows[-1] for item in main_items(study)]
    plots = (tornado_plot(row, language=language) for row in rows if row is not None)
    return tuple(plot for plot in plots if plot is not None)


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_filters())
    environment.filters.update({name: partial(form, language=language) for name, form in _forms().items()})
    environment.filters["told"] = language.told
    environment.globals["_"] = partial(_said, language)
    return environment


def _said(language: Language, message: str, **values: object) -> Markup:
    """A message of a template: its own tags stay tags, what is put into it is escaped."""
    return Markup(language.text(message)).format(**values)


def _filters() -> dict[str, Callable[..., object]]:
    return {
        "all_keys": _all_keys,
        "capitalised": capitalised,
        "css_text": _css_text,
        "past_orders": past_orders,
        "sentence": _sentence,
        "slug": slug,
        "systems": systems_of,
        "unmarked": unmarked,
        "without_stop": _without_stop,
    }


def _forms() -> dict[str, Callable[..., object]]:
    """Filters that depend on the language."""
    return {
        "activity_name": activity_name,
        "added_figure": added_figure,
        "count": count,
        "day": _day,
        "due_figure": due_figure,
        "due_titles": due_titles,
        "error_in_words": error_in_words,
        "error_figure": _error_figure,
        "exact": exact,
        "extrapolation": extrapolation_in_words,
        "extrapolation_marks": extrapolation_marks,
        "group_name": group_name,
        "input_figure": _input_figure,
        "interval_figure": _interval_figure,
        "kind_name": kind_name,
        "layer_name": layer_name,
        "learners": learners,
        "level_name": level_name,
        "level_title": level_title,
        "mean_figure": _mean_figure,
        "measured_figure": _measured_figure,
        "miss_in_words": miss_in_words,
        "moment": moment,
        "number": number,
        "p95_figure": _p95_figure,
        "percent": percent,
        "predicted_figure": _predicted_figure,
        "quantity": quantity,
        "quantity_name": quantity_name,
        "rate": rate,
        "row_figure": row_figure,
        "seconds": seconds,
        "plain_figure": figure,
        "short_name": short_name,
        "short_quantity_name": short_quantity_name,
        "stage_figure": stage_figure,
        "share_cells": share_cells,
        "shares_in_words": shares_in_words,
        "station_name": station_name,
    }


def _all_keys(mappings: Iterable[Mapping[str, object]]) -> list[str]:
    """The keys of several mappings, each once, in the order in which they come."""
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))


def _day(found: date, *, language: Language) -> str:
    return language.short_day(found)


def _interval_figure(found: Interval, *, language: Language) -> str:
    return interval(found.low, found.likely, found.high, found.unit, language=language)


def _input_figure(found: Input, *, language: Language) -> str:
    return interval(found.low, found.value, found.high, found.unit, language=language)


def _predicted_figure(check: Check, *, language: Language) -> str:
    return interval(check.low, check.predicted, check.high, quantity_unit(check.quantity), language=language)


def _measured_figure(check: Check, *, language: Language) -> str:
    return quantity(check.measured, quantity_unit(check.quantity), language=language)


def _p95_figure(times: ResponseTimes, *, language: Language) -> str:
    if times.p95 is None or times.p95_low is None or times.p95_high is None:
        return seconds(times.p95, language=language)
    return interval(times.p95_low, times.p95, times.p95_high, "s", language=language)


def _mean_figure(times: ResponseTimes, *, language: Language) -> str:
    if times.mean is None or times.mean_low is None or times.mean_high is None:
        return seconds(times.mean, language=language)
    return interval(times.mean_low, times.mean, times.mean_high, "s", language=language)


def _error_figure(level: LevelResult, *, language: Language) -> str:
    """The measured share, and what the true one may be: none of 100 failed is no proof that none does."""
    if level.error_low is None or level.error_high is None:
        return percent(level.error_ratio, language=language)
    measured, low, high = (
        percent(share, language=language) for share in (level.error_ratio, level.error_low, level.error_high)
    )
    return language.text("{likely} ({low} to {high})", likely=measured, low=low, high=high)


def _without_stop(text: str) -> str:
    return text.strip().removesuffix(".")


def _sentence(text: str) -> str:
    """A phrase as a sentence: a capital letter and a full stop."""
    return f"{capitalised(_without_stop(text))}."


def _css_text(text: str) -> str:
    """Text that is safe between double quotes in a style sheet."""
    text = unmarked(text)
    return "".join(letter if letter.isalnum() or letter in " .,:-" else f"\\{ord(letter):x} " for letter in text)
