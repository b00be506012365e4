"""How likely a purchase is to be enough, where each of its lines is bought at its likely figure or at a percentile.

Lines are too small together or apart: a mix of learners that asks for more servers asks for a wider line as well. So
the chance is counted over the draws, in which everything goes together as the inputs do.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from firstbell.models.sizing.case import Case
from firstbell.models.sizing.rows import Row, percentiles
from firstbell.models.study import Bought, LevelChance

_LINES = frozenset(
    {
        "edge_peak_bits_per_s",
        "ingest_peak_bits_per_s",
        "origin_peak_bits_per_s",
        "storage_backup_bytes",
        "storage_raw_bytes",
    }
)
_ROUNDING = 1e-9
BOUGHT: tuple[Bought, ...] = ("likely", "p50", "p90", "p95")


def chances(case: Case, rows: Sequence[Row]) -> Iterator[LevelChance]:
    """One for each way of buying; none where nothing is bought, or nothing was drawn."""
    bought = [row for row in rows if (row.line.unit == "servers" or row.line.item in _LINES) and len(row.values) > 1]
    if not bought:
        return
    figures = [{"likely": float(row.values[0]), **percentiles(row.values).model_dump()} for row in bought]
    for name in BOUGHT:
        enough = np.array(
            [row.values[1:] <= at[name] * (1 + _ROUNDING) for row, at in zip(bought, figures, strict=True)]
        )
        alone = enough.mean(axis=1)
        weakest = int(np.argmin(alone))
        yield LevelChance(
            level=case.level,
            learners=case.learners,
            bought=name,
            chance=float(enough.all(axis=0).mean()),
            weakest=bought[weakest].line.title,
            weakest_chance=float(alone[weakest]),
        )
