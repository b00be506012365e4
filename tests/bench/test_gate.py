"""What is made of a gate's words for the benchmark of its trials."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

from bench.disturbance import disturbed
from bench.gate import PLANTS, Trial, read_trials, remaining, trial_of, trials_table

NOTHING, *_, LOST_INDEX = PLANTS
TOLD = {
    "sentence": "This change costs 9 %.",
    "comparison": {
        "culprit": {"activity": "page", "station": "database"},
        "capacity": {"low": 0.88, "ratio": 0.91, "high": 0.94},
        "changes": [{"name": "page: processor time at all stations", "low": 1.1, "ratio": 1.2, "high": 1.3}],
    },
}


def done(code: int, stdout: str = "", stderr: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess(args=[], returncode=code, stdout=stdout, stderr=stderr)


def test_a_trial_keeps_what_the_gate_said() -> None:
    trial = trial_of(LOST_INDEX, 3, done(1, json.dumps(TOLD)), took_s=100.0)
    assert (trial.exit_code, trial.activity, trial.station) == (1, "page", "database")
    assert (trial.capacity, trial.demand) == ((0.88, 0.91, 0.94), (1.1, 1.2, 1.3))


def test_a_gate_that_said_nothing_is_a_trial_as_well() -> None:
    trial = trial_of(NOTHING, 3, done(2, stderr="firstbell: 1 problem in the input"), took_s=1.0)
    assert (trial.exit_code, trial.sentence, trial.capacity) == (2, "firstbell: 1 problem in the input", None)


def test_trials_go_on_where_they_were_left_all_plants_in_turn(tmp_path: Path) -> None:
    every = remaining(())
    assert [plant.name for plant, _ in every[: len(PLANTS)]] == [plant.name for plant in PLANTS]
    assert len(every) == sum(plant.trials for plant in PLANTS) == len({seed for _, seed in every})
    assert NOTHING.trials == 40
    assert all(plant.trials == 20 for plant in PLANTS[1:])
    trial = replace(trial_of(NOTHING, every[0][1], done(0, json.dumps(TOLD)), took_s=1.0))
    (tmp_path / "results").write_text(json.dumps(vars(trial)) + "\n")
    assert len(remaining(read_trials(tmp_path / "results"))) == len(every) - 1
    assert read_trials(tmp_path / "none") == ()


def test_the_table_counts_what_was_found_and_what_was_rightly_named() -> None:
    def trial(plant: str, code: int, station: str | None = None) -> Trial:
        return Trial(plant=plant, seed=1, exit_code=code, sentence="", activity="page" if station else None,
                     station=station, capacity=None, demand=None, took_s=110.0)  # fmt: skip

    trials = [trial("nothing", 0)] * 3 + [trial("nothing", 3)] + [trial("a lost index", 1, "database")] * 4
    trials += [trial("a lost index", 1, "app"), trial("a lost index", 0)]
    rows = {line.split(" | ")[0].strip("| "): line for line in trials_table(trials)}
    assert rows["nothing"] == "| nothing | 4 | 0 of 3 | – | – | 1 | 110 |"
    assert rows["a lost index"] == "| a lost index | 6 | 5 of 6 | 42 % | 4 of 5 | 0 | 110 |"


def test_the_disturbance_ends_with_its_block() -> None:
    def below() -> list[bytes]:
        return subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, check=False).stdout.split()

    before = below()
    with disturbed(1):
        assert len(set(below()) - set(before)) >= 1
    assert below() == before
