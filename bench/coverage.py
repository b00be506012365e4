"""The known-truth study: how often 95 % intervals of demands and forecasts hold what is true.

A plant with known demands is simulated, three activities at four stations, under a load plan of several mixes; its
counters are read every second, as a platform's are. The project's own estimation finds the demands again, with
intervals, and a queueing network solved with them forecasts a load that no plateau had. That is done with many seeds.

``python -m bench.coverage --runs 200`` prints one JSON document.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from firstbell.models.demand import DemandFit, utilisation_law
from firstbell.models.intervals import wilson
from firstbell.models.measurement import ServerSeries, Windows, windows_of
from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solver import solve
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.result import SimulationResult
from firstbell.models.simulation.simulator import Scrapes, simulate_scraped
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit
from firstbell.models.visits import Visits

Floats = NDArray[np.float64]

STATIONS = ("auth", "app", "database", "delivery")
# CPU milliseconds of a visit at each station, as varied as an exponential variable.
DEMANDS_MS: Mapping[str, tuple[float, float, float, float]] = {
    "sign-in": (20.0, 2.0, 1.0, 1.0),
    "page": (0.0, 3.0, 4.0, 1.0),
    "segment": (0.0, 0.3, 0.0, 1.0),
}
BACKGROUND = (0.0, 0.01, 0.0, 0.02)
THINK_S = 1.0
# Learners of each activity: nearly nobody, so that the background is seen; single activities; pairs; the whole mix.
PLATEAUS = (
    (2, 8, 25), (30, 0, 0), (0, 150, 0), (0, 0, 500), (15, 75, 0), (15, 0, 300), (0, 75, 300), (10, 50, 150),
    (20, 100, 100), (3, 15, 50),
)  # fmt: skip
FORECAST = (35, 170, 170)  # 1.7 times the highest whole mix
SETTLE_S = 5.0
SCRAPE_S = 1.0
NEAR = 0.05


@dataclass(frozen=True, kw_only=True)
class CoverageStudy:
    """How many seeded runs, how long each plateau of a run is held, and how many bootstrap draws each fit takes."""

    runs: int = 200
    hold_s: float = 60.0
    draws: int = 200
    forecast_draws: int = 60


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """One quantity over all runs: the relative bias of its mean, the share of runs that came near, and coverage.

    ``half_width`` is the mean half width of the intervals, relative to the truth.
    """

    name: str
    true: float
    bias: float
    within_5_percent: float
    half_width: float
    covered: float


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What the study found. A demand that is 0 is held by every interval that starts there, so those stand apart."""

    study: CoverageStudy
    demands: tuple[Recovered, ...]
    demands_covered: float
    demands_covered_interval: tuple[float, float]
    zeros_covered: float
    forecasts: tuple[Recovered, ...]
    forecasts_covered: float


def main() -> None:
    """The whole study, as JSON on standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=CoverageStudy.runs)
    print(json.dumps(asdict(covered(CoverageStudy(runs=parser.parse_args().runs))), indent=2))


def covered(study: CoverageStudy) -> Coverage:
    """Carry the study out; the same study gives the same figures."""
    fits = [_fits(_windows(seed, study.hold_s), study.draws, seed) for seed in range(1, study.runs + 1)]
    found = np.array([[fit.demand_s for fit in run] for run in fits])
    low, high = np.moveaxis([[fit.interval_s() for fit in run] for run in fits], 2, 0)
    true = _true_demand_s()
    held = (low <= true) & (true <= high)
    demands = tuple(
        _recovered(f"{activity} at {station}", float(true[s, a]), found[:, s, a], low[:, s, a], high[:, s, a])
        for s, station in enumerate(STATIONS)
        for a, activity in enumerate(DEMANDS_MS)
        if true[s, a] > 0
    )
    trials = int(held[:, true > 0].size)
    interval = wilson(failures=trials - int(held[:, true > 0].sum()), requests=trials)
    forecasts = tuple(_forecasts(fits, study.forecast_draws))
    return Coverage(
        study=study,
        demands=demands,
        demands_covered=float(held[:, true > 0].mean()),
        demands_covered_interval=(1 - interval.high, 1 - interval.low),
        zeros_covered=float(held[:, true == 0].mean()),
        forecasts=forecasts,
        forecasts_covered=float(np.mean([each.covered for each in forecasts])),
    )


def _recovered(name: str, true: float, found: Floats, low: Floats, high: Floats) -> Recovered:
    return Recovered(
        name=name,
        true=true,
        bias=float(found.mean() / true - 1),
        within_5_percent=float(np.mean(np.abs(found / true - 1) <= NEAR)),
        half_width=float(np.mean(high - low) / 2 / true),
        covered=float(np.mean((low <= true) & (true <= high))),
    )


def _true_demand_s() -> Floats:
    """(stations, activities)"""
    return np.array(list(DEMANDS_MS.values())).T / 1e3


def _fits(windows: Windows, draws: int, seed: int) -> list[DemandFit]:
    """One for each station."""
    return [utilisation_law(windows.visits_per_s, busy, draws=draws, seed=seed) for busy in windows.cores.T]


def _windows(seed: int, hold_s: float) -> Windows:
    """What a whole run saw, window by window; the ramps between plateaus are left out."""
    plateaus = [
        simulate_scraped(
            _system(learners), duration_s=hold_s, warmup_s=SETTLE_S, every_s=SCRAPE_S, seed=1000 * seed + number
        )
        for number, learners in enumerate(PLATEAUS)
    ]
    length_s = hold_s + SETTLE_S
    server = _server([scrapes for _, scrapes in plateaus], length_s)
    windows = windows_of(_visits([result for result, _ in plateaus], length_s), server)
    return windows.where(windows.end_s - windows.start_s < 1.5 * SCRAPE_S)


def _system(learners: Sequence[int]) -> SimulatedSystem:
    return SimulatedSystem(
        hosts=tuple(Host(name=station) for station in STATIONS),
        pools=tuple(Pool(name=station, host=station, threads=None) for station in STATIONS),
        activities=tuple(
            Activity(name=name, steps=(Step(visits=_at_stations(name)),), factor=Distribution.exponential(1.0))
            for name in DEMANDS_MS
        ),
        sources=tuple(
            Source(name=name, mix={name: 1.0}, population=count, time_s=Distribution.exponential(THINK_S))
            for name, count in zip(DEMANDS_MS, learners, strict=True)
            if count
        ),
    )


def _at_stations(activity: str) -> tuple[Visit, ...]:
    costs = zip(STATIONS, DEMANDS_MS[activity], strict=True)
    return tuple(Visit(pool=station, service_s=cost / 1e3) for station, cost in costs if cost > 0)


def _visits(results: Sequence[SimulationResult], length_s: float) -> Visits:
    """All plateaus after one another, each ``length_s`` after the one before."""
    names = tuple(DEMANDS_MS)
    found = [(level, code, result.activities[name]) for level, result in enumerate(results)
             for code, name in enumerate(names)]  # fmt: skip
    counts = [activity.count for _, _, activity in found]
    end_s = np.concatenate([activity.ends_s + level * length_s for level, _, activity in found])
    asked_s = end_s - np.concatenate([activity.responses_s for _, _, activity in found])
    return Visits(
        activities=names,
        activity=np.repeat([code for _, code, _ in found], counts),
        due_s=asked_s,
        asked_s=asked_s,
        end_s=end_s,
        late_s=np.zeros(len(end_s)),
        requests=np.ones(len(end_s), dtype=np.int64),
        received_bytes=np.zeros(len(end_s), dtype=np.int64),
        failed=np.zeros(len(end_s), dtype=bool),
        level=np.repeat([level for level, _, _ in found], counts),
    )


def _server(scrapes: Sequence[Scrapes], length_s: float) -> ServerSeries:
    time_s = np.concatenate([each.time_s + level * length_s for level, each in enumerate(scrapes)])
    before = np.cumsum([np.zeros(len(STATIONS)), *(each.work_s[-1] for each in scrapes[:-1])], axis=0)
    work_s = np.concatenate([each.work_s + start for each, start in zip(scrapes, before, strict=True)])
    used_s = work_s + np.outer(time_s, BACKGROUND)
    return ServerSeries(stations=STATIONS, time_s=time_s, cpu_s=used_s, cores=float(len(STATIONS)))


def _forecasts(fits: Sequence[Sequence[DemandFit]], draws: int) -> list[Recovered]:
    """Throughputs, response times and utilisations of the load that no plateau had, from best demands and draws."""
    true = _forecast(_true_demand_s(), np.array(BACKGROUND))
    best, low, high = [], [], []
    for run in fits:
        background = np.array([fit.background for fit in run])
        best.append(list(_forecast(np.array([fit.demand_s for fit in run]), background).values()))
        drawn = [
            list(
                _forecast(
                    np.array([fit.draws_s[index] for fit in run]),
                    np.array([fit.background_draws[index] for fit in run]),
                ).values()
            )
            for index in range(draws)
        ]
        bounds = np.quantile(drawn, [0.025, 0.975], axis=0)
        low.append(np.minimum(bounds[0], best[-1]))
        high.append(np.maximum(bounds[1], best[-1]))
    columns = (np.array(each).T for each in (best, low, high))
    return [_recovered(name, true[name], *found) for name, *found in zip(true, *columns, strict=True)]


def _forecast(demand_s: Floats, background: Floats) -> dict[str, float]:
    """By name; the background takes its share of each station from the visits."""
    network = Network(
        classes=tuple(
            CustomerClass(name=name, population=float(count), think_time_s=THINK_S)
            for name, count in zip(DEMANDS_MS, FORECAST, strict=True)
        ),
        stations=tuple(
            Station(name=station, demand_s=dict(zip(DEMANDS_MS, row / (1 - idle), strict=True)))
            for station, row, idle in zip(STATIONS, demand_s, background, strict=True)
        ),
    )
    answer = solve(network, "bard-schweitzer")
    rates = np.array([answer.classes[name].throughput_per_s for name in DEMANDS_MS])
    busy = demand_s @ rates + background
    return {
        **{f"throughput of {name}": found.throughput_per_s for name, found in answer.classes.items()},
        **{f"response time of {name}": found.response_time_s for name, found in answer.classes.items()},
        **{f"utilisation of {station}": float(share) for station, share in zip(STATIONS, busy, strict=True)},
    }


if __name__ == "__main__":
    main()
