"""What `firstbell doctor` found, as people read it."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from firstbell.models.generator_capacity import (
    CORES,
    DESCRIPTORS,
    LINK,
    MEMORY,
    PORTS,
    TRACKED,
    GeneratorMachine,
    GeneratorPlan,
    Limit,
    Traffic,
)
from firstbell.reports.numbers import count, number, quantity, unbroken
from firstbell.scenarios.kernel_settings import KernelSetting
from firstbell.scenarios.remedies import Change
from firstbell.scenarios.trial import Trial

NAMES = {
    CORES: "Cores",
    MEMORY: "Memory",
    DESCRIPTORS: "Open files in all",
    PORTS: "Source ports",
    TRACKED: "Tracked connections",
    LINK: "Network interface",
}
_MANY = 10_000_000  # learners: beyond any load, so that the figure itself says nothing


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Load, machine, measured cost, and what follows from them. ``all_cores`` are the platform's too."""

    workload: str
    target: str
    traffic: Traffic
    machine: GeneratorMachine
    all_cores: int
    trial: Trial
    plan: GeneratorPlan
    settings: tuple[KernelSetting, ...]
    changes: tuple[Change, ...]

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        plan, carries = self.plan, _learners(self.plan.carries)
        asked = count(plan.learners)
        if plan.holds:
            return f"This machine carries {asked} learners; it would carry {carries}."
        name = NAMES[plan.binding].lower()
        return f"This machine does not carry {asked} learners: it carries {carries}, and its limit is the {name}."


def print_findings(found: Findings, console: Console) -> None:
    """Print the limits, how to share the load out, what to change, and the verdict."""
    traffic = found.traffic
    console.print(
        f"{count(traffic.learners)} learners of {found.workload} make {quantity(traffic.requests_per_s, 'per_s')[:-2]} "
        f"requests a second and fetch {quantity(traffic.bits_per_s, 'bits_per_s')}."
    )
    console.print(_limits(found))
    console.print(_details(found))
    console.print()
    for change in found.changes:
        console.print(_bullet(change.what))
        if change.command is not None:
            console.print(Text(f"    {change.command}", style="bold"), soft_wrap=True)
    if found.changes:
        console.print()
    console.print(Text(unbroken(found.sentence), style="bold green" if found.plan.holds else "bold red"))


def _limits(found: Findings) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Limit")
    for title in ("Here", "They take", "Learners carried"):
        table.add_column(title, justify="right", no_wrap=True)
    for limit in found.plan.limits:
        binds = limit.name == found.plan.binding
        style = "" if limit.learners >= found.plan.learners else "red"
        carried = f"{_learners(limit.learners)}{' ←' if binds else '  '}"
        table.add_row(NAMES[limit.name], _here(limit, found), _figure(limit.taken, limit), carried, style=style)
    return table


def _details(found: Findings) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, words in _lines(found):
        table.add_row(Text(name, style="bold"), Text(unbroken(words)))
    return table


def _bullet(words: str) -> Table:
    table = Table.grid()  # a column of its own for the bullet, so that further lines do not begin below it
    table.add_row("  • ", Text(words))
    return table


def _here(limit: Limit, found: Findings) -> str:
    if limit.name == CORES:
        return f"{limit.available:.3g} of {found.all_cores}"
    if limit.name == PORTS:
        addresses = found.machine.source_addresses
        return f"{count(found.machine.ports)} × {'loopback' if addresses > _MANY else count(addresses)}"
    return _figure(limit.available, limit)


def _figure(value: float, limit: Limit) -> str:
    if limit.unit == "cores":
        return number(value)
    return count(value) if limit.unit == "count" else quantity(value, limit.unit)


def _learners(value: int) -> str:
    return f"over {count(_MANY)}" if value > _MANY else count(value)


def _lines(found: Findings) -> Iterator[tuple[str, str]]:
    trial, plan, machine = found.trial, found.plan, found.machine
    cost = trial.cost
    yield (
        "Measured",
        f"{count(trial.learners)} real learners, {count(trial.requests_per_s)} requests a second on one core: "
        f"{number(1e6 * cost.request_cpu_s)} µs of CPU a request ({_range(trial)}), "
        f"{number(1e12 * cost.byte_cpu_s)} µs a megabyte; "
        f"{quantity(cost.learner_bytes, 'bytes')} of memory a learner, {quantity(cost.kernel_bytes, 'bytes')} in the "
        f"kernel, {quantity(cost.process_bytes, 'bytes')} a process",
    )
    machines = "1 machine" if plan.machines == 1 else f"{count(plan.machines)} machines like this one"
    yield (
        "It takes",
        f"{machines}, {_counted(plan.processes_per_machine, 'process', 'processes')} each with up to "
        f"{count(plan.learners_per_process)} learners (a process may open {count(machine.descriptors_per_process)} "
        f"files), connecting from {_counted(plan.source_addresses, 'source address', 'source addresses')}",
    )
    if trial.was_disturbed:
        yield "Doubtful", "the machine had other work while it was measured: run it again when it has none"
    good = [setting for setting in found.settings if setting.good]
    if good:
        yield "Good", ", ".join(f"{setting.name} = {setting.value}" for setting in good)


def _range(trial: Trial) -> str:
    parts = trial.request_cpu_s_by_part
    return f"{number(1e6 * min(parts), digits=2)} to {number(1e6 * max(parts), digits=2)}"


def _counted(value: int, one: str, many: str) -> str:
    return f"{count(value)} {one if value == 1 else many}"
