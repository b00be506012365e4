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
    seed: int = 1


@dataclass(frozen=True, kw_only=True)
class BellResult:
    """Forecast before the burst, and measured in it; both of the window with the longest mean response."""

    bell: Bell
    costs: CalmCosts
    verdicts: tuple[str, str]
    forecast_peak_s: tuple[float, float, float]
    forecast_at_s: tuple[float, float, float]
    measured_peak_s: float
    measured_at_s: float

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
    parser.add_argument("--seed", type=int, default=Bell.seed)
    parser.add_argument("--keep", type=Path, help="a new folder for the records, which go otherwise")
    asked = parser.parse_args()
    bell = Bell(
        learners=asked.learners, sigma_s=asked.sigma, pace=asked.pace, calm_per_s=asked.calm_rate, seed=asked.seed
    )
    with tempfile.TemporaryDirectory(prefix="firstbell-bell-") as temporary:
        found = rung(bell, asked.keep or Path(temporary))
    errors = {"peak_error": found.peak_error, "moment_error_s": found.moment_error_s}
    print(json.dumps({**asdict(found), **errors}, indent=2))


def rung(bell: Bell, folder: Path) -> BellResult:
    """Calm, forecast, burst; raise RuntimeError where a run comes to no record."""
    profile = read_workload(find_workload(DEFAULT))
    calm = ("--shape", "poisson", "--rate", f"{bell.calm_per_s:g}", "--duration", f"{bell.calm_s:g}")
    first = _run(bell, folder / "calm", calm)
    before = RunEvidence(record=RunRecord.read(folder / "calm" / "record"), workload=profile)
    costs, _, waits = forecast(before, profile, learners=bell.learners, sigma=bell.sigma_s, seed=bell.seed)
    second = _run(bell, folder / "bell", ("--shape", "first-bell", "--sigma", f"{bell.sigma_s:g}"))
    seen = measured_waits(RunEvidence(record=RunRecord.read(folder / "bell" / "record"), workload=profile))
    peak, moment = waits.peak_s, waits.peak_at_s
    return BellResult(
        bell=bell,
        costs=costs,
        verdicts=(first, second),
        forecast_peak_s=(peak.low, peak.likely, peak.high),
        forecast_at_s=(moment.low, moment.likely, moment.high),
        measured_peak_s=seen.peak_s.likely,
        measured_at_s=seen.peak_at_s.likely,
    )


def _run(bell: Bell, folder: Path, shape: tuple[str, ...]) -> str:
    """The run's verdict."""
    command = [
        sys.executable, "-c", "from firstbell.cli.main import main; main()", "run", DEFAULT, *shape,
        "--learners", str(bell.learners), "--pace", f"{bell.pace:g}", "--hash", bell.password_hash,
        "--seed", str(bell.seed), "--out", str(folder), "--json",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    if not (folder / "record" / "manifest.json").exists() or not done.stdout:
        raise RuntimeError(f"firstbell run came to no record: {done.stderr.strip()[-500:]}")
    return str(json.loads(done.stdout)["validity"]["verdict"])


if __name__ == "__main__":
    main()
