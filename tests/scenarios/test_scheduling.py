"""Many processes on a core take turns as batch work; one or two are left as they are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from firstbell.models.plan import Plan, Plateau
from firstbell.scenarios.setting import default_workload

SHARE = """
import os, sys
from pathlib import Path
from firstbell.models.plan import read_plan
from firstbell.scenarios.scheduling import share_cores
share_cores(read_plan(Path(sys.argv[1])))
print(os.sched_getscheduler(0), *os.sched_getaffinity(0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no batch scheduling")
@pytest.mark.parametrize(("processes", "policy"), [(1, os.SCHED_OTHER), (2, os.SCHED_OTHER), (3, os.SCHED_BATCH)])
def test_it_depends_on_how_many_share_a_core(tmp_path: Path, processes: int, policy: int) -> None:
    core = min(os.sched_getaffinity(0))
    plan = Plan(
        workload=str(default_workload()),
        target="http://127.0.0.1:1",
        plateaus=(Plateau(kind="run", learners=1, ramp_s=0, hold_s=1),),
        session_s=1,
        processes=processes,
        cores=(core,),
    )
    plan.write(tmp_path / "plan.json")
    command = [sys.executable, "-c", SHARE, str(tmp_path / "plan.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == [str(policy), str(core)]
