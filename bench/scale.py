"""All of the contract's learners at once, on one machine beside the reference backend: how far it carries them.

``python -m bench.scale [LEARNERS [PACE [SECONDS]]]`` runs ``firstbell run`` and prints one JSON document. At the true
pace (1), 115,000 learners make some 11,000 requests a second; video keeps its own time at any pace.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.measurement import Span
from firstbell.models.record import RunRecord, lateness_s, without_missed
from firstbell.models.traffic import request_rates_per_s
from firstbell.models.workload import Workload, read_workload
from firstbell.scenarios.validity import OWN_FAILURES, judge

_LONGEST_S = 1_200.0
_LAST_STEP_OF_SIGNING_IN = "login.profile"
_BACKEND_TOLD = ("workers", "password_hash", "page_cache_s", "commit_delay_s")
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What is asked of ``firstbell run``."""

    learners: int = 115_000
    pace: float = 1.0
    hold_s: float = 120.0


@dataclass(frozen=True, kw_only=True)
class ScaleResult:
    """What came of it. Rates, lateness and costs are those of the time measured, outcomes those of the whole run.

    ``signed_in_s`` is when the last learner of the ramp had signed in, from the run's begin on; None where not all did.
    ``learner_bytes`` is what each adds to the resident memory of its process. ``backend_*`` is None where it could not
    be asked. ``true_requests_per_s`` is what these learners ask for at people's true pace.
    """

    asked: Scale
    verdict: str
    reasons: tuple[str, ...]
    processes: int
    byte_fraction: float
    backend: dict[str, Any]
    signed_in_s: float | None
    in_session: float
    requests: int
    requests_per_s: float
    outcomes: dict[str, int]
    failed_by_generator: int
    lateness_p50_s: float
    lateness_p99_s: float
    request_p50_s: float
    request_p99_s: float
    generator_cores: float
    generator_cpu_s: float
    backend_cores: float | None
    backend_cpu_s: float | None
    learner_bytes: float
    true_requests_per_s: float


def main(learners: str = "115000", pace: str = "1", hold_s: str = "120") -> None:
    """The run, as JSON on standard output."""
    asked = Scale(learners=int(learners), pace=float(pace), hold_s=float(hold_s))
    with tempfile.TemporaryDirectory(prefix="firstbell-scale-") as folder:
        print(json.dumps(asdict(scaled(asked, Path(folder))), indent=2))


def scaled(asked: Scale, folder: Path) -> ScaleResult:
    """Run it with its record below ``folder``; raise RuntimeError where it leaves none."""
    command = [
        sys.executable, "-c", "from firstbell.cli.main import main; main()", "run", DEFAULT,
        "--learners", str(asked.learners), "--pace", str(asked.pace), "--duration", str(asked.hold_s),
        "--out", str(folder / "run"), "--json",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    if not (folder / "run" / "record").exists():
        raise RuntimeError(f"firstbell run left no record: {done.stderr.strip()[-500:]}")
    return result_of(asked, RunRecord.read(folder / "run" / "record"))


def result_of(asked: Scale, record: RunRecord) -> ScaleResult:
    """What the record says of its last plateau and of the ramp before."""
    span, found = record.spans[-1], judge(record)
    samples, generator = record.samples(), _Generator(record.generator())
    begun = without_missed(samples)
    within = _within(begun["due_s"].to_numpy(), span)
    late_s = lateness_s(begun)[within]
    took_s = (begun["end_s"].to_numpy() - begun["start_s"].to_numpy())[within]
    requests, outcomes = int(within.sum()), _outcomes(samples)
    generator_cores, backend_cores = generator.cores(span), _backend_cores(record, span)
    per_s = requests / span.hold_s
    return ScaleResult(
        asked=asked,
        verdict=found.verdict,
        reasons=found.reasons,
        processes=record.plan.processes,
        byte_fraction=record.plan.byte_fraction,
        backend={key: record.manifest.backend.get(key) for key in _BACKEND_TOLD},
        signed_in_s=_signed_in_s(begun, asked.learners, record.spans[0].ramp_start_s),
        in_session=generator.learners(span),
        requests=requests,
        requests_per_s=per_s,
        outcomes=outcomes,
        failed_by_generator=sum(outcomes.get(outcome, 0) for outcome in OWN_FAILURES),
        lateness_p50_s=_quantile(late_s, 0.5),
        lateness_p99_s=_quantile(late_s, 0.99),
        request_p50_s=_quantile(took_s, 0.5),
        request_p99_s=_quantile(took_s, 0.99),
        generator_cores=generator_cores,
        generator_cpu_s=generator_cores / per_s,
        backend_cores=backend_cores,
        backend_cpu_s=None if backend_cores is None else backend_cores / per_s,
        learner_bytes=generator.learner_bytes(span),
        true_requests_per_s=sum(request_rates_per_s(_profile(), asked.learners).values()),
    )


class _Generator:
    """The generator's own record, process by process."""

    def __init__(self, table: pa.Table) -> None:
        processes = table["process"].to_numpy()
        self._of = [
            {name: table[name].to_numpy()[processes == process].astype(float) for name in table.column_names}
            for process in np.unique(processes)
        ]

    def cores(self, span: Span) -> float:
        """Cores that all processes were busy with."""
        used = [np.diff(np.interp([span.start_s, span.end_s], own["time_s"], own["cpu_s"]))[0] for own in self._of]
        return float(sum(used)) / span.hold_s

    def learners(self, span: Span) -> float:
        """Learners in session, in the mean."""
        return float(sum(_mean(own["learners"], own["time_s"], span) for own in self._of))

    def learner_bytes(self, span: Span) -> float:
        """What the processes grew by since their first sign of life, for each learner in session."""
        grown = sum(_mean(own["rss_bytes"], own["time_s"], span) - own["rss_bytes"][0] for own in self._of)
        return float(grown) / max(self.learners(span), 1.0)


def _profile() -> Workload:
    return read_workload(find_workload(DEFAULT))


def _within(time_s: Floats, span: Span) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (time_s >= span.start_s) & (time_s < span.end_s)
    return inside


def _mean(values: Floats, time_s: Floats, span: Span) -> float:
    inside = values[_within(time_s, span)]
    return float(inside.mean()) if len(inside) else 0.0


def _quantile(values: Floats, share: float) -> float:
    return float(np.nanquantile(values, share)) if len(values) else float("nan")


def _outcomes(samples: pa.Table) -> dict[str, int]:
    counted = Counter[str]()
    for chunk in samples["outcome"].chunks:
        codes, numbers = np.unique(chunk.indices.to_numpy(), return_counts=True)
        words = chunk.dictionary.to_pylist()
        counted.update({words[code]: int(number) for code, number in zip(codes, numbers, strict=True)})
    return dict(counted)


def _signed_in_s(begun: pa.Table, learners: int, began_s: float) -> float | None:
    last_step = compute.equal(begun["step"].cast(pa.string()), _LAST_STEP_OF_SIGNING_IN)
    signed_in = begun.filter(compute.and_(last_step, compute.equal(begun["outcome"].cast(pa.string()), "ok")))
    ends_s = np.sort(signed_in["end_s"].to_numpy())
    # A few of the processes' last learners may find no place: of a hundred thousand, a handful.
    wanted = round(learners * 0.999)
    return None if len(ends_s) < wanted else float(ends_s[wanted - 1]) - began_s


def _backend_cores(record: RunRecord, span: Span) -> float | None:
    series = record.server_series()
    if series is None or series.time_s[-1] < span.start_s:
        return None
    used_s = series.cpu_s.sum(axis=1)
    first_s, last_s = max(span.start_s, series.time_s[0]), min(span.end_s, series.time_s[-1])
    before_s, after_s = np.interp([first_s, last_s], series.time_s, used_s)
    return float(after_s - before_s) / (last_s - first_s)


if __name__ == "__main__":
    main(*sys.argv[1:])
