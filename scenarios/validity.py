"""Whether a run may be believed: a generator that was the bottleneck must not pass for a slow target."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firstbell.models.measurement import Span
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord, is_word, lateness_s, without_missed
from firstbell.models.study import Validity as Verdict
from firstbell.scenarios.machine import DESCRIPTORS

LATENESS_LIMIT_S = 0.1
"""p99 of how late the generator made its requests: response times run from when they were due, so that this is in
them, and a page's p95 objective is about a second."""

_MODELLED_LATENESS_LIMIT_S = 0.05
"""The same for levels that a model is fitted to or checked on."""

_ONLY_LOADED = frozenset({"run", "open"})

_CPU_LIMIT = 0.9
"""Of a core for a process, and of all the generator's cores for all of them: beyond it learners wait for each other."""

_LAG_LIMIT_S = 0.1
"""Median over the seconds of the worst lag in each: a loop that is late in most seconds is never in time."""

_STALL_LIMIT_S = 1.0
"""Longest time for which an event loop may stand still even once. Short of 1 % of a level, p99 of the lateness doesn't
show it, and yet it would be the slowest answer that the target is told of."""

_DESCRIPTOR_LIMIT = 0.99
"""Of a process's descriptors: they are counted only every few seconds, and the next connection may be refused."""

_FEWEST_LEARNERS = 0.98
"""Of those planned, in the mean of a level: sessions that end and begin again leave a gap of a second or so."""

_SIGN_OF_LIFE_S = 5.0
"""Before the end of the last level: heartbeats come every second and are written every other."""

OWN_FAILURES = {
    "no-port": "no source port was left",
    "no-descriptor": "no further file could be opened",
    "no-memory": "the kernel had no memory left",
}
"""Outcomes that are the generator's own machine's doing, in words."""

_STATE = ("time_s", "cpu_s", "learners", "loop_lag_s", "open_files")
_UNANSWERED = {"connection", "timeout", "missed", *OWN_FAILURES}


@dataclass(frozen=True, kw_only=True)
class Validity:
    """The verdict, and each reason in a sentence."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(record: RunRecord) -> Validity:
    """Judge a run by what it recorded about itself. Plateaus for warming up may be as bad as they like."""
    try:
        invalid = tuple(_invalid(record))
        bound = () if invalid else tuple(_generator_bound(record))
    except InputError as error:
        invalid, bound = tuple(str(problem) for problem in error.problems), ()
    if invalid:
        return Validity(verdict="invalid", reasons=invalid)
    if bound:
        return Validity(verdict="generator-bound", reasons=bound)
    return Validity(verdict="valid", reasons=())


def used_spans(record: RunRecord) -> tuple[Span, ...]:
    """The plateaus that count and were held to their end."""
    over_s = record.ended_s + 0.5
    return tuple(span for span in record.spans if span.kind != "warm-up" and span.end_s <= over_s)


def _invalid(record: RunRecord) -> Iterator[str]:
    manifest = record.manifest
    if manifest.status == "failed":
        yield from manifest.problems or ("the run failed",)
        return
    samples = record.samples()
    if len(samples) == 0:
        yield "there is not one sample"
        return
    if set(samples["outcome"].unique().to_pylist()) <= _UNANSWERED:
        yield "the target could not be reached: not one request was answered"
        return
    spans = used_spans(record)
    if not spans:
        yield "the run ended before a single level was measured"
        return
    generator = record.generator()
    yield from _lost_processes(record, generator, spans)
    yield from _arrivals_left_out(record, samples)
    for span in spans:
        if span.kind == "open":
            continue  # nobody planned how many would be there at once
        learners = sum(_mean(generator, process, "learners", span) for process in _processes(generator))
        if learners < _FEWEST_LEARNERS * span.learners:
            yield f"level of {span.learners:,} learners: only {learners:,.0f} were in session"


def _arrivals_left_out(record: RunRecord, samples: pa.Table) -> Iterator[str]:
    """Every arrival must be on record, begun or missed: those left out would be the ones that waited longest."""
    plan = record.plan
    if plan.arrivals is None:
        return
    (span,) = record.spans
    planned = int(np.sum(span.start_s + plan.arrivals_s() < min(span.end_s, record.ended_s)))
    of_arrivals = is_word(samples, "activity", plan.arrivals.activity)
    of_arrivals &= samples["due_s"].to_numpy() >= span.start_s
    recorded = len(np.unique(samples["learner"].to_numpy()[of_arrivals]))
    if recorded < planned:
        yield f"only {recorded:,} of the {planned:,} arrivals that were due are on record"


def _lost_processes(record: RunRecord, generator: pa.Table, spans: tuple[Span, ...]) -> Iterator[str]:
    needed_s = spans[-1].end_s - _SIGN_OF_LIFE_S
    processes = _processes(generator)
    if len(processes) < record.plan.processes:
        yield f"{record.plan.processes - len(processes)} of {record.plan.processes} generator processes left no record"
    for process in processes:
        last_s = float(_of(generator, process)["time_s"].max())
        if last_s < needed_s:
            yield f"generator process {process} was lost {spans[-1].end_s - last_s:.0f} s before the end"


def _generator_bound(record: RunRecord) -> Iterator[str]:
    samples, generator = record.samples(), record.generator()
    yield from _own_failures(record, samples)
    made = without_missed(samples)
    late, due = lateness_s(samples), made["due_s"].to_numpy()
    for span in used_spans(record):
        of_level = late[(due >= span.start_s) & (due < span.end_s)]
        p99_s = float(np.quantile(of_level, 0.99)) if len(of_level) else 0.0
        where = f"level of {span.learners:,} learners"
        limit_s = LATENESS_LIMIT_S if span.kind in _ONLY_LOADED else _MODELLED_LATENESS_LIMIT_S
        if p99_s >= limit_s:
            yield f"{where}: requests began {_ms(p99_s)} late (p99; the limit is {_ms(limit_s)})"
        for process in _processes(generator):
            cpu = _cpu_share(generator, process, span)
            if cpu > _CPU_LIMIT:
                yield f"{where}: generator process {process} used {cpu:.0%} of a core (the limit is {_CPU_LIMIT:.0%})"
            lag_s = _typical_lag_s(generator, process, span)
            if lag_s > _LAG_LIMIT_S:
                yield f"{where}: generator process {process}'s event loop was {_ms(lag_s)} behind in most seconds"
            stall_s = _most(generator, process, "loop_lag_s", span)
            if stall_s > _STALL_LIMIT_S:
                yield f"{where}: generator process {process}'s event loop stood still for {stall_s:.1f} s"
            yield from _descriptors(record, generator, process, span)
        yield from _cpu_of_all(record, generator, span)


def _own_failures(record: RunRecord, samples: pa.Table) -> Iterator[str]:
    """Requests that the generator's own machine refused, those of the ramps among them: their learners never came."""
    due_s = samples["due_s"].to_numpy()
    refused_s = {outcome: due_s[is_word(samples, "outcome", outcome)] for outcome in OWN_FAILURES}
    for span in used_spans(record):
        for outcome, why in OWN_FAILURES.items():
            failed = int(np.sum((refused_s[outcome] >= span.ramp_start_s) & (refused_s[outcome] < span.end_s)))
            if failed:
                yield (
                    f"level of {span.learners:,} learners: {failed:,} requests failed on the generator's side: {why} "
                    "(`firstbell doctor` tells what to change)"
                )


def _descriptors(record: RunRecord, generator: pa.Table, process: int, span: Span) -> Iterator[str]:
    most = int(record.manifest.machine.get(DESCRIPTORS, 0))
    opened = _most(generator, process, "open_files", span)
    if most and opened > _DESCRIPTOR_LIMIT * most:
        where = f"level of {span.learners:,} learners"
        yield f"{where}: generator process {process} had {opened:,.0f} of the {most:,} files open that it may have"


def _cpu_of_all(record: RunRecord, generator: pa.Table, span: Span) -> Iterator[str]:
    """Processes that share cores may each use little and yet all of them together all that there is."""
    processes = _processes(generator)
    cores = len(record.plan.cores) or int(record.manifest.machine.get("cores", 0))
    used = sum(_cpu_share(generator, process, span) for process in processes)
    if len(processes) > 1 and cores and used > _CPU_LIMIT * cores:
        where = f"level of {span.learners:,} learners"
        yield (
            f"{where}: the generator's {len(processes)} processes used {used:.2f} of their "
            f"{cores} core{'' if cores == 1 else 's'} (the limit is {_CPU_LIMIT:.0%})"
        )


def _processes(generator: pa.Table) -> list[int]:
    return [int(process) for process in np.unique(generator["process"].to_numpy())]


def _ms(time_s: float) -> str:
    return f"{1000 * time_s:.0f} ms"


def _of(generator: pa.Table, process: int) -> dict[str, NDArray[np.float64]]:
    rows = generator.filter(pa.array(generator["process"].to_numpy() == process))
    return {name: rows[name].to_numpy().astype(np.float64) for name in _STATE}


def _within(columns: dict[str, NDArray[np.float64]], span: Span) -> NDArray[np.bool_]:
    time_s = columns["time_s"]
    mask: NDArray[np.bool_] = (time_s >= span.start_s) & (time_s <= span.end_s)
    return mask


def _mean(generator: pa.Table, process: int, name: str, span: Span) -> float:
    columns = _of(generator, process)
    values = columns[name][_within(columns, span)]
    return float(values.mean()) if len(values) else 0.0


def _most(generator: pa.Table, process: int, name: str, span: Span) -> float:
    columns = _of(generator, process)
    return float(columns[name][_within(columns, span)].max(initial=0.0))


def _typical_lag_s(generator: pa.Table, process: int, span: Span) -> float:
    columns = _of(generator, process)
    values = columns["loop_lag_s"][_within(columns, span)]
    return float(np.median(values)) if len(values) else 0.0


def _cpu_share(generator: pa.Table, process: int, span: Span) -> float:
    columns = _of(generator, process)
    if len(columns["time_s"]) < 2:
        return 0.0
    first, last = np.interp([span.start_s, span.end_s], columns["time_s"], columns["cpu_s"])
    return float(last - first) / span.hold_s
