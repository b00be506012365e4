"""Tsung: an Erlang process for each user."""

from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from bench.tools.tool import Command, Job, Tool, version_of

_PLAN = """<?xml version="1.0"?>
<!DOCTYPE tsung SYSTEM "/usr/share/tsung/tsung-1.0.dtd">
<tsung loglevel="warning">
 <clients><client host="localhost" use_controller_vm="true" maxusers="60000"/></clients>
 <servers><server host="{host}" port="{port}" type="tcp"/></servers>
 <load duration="{duration_s:.0f}" unit="second">
  <arrivalphase phase="1" duration="{duration_s:.0f}" unit="second">
   <users maxnumber="{connections}" arrivalrate="{arrivals_per_s}" unit="second"/>
  </arrivalphase>
 </load>
 <options><option name="global_ack_timeout" value="60000"/></options>
 <sessions>
  <session name="learner" probability="100" type="ts_http">
   <for from="1" to="{rounds}" var="round">
    <request><http url={path} method="GET" version="1.1"/></request>{think}
   </for>
  </session>
 </sessions>
</tsung>
"""
_MANY = 1_000_000_000
_EVERYBODY_WITHIN_S = 1.0


class Tsung(Tool):
    name = "Tsung"
    model = "closed: each user waits for its answer and then thinks"
    installed_by = "apt install tsung"
    reports_p99 = False

    def version(self) -> str | None:
        return version_of("tsung", "-v")

    def command(self, job: Job, folder: Path) -> Command:
        parts = urlsplit(job.url)
        think = "" if job.requests_per_s is None else f'\n    <thinktime value="{1 / job.each_per_s:g}"/>'
        plan = _PLAN.format(
            host=parts.hostname, port=parts.port, path=quoteattr(parts.path), duration_s=job.duration_s,
            connections=job.connections, arrivals_per_s=job.connections / _EVERYBODY_WITHIN_S, rounds=_MANY,
            think=think,
        )  # fmt: skip
        (folder / "plan.xml").write_text(plan, encoding="utf-8")
        return Command(
            arguments=["tsung", "-f", "plan.xml", "-l", str(folder / "log"), "start"],
            environment={"HOME": str(folder)},
        )
