"""The work that activities bring to a tier: visits a second, CPU seconds of each, and jobs to queue for."""

from dataclasses import dataclass

import numpy as np

from firstbell.models.figures import Array, stated_names
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.demands import TIERS
from firstbell.models.sizing.sign_in import burst_logins_per_s
from firstbell.models.sizing.waiting import Queue
from firstbell.models.traffic import ACTIVITIES, VISITS, requests_per_visit, stated_visits


@dataclass(frozen=True, kw_only=True)
class Work:
    """One activity at one tier; ``keys`` are the profile's figures that its rate is made of."""

    name: str
    visits_per_s: Array
    demand_s: Array
    jobs_per_visit: Array
    keys: tuple[str, ...]
    source: str

    @property
    def erlangs(self) -> Array:
        """Cores that it keeps busy."""
        return self.visits_per_s * self.demand_s


def work_at(case: Case, tier: str, *, first_bell: bool = False) -> list[Work]:
    """All that asks for a tier's CPU: the activities played, and the states that the profile states.

    At first bell logins come at the peak of their burst, while all others go on as at any time.
    """
    played = [_played(case, name, tier, first_bell) for name in ACTIVITIES if (name, tier) in case.assumed.demand_s]
    stated = [_stated(case, name, tier) for name in stated_names(case.values)]
    return [each for each in played + stated if each.erlangs.any()]


def times_measured_load(case: Case) -> float | None:
    """Processor time that a level's measured activities ask for over the highest measured; None where none was."""
    measured = case.assumed.demands.measured_cores
    if not measured:
        return None
    played = [work for tier in TIERS for work in work_at(case, tier) if work.name in ACTIVITIES]
    return sum(float(work.erlangs[0]) for work in played) / measured


def queue_of(work: list[Work], scv: float) -> Queue:
    """All of a tier's work as one queue; jobs of an activity are equal in the mean, with ``scv`` among them."""
    jobs = np.sum([each.visits_per_s * each.jobs_per_visit for each in work], axis=0)
    erlangs = np.sum([each.erlangs for each in work], axis=0)
    squares = np.sum([each.erlangs * each.demand_s / each.jobs_per_visit for each in work], axis=0) * (1 + scv) / jobs
    job_s = erlangs / jobs
    job_scv = np.divide(squares, job_s**2, out=np.ones_like(squares), where=job_s > 0) - 1
    return Queue(offered_erlangs=erlangs, job_s=job_s, job_scv=job_scv)


def delivery_cpu(case: Case) -> tuple[Array, Array]:
    """CPU seconds of delivering a request, and of each byte.

    A segment is the activity that is nearly all bytes, a poll the one that is nearly all request: what a segment
    costs beyond a poll is what its bytes cost.
    """
    demand_s = case.assumed.demand_s
    nothing = np.zeros(1)
    request_s = demand_s.get(("poll", "delivery"), nothing)
    segment_s = demand_s.get(("segment", "delivery"), nothing)
    measured = case.assumed.demands.segment_bytes or _segment_bytes(case)
    return np.minimum(request_s, segment_s), np.maximum(segment_s - request_s, 0.0) / measured


def _segment_bytes(case: Case) -> Array:
    return case.values["content.ladder.mean_bits_per_s"] * case.values["content.ladder.segment_s"] / 8


def _played(case: Case, name: str, tier: str, first_bell: bool) -> Work:
    reading = case.reading()
    visits = VISITS[name](reading, case.learners)
    if name == "login" and first_bell:
        visits = np.maximum(visits, burst_logins_per_s(reading, case.share_of_contract))
    if name == "segment":
        visits = visits * (1 + reading["sizing.bandwidth.discarded_share"])
    jobs = np.ones(1) if tier == "auth" else requests_per_visit(case.values)[name]
    return Work(
        name=name,
        visits_per_s=visits,
        demand_s=_demand_at_true_bytes(case, name, tier),
        jobs_per_visit=jobs,
        keys=reading.keys_read,
        source=case.assumed.demands.cpu_s[name, tier].source,
    )


def _demand_at_true_bytes(case: Case, name: str, tier: str) -> Array:
    """A demand as given, and for video's delivery with the CPU of the bytes that the measurement left out."""
    demand_s = case.assumed.demand_s[name, tier]
    measured = case.assumed.demands.segment_bytes
    if tier != "delivery" or measured is None or name not in ("segment", "video_start"):
        return demand_s
    _, byte_s = delivery_cpu(case)
    return np.maximum(demand_s + byte_s * (_segment_bytes(case) - measured), 0.0)


def _stated(case: Case, name: str, tier: str) -> Work:
    reading = case.reading()
    visits = stated_visits(reading, case.learners, name)
    requests = case.values[f"states.stated.{name}.requests"]
    return Work(
        name=name,
        visits_per_s=visits,
        demand_s=_stated_delivery(case, name) if tier == "delivery" else _stated_cpu(case, name, tier),
        jobs_per_visit=requests,
        keys=reading.keys_read,
        source=_stated_source(case, name, tier),
    )


def _stated_cpu(case: Case, name: str, tier: str) -> Array:
    return case.values.get(f"states.stated.{name}.demand_s.{tier}", np.zeros(1))


def _stated_source(case: Case, name: str, tier: str) -> str:
    figure = case.assumed.figures.get(f"states.stated.{name}.demand_s.{tier}")
    return "bytes at the CPU that a segment's bytes cost" if figure is None else figure.estimate.source


def _stated_delivery(case: Case, name: str) -> Array:
    """Delivery of a stated period, at the measured cost of requests and bytes; what the profile states comes on top."""
    path = f"states.stated.{name}"
    request_s, byte_s = delivery_cpu(case)
    size = case.values[f"{path}.bytes_out"] + case.values[f"{path}.bytes_in"]
    return case.values[f"{path}.requests"] * request_s + byte_s * size + _stated_cpu(case, name, "delivery")
