"""How long people wait to sign in when everybody comes at once: from a calm run to the burst.

A calm run tells three things: what a sign-in costs where passwords are checked, what all else of it costs, and what
learners in session ask of the same cores. In a burst these leave less and less to the passwords, which queue, first
come first served, for one of a few threads. Chance matters as long as the burst is near the capacity and hardly any
more beyond, where the fluid queue of ``time_varying`` is right (Newell 1982); so the burst is played many times,
on a grid of short steps, and the spread of the plays is the interval of one day's peak.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from firstbell.models.arrivals import Shape, arrival_times
from firstbell.models.burst_play import Played
from firstbell.models.estimate import Estimate
from firstbell.models.evidence import RunEvidence
from firstbell.models.machine_speed import ReferenceTasks
from firstbell.models.measurement import ServerSeries, Span
from firstbell.models.problems import InputError
from firstbell.models.reloads import Reloads
from firstbell.models.time_varying import mean_in_session

Floats = NDArray[np.float64]

STEP_S = 0.02
WINDOW_S = 20.0
"""Waiting times are means over so long: some hundreds of sign-ins of a burst, so that chance does not pick the peak."""
WINDOW_STEP_S = 5.0
PLAYS = 100
STRETCH_S = 30.0
"""About as long as what decides over a burst's peak lasts."""
_CALM_WINDOWS = 24
_FEWEST_WINDOWS = 6
_SHORTEST_WINDOW_S = 1.0
_LEAST_LEFT = 0.02  # of the cores: others never take all of them, since those who wait ask for nothing
_LOGIN = "login"


@dataclass(frozen=True, kw_only=True)
class CalmCosts:
    """What a calm run tells: processor seconds of a sign-in, at the passwords and elsewhere, and of a learner a second.

    ``rest_s`` is what of a sign-in's time is neither: the wire, the disk, the generator. ``threads`` check passwords,
    each with a queue of its own, on ``cores``. ``slowness`` are factors on all processor seconds, one as likely as the
    other: a shared machine is not equally fast in one stretch of `STRETCH_S` and in the next.
    """

    password_s: float
    elsewhere_s: float
    learner_cores: float
    rest_s: float
    threads: int
    cores: float
    slowness: tuple[float, ...] = (1.0,)

    def slowed(self, factor: float) -> "CalmCosts":
        """The same on a machine that is so much slower."""
        return replace(
            self,
            password_s=factor * self.password_s,
            elsewhere_s=factor * self.elsewhere_s,
            learner_cores=factor * self.learner_cores,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class BurstWaits:
    """``time_s`` (windows,) are their middles from when measuring begins; ``response_s`` (plays, windows) means of
    those who came in each, from when they came until they were in; ``tries`` and ``left_out`` (plays,) are tries a
    person, and the share of those who are not in when measuring ends."""

    time_s: Floats
    response_s: Floats
    tries: Floats
    left_out: Floats

    @property
    def peak_s(self) -> Estimate:
        """The longest mean response of a window: the median of all plays, and what 95 % of them lie between."""
        return _spread(np.nanmax(self.response_s, axis=1), "s")

    @property
    def peak_at_s(self) -> Estimate:
        """When that window is."""
        return _spread(self.time_s[np.nanargmax(self.response_s, axis=1)], "s")

    @property
    def tries_a_person(self) -> Estimate:
        """How often somebody asks on average."""
        return _spread(self.tries, "")

    @property
    def not_in(self) -> Estimate:
        """The share of people who are not in when measuring ends."""
        return _spread(self.left_out, "")


def calm_costs(run: RunEvidence) -> CalmCosts:
    """What a run in which learners come by a constant rate tells; raise InputError where it does not."""
    series, tasks = run.record.server_series(), run.record.reference_tasks()
    span = run.record.spans[-1]
    login = [code for code, name in enumerate(run.samples.activities) if name == _LOGIN]
    if series is None or tasks is None or (passwords := tasks.during(span)).tasks < 1 or not login:
        what = "this run does not tell what checking a password costs"
        remedy = "Let learners sign in on a target that names its same_job_each_time: the reference backend does"
        raise InputError.single(source=str(run.record.folder), what=what, remedy=remedy)
    task = str(run.record.manifest.backend["same_job_each_time"])
    visits = run.visits.where((run.visits.activity == login[0]) & ~run.visits.failed)
    elsewhere_s, learner_cores = _beside_passwords(run, span, series, task, visits.end_s)
    password_s = passwords.cpu_s / passwords.tasks
    quickest_s = float(np.quantile(visits.end_s - visits.due_s, 0.1))
    pools = [pool for pool in run.record.thread_pools() if task in pool.stations]
    return CalmCosts(
        password_s=password_s,
        elsewhere_s=elsewhere_s,
        learner_cores=learner_cores,
        rest_s=max(quickest_s - password_s, 0.0),
        threads=sum(pool.replicas * pool.threads for pool in pools) or 1,
        cores=series.cores,
        slowness=_slowness(tasks, span),
    )


def _slowness(tasks: ReferenceTasks, span: Span) -> tuple[float, ...]:
    """How dear a password was in each stretch of a plateau, over its average; overlapping, so that none is cut."""
    starts = np.arange(span.start_s, span.end_s - STRETCH_S + 1e-9, WINDOW_STEP_S)
    stretches = [tasks.during(replace(span, start_s=start, end_s=start + STRETCH_S)).mean_s for start in starts]
    costs_s = [cost_s for cost_s in stretches if cost_s is not None]
    return tuple(cost_s / float(np.mean(costs_s)) for cost_s in costs_s) or (1.0,)


def _beside_passwords(
    run: RunEvidence, span: Span, series: ServerSeries, task: str, signed_in_s: Floats
) -> tuple[float, float]:
    """Processor seconds of a sign-in at all stations but that of passwords, and cores of a learner in session."""
    window_s = max(span.hold_s / _CALM_WINDOWS, _SHORTEST_WINDOW_S)
    edges = np.arange(span.start_s, span.end_s + 1e-9, window_s)
    cpu_s = np.array([series.cores_used(a, b) * (b - a) for a, b in pairwise(edges)])
    elsewhere = cpu_s.sum(axis=1) - cpu_s[:, series.stations.index(task)]
    known = np.isfinite(elsewhere)
    if known.sum() < _FEWEST_WINDOWS:
        what, remedy = f"fewer than {_FEWEST_WINDOWS} s of it were measured", "Let it run longer"
        raise InputError.single(source=str(run.record.folder), what=what, remedy=remedy)
    asked = np.column_stack([np.histogram(signed_in_s, edges)[0], _learners(run, edges) * window_s])
    (elsewhere_s, learner_cores), _ = nnls(asked[known], elsewhere[known])
    return float(elsewhere_s), float(learner_cores)


def burst_waits(
    costs: CalmCosts, shape: Shape, *, duration_s: float, session_s: float, seed: int, reloads: Reloads | None = None
) -> BurstWaits:
    """Play the burst ``PLAYS`` times, each on a machine as slow as in one stretch of the calm run; sessions last
    memoryless times with mean ``session_s``."""
    times_s = np.arange(0.0, duration_s, STEP_S)
    arrivals_per_s = np.diff(shape.expected_by(np.append(times_s, times_s[-1] + STEP_S))) / STEP_S
    curve = shape.curve(duration_s)
    present = mean_in_session(curve, lambda age_s: np.exp(-age_s / session_s))
    present = np.interp(times_s, curve.times_s + curve.step_s, present, left=0.0)
    seeds = np.random.SeedSequence([seed % 2**63, 0xBE11]).generate_state(2 * PLAYS, np.uint64).tolist()
    factors = np.random.default_rng(seeds).choice(costs.slowness, PLAYS)
    plays = []
    for factor, come, chance in zip(factors, seeds[:PLAYS], seeds[PLAYS:], strict=True):
        slowed = costs.slowed(float(factor))
        taken = slowed.learner_cores * present + slowed.elsewhere_s * arrivals_per_s
        left = np.maximum(costs.cores - taken, _LEAST_LEFT * costs.cores)
        due_s = arrival_times(shape, duration_s=duration_s, seed=come)
        plays.append(_played(slowed, left, due_s, reloads, duration_s, chance))
    return BurstWaits(
        time_s=window_starts(duration_s) + WINDOW_S / 2,
        response_s=np.array([means for means, _, _ in plays]),
        tries=np.array([tries for _, tries, _ in plays]),
        left_out=np.array([out for _, _, out in plays]),
    )


def _played(
    costs: CalmCosts, left: Floats, due_s: Floats, reloads: Reloads | None, duration_s: float, seed: int
) -> tuple[Floats, float, float]:
    """Of one play the mean response by window, tries a person, and the share of those who are not in at its end."""
    arrived = np.minimum((due_s / STEP_S).astype(np.int64), len(left) - 1)
    played = Played(arrived, left, step_s=STEP_S, job_s=costs.password_s, threads=costs.threads).play(
        reloads, seed=seed
    )
    known = played.ended >= 0
    response_s = np.where(known, (played.ended - arrived) * STEP_S + costs.rest_s, np.nan)
    return (
        _window_means(due_s, response_s, duration_s),
        float(played.tries.mean()) if len(due_s) else np.nan,
        1 - float(known.mean()) if len(due_s) else 0.0,
    )


def _window_means(due_s: Floats, response_s: Floats, duration_s: float) -> Floats:
    """(windows,) mean response of those who came in each window and are in; NaN where nobody is."""
    starts = window_starts(duration_s)
    within = [(start <= due_s) & (due_s < start + WINDOW_S) & ~np.isnan(response_s) for start in starts]
    return np.array([float(response_s[each].mean()) if each.any() else np.nan for each in within])


def window_starts(duration_s: float) -> Floats:
    """Where the windows begin that waiting times are told of."""
    return np.arange(0.0, duration_s - WINDOW_S + 1e-9, WINDOW_STEP_S)


def measured_waits(run: RunEvidence) -> BurstWaits:
    """What a burst that was played on a platform was like, in the same windows: one play.

    Each arrival is a person of its own, who waits from when the first of its sign-ins was due until one has succeeded.
    """
    span, visits = run.record.spans[-1], run.visits
    login = visits.of_activity(_LOGIN)
    assert login.learner is not None  # those of a record are somebody's
    people, who = np.unique(login.learner, return_inverse=True)
    due_s, end_s = np.full(len(people), np.inf), np.full(len(people), np.inf)
    np.minimum.at(due_s, who, login.due_s)
    np.minimum.at(end_s, who, np.where(login.failed, np.inf, login.end_s))
    response_s = np.where(np.isfinite(end_s), end_s - due_s, np.nan)
    return BurstWaits(
        time_s=window_starts(span.end_s - span.start_s) + WINDOW_S / 2,
        response_s=_window_means(due_s - span.start_s, response_s, span.end_s - span.start_s)[None, :],
        tries=np.array([len(login.due_s) / max(len(people), 1)]),
        left_out=np.array([float(np.isnan(response_s).mean())]),
    )


def _learners(run: RunEvidence, edges: Floats) -> Floats:
    """(windows,) mean number in session, over all of the generator's processes."""
    table = run.record.generator()
    time_s, learners = table["time_s"].to_numpy(), table["learners"].to_numpy()
    process = table["process"].to_numpy()
    middles = (edges[:-1] + edges[1:]) / 2
    counts = np.zeros(len(middles))
    for each in np.unique(process):
        mine = process == each
        order = np.argsort(time_s[mine])
        counts += np.interp(middles, time_s[mine][order], learners[mine][order])
    return counts


def _spread(values: Floats, unit: str) -> Estimate:
    low, likely, high = (float(value) for value in np.quantile(values, (0.025, 0.5, 0.975)))
    return Estimate(low=low, likely=likely, high=high, unit=unit, source=f"{len(values)} plays of the burst")
