"""What a Locust process is told by its environment: the plan, the profile, the folder of the record."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from firstbell.models.plan import Plan, read_plan
from firstbell.models.workload import Workload, read_workload
from firstbell.scenarios import variables
from firstbell.scenarios.adapter import REFERENCE, adapter_class


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where a process finds its orders; without a plan it is plain Locust with a profile."""

    plan: Plan | None
    run_folder: Path | None
    workload_path: Path
    adapter: str
    confirmed_host: str | None

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Setting":
        """Read the environment; raise InputError where a file that it names is missing or damaged."""
        plan_path, run_folder = environment.get(variables.PLAN), environment.get(variables.RUN)
        plan = read_plan(Path(plan_path)) if plan_path else None
        workload = plan.workload if plan else environment.get(variables.WORKLOAD)
        return cls(
            plan=plan,
            run_folder=Path(run_folder) if run_folder else None,
            workload_path=Path(workload) if workload else default_workload(),
            adapter=plan.adapter if plan else environment.get(variables.ADAPTER, REFERENCE),
            confirmed_host=environment.get(variables.CONFIRM_HOST),
        )

    @cached_property
    def workload(self) -> Workload:
        """The profile; InputError where it has mistakes."""
        return read_workload(self.workload_path)

    @cached_property
    def plays(self) -> tuple[str, ...]:
        """Stated states that are played; InputError where there is no such adapter."""
        wanted = self.plan.plays if self.plan else self.workload.playable
        return tuple(state for state in wanted if state in adapter_class(self.adapter).plays)


def default_workload() -> Path:
    """The profile that is used when none is named."""
    return Path(str(files("firstbell.fixtures"))) / "profiles" / "kosovo.yaml"
