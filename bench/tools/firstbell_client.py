"""Our HTTP client alone, in greenlets without Locust: what the learners have on top shows in the difference."""

import sys
from importlib.metadata import version
from pathlib import Path

from bench.target_process import ROOT
from bench.tools.tool import Command, Job, Tool, found_in_output


class FirstbellClient(Tool):
    name = "firstbell client alone"
    model = "open, as the learner"
    installed_by = "make test"

    def version(self) -> str | None:
        return version("firstbell")

    def command(self, job: Job, folder: Path) -> Command:
        rate = "0" if job.requests_per_s is None else repr(job.requests_per_s)
        numbers = [str(job.connections), rate, str(job.duration_s)]
        return Command(
            arguments=[sys.executable, "-m", "bench.bare_clients", job.url, *numbers],
            environment={"PYTHONPATH": str(ROOT)},
        )

    def reported_p99_s(self, folder: Path) -> float | None:
        return float(found_in_output(folder, r'"p99_s": ([\d.e-]+)').group(1))
