"""Runs as they are named on the command line: a record, a folder of them, or what `firstbell baseline` kept."""

from collections.abc import Iterator
from pathlib import Path

from firstbell.cli.profiles import find_workload
from firstbell.models.comparison.digest import Digest, read_baseline
from firstbell.models.comparison.digesting import digest_of
from firstbell.models.evidence import RunEvidence
from firstbell.models.manifest import FILE_NAME
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord, is_word, without_missed
from firstbell.models.study import ValidityResult
from firstbell.models.workload import Workload, read_workload
from firstbell.scenarios.validity import judge, used_spans

# What stands beside records: data of platforms, rounds that were spoilt, a study's looks before its climb.
_NOT_RUNS = ("backend", "platforms", "spoilt", "pilot")
_SILENT_S = 4.0  # two blocks; longer than any answer that somebody would wait for
_PLAN = "plan.json"  # the first that a run writes: where it stands alone, the run never began


def digests_in(place: Path, *, workload: str | None = None, commit: str | None = None) -> tuple[Digest, ...]:
    """The digests of a run or of several; raise InputError where there is none, or one is damaged.

    ``workload`` names the profile where it is no longer where the run found it.
    """
    if place.is_file():
        return read_baseline(place)
    kept = sorted(place.glob("*.json")) if place.is_dir() and not _holds_record(place) else []
    if kept:  # a history: what stands there last is what was kept last
        return read_baseline(kept[-1])
    return tuple(_digest(folder, workload, commit) for folder in _records_below(place))


def _records_below(place: Path) -> list[Path]:
    if not place.exists():
        remedy = "Give the folder that `firstbell run` or `firstbell pair` wrote, or a baseline's file"
        raise InputError.single(source=str(place), what="there is no such folder or file", remedy=remedy)
    found = sorted(_holding(place))
    if not found:
        remedy = "Give the folder that `firstbell run` or `firstbell pair` wrote, or a baseline's file"
        raise InputError.single(source=str(place), what="there is no run record here", remedy=remedy)
    return found


def _holding(place: Path) -> Iterator[Path]:
    """Folders of records: this one, or all those below; the pilots of studies are none."""
    if _holds_record(place):
        yield place
        return
    for below in place.iterdir():
        if below.is_dir() and not below.name.startswith(_NOT_RUNS):
            yield from _holding(below)


def _holds_record(place: Path) -> bool:
    return any((place / name).exists() for name in (FILE_NAME, _PLAN))


def _digest(folder: Path, workload: str | None, commit: str | None) -> Digest:
    record = RunRecord.read(folder)
    found = judge(record)
    validity = ValidityResult(verdict=found.verdict, reasons=found.reasons)
    gone = _gone(record) if found.verdict == "valid" else None
    if gone is not None:
        validity = ValidityResult(verdict="invalid", reasons=(gone,))
    evidence = RunEvidence(record=record, workload=_workload(record, workload))
    return digest_of(evidence, validity, name=str(folder), commit=commit)


def _gone(record: RunRecord) -> str | None:
    """Why a run whose target went away is no measurement of it: what it did not answer says nothing of its speed."""
    made = without_missed(record.samples())
    unanswered = is_word(made, "outcome", "connection") | is_word(made, "outcome", "timeout")
    end_s = max((span.end_s for span in used_spans(record)), default=0.0)
    silent_s = end_s - float(made["end_s"].to_numpy()[~unanswered].max(initial=0.0))
    if not unanswered.any() or silent_s < _SILENT_S:
        return None
    return f"the target answered nothing in the last {silent_s:.0f} s: it crashed, or was stopped"


def _workload(record: RunRecord, workload: str | None) -> Workload:
    """The profile that the run was made with; a shipped one is found wherever firstbell is installed now."""
    asked = Path(record.plan.workload)
    profile = read_workload(find_workload(workload or (str(asked) if asked.is_file() else record.manifest.workload)))
    if profile.hash != record.manifest.workload_hash:
        what = "the profile is not the one that the run was made with any more"
        remedy = "Restore it, name it with --workload, or run again"
        raise InputError.single(source=str(record.folder), key="workload", value=workload, what=what, remedy=remedy)
    return profile
