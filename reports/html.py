"""`report.html`: one file that opens offline, without scripts, and prints well."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from firstbell.models.study import Check, Input, Interval, LevelResult, ResponseTimes, Study
from firstbell.reports.answer import (
    answer_of,
    extrapolation_in_words,
    extrapolation_marks,
    level_title,
    load_sentence,
    row_figure,
    systems_of,
)
from firstbell.reports.bars import cores_by_activity, demand_plot, layer_plot, sizing_plots
from firstbell.reports.canvas import Plot
from firstbell.reports.chances import BOUGHT_AT, chance_sentence
from firstbell.reports.curves import response_plots, throughput_plot, utilisation_plot
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
    station_name,
)
from firstbell.reports.numbers import count, exact, interval, moment, number, percent, quantity, rate, seconds
from firstbell.reports.purchase import items_across_levels, main_groups, purchase_levels
from firstbell.reports.station_diagram import station_plot, stations_of
from firstbell.reports.tornado import MOST, figure, short_name, tornado_plot
from firstbell.reports.trust import error_in_words, miss_in_words, trust_in, trust_sentences

_TEMPLATES = Path(__file__).parent / "templates"


def render_html(study: Study) -> str:
    """The whole report as one HTML document; the same bytes for the same study."""
    return _environment().get_template("report.html.j2").render(**_words(study), **_plots(study))


def _words(study: Study) -> dict[str, object]:
    trust, compared = trust_in(study), comparable_levels(study)
    return {
        "study": study,
        "answer": answer_of(study),
        "trust": trust,
        "trust_sentences": trust_sentences(trust),
        "purchase": purchase_levels(study),
        "items": items_across_levels(study),
        "main_groups": main_groups(study),
        "all_activities": _all_keys(level.activities for level in study.levels),
        "all_stations": _all_keys(level.stations for level in study.levels),
        "cores": cores_by_activity(study, compared[-1]) if compared else {},
        "cores_level": compared[-1].learners if compared else None,
        "main_marks": extrapolation_marks(
            row for _, items in main_groups(study) for one in items for row in one.present
        ),
        "load_sentence": load_sentence(study),
        "chance_sentence": chance_sentence(study.chances) if study.chances else "",
        "bought_at": BOUGHT_AT,
        "most_swings": MOST,
        "layers": LAYERS,
        "layer_meanings": LAYER_MEANINGS,
        "meanings": ACTIVITY_MEANINGS,
        "glossary": GLOSSARY,
    }


def _plots(study: Study) -> dict[str, object]:
    return {
        "load_plots": [plot for plot in (throughput_plot(study), utilisation_plot(study)) if plot],
        "response_plots": response_plots(study),
        "sizing_plots": sizing_plots(items_across_levels(study)),
        "demand_plot": demand_plot(study),
        "stations": stations_of(study),
        "station_plot": station_plot(stations_of(study)),
        "load_layer_plot": _load_layer_plot(study),
        "purchase_layer_plot": _purchase_layer_plot(study),
        "tornado_plots": _tornado_plots(study),
    }


def _load_layer_plot(study: Study) -> Plot | None:
    known = study.load_uncertainty
    bars = {} if known is None else {"load of learners": known.shares}
    return layer_plot("layers-load", "Where the uncertainty of the load comes from", bars)


def _purchase_layer_plot(study: Study) -> Plot | None:
    """The main items at the highest level; levels differ little in it, and the tables have them all."""
    rows = [item.rows[-1] for _, items in main_groups(study) for item in items]
    bars = {row.title: row.shares for row in rows if row is not None and row.shares is not None}
    return layer_plot("layers-purchase", "Where the uncertainty of the main figures comes from", bars)


def _tornado_plots(study: Study) -> tuple[Plot, ...]:
    """What moves the main items at the highest level."""
    rows = [item.rows[-1] for _, items in main_groups(study) for item in items]
    return tuple(plot for row in rows if row is not None and (plot := tornado_plot(row)) is not None)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_filters())
    return environment


def _filters() -> dict[str, Callable[..., object]]:
    return {
        "activity_name": activity_name,
        "all_keys": _all_keys,
        "count": count,
        "css_text": _css_text,
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
        "sentence": _sentence,
        "plain_figure": figure,
        "short_name": short_name,
        "share_cells": share_cells,
        "shares_in_words": shares_in_words,
        "systems": systems_of,
        "station_name": station_name,
        "without_stop": _without_stop,
    }


def _all_keys(mappings: Iterable[Mapping[str, object]]) -> list[str]:
    """The keys of several mappings, each once, in the order in which they come."""
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))


def _interval_figure(found: Interval) -> str:
    return interval(found.low, found.likely, found.high, found.unit)


def _input_figure(found: Input) -> str:
    return interval(found.low, found.value, found.high, found.unit)


def _predicted_figure(check: Check) -> str:
    return interval(check.low, check.predicted, check.high, quantity_unit(check.quantity))


def _measured_figure(check: Check) -> str:
    return quantity(check.measured, quantity_unit(check.quantity))


def _p95_figure(times: ResponseTimes) -> str:
    if times.p95 is None or times.p95_low is None or times.p95_high is None:
        return seconds(times.p95)
    return interval(times.p95_low, times.p95, times.p95_high, "s")


def _mean_figure(times: ResponseTimes) -> str:
    if times.mean is None or times.mean_low is None or times.mean_high is None:
        return seconds(times.mean)
    return interval(times.mean_low, times.mean, times.mean_high, "s")


def _error_figure(level: LevelResult) -> str:
    """The measured share, and what the true one may be: none of 100 failed is no proof that none does."""
    if level.error_low is None or level.error_high is None:
        return percent(level.error_ratio)
    return f"{percent(level.error_ratio)} ({percent(level.error_low)} to {percent(level.error_high)})"


def _without_stop(text: str) -> str:
    return text.strip().removesuffix(".")


def _sentence(text: str) -> str:
    """A phrase as a sentence: a capital letter and a full stop."""
    phrase = _without_stop(text)
    return f"{phrase[:1].upper()}{phrase[1:]}."


def _css_text(text: str) -> str:
    """Text that is safe between double quotes in a style sheet."""
    return "".join(letter if letter.isalnum() or letter in " .,:-" else f"\\{ord(letter):x} " for letter in text)
