"""A study as a real one would be: ten activities, four stations, six levels, one prediction missed."""

import math
from datetime import date, timedelta

import pytest

from firstbell.models.load_dependence import extrapolation
from firstbell.models.study import (
    ActivityResult,
    Bought,
    Breaking,
    Check,
    CurvePoint,
    DemandResult,
    Due,
    FitResult,
    Forecast,
    Input,
    Interval,
    LayerShares,
    LevelChance,
    LevelResult,
    LoadUncertainty,
    ObjectiveResult,
    Percentiles,
    Prediction,
    QualityResult,
    Rejected,
    ResponseTimes,
    RollOut,
    SizingRow,
    StageLevel,
    StationResult,
    Study,
    Swing,
    ValidityResult,
    VerdictResult,
)

CORES = 1.0
PACE = 1.75
# Visits a second a learner, and CPU milliseconds at auth, app, database and delivery.
ACTIVITIES: dict[str, tuple[float, tuple[float, float, float, float]]] = {
    "login": (0.0042, (22.1, 1.31, 0.42, 0.61)),
    "page": (0.094, (0.0, 3.62, 1.87, 0.82)),
    "video_start": (0.021, (0.0, 0.71, 0.09, 0.64)),
    "segment": (0.043, (0.0, 0.0, 0.0, 0.113)),
    "beacon": (0.171, (0.0, 0.31, 0.228, 0.092)),
    "quiz_start": (0.0039, (0.0, 1.12, 0.76, 0.18)),
    "answer": (0.033, (0.0, 1.46, 0.71, 0.17)),
    "autosave": (0.0332, (0.0, 0.42, 0.37, 0.09)),
    "submit": (0.0037, (0.0, 1.92, 1.24, 0.11)),
    "poll": (0.133, (0.0, 0.27, 0.0, 0.0004)),
}
STATIONS = ("auth", "app", "database", "delivery")
REQUESTS = {"login": 5, "page": 3.5, "video_start": 3, "answer": 2, "quiz_start": 2}
LEVELS = ((60, "fit"), (120, "fit"), (180, "fit"), (240, "fit"), (330, "held-out"), (520, "held-out"))


def _load(learners: float) -> float:
    offered = PACE * sum(learners * rate * sum(demand) / 1e3 for rate, demand in ACTIVITIES.values())
    return offered / CORES


def _slowing(learners: float) -> float:
    """Visits a second as a share of those offered: below 1 once the cores are short."""
    load = _load(learners)
    return min(1.0, 0.985 / load) if load > 0.985 else 1.0


def _utilization(learners: float) -> float:
    return min(_load(learners), 0.985)


def _p50_s(activity: str, learners: float) -> float:
    return sum(ACTIVITIES[activity][1]) / 1e3 * (1 + 1.1 / (1 - _utilization(learners)) * 0.6)


def _p95_s(activity: str, learners: float) -> float:
    return _p50_s(activity, learners) * (2.1 + 1.4 * _utilization(learners) ** 4)


def _requests_per_s(learners: float) -> float:
    visits = PACE * sum(learners * rate * REQUESTS.get(name, 1) for name, (rate, _) in ACTIVITIES.items())
    return visits * _slowing(learners)


def _wobble(seed: int) -> float:
    return 1 + 0.06 * math.sin(7.3 * seed)


def _activity(name: str, learners: int, place: int) -> ActivityResult:
    p50_s, p95_s = _p50_s(name, learners) * _wobble(place), _p95_s(name, learners) * _wobble(place + 3)
    if (name, learners) == ("login", 520):
        p95_s *= 1.45
    visits_per_s = PACE * ACTIVITIES[name][0] * learners * _slowing(learners)
    return ActivityResult(
        throughput_per_s=visits_per_s,
        response_s=ResponseTimes(
            mean=p50_s * 1.2, p50=p50_s, p95=p95_s, p99=p95_s * 1.7, p95_low=p95_s * 0.92, p95_high=p95_s * 1.09
        ),
        samples=round(visits_per_s * 40),
        errors=1 if (name, learners) == ("page", 520) else 0,
        missed=2 if (name, learners) == ("login", 520) else 0,
    )


def _level(learners: int, kind: str, place: int) -> LevelResult:
    used = {
        station: PACE * sum(ACTIVITIES[name][0] * learners * ACTIVITIES[name][1][k] / 1e3 for name in ACTIVITIES)
        for k, station in enumerate(STATIONS)
    }
    share = _slowing(learners)
    return LevelResult(
        learners=learners,
        kind=kind,
        held_out=kind == "held-out",
        start_s=1000.0 + 40 * place,
        hold_s=40.0 if kind == "held-out" else 20.0,
        throughput_per_s=_requests_per_s(learners) * (1 + 0.011 * math.sin(place)),
        error_ratio=0.0 if learners < 520 else 0.000213,
        lateness_p99_s=0.0031 + 0.00002 * learners,
        little_gap=0.004 * math.sin(place + 1),
        utilization=_utilization(learners) * (1 + 0.008 * math.sin(place + 2)),
        activities={name: _activity(name, learners, place * 11 + k) for k, name in enumerate(ACTIVITIES)},
        stations={
            name: StationResult(cpu_cores=cores * share, utilization=cores * share / CORES)
            for name, cores in used.items()
        },
        quality=QualityResult(
            views=learners * 3,
            startup_p50_s=0.011 + learners / 2e5,
            startup_p95_s=0.031 + learners / 4e4,
            rebuffer_ratio=0.0 if learners < 520 else 0.0021,
            stalls=0 if learners < 520 else 4,
        ),
    )


def _checks(levels: tuple[LevelResult, ...]) -> tuple[Check, ...]:
    found = []
    for level in levels:
        if not level.held_out:
            continue
        predicted = _requests_per_s(level.learners)
        found.append(_check(level.learners, "throughput_per_s", None, predicted, level.throughput_per_s, 0.05, 9000))
        for name, activity in level.activities.items():
            times = activity.response_s
            assert times.p50 is not None
            assert times.p95 is not None
            for quantity, value, measured in (
                ("p50_s", _p50_s(name, level.learners), times.p50),
                ("p95_s", _p95_s(name, level.learners), times.p95),
            ):
                found.append(_check(level.learners, quantity, name, value, measured, 0.25, activity.samples))
    return tuple(found)


def _check(
    learners: int,
    quantity: str,
    activity: str | None,
    predicted: float,
    measured: float,
    tolerance: float,
    samples: int,
) -> Check:
    within = abs(predicted / measured - 1) <= tolerance
    return Check(
        learners=learners,
        quantity=quantity,
        activity=activity,
        predicted=predicted,
        low=predicted * (1 - tolerance / 2),
        high=predicted * (1 + tolerance / 2),
        measured=measured,
        tolerance=tolerance,
        within=within,
        samples=samples,
        note="" if within else "Few logins were seen, and password checks queued behind one another in bursts.",
    )


def _prediction(learners: int, *, sized: bool) -> Prediction:
    offered = learners * 0.0974
    holds = sized or learners <= 15000
    carried = offered if holds else 1480.0
    utilization = {"host": 0.62 if sized else min(1.0, learners / 15900), "app": 0.58 if sized else 0.94, "auth": 0.31}
    quick = {name: _p50_s(name, 200 if sized else 480) for name in ACTIVITIES}
    slow = {name: _p95_s(name, 200 if sized else 480) for name in ACTIVITIES}
    return Prediction(
        holds=holds,
        throughput_per_s=carried,
        offered_per_s=offered,
        utilization=utilization,
        p50_s=quick if holds else {},
        p95_s=slow if holds else {},
        load=None
        if sized
        else Interval(
            low=0.7 * learners / 15900, likely=learners / 15900, high=1.3 * learners / 15900, unit="ratio", source="fit"
        ),
        extrapolated=True if sized else learners > 15000,
        times_measured_load=learners / 15000,
        note="The tiers run on machines of their own; the model has never seen them."
        if sized
        else ("" if holds else "The cores cannot keep up with what is offered: queues would grow without end."),
    )


def _sizing(level: str, learners: int) -> tuple[SizingRow, ...]:
    share = learners / 115000
    lines = (
        ("servers", "app_cores", "Application cores", 212 * share, "cores", 0.85, 1.23, "p95 of submit under 1 s"),
        ("servers", "auth_cores", "Sign-in cores", 41 * share, "cores", 0.7, 1.6, "first bell: 153 logins/s"),
        ("servers", "database_cores", "Database cores", 58 * share, "cores", 0.8, 1.4, "70 % utilisation"),
        ("servers", "nodes", "Servers of 16 cores, one spare", 21 * share, "nodes", 0.85, 1.3, "one node may fail"),
        ("storage", "usable", "Storage for both instances", 1.2e14, "bytes", 0.7, 1.5, "three copies"),
        ("bandwidth", "edge_peak", "Edge, peak", 4.02e10 * share, "bits_per_s", 0.71, 1.39, "video at peak"),
        ("bandwidth", "origin_peak", "Origin, peak", 2.1e9 * share, "bits_per_s", 0.4, 4.1, "cache misses of 5 %"),
        ("sign-in", "logins", "Logins at first bell", 152.9 * share, "per_s", 0.4, 3.0, "60 % within minutes"),
    )
    return tuple(_row(level, learners, *line) for line in lines)


def _row(
    level: str,
    learners: int,
    group: str,
    item: str,
    title: str,
    likely: float,
    unit: str,
    down: float,
    up: float,
    why: str,
) -> SizingRow:
    whole = unit in ("cores", "nodes")
    amount, low, high = (
        (float(math.ceil(likely)), float(math.ceil(likely * down)), float(math.ceil(likely * up)))
        if whole
        else (likely, likely * down, likely * up)
    )
    return SizingRow(
        level=level,
        learners=learners,
        group=group,
        item=item,
        title=title,
        quantity=amount,
        unit=unit,
        low=low,
        high=high,
        percentiles=Percentiles(p50=amount, p90=math.ceil(likely * up * 0.9) if whole else likely * up * 0.9, p95=high),
        binding=why,
        formula="visits a second × service demand / highest utilisation, rounded up",
        inputs=(
            Input(name="learners", value=learners, low=learners, high=learners, unit="", source="case"),
            Input(name="demand of a page", value=0.00631, low=0.0059, high=0.0068, unit="s", source="measured, fitted"),
            Input(name="highest utilisation", value=0.7, low=0.7, high=0.7, unit="ratio", source="estimate: spare"),
        ),
        swings=(
            Swing(name="states.browsing.think_s", at_low=high, at_high=low),
            Swing(name="states.browsing.share", at_low=amount, at_high=high),
        ),
        rejected=(Rejected(option="bcrypt with cost 12", reason="would need 111 cores at first bell"),)
        if item == "auth_cores"
        else (),
        source="fitted demands and the workload profile",
        shares=LayerShares(measurement=0.002, parameters=0.138, discrepancy=0.06, stated=0.8)
        if whole
        else LayerShares(measurement=0.0, parameters=0.0, discrepancy=0.0, stated=1.0),
        times_measured_load=learners / 15000 if whole else None,
        note=extrapolation(learners / 15000) if whole else "",
    )


def _chances(level: str, learners: int) -> tuple[LevelChance, ...]:
    bought: tuple[tuple[Bought, float], ...] = (("likely", 0.05), ("p50", 0.03), ("p90", 0.58), ("p95", 0.75))
    return tuple(
        LevelChance(
            level=level, learners=learners, bought=name, chance=chance, weakest="Raw disk, after 3 years",
            weakest_chance=min(chance + 0.2, 1.0),
        )
        for name, chance in bought
    )  # fmt: skip


def _roll_out() -> RollOut:
    """Four municipalities first, then all."""
    shares = (("Four municipalities", date(2025, 9, 1), 4, 0.1), ("All municipalities", date(2026, 9, 1), 38, 1.0))
    stages = tuple(
        StageLevel(
            level=level, stage=stage, starts_on=begin, municipalities=many, learners=round(learners * share),
            low=round(learners * share * 0.5), high=round(learners * min(share * 2.5, 1)), source="case",
        )
        for level, learners in (("expected", 15000), ("contract", 115000))
        for stage, begin, many, share in shares
    )  # fmt: skip
    due = [each for stage in stages for each in _due(stage)]
    return RollOut(levels=stages, due=tuple(sorted(due, key=lambda each: each.order_by)))


def _due(stage: StageLevel) -> tuple[Due, ...]:
    """Servers and a line for a stage; there was nothing before the first."""
    before = 0 if stage.municipalities == 4 else 0.1
    lines = (
        ("app_nodes", "Servers, app", 20 * stage.learners / 115000, "servers", 120),
        ("edge_peak_bits_per_s", "Line to the learners, day's peak", 3.5e5 * stage.learners, "bits_per_s", 180),
    )
    return tuple(
        Due(
            level=stage.level, learners=stage.learners, occasion=stage.stage, item=item, title=title, unit=unit,
            quantity=amount, low=amount * 0.8, high=amount * 1.4, added=amount * (1 - before),
            needed_on=stage.starts_on, lead_days=days, order_by=stage.starts_on - timedelta(days),
            order_by_safe=stage.starts_on - timedelta(2 * days), source="estimate: a public tender of 3 months",
        )
        for item, title, amount, unit, days in lines
    )  # fmt: skip


def build_study() -> Study:
    """The sample study, whole."""
    levels = tuple(_level(learners, kind, place) for place, (learners, kind) in enumerate(LEVELS))
    return Study(
        firstbell="0.1.0",
        workload="kosovo",
        workload_title="Kosovo: shkollat.org on the Learning Passport",
        workload_hash="3f9a1c77d0b2",
        concurrent_meaning="learners in session: signed in, each with a session and a connection of their own, "
        "and reading, watching, thinking or answering; not requests being served at the same instant",
        concurrent_source="case, which gives 115,000 concurrent users without a definition; this reading follows "
        "Moodle's performance FAQ",
        seed=1,
        target="reference",
        created="2025-03-14T08:05:00+01:00",
        quick=False,
        complete=True,
        machine={"processor": "an example processor, 2 cores", "memory": "24 GiB", "system": "Linux 6.1"},
        backend={"password hash": "Argon2id, 19 MiB, 2 passes", "database": "SQLite", "workers": "2"},
        scaled_down=(
            "Each segment was fetched at 10 % of its bytes. The sizing uses all bytes.",
            "People's clocks ran 20 times faster than real. Video played at true speed.",
        ),
        not_measured=(
            "Offline downloads, uploads and reports: they enter the sizing as stated in the profile.",
            "The identity provider and the SMS gateway: stand-ins took their place.",
        ),
        validity=ValidityResult(verdict="valid", reasons=()),
        levels=levels,
        demands=_demands(),
        fit=FitResult(
            windows=94,
            window_s=1.0,
            condition_number=38.2,
            r_squared={"auth": 0.991, "app": 0.987, "database": 0.942, "delivery": 0.913},
            cores=CORES,
            discipline="processor sharing",
            lowest_learners=60,
            highest_learners=240,
            advice=("Quiz start and quiz submit move together: hold a level with more quizzes to tell them apart.",),
        ),
        validation=_checks(levels),
        curve=tuple(_point(learners) for learners in range(20, 541, 20)),
        breaking=Breaking(
            learners=Interval(low=14100, likely=15300, high=16800, unit="learners", source="fitted model"),
            binding="the cores of the application",
        ),
        load_uncertainty=LoadUncertainty(
            relative_sd=0.11, shares=LayerShares(measurement=0.01, parameters=0.2, discrepancy=0.09, stated=0.7)
        ),
        forecast=tuple(
            Forecast(
                level=name,
                learners=learners,
                measured_system=_prediction(learners, sized=False),
                sized_system=_prediction(learners, sized=True),
            )
            for name, learners in (("expected", 15000), ("crisis", 45000), ("contract", 115000))
        ),
        sizing=(*_sizing("expected", 15000), *_sizing("crisis", 45000), *_sizing("contract", 115000)),
        chances=(*_chances("expected", 15000), *_chances("crisis", 45000), *_chances("contract", 115000)),
        roll_out=_roll_out(),
        verdict=VerdictResult(
            holds=False,
            exit_code=1,
            sentence="The measured system falls short of the contract level: it carries 15,300 of 115,000 learners.",
            objectives=(
                ObjectiveResult(
                    name="login p95",
                    limit_s=2.0,
                    measured_s=0.0521,
                    unit="s",
                    holds=True,
                    judged_at="330 learners",
                    source="estimate: default gate",
                ),
                ObjectiveResult(
                    name="errors",
                    limit_s=0.005,
                    measured_s=0.000213,
                    unit="ratio",
                    holds=True,
                    judged_at="520 learners",
                    source="estimate: default gate",
                ),
                ObjectiveResult(
                    name="learners carried",
                    limit_s=115000,
                    measured_s=15300,
                    unit="learners",
                    holds=False,
                    judged_at="forecast of the measured system",
                    source="case",
                ),
            ),
        ),
    )


def _demands() -> tuple[DemandResult, ...]:
    return tuple(
        DemandResult(
            activity=name,
            station=station,
            demand_s=Interval(
                low=demand[k] * 0.9e-3, likely=demand[k] * 1e-3, high=demand[k] * 1.12e-3, unit="s", source="fit"
            ),
            ledger_s=demand[k] * 1.03e-3 if name != "poll" else None,
        )
        for name, (_, demand) in ACTIVITIES.items()
        for k, station in enumerate(STATIONS)
        if demand[k]
    )


def _point(learners: int) -> CurvePoint:
    return CurvePoint(
        learners=learners,
        throughput_per_s=_requests_per_s(learners),
        utilization=_utilization(learners),
        p50_s={name: _p50_s(name, learners) for name in ACTIVITIES},
        p95_s={name: _p95_s(name, learners) for name in ACTIVITIES},
    )


@pytest.fixture(scope="session")
def study() -> Study:
    """A complete, valid study with one missed prediction."""
    return build_study()


@pytest.fixture(scope="session")
def partial_study(study: Study) -> Study:
    """What Ctrl-C after two levels leaves."""
    return study.model_copy(
        update={
            "complete": False,
            "levels": study.levels[:2],
            "demands": (),
            "fit": None,
            "validation": (),
            "curve": (),
            "breaking": None,
            "load_uncertainty": None,
            "forecast": (),
            "sizing": (),
            "roll_out": None,
            "verdict": VerdictResult(holds=False, exit_code=3, sentence="It was stopped by hand.", objectives=()),
        }
    )


@pytest.fixture(scope="session")
def invalid_study(study: Study) -> Study:
    """A study whose generator was too slow."""
    reason = "Requests left 81 ms late (p99) at 520 learners; 50 ms is the limit."
    return study.model_copy(update={"validity": ValidityResult(verdict="generator-bound", reasons=(reason,))})
