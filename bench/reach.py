"""How far a fit reaches: the reference backend measured up to 40 % of what it carries, forecast at 60 to 95 %.

``python -m bench.reach [--seed N] [--keep FOLDER]`` runs ``firstbell study`` on the shipped profile with its levels
moved, and prints one JSON document: each prediction at a level that the fit has not seen beside what was measured
there, and the knee.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.study import Check, LevelResult, Study, read_study

_FITTED = "fit_loads: [0.15, 0.3, 0.45, 0.6]", "fit_loads: [0.1, 0.2, 0.3, 0.4]"
_FORECAST = "held_out_loads: [0.75, 0.9]", "held_out_loads: [0.6, 0.7, 0.8, 0.9, 0.95]"
_HELD = "held_out_hold_s: 40", "held_out_hold_s: 60"
_LONGEST_S = 1_800.0


@dataclass(frozen=True, kw_only=True)
class Knee:
    """How many learners an activity's objective lets in: one as strict as the p95 measured at ``measured`` learners.

    ``predicted`` is None where the predicted p95 passes the limit at none of the levels.
    """

    activity: str
    limit_s: float
    measured: int
    predicted: float | None

    @property
    def error(self) -> float | None:
        """Relative error in learners."""
        return None if self.predicted is None else self.predicted / self.measured - 1


@dataclass(frozen=True, kw_only=True)
class ReachResult:
    """What came of it. ``utilization`` is that of the levels measured, in rising order of learners."""

    seed: int
    verdict: str
    fitted_to: int
    utilization: dict[int, float | None]
    checks: tuple[Check, ...]
    knees: tuple[Knee, ...]


def main() -> None:
    """The study, as JSON on standard output."""
    parser = argparse.ArgumentParser(prog="python -m bench.reach", description="How far beyond its levels a fit holds.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for the study, which goes otherwise")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="firstbell-reach-") as temporary:
        print(json.dumps(document(reached(asked.seed, asked.keep or Path(temporary))), indent=2))


def document(result: ReachResult) -> dict[str, object]:
    """The result as JSON takes it."""
    knees = [{**asdict(knee), "error": knee.error} for knee in result.knees]
    return {**vars(result), "checks": [check.model_dump() for check in result.checks], "knees": knees}


def reached(seed: int, folder: Path) -> ReachResult:
    """Run the study below ``folder``; raise RuntimeError where it comes to no result."""
    folder.mkdir(parents=True, exist_ok=True)
    profile = folder / "reach.yaml"
    profile.write_text(moved(find_workload(DEFAULT).read_text(encoding="utf-8")), encoding="utf-8")
    command = [
        sys.executable, "-c", "from firstbell.cli.main import main; main()", "study", str(profile),
        "--out", str(folder / "study"), "--seed", str(seed),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    if not (folder / "study" / "study.json").exists():
        raise RuntimeError(f"firstbell study came to no result: {done.stderr.strip()[-500:]}")
    return result_of(read_study(folder / "study" / "study.json"))


def moved(profile: str) -> str:
    """The shipped profile's text with its levels moved; raise RuntimeError where it no longer has them."""
    for shipped, wanted in (_FITTED, _FORECAST, _HELD):
        if shipped not in profile:
            raise RuntimeError(f"the shipped profile no longer says {shipped}: say here what takes its place")
        profile = profile.replace(shipped, wanted)
    return profile


def result_of(study: Study) -> ReachResult:
    """What a study says of the levels beyond its fit."""
    held_out = sorted((level for level in study.levels if level.held_out), key=lambda level: level.learners)
    return ReachResult(
        seed=study.seed,
        verdict=study.validity.verdict,
        fitted_to=max((level.learners for level in study.levels if level.kind == "fit"), default=0),
        utilization={level.learners: level.utilization for level in held_out},
        checks=study.validation,
        knees=tuple(_knees(study.validation, held_out)),
    )


def _knees(checks: Sequence[Check], held_out: Sequence[LevelResult]) -> Iterator[Knee]:
    """For each activity whose p95 is told at every level: the limit is what was measured in the middle."""
    if not held_out:
        return
    learners, middle = [level.learners for level in held_out], len(held_out) // 2
    by_activity: dict[str, dict[int, Check]] = {}
    for check in checks:
        if check.quantity == "p95_s" and check.activity is not None:
            by_activity.setdefault(check.activity, {})[check.learners] = check
    for activity, told in sorted(by_activity.items()):
        if set(told) != set(learners):
            continue
        limit_s = told[learners[middle]].measured
        predicted_s = np.maximum.accumulate([told[n].predicted for n in learners])
        within = predicted_s[0] <= limit_s <= predicted_s[-1]
        crossing = float(np.interp(np.log(limit_s), np.log(predicted_s), learners)) if within else None
        yield Knee(activity=activity, limit_s=limit_s, measured=learners[middle], predicted=crossing)


if __name__ == "__main__":
    main()
