"""First bell: a calm run, what it forecasts of the burst, and the burst itself, on the reference backend.

``python -m bench.first_bell [--learners N] [--sigma S] [--keep FOLDER]`` prints one JSON document. People's clocks run
slowly (``--pace``), so that those in session leave one core to thousands of sign-ins.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from firstbell.cli.burst import forecast
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.estimate import Estimate
from firstbell.models.evidence import RunEvidence
from firstbell.models.first_bell import CalmCosts, measured_waits
from firstbell.models.record import RunRecord
from firstbell.models.workload import read_workload

_LONGEST_S = 1_800.0


@dataclass(frozen=True, kw_only=True)
class Bell:
    """What is played: the calm rate is a part of the burst's."""

    learners: int = 7_500
    sigma_s: float = 60.0
    pace: float = 0.05
    calm_per_s: float = 9.0
    calm_s: float = 120.0
    password_hash: str = "argon2id"
    reload_after_s: float | None = None
    reload_pause_s: float = 0.0
    seed: int = 1


@dataclass(frozen=True, kw_only=True)
class BellResult:
    """Forecast before the burst, and measured in it; both of the window with the longest mean response."""

    bell: Bell
    costs: CalmCosts
    verdicts: tuple[str, str]
    forecast_peak_s: tuple[float, float, float]
    forecast_at_s: tuple[float, float, float]
    forecast_tries: tuple[float, float, float]
    forecast_not_in: tuple[float, float, float]
    measured_peak_s: float
    measured_at_s: float
    measured_tries: float
    measured_not_in: float

    @property
    def peak_error(self) -> float:
        """Relative error of the peak."""
        return self.forecast_peak_s[1] / self.measured_peak_s - 1

    @property
    def moment_error_s(self) -> float:
        """How far off the moment was."""
        return self.forecast_at_s[1] - self.measured_at_s


def main() -> None:
    """The rehearsal, as JSON on standard output."""
    parser = argparse.ArgumentParser(prog="python -m bench.first_bell", description="First bell, forecast and played.")
    parser.add_argument("--learners", type=int, default=Bell.learners)
    parser.add_argument("--sigma", type=float, default=Bell.sigma_s)
    parser.add_argument("--pace", type=float, default=Bell.pace)
    parser.add_argument("--calm-rate", type=float, default=Bell.calm_per_s)
    parser.add_argument("--reload-after", type=float, help="seconds after which people ask again; else they wait")
    parser.add_argument("--reload-pause", type=float, default=Bell.reload_pause_s, help="before they do so, doubled")
    parser.add_argument("--seed", type=int, default=Bell.seed)
    parser.add_argument("--keep", type=Path, help="a new folder for the records, which go otherwise")
    asked = parser.parse_args()
    bell = Bell(
        learners=asked.learners, sigma_s=asked.sigma, pace=asked.pace, calm_per_s=asked.calm_rate, seed=asked.seed,
        reload_after_s=asked.reload_after, reload_pause_s=asked.reload_pause,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="firstbell-bell-") as temporary:
        found = rung(bell, asked.keep or Path(temporary))
    errors = {"peak_error": found.peak_error, "moment_error_s": found.moment_error_s}
    print(json.dumps({**asdict(found), **errors}, indent=2))


def rung(bell: Bell, folder: Path) -> BellResult:
    """Calm, forecast, burst; raise RuntimeError where a run comes to no record."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _profile(bell, folder / "bell.yaml")
    profile = read_workload(path)
    calm = ("--shape", "poisson", "--rate", f"{bell.calm_per_s:g}", "--duration", f"{bell.calm_s:g}")
    first = _run(bell, path, folder / "calm", calm)
    before = RunEvidence(record=RunRecord.read(folder / "calm" / "record"), workload=profile)
    costs, _, waits = forecast(before, profile, learners=bell.learners, sigma=bell.sigma_s, seed=bell.seed)
    second = _run(bell, path, folder / "bell", ("--shape", "first-bell", "--sigma", f"{bell.sigma_s:g}"))
    seen = measured_waits(RunEvidence(record=RunRecord.read(folder / "bell" / "record"), workload=profile))
    return BellResult(
        bell=bell,
        costs=costs,
        verdicts=(first, second),
        forecast_peak_s=_interval(waits.peak_s),
        forecast_at_s=_interval(waits.peak_at_s),
        forecast_tries=_interval(waits.tries_a_person),
        forecast_not_in=_interval(waits.not_in),
        measured_peak_s=seen.peak_s.likely,
        measured_at_s=seen.peak_at_s.likely,
        measured_tries=seen.tries_a_person.likely,
        measured_not_in=seen.not_in.likely,
    )


def _profile(bell: Bell, path: Path) -> Path:
    """Kosovo's profile, with people who ask again where the bell has them."""
    text = find_workload(DEFAULT).read_text(encoding="utf-8")
    if bell.reload_after_s is not None:
        text += (
            f'\nsigning_in:\n  reload_after_s: {{value: {bell.reload_after_s:g}, source: "what is tried"}}\n'
            f'  reload_pause_s: {{value: {bell.reload_pause_s:g}, source: "what is tried"}}\n'
        )
    path.write_text(text, encoding="utf-8")
    return path


def _interval(found: Estimate) -> tuple[float, float, float]:
    return found.low, found.likely, found.high


def _run(bell: Bell, profile: Path, folder: Path, shape: tuple[str, ...]) -> str:
    """The run's verdict."""
    command = [
        sys.executable, "-c", "from firstbell.cli.main import main; main()", "run", str(profile), *shape,
        "--learners", str(bell.learners), "--pace", f"{bell.pace:g}", "--hash", bell.password_hash,
        "--seed", str(bell.seed), "--out", str(folder), "--json",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    if not (folder / "record" / "manifest.json").exists() or not done.stdout:
        raise RuntimeError(f"firstbell run came to no record: {done.stderr.strip()[-500:]}")
    return str(json.loads(done.stdout)["validity"]["verdict"])


if __name__ == "__main__":
    main()
