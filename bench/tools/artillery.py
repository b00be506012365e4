"""Artillery: Node.js, virtual users that go through a scenario."""

import json
from pathlib import Path

import yaml

from bench.tools.tool import Command, Job, Tool, npm_version

_REPORT = "report.json"
_MANY = 1_000_000_000


class Artillery(Tool):
    name = "Artillery"
    model = "closed: a virtual user for each connection, which waits for its answer and then thinks"
    installed_by = "npm install artillery"

    def version(self) -> str | None:
        return npm_version("artillery")

    def command(self, job: Job, folder: Path) -> Command:
        scenario = folder / "scenario.yaml"
        scenario.write_text(yaml.safe_dump(_script(job)), encoding="utf-8")
        return Command(
            arguments=["artillery", "run", "--quiet", "--output", _REPORT, scenario.name],
            environment={"ARTILLERY_DISABLE_TELEMETRY": "true", "NO_UPDATE_NOTIFIER": "1"},
        )

    def reported_p99_s(self, folder: Path) -> float | None:
        told = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
        return float(told["aggregate"]["summaries"]["http.response_time"]["p99"]) / 1000


def _script(job: Job) -> dict[str, object]:
    """Everybody arrives in the first second and then loops: a new user for each request is a new connection."""
    steps: list[dict[str, object]] = [{"get": {"url": job.url}}]
    rounds = _MANY
    if job.requests_per_s is not None:
        steps.append({"think": 1 / job.each_per_s})
        rounds = max(round(job.duration_s * job.each_per_s), 1)
    return {
        "config": {
            "target": job.url,
            "phases": [{"duration": 1, "arrivalCount": job.connections}],
            "http": {"timeout": 60},
        },
        "scenarios": [{"flow": [{"loop": steps, "count": rounds}]}],
    }
