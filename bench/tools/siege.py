"""siege: a thread for each connection."""

from pathlib import Path

from bench.tools.tool import Command, Job, Tool, version_of

_SETTINGS = """
connection = keep-alive
limit = 20000
parser = false
logging = false
show-logfile = false
verbose = false
quiet = true
protocol = HTTP/1.1
"""


class Siege(Tool):
    name = "siege"
    model = "closed: each connection waits for its answer, and then for a random time"
    installed_by = "apt install siege"
    reports_p99 = False

    def version(self) -> str | None:
        return version_of("siege", "--version", pattern=r"SIEGE\s+(\S+)")

    def command(self, job: Job, folder: Path) -> Command:
        settings = folder / "siegerc"
        settings.write_text(_SETTINGS, encoding="utf-8")
        # Its pauses are uniform up to what is given, so the rate is right on average until answers are slow.
        pace = ["-b"] if job.requests_per_s is None else ["-d", f"{2 / job.each_per_s:g}"]
        connections, duration_s = str(job.connections), f"{job.duration_s:.0f}S"
        return Command(arguments=["siege", "-R", str(settings), "-c", connections, "-t", duration_s, *pace, job.url])
