"""How far two content instances drifted apart during a run, from what the target showed each second."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from firstbell.models.figures import Array

_FAMILY = "divergence_items."


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """What one instance lacked: the most at any scrape, the mean over time, and at the end."""

    most_items: int
    mean_items: float
    last_items: int
    most_bytes: int
    mean_bytes: float
    last_bytes: int
    oldest_s: float
    mean_age_s: float
    last_age_s: float


@dataclass(frozen=True, kw_only=True)
class MirrorWork:
    """What the mirror did meanwhile; ``mean_lag_s`` from publishing to being there, None where it copied nothing."""

    copies: int
    failures: int
    sent_bytes: int
    mean_lag_s: float | None
    longest_lag_s: float


@dataclass(frozen=True, kw_only=True)
class Divergence:
    """By the name of the instance that lacked it; ``mirror`` is None where there was none."""

    lacking: Mapping[str, Lacking]
    differing_items: int
    mirror: MirrorWork | None

    @classmethod
    def of(cls, server: pa.Table | None) -> "Divergence | None":
        """From a record's server metrics; None where the target has no content instances to compare."""
        names = [] if server is None else [name for name in server.column_names if name.startswith(_FAMILY)]
        if server is None or not names:
            return None
        lacking = {name.removeprefix(_FAMILY): _lacking(server, name.removeprefix(_FAMILY)) for name in names}
        differing = _known(server, "differing_items")
        return cls(
            lacking=lacking,
            differing_items=int(differing[-1]) if len(differing) else 0,
            mirror=_mirror(server) if "mirror_copies" in server.column_names else None,
        )

    def as_json(self) -> dict[str, Any]:
        """The same with plain numbers."""
        return {
            "lacking": {name: vars(lacking) for name, lacking in self.lacking.items()},
            "differing_items": self.differing_items,
            "mirror": None if self.mirror is None else vars(self.mirror),
        }


def _lacking(server: pa.Table, name: str) -> Lacking:
    items, size_bytes, age_s = (
        _known(server, f"divergence_{each}.{name}") for each in ("items", "bytes", "age_seconds")
    )
    return Lacking(
        most_items=int(items.max()),
        mean_items=float(items.mean()),
        last_items=int(items[-1]),
        most_bytes=int(size_bytes.max()),
        mean_bytes=float(size_bytes.mean()),
        last_bytes=int(size_bytes[-1]),
        oldest_s=float(age_s.max()),
        mean_age_s=float(age_s.mean()),
        last_age_s=float(age_s[-1]),
    )


def _mirror(server: pa.Table) -> MirrorWork:
    copies, lags_s = _grown(server, "mirror_copies"), _grown(server, "mirror_lag_seconds")
    return MirrorWork(
        copies=int(copies),
        failures=int(_grown(server, "mirror_failures")),
        sent_bytes=int(_grown(server, "mirror_bytes")),
        mean_lag_s=lags_s / copies if copies else None,
        longest_lag_s=float(_known(server, "mirror_longest_lag_seconds").max()),
    )


def _known(server: pa.Table, name: str) -> Array:
    values = server[name].to_numpy().astype(np.float64)
    return np.asarray(values[~np.isnan(values)])


def _grown(server: pa.Table, name: str) -> float:
    values = _known(server, name)
    return float(values[-1] - values[0])
