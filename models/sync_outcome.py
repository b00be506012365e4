"""What schools' servers brought of their day, and how long after midnight the last of them was done."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from firstbell.models.record import RunRecord, is_word
from firstbell.models.workload import Workload

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SyncOutcome:
    """``done`` of the ``servers`` brought all of their ``planned_events`` together; ``events`` were acknowledged.

    ``first_s`` is when the first of them woke, ``last_s`` when the last of all batches was acknowledged, both from
    midnight; None where none was.
    """

    servers: int
    done: int
    planned_events: int
    events: int
    first_s: float | None
    last_s: float | None

    @classmethod
    def of(cls, record: RunRecord, workload: Workload) -> "SyncOutcome | None":
        """From a record of a run; None where no server took part."""
        syncing, sync = record.plan.syncing, workload.progress_sync
        if syncing is None or sync is None or not record.spans:
            return None
        each, brought = int(sync.events.value), _brought(record.writes())
        due_s, end_s = _times_s(record.samples())
        midnight_s = record.spans[-1].start_s + syncing.midnight_s
        return cls(
            servers=syncing.servers,
            done=sum(events >= each for events in brought.values()),
            planned_events=each * syncing.servers,
            events=sum(brought.values()),
            first_s=float(due_s.min()) - midnight_s if len(due_s) else None,
            last_s=float(end_s.max()) - midnight_s if len(end_s) else None,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)


def _brought(writes: pa.Table | None) -> Counter[int]:
    """Events acknowledged, by the server's account."""
    if writes is None:
        return Counter()
    mine = writes.filter((compute.field("kind") == "event") & compute.field("acknowledged"))
    return Counter(mine["learner"].to_numpy().tolist())


def _times_s(samples: pa.Table) -> tuple[Floats, Floats]:
    """When what servers asked for was due, and when what went well of it was answered."""
    of_servers = is_word(samples, "activity", "progress_sync")
    well = of_servers & is_word(samples, "outcome", "ok")
    return samples["due_s"].to_numpy()[of_servers], samples["end_s"].to_numpy()[well]
