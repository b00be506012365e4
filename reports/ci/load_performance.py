"""GitLab's load-performance report: the summary of k6 that its merge-request widget reads.

It looks at ``http_reqs.rate``, at two percentiles of ``http_req_waiting``, and at ``checks``. A waiting time is told
here from when a visit was due to its end, over all activities together, in milliseconds.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from firstbell.models.comparison.digest import Digest, dense
from firstbell.models.comparison.histogram import middle_s, quantile_s
from firstbell.reports.ci.checks import GateReport

_SHARES = {"med": 0.5, "p(90)": 0.9, "p(95)": 0.95, "p(99)": 0.99}


def load_performance(report: GateReport, runs: Sequence[Digest]) -> dict[str, Any]:
    """The metrics; a percentile is left out where nothing was answered."""
    passed = sum(check.status == "passed" for check in report.checks)
    failed = len(report.checks) - passed
    visits = sum(sum(each.visits) for run in runs for each in run.activities if each.line is None)
    errors = sum(sum(each.errors) for run in runs for each in run.activities if each.line is None)
    time_s = sum(run.block_s * run.blocks for run in runs)
    times = _times(runs)
    return {
        "metrics": {
            "http_reqs": {"count": visits, "rate": visits / time_s if time_s else 0.0},
            "http_req_waiting": times,
            "http_req_duration": times,
            "http_req_failed": {
                "passes": errors,
                "fails": visits - errors,
                "value": errors / visits if visits else 0.0,
            },
            "checks": {"passes": passed, "fails": failed, "value": passed / max(passed + failed, 1)},
        },
        "root_group": {"name": "", "path": "", "groups": {}, "checks": {}},
    }


def _times(runs: Sequence[Digest]) -> dict[str, float]:
    parts = [each.response for run in runs for each in run.activities if each.line is None]
    bins, counts = dense(parts)
    whole = counts.sum(axis=0, keepdims=True)
    if not len(bins) or whole.sum() == 0:
        return {}
    took_ms = 1000 * middle_s(bins)
    found = {name: float(1000 * quantile_s(bins, whole, share)[0]) for name, share in _SHARES.items()}
    mean_ms = float(np.average(took_ms, weights=whole[0]))
    return {"avg": mean_ms, "min": float(took_ms[0]), "max": float(took_ms[-1]), **found}
