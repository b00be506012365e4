"""Our learners through Locust, with all that a run has: schedule, record, heartbeat."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import yaml
from pyarrow import parquet

from bench.target_process import ROOT
from bench.tools.locust_users import ENDING, locust_arguments, split_url
from bench.tools.tool import Command, Job, Tool
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.scenarios import variables

_LOCUSTFILE = """
from firstbell.scenarios.entry import classes
from firstbell.scenarios.learners import LessonAttender

classes()
"""
_MORE_THAN_IT_CAN_PER_S = 40_000.0


class FirstbellLearners(Tool):
    name = "firstbell learner"
    model = "open: each request is due at its time, whatever came of the last one, and counts from then"
    installed_by = "make test"

    def version(self) -> str | None:
        return version("firstbell")

    def command(self, job: Job, folder: Path) -> Command:
        origin, _ = split_url(job.url)
        (folder / "locustfile.py").write_text(_LOCUSTFILE + ENDING.format(duration_s=job.duration_s), encoding="utf-8")
        profile = folder / "profile.yaml"
        profile.write_text(polling(job), encoding="utf-8")
        environment = {
            variables.RUN: str(folder / "record"),
            variables.WORKLOAD: str(profile),
            variables.ADAPTER: "bench.lesson_adapter:LessonAdapter",
            "PYTHONPATH": str(ROOT),
        }
        if job.authority is not None:
            environment["SSL_CERT_FILE"] = str(job.authority)
        return Command(arguments=locust_arguments(job, origin), environment=environment)

    def reported_p99_s(self, folder: Path) -> float | None:
        paths = sorted((folder / "record" / "samples").glob("*.parquet"))
        samples = pa.concat_tables([parquet.read_table(path) for path in paths]).unify_dictionaries()
        polls = np.array(samples["activity"].to_pylist()) == "poll"
        answered = polls & (np.array(samples["outcome"].to_pylist()) == "ok")
        response_s = samples["end_s"].to_numpy()[answered] - samples["due_s"].to_numpy()[answered]
        return float(np.quantile(response_s, 0.99))


def polling(job: Job) -> str:
    """The shipped profile, but that lessons poll at the job's rate and nobody leaves."""
    profile = yaml.safe_load(find_workload(DEFAULT).read_text(encoding="utf-8"))
    period_s = job.connections / (job.requests_per_s or _MORE_THAN_IT_CAN_PER_S)
    profile["states"]["lesson"]["poll_period_s"]["value"] = period_s
    profile["session"]["length_s"] = {"value": 1e9, "source": "a benchmark: nobody leaves"}
    return str(yaml.safe_dump(profile, allow_unicode=True, sort_keys=False))
