"""JMeter: a Java thread for each connection."""

import csv
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import numpy as np

from bench.tools.tool import Command, Job, Tool, debian_version

_RESULTS = "results.csv"
_DEBIAN_HOME = Path("/usr/share/jmeter")
_LAUNCHER = Path(__file__).with_name("JMeterWithTypes.java")
_PLAN = """<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="2.8">
<hashTree>
 <TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="poll" enabled="true"/>
 <hashTree>
  <ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="learners" enabled="true">
   <stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
   <elementProp name="ThreadGroup.main_controller" elementType="LoopController" guiclass="LoopControlPanel"
     testclass="LoopController" testname="loop" enabled="true">
    <boolProp name="LoopController.continue_forever">false</boolProp>
    <intProp name="LoopController.loops">-1</intProp>
   </elementProp>
   <stringProp name="ThreadGroup.num_threads">{connections}</stringProp>
   <stringProp name="ThreadGroup.ramp_time">1</stringProp>
   <longProp name="ThreadGroup.start_time">0</longProp>
   <longProp name="ThreadGroup.end_time">0</longProp>
   <boolProp name="ThreadGroup.scheduler">true</boolProp>
   <stringProp name="ThreadGroup.duration">{duration_s:.0f}</stringProp>
   <stringProp name="ThreadGroup.delay">0</stringProp>
  </ThreadGroup>
  <hashTree>
   {timer}
   <HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="poll" enabled="true">
    <elementProp name="HTTPsampler.Arguments" elementType="Arguments">
     <collectionProp name="Arguments.arguments"/>
    </elementProp>
    <stringProp name="HTTPSampler.domain">{host}</stringProp>
    <stringProp name="HTTPSampler.port">{port}</stringProp>
    <stringProp name="HTTPSampler.protocol">http</stringProp>
    <stringProp name="HTTPSampler.path">{path}</stringProp>
    <stringProp name="HTTPSampler.method">GET</stringProp>
    <boolProp name="HTTPSampler.use_keepalive">true</boolProp>
    <stringProp name="HTTPSampler.implementation">HttpClient4</stringProp>
   </HTTPSamplerProxy>
   <hashTree/>
  </hashTree>
 </hashTree>
</hashTree>
</jmeterTestPlan>
"""
_TIMER = """<ConstantThroughputTimer guiclass="TestBeanGUI" testclass="ConstantThroughputTimer" testname="rate"
     enabled="true">
    <doubleProp><name>throughput</name><value>{each_per_minute}</value><savedValue>0.0</savedValue></doubleProp>
    <intProp name="calcMode">0</intProp>
   </ConstantThroughputTimer>
   <hashTree/>"""


class JMeter(Tool):
    name = "JMeter"
    model = "closed: a thread for each connection, which waits for its answer and then for its timer"
    installed_by = "apt install jmeter jmeter-http"

    def version(self) -> str | None:
        return debian_version("jmeter")

    def command(self, job: Job, folder: Path) -> Command:
        parts = urlsplit(job.url)
        timer = "" if job.requests_per_s is None else _TIMER.format(each_per_minute=60 * job.each_per_s)
        plan = _PLAN.format(
            connections=job.connections, duration_s=job.duration_s, timer=timer,
            host=parts.hostname, port=parts.port, path=escape(parts.path),
        )  # fmt: skip
        (folder / "plan.jmx").write_text(plan, encoding="utf-8")
        options = [
            "-n", "-t", "plan.jmx", "-l", _RESULTS, "-j", "jmeter.log",
            "-Jjmeter.save.saveservice.output_format=csv", "-Jjmeter.save.saveservice.print_field_names=true",
        ]  # fmt: skip
        return Command(arguments=[*_launched(), *options])

    def reported_p99_s(self, folder: Path) -> float | None:
        """Of its results, as its Aggregate Report takes it: it has no report without a window at this version."""
        with (folder / _RESULTS).open(encoding="utf-8", newline="") as file:
            elapsed_ms = [float(row["elapsed"]) for row in csv.DictReader(file)]
        return float(np.quantile(elapsed_ms, 0.99)) / 1000


def _launched() -> list[str]:
    """JMeter; Debian's only starts with what it lacks."""
    if not _DEBIAN_HOME.is_dir():
        return ["jmeter"]
    jars = f"{_DEBIAN_HOME}/bin/ApacheJMeter.jar:{_DEBIAN_HOME}/lib/ext/*"
    return ["java", f"-Djmeter.home={_DEBIAN_HOME}", "-cp", jars, str(_LAUNCHER)]
