"""wrk: an event loop in C that sends as fast as it is answered."""

from pathlib import Path

from bench.tools.tool import Command, Job, Tool, found_in_output, version_of

_UNITS_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


class Wrk(Tool):
    name = "wrk"
    model = "closed: the next request when the last was answered, no rate"
    installed_by = "apt install wrk"
    holds_rate = False

    def version(self) -> str | None:
        return version_of("wrk", "--version", pattern=r"wrk\s+(?:debian/)?([\w.+~-]+)")

    def command(self, job: Job, folder: Path) -> Command:
        connections, duration_s = str(job.connections), f"{job.duration_s:.0f}s"
        return Command(arguments=["wrk", "-t", "1", "-c", connections, "-d", duration_s, "--latency", job.url])

    def reported_p99_s(self, folder: Path) -> float | None:
        number, unit = found_in_output(folder, r"99%\s+([\d.]+)(us|ms|s|m)\b").groups()
        return float(number) * _UNITS_S[unit]
