"""hey: goroutines, each with a rate limit of its own."""

from pathlib import Path

from bench.tools.tool import Command, Job, Tool, debian_version, found_in_output


class Hey(Tool):
    name = "hey"
    model = "closed: each connection waits for its answer, and then for the tick of its rate"
    installed_by = "apt install hey"

    def version(self) -> str | None:
        return debian_version("hey")

    def command(self, job: Job, folder: Path) -> Command:
        rate = [] if job.requests_per_s is None else ["-q", f"{job.each_per_s:g}"]
        connections, duration_s = str(job.connections), f"{job.duration_s:.0f}s"
        return Command(arguments=["hey", "-c", connections, "-z", duration_s, *rate, job.url])

    def reported_p99_s(self, folder: Path) -> float | None:
        return float(found_in_output(folder, r"99%+ in ([\d.]+) secs").group(1))
