"""A gate's verdict and a comparison as one JSON document."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from firstbell.models.comparison.comparison import Change, Comparison
from firstbell.models.comparison.digest import Digest
from firstbell.models.objectives.verdict import GateVerdict
from firstbell.reports.ci.checks import GateReport
from firstbell.reports.ci.sentences import change_words


def gate_document(report: GateReport, verdict: GateVerdict) -> dict[str, Any]:
    """All that a program may want to know."""
    return {
        "firstbell": version("firstbell"),
        "holds": verdict.exit_code == 0,
        "exit_code": verdict.exit_code,
        "sentence": report.headline,
        "invalid": list(verdict.invalid),
        "objectives": [asdict(judgement) for judgement in verdict.judgements],
        "comparison": None if verdict.comparison is None else comparison_document(verdict.comparison),
        "runs": _labels(verdict.runs),
        "baseline": _labels(verdict.baseline),
    }


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """A comparison with plain numbers; what is not known or infinite is null."""
    culprit = comparison.culprit
    capacities = comparison.capacities
    return {
        "design": comparison.pairing.design,
        "calibrated": comparison.pairing.calibrated,
        "confidence": comparison.rules.confidence,
        "correction": comparison.rules.correction,
        "significant": [change.name for change in (*comparison.worse, *comparison.better)],
        "culprit": None
        if culprit is None
        else {"activity": culprit.activity, "station": culprit.station, "says": change_words(culprit)},
        "capacity": None
        if comparison.capacity is None or capacities is None
        else {
            **change_document(comparison.capacity),
            "before_interval": [capacities[0].low, capacities[0].high],
            "after_interval": [capacities[1].low, capacities[1].high],
            "binding": [each.binding for each in capacities],
        },
        "changes": [change_document(change) for change in comparison.changes],
        "notes": list(comparison.notes),
    }


def change_document(change: Change) -> dict[str, Any]:
    """One change."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in asdict(change).items()
    }


def _labels(runs: Sequence[Digest]) -> list[dict[str, Any]]:
    return [
        {
            "name": run.label.name,
            "created": run.label.created,
            "commit": run.label.commit,
            "validity": run.validity.model_dump(),
            "learners": run.label.learners,
        }
        for run in runs
    ]
