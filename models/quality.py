"""Video as the learners of a level saw it: start-up times, stalls and the rebuffer ratio."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pyarrow import compute

from firstbell.models.study import QualityResult


def view_quality(views: pa.Table | None, plateaus: Sequence[int]) -> QualityResult | None:
    """Summarise the views that began in the plateaus of a level; None where there were none.

    The rebuffer ratio is time stalled over time stalled and played, start-up left out.
    """
    if views is None:
        return None
    mine = views.filter(compute.is_in(views["level"], pa.array(plateaus, views["level"].type)))
    if len(mine) == 0:
        return None
    startup_s = mine["startup_s"].to_numpy()
    startup_s = startup_s[~np.isnan(startup_s)]
    stalled_s = float(compute.sum(mine["stalled_s"]).as_py() or 0.0)
    played_s = float(compute.sum(mine["played_s"]).as_py() or 0.0)
    p50, p95 = np.quantile(startup_s, [0.5, 0.95]) if len(startup_s) else (None, None)
    return QualityResult(
        views=len(mine),
        startup_p50_s=None if p50 is None else float(p50),
        startup_p95_s=None if p95 is None else float(p95),
        rebuffer_ratio=stalled_s / (stalled_s + played_s) if stalled_s + played_s > 0 else None,
        stalls=int(compute.sum(mine["stalls"]).as_py() or 0),
    )
