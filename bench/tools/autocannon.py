"""autocannon: Node.js."""

import json
from pathlib import Path

from bench.tools.tool import Command, Job, Tool, npm_version, output_of


class Autocannon(Tool):
    name = "autocannon"
    model = "closed, but adds requests that a slow answer kept from being sent, where it has a rate"
    installed_by = "npm install autocannon"

    def version(self) -> str | None:
        return npm_version("autocannon")

    def command(self, job: Job, folder: Path) -> Command:
        rate = [] if job.requests_per_s is None else ["--overallRate", f"{job.requests_per_s:.0f}"]
        connections, duration_s = str(job.connections), f"{job.duration_s:.0f}"
        options = ["--json", "--no-progress", "--connections", connections, "--duration", duration_s, *rate]
        return Command(arguments=["autocannon", *options, job.url])

    def reported_p99_s(self, folder: Path) -> float | None:
        last = output_of(folder).strip().splitlines()[-1]
        return float(json.loads(last)["latency"]["p99"]) / 1000
