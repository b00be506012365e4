"""The soak: the whole mix of learners for half an hour, once warm, and whether the generator's memory grows meanwhile.

``python -m bench.soak MINUTES`` prints one JSON document.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from scipy.stats import theilslopes

from bench.process_tree import taken
from firstbell.cli.backend_process import reference_backend
from firstbell.cli.machine import halves
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.cli.scale import CHEAP_HASH, BackendScale
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import MISSED, RunRecord
from firstbell.models.workload import read_workload
from firstbell.scenarios.accounts import accounts_needed
from firstbell.scenarios.launch import RunningLoad, launch

_MINUTE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Soak:
    """A cohort of the shipped profile for ``minutes`` after the ramp and the warming up.

    At ``pace`` times people's own, what a request, a view or a sign-in leaves behind shows as many times as fast. Warm
    it is once the bounded caches are full and most have gone and come again: a session lasts 50 minutes of people's.
    """

    minutes: float = 30.0
    warm_up_minutes: float = 12.0
    pace: float = 3.0
    learners: int = 5_000
    sign_ins_per_s: float = 100.0
    byte_fraction: float = 0.05
    processes: int = 1
    look_every_s: float = 10.0

    @property
    def hold_s(self) -> float:
        """How long everybody stays."""
        return (self.warm_up_minutes + self.minutes) * _MINUTE_S

    @property
    def ramp_s(self) -> float:
        """How long everybody takes to come."""
        return self.learners / self.sign_ins_per_s


@dataclass(frozen=True, kw_only=True)
class Look:
    """Memory of all of the generator's processes, so long after the ramp's end."""

    time_s: float
    resident_bytes: int
    private_bytes: int


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Theil and Sen's slope with its 95 % interval, and the medians of the first and the last fifth of the looks."""

    bytes_per_minute: float
    low: float
    high: float
    at_first_bytes: float
    at_last_bytes: float


@dataclass(frozen=True, kw_only=True)
class SoakResult:
    """What was done and seen; ``warm_up_s`` is what the slopes leave out."""

    soak: Soak
    status: str
    requests: int
    requests_per_s: float
    errors: int
    warm_up_s: float
    private: Growth
    resident: Growth
    looks: tuple[Look, ...]


def main(minutes: str = "30") -> None:
    """The soak, as JSON on standard output."""
    print(json.dumps(asdict(soaked(Soak(minutes=float(minutes)))), indent=2))


def soaked(soak: Soak, say: Callable[[str], object] = lambda _: None) -> SoakResult:
    """Run it; the record goes to a temporary folder, written as it goes, as in every run."""
    with tempfile.TemporaryDirectory(prefix="firstbell-soak-") as name:
        folder = Path(name)
        plan = _plan(soak)
        share = read_workload(Path(plan.workload)).session.digital_id_share.value
        backend = reference_backend(
            folder / "backend", learners=accounts_needed(plan, share), cores=halves().backend, seed=plan.seed,
            console=Console(stderr=True, quiet=True), scale=BackendScale(password_hash=CHEAP_HASH),
        )  # fmt: skip
        with backend as url:
            before = _children()
            with launch(plan.model_copy(update={"target": url}), folder / "record") as running:
                (generator,) = _children() - before
                looks = _looks(soak, running, generator, say)
        return _result(soak, running, looks, RunRecord.read(folder / "record"))


def growth(looks: Sequence[Look], values_bytes: Sequence[int]) -> Growth:
    """How memory went over these looks."""
    minutes = [look.time_s / _MINUTE_S for look in looks]
    slope, _, low, high = theilslopes(values_bytes, minutes, 0.95)
    fifth = max(len(looks) // 5, 1)
    return Growth(
        bytes_per_minute=float(slope),
        low=float(low),
        high=float(high),
        at_first_bytes=float(np.median(values_bytes[:fifth])),
        at_last_bytes=float(np.median(values_bytes[-fifth:])),
    )


def _plan(soak: Soak) -> Plan:
    path = find_workload(DEFAULT)
    return Plan(
        workload=str(path.resolve()),
        target="http://127.0.0.1",
        plateaus=(Plateau(kind="run", learners=soak.learners, ramp_s=soak.ramp_s, hold_s=soak.hold_s),),
        pace=soak.pace,
        session_s=read_workload(path).session.length_s.value,
        byte_fraction=soak.byte_fraction,
        processes=soak.processes,
        cores=halves().generator,
    )


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _looks(soak: Soak, running: RunningLoad, generator: int, say: Callable[[str], object]) -> list[Look]:
    """One every so often while everybody is there."""
    looks: list[Look] = []
    due_s, told_minute = 0.0, -1
    for progress in running.follow():
        time_s = soak.hold_s - progress.remaining_s
        if progress.learners is None or not due_s <= time_s < soak.hold_s:
            continue
        now = taken(generator)
        looks.append(Look(time_s=time_s, resident_bytes=now.resident_bytes, private_bytes=now.private_bytes))
        due_s = time_s + soak.look_every_s
        if (minute := int(time_s // _MINUTE_S)) > told_minute:
            told_minute = minute
            say(f"soak, minute {minute} of {soak.hold_s / _MINUTE_S:g}: {now.private_bytes / 1e6:.1f} MB")
    return looks


def _result(soak: Soak, running: RunningLoad, looks: Sequence[Look], record: RunRecord) -> SoakResult:
    warm_up_s = soak.warm_up_minutes * _MINUTE_S
    steady = [look for look in looks if look.time_s >= warm_up_s]
    if len(steady) < 2:
        raise RuntimeError(f"the soak ended early ({running.manifest.status}): {'; '.join(running.manifest.problems)}")
    outcomes = Counter(record.samples()["outcome"].to_pylist())
    requests = outcomes.total() - outcomes[MISSED]
    return SoakResult(
        soak=soak,
        status=running.manifest.status,
        requests=requests,
        requests_per_s=requests / running.plan.duration_s,
        errors=requests - outcomes["ok"],
        warm_up_s=warm_up_s,
        private=growth(steady, [look.private_bytes for look in steady]),
        resident=growth(steady, [look.resident_bytes for look in steady]),
        looks=tuple(looks),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
