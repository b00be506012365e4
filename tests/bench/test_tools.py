"""What the load generators say of a job, read from what they print or write."""

import json
from pathlib import Path

import pytest

from bench.tools.artillery import Artillery
from bench.tools.autocannon import Autocannon
from bench.tools.catalogue import TOOLS
from bench.tools.hey import Hey
from bench.tools.jmeter import JMeter
from bench.tools.locust_users import FastHttpUser
from bench.tools.tool import OUTPUT, Job, Tool
from bench.tools.wrk import Wrk

PACED = Job(url="http://127.0.0.1:9/lessons/current", connections=20, requests_per_s=1_000.0, duration_s=12.0)
UNPACED = Job(url="http://127.0.0.1:9/lessons/current", connections=20, requests_per_s=None, duration_s=12.0)


@pytest.mark.parametrize(
    ("tool", "name", "text", "p99_s"),
    [
        (Wrk(), OUTPUT, "  Latency Distribution\n     90%    9.45ms\n     99%  361.06ms\n", 0.36106),
        (Wrk(), OUTPUT, "     99%  812.00us\n", 0.000812),
        (Wrk(), OUTPUT, "     99%    1.20s \n", 1.2),
        (Hey(), OUTPUT, "  95% in 0.0123 secs\n  99% in 0.0161 secs\n", 0.0161),
        (Autocannon(), OUTPUT, 'a warning\n{"latency": {"p97_5": 137, "p99": 183}}\n', 0.183),
        (
            Artillery(),
            "report.json",
            json.dumps({"aggregate": {"summaries": {"http.response_time": {"p99": 376.2}}}}),
            0.3762,
        ),
        (JMeter(), "results.csv", "timeStamp,elapsed,label\n1,10,poll\n2,10,poll\n3,10,poll\n", 0.01),
        (FastHttpUser(), "locust_stats.csv", "Type,Name,99%\nGET,poll,360\n,Aggregated,370\n", 0.36),
    ],
)
def test_the_99th_percentile_is_read_in_seconds(tool: Tool, name: str, text: str, p99_s: float, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert tool.reported_p99_s(tmp_path) == pytest.approx(p99_s)


def test_output_without_the_figure_is_told_with_what_there_was(tmp_path: Path) -> None:
    (tmp_path / OUTPUT).write_text("unable to connect\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="unable to connect"):
        Wrk().reported_p99_s(tmp_path)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_job_becomes_a_command_and_its_files(tool: Tool, tmp_path: Path) -> None:
    for job in (PACED, UNPACED) if tool.holds_rate else (UNPACED,):
        command = tool.command(job, tmp_path)
        said = " ".join(command.arguments) + "".join(
            path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.is_file()
        )
        assert "127.0.0.1" in said
        assert str(job.connections) in said


def test_every_tool_says_how_it_sends_and_what_installs_it() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)
    assert all(tool.model and tool.installed_by for tool in TOOLS)
