"""How long a whole sizing takes: all levels, all inputs drawn, from a model of ten activities at four tiers.

``python -m bench.sizing [--draws N] [--repeats N]`` prints one JSON document.
"""

import argparse
import json
import statistics
import time

from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.estimate import Estimate
from firstbell.models.sizing import Assumed, Demands, purchase
from firstbell.models.sizing.demands import TIERS
from firstbell.models.traffic import ACTIVITIES
from firstbell.models.workload import read_workload


def main() -> None:
    """Median and best of some repeats, after one that is not counted."""
    parser = argparse.ArgumentParser(prog="python -m bench.sizing", description="How long a whole sizing takes.")
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    profile, demands = read_workload(find_workload(DEFAULT)), _demands()
    taken_s = []
    for _ in range(asked.repeats + 1):
        begun_s = time.perf_counter()
        found = purchase(Assumed.of(profile, demands, draws=asked.draws))
        taken_s.append(time.perf_counter() - begun_s)
    counted = taken_s[1:]
    told = {
        "draws": asked.draws,
        "rows": len(found.rows),
        "median_s": statistics.median(counted),
        "best_s": min(counted),
        "repeats": asked.repeats,
    }
    print(json.dumps(told, indent=2))


def _demands() -> Demands:
    """A millisecond for every activity at every tier, known to within a fifth."""
    each = Estimate(low=8e-4, likely=1e-3, high=1.2e-3, unit="s", source="made up")
    return Demands(cpu_s={(activity, tier): each for activity in ACTIVITIES for tier in TIERS}, source="made up")


if __name__ == "__main__":
    main()
