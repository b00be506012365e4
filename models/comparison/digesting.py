"""From a run record to its digest."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firstbell.models.comparison.digest import (
    BLOCK_S,
    ActivityDigest,
    Digest,
    Label,
    RouteCost,
    ServerDigest,
    Times,
    ViewsDigest,
)
from firstbell.models.comparison.histogram import Floats, Ints
from firstbell.models.evidence import RunEvidence
from firstbell.models.measurement import Span
from firstbell.models.network_summary import learners_by
from firstbell.models.record import RunRecord, coded, floats, is_word, labels, missed_only
from firstbell.models.study import ValidityResult
from firstbell.models.traffic import activity_rates_per_s
from firstbell.models.visits import Visits


class Blocks:
    """The blocks of a run's measured levels: ``start_s`` (blocks,) by the record's clock."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        counts = [max(int(span.hold_s / BLOCK_S + 1e-6), 1) for span in spans]
        starts = [span.start_s + BLOCK_S * np.arange(count) for span, count in zip(spans, counts, strict=True)]
        self.start_s: Floats = np.concatenate(starts) if starts else np.array([])
        self.first_s = float(self.start_s[0]) if len(self.start_s) else 0.0

    def __len__(self) -> int:
        return len(self.start_s)

    def of(self, time_s: Floats) -> Ints:
        """The block of each moment (n,); -1 where it lies in none."""
        place = np.searchsorted(self.start_s, time_s, side="right") - 1
        inside = (place >= 0) & (time_s < self.start_s[place] + BLOCK_S) if len(self) else np.zeros(len(time_s), bool)
        return np.where(inside, place, -1)

    def counted(self, time_s: Floats, mask: NDArray[np.bool_]) -> tuple[int, ...]:
        """How many of the moments that the mask picks lie in each block."""
        block = self.of(time_s[mask])
        return tuple(np.bincount(block[block >= 0], minlength=len(self)).tolist())

    def summed(self, time_s: Floats, amount: Floats) -> tuple[float, ...]:
        """The amounts (n,) by block."""
        block, known = self.of(time_s), ~np.isnan(amount)
        inside = (block >= 0) & known
        return tuple(np.bincount(block[inside], amount[inside], minlength=len(self)).tolist())

    def grown(self, time_s: Floats, counter: Floats) -> tuple[float, ...]:
        """By how much a counter, read at moments (n,), rose in each block; before it was first told it was 0."""
        first = int(np.argmax(~np.isnan(counter)))
        known = np.where(np.arange(len(counter)) < first, 0.0, counter)
        ends = np.interp([self.start_s, self.start_s + BLOCK_S], time_s, known)
        return tuple(np.maximum(np.nan_to_num(ends[1] - ends[0]), 0.0).tolist())


def digest_of(run: RunEvidence, validity: ValidityResult, *, name: str, commit: str | None = None) -> Digest:
    """The digest of a record, of all its levels but those for warming up."""
    record = run.record
    blocks = Blocks(tuple(span for span in run.spans if span.kind != "warm-up"))
    server = record.server()
    return Digest(
        label=_label(record, blocks, name, commit),
        validity=validity,
        block_s=BLOCK_S,
        start_s=tuple((blocks.start_s - blocks.first_s).tolist()),
        activities=tuple(_activities(run, blocks)),
        views=tuple(_views(record, blocks)),
        server=None if server is None or not len(blocks) else _server(record, server, blocks),
        requests_per_visit=_requests_per_visit(run),
        bytes_per_visit=_bytes_per_visit(run.visits),
        routes=record.manifest.routes,
        visits_per_learner_s=activity_rates_per_s(run.workload, 1.0),
        objectives=run.workload.objectives,
        max_utilization=run.workload.sizing.servers.max_utilization.value,
    )


def _label(record: RunRecord, blocks: Blocks, name: str, commit: str | None) -> Label:
    manifest, plan = record.manifest, record.plan
    load = plan.model_dump(mode="json", include={"plateaus", "session_s", "arrivals", "over_lines", "sign_in_first"})
    epoch_s = datetime.fromisoformat(manifest.created).timestamp() - manifest.created_s
    return Label(
        name=name,
        created=manifest.created,
        begun_s=epoch_s + blocks.first_s,
        ended_s=epoch_s + (float(blocks.start_s[-1]) + BLOCK_S if len(blocks) else 0.0),
        firstbell=manifest.firstbell,
        versions=manifest.versions,
        machine=manifest.machine,
        workload=manifest.workload,
        workload_hash=manifest.workload_hash,
        target=manifest.target,
        adapter=manifest.adapter,
        backend=json.dumps(manifest.backend, sort_keys=True),
        byte_fraction=manifest.byte_fraction,
        learners=plan.peak_learners,
        pace=plan.pace,
        load=json.dumps(load, sort_keys=True),
        seed=plan.seed,
        status=manifest.status,
        commit=commit,
    )


def _activities(run: RunEvidence, blocks: Blocks) -> Iterator[ActivityDigest]:
    """All learners first, then those of each line."""
    missed = missed_only(run.record.samples())
    yield from _of_learners(run.visits, missed, blocks, None)
    for line, learners in _learners_by_line(run.record).items():
        theirs = run.samples.where(np.isin(run.samples.learner, learners))
        lost = missed.filter(pa.array(np.isin(missed["learner"].to_numpy(), learners)))
        yield from _of_learners(Visits.of(theirs), lost, blocks, line)


def _of_learners(visits: Visits, missed: pa.Table, blocks: Blocks, line: str | None) -> Iterator[ActivityDigest]:
    due_s = missed["due_s"].to_numpy()
    for name in sorted({*visits.activities, *coded(missed, "activity")[0]}):
        mine = visits.of_activity(name)
        cut_off = np.zeros(len(mine.due_s), dtype=bool) if mine.cut_off is None else mine.cut_off
        block, well = blocks.of(mine.due_s), ~mine.failed
        found = ActivityDigest(
            name=name,
            line=line,
            visits=blocks.counted(mine.due_s, np.ones(len(mine.due_s), dtype=bool)),
            errors=blocks.counted(mine.due_s, mine.failed & ~cut_off),
            missed=blocks.counted(due_s, is_word(missed, "activity", name)),
            response=Times.of((mine.end_s - mine.due_s)[well], block[well], len(blocks)),
        )
        if sum(found.visits) + sum(found.missed):
            yield found


def _views(record: RunRecord, blocks: Blocks) -> Iterator[ViewsDigest]:
    views = record.views()
    if views is None or "start_s" not in views.column_names:
        return
    yield _of_views(views, blocks, None)
    for line, learners in _learners_by_line(record).items():
        yield _of_views(views.filter(pa.array(np.isin(views["learner"].to_numpy(), learners))), blocks, line)


def _of_views(views: pa.Table, blocks: Blocks, line: str | None) -> ViewsDigest:
    start_s, startup_s = views["start_s"].to_numpy(), views["startup_s"].to_numpy()
    begun = ~np.isnan(startup_s)
    return ViewsDigest(
        line=line,
        startup=Times.of(startup_s[begun], blocks.of(start_s[begun]), len(blocks)),
        played_s=blocks.summed(start_s, views["played_s"].to_numpy()),
        stalled_s=blocks.summed(start_s, views["stalled_s"].to_numpy()),
    )


def _learners_by_line(record: RunRecord) -> dict[str, Ints]:
    lines = record.lines()
    return {} if lines is None else learners_by(lines, "line")


def _server(record: RunRecord, table: pa.Table, blocks: Blocks) -> ServerDigest | None:
    series = record.server_series()
    if series is None:
        return None
    time_s = floats(table, "time_s")

    def grown(name: str) -> tuple[float, ...]:
        return blocks.grown(time_s, floats(table, name)) if name in table.column_names else ()

    same = record.manifest.backend.get("same_job_each_time")
    return ServerDigest(
        cores=series.cores,
        stations={station: grown(f"cpu_seconds.{station}") for station in series.stations},
        costs=tuple(
            RouteCost(route=route, station=station, cpu_s=grown(f"activity_cpu_seconds.{station}.{route}"))
            for station, _, route in (label.partition(".") for label in labels(table, "activity_cpu_seconds"))
        ),
        requests=_by_route({label: grown(f"requests.{label}") for label in labels(table, "requests")}),
        bytes_out=grown("response_bytes"),
        busy_s=grown("host_busy_s"),
        reference_tasks=grown(f"jobs.{same}"),
        reference_cpu_s=grown(f"cpu_seconds.{same}") if f"jobs.{same}" in table.column_names else (),
    )


def _by_route(requests: Mapping[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
    """Requests of every status together."""
    found: dict[str, Floats] = {}
    for label, counts in requests.items():
        route = label.rpartition(".")[0]
        found[route] = found.get(route, np.zeros(len(counts))) + np.array(counts)
    return {route: tuple(counts.tolist()) for route, counts in found.items()}


def _requests_per_visit(run: RunEvidence) -> dict[str, dict[str, float]]:
    """Requests of each step in a visit, by activity and step, over all visits of the record."""
    samples, visits = run.samples, run.visits
    found: dict[str, dict[str, float]] = {}
    for code, name in enumerate(samples.activities):
        count = int(np.sum(visits.activity == code))
        steps = np.bincount(samples.step[samples.activity == code], minlength=len(samples.steps))
        found[name] = {samples.steps[step]: float(steps[step]) / max(count, 1) for step in np.flatnonzero(steps)}
    return found


def _bytes_per_visit(visits: Visits) -> dict[str, float]:
    each = {name: visits.of_activity(name).received_bytes for name in visits.activities}
    return {name: float(np.mean(received)) for name, received in each.items() if len(received)}
