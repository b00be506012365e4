"""What ending simulations after so many requests does to a fit and to a prediction.

``python -m bench.simulated_length RECORD`` prints one JSON document. The record, which holds levels out, is fitted
twice: with simulations that end at the cap, and with some that go on for five minutes; both models then predict each
level held out at full length. Besides, the second model predicts the first of these levels several times at the cap, as
measured and on so few cores that they are ``BUSY``, and once at full length.
"""

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from firstbell.cli.profiles import find_workload
from firstbell.models.calibration import fit
from firstbell.models.evidence import RunEvidence
from firstbell.models.fitted_model import FittedModel
from firstbell.models.measurement import LevelMeasurement
from firstbell.models.prediction import MOST_REQUESTS, Predicted, predict_all, question_at
from firstbell.models.record import RunRecord
from firstbell.models.workload import read_workload

BUSY = 0.85
LONG_S = 300.0
SEEDS = range(11, 21)


def compared(folder: Path, long_s: float = LONG_S) -> dict[str, Any]:
    """Relative differences, by what they are of; simulations without a cap are ``long_s`` long."""
    record = RunRecord.read(folder)
    run = RunEvidence(record=record, workload=read_workload(find_workload(record.plan.workload)))
    evidence = run.evidence(run.planned_held_out)
    levels = run.held_out_levels(run.planned_held_out)
    capped = fit(evidence, simulated_s=long_s)
    endless = fit(evidence, simulated_s=long_s, most_requests=math.inf)
    crowded = endless.model_copy(update={"cores": endless.cores * levels[0].utilization / BUSY})
    return {
        "demand": _furthest(_demands_s(capped), _demands_s(endless)),
        "p95_by_fit": {level.learners: _p95_apart(capped, endless, level, long_s) for level in levels},
        "one_simulation": {
            "as measured": _scatter(endless, levels[0], long_s),
            "busy": _scatter(crowded, levels[0], long_s),
        },
    }


def _demands_s(model: FittedModel) -> dict[str, float]:
    return {
        f"{activity.name} at {station}": demand_s
        for activity in model.activities
        for station, demand_s in zip(model.stations, activity.demand_s, strict=True)
    }


def _furthest(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The largest relative difference."""
    return max(abs(one[name] / value - 1) for name, value in other.items() if value)


def _p95_apart(capped: FittedModel, endless: FittedModel, level: LevelMeasurement, long_s: float) -> dict[str, float]:
    """By how much the first model's p95 of each activity is above the second's; both simulated at length."""
    question = question_at(endless, level, most_s=long_s, most_requests=math.inf, seed=SEEDS[0])
    one, other = predict_all([(model, question, level.spans) for model in (capped, endless)])
    return {name: one.p95_s[name] / p95_s - 1 for name, p95_s in other.p95_s.items()}


def _scatter(model: FittedModel, level: LevelMeasurement, long_s: float) -> dict[str, dict[str, float]]:
    """Of the whole throughput and of each p95: mean error of simulations at the cap, and their standard deviation.

    Activities that one of the simulations has not seen are left out.
    """
    short = [question_at(model, level, most_s=long_s, most_requests=MOST_REQUESTS, seed=seed) for seed in SEEDS]
    long = replace(short[0], duration_s=long_s)
    exact, *found = predict_all([(model, question, level.spans) for question in (long, *short)])
    truth, told = _figures(exact), [_figures(one) for one in found]
    seen = [name for name in truth if all(name in each for each in told)]  # a rare activity may come in some only
    errors = {name: np.array([each[name] / truth[name] - 1 for each in told]) for name in seen}
    return {name: {"mean": float(off.mean()), "std": float(off.std(ddof=1))} for name, off in errors.items()}


def _figures(predicted: Predicted) -> dict[str, float]:
    return {"throughput": predicted.requests_per_s, **predicted.p95_s}


if __name__ == "__main__":
    print(json.dumps(compared(Path(sys.argv[1])), indent=2))
