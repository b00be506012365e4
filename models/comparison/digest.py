"""A run in a few kilobytes: all that comparisons and objectives look at, in short blocks of time.

Raw records stay where they are. A digest is what a baseline and a history keep of them, and what is compared is always
two sets of digests, whether they were read from files or made of records a moment ago.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from firstbell.models.comparison.histogram import Floats, Ints, bin_of
from firstbell.models.problems import InputError
from firstbell.models.study import ValidityResult
from firstbell.models.workload.assumptions import Objective

BLOCK_S = 2.0
Counts = tuple[int, ...]
Amounts = tuple[float, ...]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Times(_Part):
    """Times by block, binned: for each block, bins and counts in turn."""

    blocks: tuple[Counts, ...]

    @classmethod
    def of(cls, time_s: Floats, block: Ints, blocks: int) -> "Times":
        """The times (n,), each in its block (n,)."""
        return cls(blocks=tuple(_binned(time_s[block == number]) for number in range(blocks)))

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(sum(block[1::2]) for block in self.blocks)


def _binned(time_s: Floats) -> Counts:
    bins, counts = np.unique(bin_of(time_s), return_counts=True)
    return tuple(np.column_stack([bins, counts]).ravel().tolist())


class ActivityDigest(_Part):
    """One activity, of all learners or of those who come by one line; every list is by block.

    ``response`` runs from due to the end, over visits that went well.
    """

    name: str
    line: str | None = None
    visits: Counts
    errors: Counts
    missed: Counts
    response: Times


class ViewsDigest(_Part):
    """Video as it was seen, of all learners or by line; every list is by block."""

    line: str | None = None
    startup: Times
    played_s: Amounts
    stalled_s: Amounts


class RouteCost(_Part):
    """Processor time of a route's requests at a station, by block."""

    route: str
    station: str
    cpu_s: Amounts


class ServerDigest(_Part):
    """The target's own counters; every list is by block.

    ``costs`` is empty where the target keeps no books by route. ``reference_tasks`` are jobs that are alike each time,
    with the processor time that they took; empty where it names none. ``busy_s`` is what its cores did in all.
    """

    cores: float
    stations: Mapping[str, Amounts]
    costs: tuple[RouteCost, ...] = ()
    requests: Mapping[str, Amounts] = Field(default_factory=dict)
    bytes_out: Amounts = ()
    busy_s: Amounts = ()
    reference_tasks: Amounts = ()
    reference_cpu_s: Amounts = ()


class Label(_Part):
    """Where a digest is from. What must be the same for two to be compared says `comparability`."""

    name: str
    created: str
    begun_s: float = Field(description="begin of the first block, seconds since the epoch")
    ended_s: float
    firstbell: str
    versions: Mapping[str, str]
    machine: Mapping[str, str]
    workload: str
    workload_hash: str
    target: str
    adapter: str
    backend: str = Field(description="the target's own words on how it is set up, as JSON")
    byte_fraction: float
    learners: int
    pace: float
    load: str = Field(description="the plan's levels, clocks and arrivals, as JSON")
    seed: int
    status: str
    commit: str | None = None


class Digest(_Part):
    """One run.

    ``requests_per_visit`` is by activity and step, ``routes`` the target's names for each step's requests.
    ``visits_per_learner_s`` is the true mix: visits a second of one learner in session, by activity.
    """

    firstbell_digest: Literal[1] = 1
    label: Label
    validity: ValidityResult
    block_s: float
    start_s: Amounts = Field(description="begin of each block, from when measuring began")
    activities: tuple[ActivityDigest, ...]
    views: tuple[ViewsDigest, ...] = ()
    server: ServerDigest | None
    requests_per_visit: Mapping[str, Mapping[str, float]]
    bytes_per_visit: Mapping[str, float]
    routes: Mapping[str, tuple[str, ...]]
    visits_per_learner_s: Mapping[str, float]
    objectives: tuple[Objective, ...]
    max_utilization: float

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.start_s)

    def activity(self, name: str, line: str | None = None) -> ActivityDigest | None:
        """An activity's part; None where it was not seen."""
        return next((each for each in self.activities if (each.name, each.line) == (name, line)), None)

    def complaints(self) -> Iterator[str]:
        """Why nothing may be concluded from it, a sentence each."""
        for reason in self.validity.reasons:
            yield f"{self.label.name} is {self.validity.verdict}: {reason}"
        if self.validity.verdict == "valid" and self.label.status == "interrupted":
            yield f"{self.label.name} was interrupted before its end"
        if self.validity.verdict == "valid" and (not self.blocks or not self.activities):
            yield f"{self.label.name} is empty: nothing was measured"

    @property
    def names(self) -> tuple[str, ...]:
        """The activities seen."""
        return tuple(each.name for each in self.activities if each.line is None)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines by which learners came."""
        return tuple(dict.fromkeys(each.line for each in self.activities if each.line is not None))


class Baseline(_Part):
    """What `firstbell baseline` keeps: the digests of one state of the platform."""

    firstbell_baseline: Literal[1] = 1
    runs: tuple[Digest, ...] = Field(min_length=1)

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        partial = path.with_suffix(".partial")
        partial.write_text(self.model_dump_json() + "\n", encoding="utf-8")
        partial.replace(path)


def read_baseline(path: Path) -> tuple[Digest, ...]:
    """Read a baseline's file; raise InputError where it is missing or damaged."""
    try:
        return Baseline.model_validate(json.loads(path.read_text(encoding="utf-8"))).runs
    except FileNotFoundError:
        what, remedy = "there is no baseline here", "Make one: firstbell baseline RUN --out FILE"
        raise InputError.single(source=str(path), what=what, remedy=remedy) from None
    except ValidationError as error:
        first = error.errors()[0]
        what = f"this is no baseline of firstbell: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        remedy = "Make it again: firstbell baseline RUN --out FILE"
        raise InputError.single(source=str(path), what=what, remedy=remedy) from None
    except (OSError, ValueError) as error:
        what = f"the baseline is damaged: {error}"
        remedy = "Make it again: firstbell baseline RUN --out FILE"
        raise InputError.single(source=str(path), what=what, remedy=remedy) from None


def dense(times: Sequence[Times]) -> tuple[Ints, NDArray[np.float64]]:
    """Bins in rising order and counts (blocks, bins), of the blocks of all runs one after another."""
    rows = [np.array(block, dtype=np.int64).reshape(-1, 2) for each in times for block in each.blocks]
    bins = np.unique(np.concatenate([row[:, 0] for row in rows])) if rows else np.array([], dtype=np.int64)
    counts = np.zeros((len(rows), len(bins)))
    for number, row in enumerate(rows):
        counts[number, np.searchsorted(bins, row[:, 0])] = row[:, 1]
    return bins, counts
