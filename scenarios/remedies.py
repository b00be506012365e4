"""What to change where a machine falls short of a load, with the command where one does it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from firstbell.models.generator_capacity import (
    CORES,
    DESCRIPTOR_SHARE,
    DESCRIPTORS,
    LINK,
    MEMORY,
    PORT_SHARE,
    PORTS,
    TRACKED,
    TRACKED_SHARE,
    GeneratorMachine,
    GeneratorPlan,
    LearnerCost,
    Traffic,
)
from firstbell.scenarios.kernel_settings import KernelSetting

_WIDEST_PORTS = 65_535 - 1_024 + 1
_WORTH_FEWER_BYTES = 0.1


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing to change; ``command`` is None where no command does it."""

    what: str
    command: str | None


def changes(
    plan: GeneratorPlan,
    traffic: Traffic,
    machine: GeneratorMachine,
    cost: LearnerCost,
    *,
    target_is_here: bool,
    settings: tuple[KernelSetting, ...],
) -> tuple[Change, ...]:
    """Every change that helps, those first that bind most."""
    found: list[Change] = []
    for limit in plan.short:
        if limit.name == CORES:
            found += _for_cores(plan, traffic, cost, target_is_here=target_is_here)
        else:
            found += _for_a_limit(limit.name, plan, machine)
    found += [
        Change(what=f"{setting.name} is {setting.value}: {setting.why}.", command=setting.command)
        for setting in settings
        if not setting.good
    ]
    return tuple(found)


def _for_cores(plan: GeneratorPlan, traffic: Traffic, cost: LearnerCost, *, target_is_here: bool) -> Iterator[Change]:
    if target_is_here:
        yield Change(
            what="Half of the cores are the platform's: give it a machine of its own.",
            command="firstbell doctor --target http://ITS-ADDRESS",
        )
    if traffic.bits_per_s / 8 * cost.byte_cpu_s > _WORTH_FEWER_BYTES * traffic.cores_taken(cost):
        yield Change(
            what="Fetch a share of each video segment; sizing uses the true bytes all the same.",
            command=f"firstbell doctor --learners {plan.learners} --byte-fraction 0.01",
        )
    yield Change(what=f"Share the learners out over {plan.machines} machines like this one.", command=None)


def _for_a_limit(name: str, plan: GeneratorPlan, machine: GeneratorMachine) -> Iterator[Change]:
    learners = plan.learners
    if name == PORTS:
        yield from _for_ports(learners, machine)
    elif name == DESCRIPTORS:
        short = math.ceil(learners / DESCRIPTOR_SHARE) - machine.descriptors_free
        yield Change(
            what="The whole machine may not open enough files.",
            command=f'sudo sysctl -w fs.file-max="$(( $(cat /proc/sys/fs/file-max) + {short} ))"',
        )
    elif name == TRACKED:
        assert machine.tracked_connections_free is not None
        short = math.ceil(learners / TRACKED_SHARE) - machine.tracked_connections_free
        yield Change(
            what="The firewall's table of connections has too little room.",
            command=(
                "sudo sysctl -w net.netfilter.nf_conntrack_max="
                f'"$(( $(cat /proc/sys/net/netfilter/nf_conntrack_max) + {short} ))"'
            ),
        )
    elif name == MEMORY:
        yield Change(what=f"Add memory, or share out over {plan.machines} machines.", command=None)
    elif name == LINK:
        yield Change(
            what=f"The network interface is too slow: share out over {plan.machines} machines, or fetch fewer bytes.",
            command=f"firstbell doctor --learners {plan.learners} --byte-fraction 0.01",
        )


def _for_ports(learners: int, machine: GeneratorMachine) -> Iterator[Change]:
    if machine.ports < 0.95 * _WIDEST_PORTS:
        yield Change(
            what="The kernel gives out too few of an address's 64,512 ports.",
            command='sudo sysctl -w net.ipv4.ip_local_port_range="1024 65535"',
        )
    addresses = math.ceil(learners / (_WIDEST_PORTS * PORT_SHARE * machine.target_addresses))
    if addresses > machine.source_addresses:
        yield Change(
            what=f"All of an address's ports are too few as well: give the machine {addresses} addresses.",
            command="sudo ip address add ADDRESS/PREFIX dev INTERFACE",
        )
