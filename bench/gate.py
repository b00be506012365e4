"""How well the gate tells slowdowns from noise: planted ones in the reference backend, and none at all.

``python -m bench.gate`` makes the trials that ``docs/benchmarks/gate-trials.jsonl`` (``--results``) does not have yet,
one after another, each with runs and seeds of its own and with other load on the machine, and adds each to the file as
it ends; ``--most N`` stops after N. ``--table`` prints what the file has as the table in ``docs/gate.md``. A trial
takes about two minutes; all take five hours and a half.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scipy.stats import beta

from bench.disturbance import disturbed
from firstbell.reports.markdown_table import table

RESULTS = Path(__file__).parents[1] / "docs/benchmarks/gate-trials.jsonl"
_LONGEST_S = 600.0
_COMMAND = [sys.executable, "-c", "from firstbell.cli.main import main; main()"]


@dataclass(frozen=True, kw_only=True)
class Plant:
    """What is planted, the options that plant it, how many trials it gets, and what the gate should name."""

    name: str
    options: str
    trials: int
    activity: str | None
    stations: tuple[str, ...] = ()


PLANTS = (
    Plant(name="nothing", options="", trials=40, activity=None),
    Plant(name="page +5 %", options="--slower courses=0.05", trials=20, activity="page", stations=("app", "database")),
    Plant(name="page +10 %", options="--slower courses=0.1", trials=20, activity="page", stations=("app", "database")),
    Plant(name="page +20 %", options="--slower courses=0.2", trials=20, activity="page", stations=("app", "database")),
    Plant(name="page +50 %", options="--slower courses=0.5", trials=20, activity="page", stations=("app", "database")),
    Plant(
        name="one more query a page", options="--more-queries 1", trials=20, activity="page", stations=("database",)
    ),
    Plant(
        name="a lost index", options="--without-index videos_by_choice", trials=20, activity="page",
        stations=("database",),
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What one trial came to. ``capacity`` is after over before, with its interval."""

    plant: str
    seed: int
    exit_code: int
    sentence: str
    activity: str | None
    station: str | None
    capacity: tuple[float, float, float] | None
    demand: tuple[float, float, float] | None
    took_s: float


def main() -> None:
    """The trials that are missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.gate", description="How well the gate tells slowdowns.")
    parser.add_argument("--results", type=Path, default=RESULTS, help="one trial a line")
    parser.add_argument("--most", type=int, default=10_000, help="trials to make now")
    parser.add_argument("--only", help="name of a plant")
    parser.add_argument("--table", action="store_true", help="print what there is, and make none")
    asked = parser.parse_args()
    if asked.table:
        print("\n".join(trials_table(read_trials(asked.results))))
        return
    missing = [each for each in remaining(read_trials(asked.results)) if asked.only in (None, each[0].name)]
    for plant, seed in missing[: asked.most]:
        trial = tried(plant, seed)
        with asked.results.open("a", encoding="utf-8") as results:
            results.write(json.dumps(asdict(trial)) + "\n")
        print(f"{plant.name}, seed {seed}: exit {trial.exit_code} after {trial.took_s:.0f} s. {trial.sentence}")


def read_trials(path: Path) -> tuple[Trial, ...]:
    """Trials made so far."""
    if not path.exists():
        return ()
    return tuple(Trial(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line)


def remaining(made: Sequence[Trial]) -> list[tuple[Plant, int]]:
    """Trials still to make, all plants in turn, so that what there is at any time is a fair sample."""
    done = {(trial.plant, trial.seed) for trial in made}
    every = [(plant, 1_000 * number + turn) for turn in range(40) for number, plant in enumerate(PLANTS, start=1)
             if turn < plant.trials]  # fmt: skip
    return [(plant, seed) for plant, seed in every if (plant.name, seed) not in done]


def tried(plant: Plant, seed: int) -> Trial:
    """One trial: both sides loaded, then judged. A gate that could not judge is a trial as well."""
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="firstbell-gate-") as temporary, disturbed(seed):
        pair = Path(temporary) / "pair"
        head = f"reference {plant.options}".strip()
        _firstbell("pair", "--head", head, "--seed", str(seed), "--out", str(pair))
        done = _firstbell("gate", str(pair / "head"), "--baseline", str(pair / "base"), "--json")
    return trial_of(plant, seed, done, took_s=time.monotonic() - begun_s)


def _firstbell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_COMMAND, *arguments], capture_output=True, text=True, timeout=_LONGEST_S, check=False)


def trial_of(plant: Plant, seed: int, done: subprocess.CompletedProcess[str], *, took_s: float) -> Trial:
    """What a gate said, from its JSON; where it said nothing, from its last words."""
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {"sentence": done.stderr.strip()[-300:]}
    comparison = told.get("comparison") or {}
    culprit, capacity = comparison.get("culprit") or {}, comparison.get("capacity")
    whole = next(
        (each for each in comparison.get("changes", ()) if each["name"] == "page: processor time at all stations"), None
    )
    return Trial(
        plant=plant.name,
        seed=seed,
        exit_code=done.returncode,
        sentence=told["sentence"],
        activity=culprit.get("activity"),
        station=culprit.get("station"),
        capacity=None if capacity is None else _ratio(capacity),
        demand=None if whole is None else _ratio(whole),
        took_s=took_s,
    )


def _ratio(change: dict[str, float]) -> tuple[float, float, float]:
    return change["low"], change["ratio"], change["high"]


def trials_table(trials: Sequence[Trial]) -> Iterator[str]:
    """A row a plant: how often it was found, and how often rightly named."""
    header = ("Planted", "Trials", "Found (exit 1)", "At least (95 %)", "Named rightly", "Not judged", "Seconds")
    yield from table(header, [_row(plant, [t for t in trials if t.plant == plant.name]) for plant in PLANTS])


def _row(plant: Plant, trials: Sequence[Trial]) -> tuple[str, ...]:
    judged = [trial for trial in trials if trial.exit_code in (0, 1)]
    found = [trial for trial in judged if trial.exit_code == 1]
    named = [t for t in found if t.activity == plant.activity and (not plant.stations or t.station in plant.stations)]
    least = f"{beta.ppf(0.05, len(found), len(judged) - len(found) + 1):.0%}".replace("%", " %") if found else "0 %"
    seconds = f"{sum(trial.took_s for trial in trials) / len(trials):.0f}" if trials else "–"
    return (
        plant.name,
        str(len(trials)),
        f"{len(found)} of {len(judged)}",
        least if plant.activity is not None else "–",
        f"{len(named)} of {len(found)}" if plant.activity is not None else "–",
        str(len(trials) - len(judged)),
        seconds,
    )


if __name__ == "__main__":
    main()
