"""How the generator's processes share the cores that they have."""

import os

from firstbell.models.plan import Plan

_MANY_A_CORE = 2


def share_cores(plan: Plan) -> None:
    """Bind this process, and those that it forks, to the plan's cores, and let many on a core take longer turns.

    Linux lets a process that wakes up take the core from another one at once. Where several learners' processes share a
    core, each then handles a request or two at a time with cold caches; as batch work each goes on with all that has
    come meanwhile, at half the cost a request.
    """
    if plan.cores:
        os.sched_setaffinity(0, plan.cores)
    cores = len(plan.cores or os.sched_getaffinity(0))
    if plan.processes > _MANY_A_CORE * cores and hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
