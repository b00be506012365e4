"""GitLab's code-quality artefact: a part of Code Climate's format, one finding for each check that did not pass."""

import hashlib
from typing import Any

from firstbell.reports.ci.checks import GateReport

_SEVERITY = {"failed": "critical", "unknown": "blocker", "passed": "info"}


def code_quality(report: GateReport, slo: str) -> list[dict[str, Any]]:
    """Findings; the place of each is the file of the objectives, for no other is known to be at fault."""
    return [
        {
            "description": check.says,
            "check_name": f"firstbell {check.group}",
            "fingerprint": hashlib.sha256(f"{check.group} {check.name}".encode()).hexdigest(),
            "severity": _SEVERITY[check.status],
            "location": {"path": slo, "lines": {"begin": 1}},
        }
        for check in report.wrong
    ]
