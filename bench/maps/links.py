"""Shared links (M/G/R-PS), against what they leave out: that pupils are few, and that files differ."""

from bench.maps.grid import ErrorMap, Family, Known, mapped
from firstbell.models.links import SharedLink
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.simulator import simulate
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit
from firstbell.models.stations.finite_source import FiniteSource

RATIOS = (2, 5, 10, 50)
LOADS = (0.5, 0.7, 0.8, 0.9, 0.95)
DOWNLOADS = 300_000


def links() -> Family:
    """The delay factor of a link that learners share."""
    maps = (_sizes_map(9.0), *(_pupils_map(each) for each in (3, 10, 100)))
    return Family(
        name="links",
        title="Shared links: M/G/R-PS",
        formulas="`SharedLink.delay_factor`, by the traffic that is carried",
        truth="simulation of a shared link with hyperexponential file sizes (scv 9); and exactly, by birth and death, "
        "for so many pupils on the line for each one that it carries at full speed",
        use="The spread of file sizes does not matter, as the theory says. The number of pupils does: the formula "
        "takes it for unlimited, and is always on the safe side. Up to 70 % load it is within 3 % with a "
        "hundred pupils for each that the link carries at full speed, and within 6 % with ten, from a link of "
        "five on. A small link at 95 % looks two to five times as slow as a class would find it: for one "
        "class on one line take `FiniteSource`, which is exact.",
        maps=maps,
    )


def _formula(i: int, utilization: float) -> float:
    return SharedLink(access_ratio=RATIOS[i], offered=utilization * RATIOS[i]).delay_factor


def _sizes_map(scv: float) -> ErrorMap:
    def cell(i: int, j: int) -> tuple[float, Known]:
        link = SimulatedSystem(
            hosts=(Host(name="link", cores=float(RATIOS[i])),),
            pools=(Pool(name="link", host="link", threads=None),),
            activities=(
                Activity(
                    name="download",
                    steps=(Step(visits=(Visit(pool="link", service_s=1.0),)),),
                    factor=Distribution.hyperexponential(1.0, scv=scv),
                ),
            ),
            sources=(Source(name="open", mix={"download": 1.0}, arrival_rate_per_s=LOADS[j] * RATIOS[i]),),
        )
        duration_s = DOWNLOADS / LOADS[j] / RATIOS[i] / (1.0 - LOADS[j])
        found = simulate(link, duration_s=duration_s, warmup_s=0.1 * duration_s, seed=1).activities["download"]
        estimate = found.mean_estimate()
        assert estimate is not None
        return _formula(i, LOADS[j]), Known(value=estimate.likely, reach=estimate.high - estimate.likely)

    title = f"file sizes of scv {scv:g}"
    return mapped(title, ("link over access rate", RATIOS), ("utilisation", LOADS), cell)


def _pupils_map(pupils: int) -> ErrorMap:
    def cell(i: int, j: int) -> tuple[float, Known]:
        station = _class_with_load(RATIOS[i], pupils * RATIOS[i], LOADS[j])
        return _formula(i, station.utilization), Known(value=station.mean_response_s)

    title = f"{pupils} pupils a unit of the link"
    return mapped(title, ("link over access rate", RATIOS), ("utilisation", LOADS), cell)


def _class_with_load(servers: int, pupils: int, utilization: float) -> FiniteSource:
    """Pupils whose pause between downloads makes this utilisation, found by halving."""
    low, high = 1e-6, 1e6
    for _ in range(100):
        pause_s = (low * high) ** 0.5
        station = FiniteSource(population=pupils, think_time_s=pause_s, service_s=1.0, servers=servers)
        if station.utilization > utilization:
            low = pause_s
        else:
            high = pause_s
    return station
