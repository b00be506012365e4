"""How many learners a load generator's machine carries, which of its limits binds, and how to share them out.

Each limit is turned into learners by what one learner takes of it; the smallest wins. Shares of a limit stay free for
what a plan can't know; each constant says why.
"""

import math
from dataclasses import dataclass

from firstbell.models.traffic import ACTIVITIES, bits_out_per_s, fetched_bits_per_s, request_rates_per_s
from firstbell.models.workload import Workload

UTILIZATION = 0.7
"""Of the cores: above that a burst makes requests wait for each other, and the waiting passes for the target's."""

DESCRIPTOR_SHARE = 0.98
"""Of a process's descriptors: it has files of its own open, and learners do not fall evenly to processes."""

PORT_SHARE = 0.9
"""Of the ports of an address: those of sessions that ended wait up to a minute before they serve again."""

TRACKED_SHARE = 0.9
"""Of the firewall's table of connections: entries outlive their connections."""

MEMORY_SHARE = 0.8
"""Of the memory available: samples that wait to be written, and what the rest of the machine takes meanwhile."""

LINK_SHARE = 0.8
"""Of the network interface's bits: bursts, and what protocols add to the bytes counted here."""

CORES, MEMORY, DESCRIPTORS, PORTS, TRACKED, LINK = "cores", "memory", "descriptors", "ports", "tracked", "link"


@dataclass(frozen=True, kw_only=True)
class GeneratorMachine:
    """What one machine grants a load generator. None stands for a limit that it does not have or does not tell.

    ``cores`` are those that the generator may use, a fraction where a container's quota says so; ``ports`` are those
    of one source address to one address and port of the target.
    """

    cores: float
    memory_available_bytes: int
    descriptors_per_process: int
    descriptors_free: int
    ports: int
    source_addresses: int
    target_addresses: int
    tracked_connections_free: int | None
    link_bits_per_s: float | None


@dataclass(frozen=True, kw_only=True)
class LearnerCost:
    """What was measured on real learners.

    ``process_bytes`` is a process without learners, ``learner_bytes`` what each adds to it, ``kernel_bytes`` what each
    adds outside of it, for connections. A request takes ``request_cpu_s`` and ``byte_cpu_s`` more for each byte.
    """

    process_bytes: float
    learner_bytes: float
    kernel_bytes: float
    request_cpu_s: float
    byte_cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What a number of learners does in all at the true pace; each has one connection."""

    learners: int
    requests_per_s: float
    bits_per_s: float

    @classmethod
    def of(cls, workload: Workload, learners: int, *, byte_fraction: float = 1.0) -> "Traffic":
        """What the scenarios play; of each segment, and range of a download, the share ``byte_fraction`` is fetched."""
        rates, bits = request_rates_per_s(workload, learners), bits_out_per_s(workload, learners)
        return cls(
            learners=learners,
            requests_per_s=sum(rates[name] for name in (*ACTIVITIES, *workload.playable)),
            bits_per_s=fetched_bits_per_s(workload, learners) * byte_fraction + bits["pages"],
        )

    def cores_taken(self, cost: LearnerCost) -> float:
        """Cores that the generator is busy with: CPU seconds a second."""
        return self.requests_per_s * cost.request_cpu_s + self.bits_per_s / 8 * cost.byte_cpu_s


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit of a machine: what there is (``available``), what all learners take of it, and how many it carries."""

    name: str
    unit: str
    available: float
    taken: float
    learners: int


@dataclass(frozen=True, kw_only=True)
class GeneratorPlan:
    """Whether one machine carries the load, and over how many machines and processes it has to be shared out.

    ``limits`` come in a fixed order; ``source_addresses`` are those that each machine connects from.
    """

    learners: int
    carries: int
    binding: str
    machines: int
    processes_per_machine: int
    learners_per_process: int
    source_addresses: int
    limits: tuple[Limit, ...]

    @property
    def holds(self) -> bool:
        """Whether one machine is enough."""
        return self.machines == 1

    @property
    def short(self) -> tuple[Limit, ...]:
        """The limits that one machine falls short in, the tightest first."""
        return tuple(sorted((limit for limit in self.limits if limit.learners < self.learners), key=_learners))


def plan_generator(traffic: Traffic, machine: GeneratorMachine, cost: LearnerCost) -> GeneratorPlan:
    """Share out a load. Every machine is taken to be like this one, with processes as large as they may be."""
    each = max(_learners_per_process(traffic, machine, cost), 1)
    limits = tuple(_limits(traffic, machine, cost, each))
    tightest = min(limits, key=_learners)
    machines = math.ceil(traffic.learners / max(tightest.learners, 1))
    on_one = math.ceil(traffic.learners / machines)
    processes = math.ceil(on_one / each)
    return GeneratorPlan(
        learners=traffic.learners,
        carries=tightest.learners,
        binding=tightest.name,
        machines=machines,
        processes_per_machine=processes,
        learners_per_process=math.ceil(on_one / processes),
        source_addresses=max(math.ceil(on_one / max(_ports_an_address(machine), 1.0)), 1),
        limits=limits,
    )


def _learners_per_process(traffic: Traffic, machine: GeneratorMachine, cost: LearnerCost) -> int:
    """A process has its own descriptors, and the time of one core at most."""
    by_core = UTILIZATION * min(machine.cores, 1.0) * traffic.learners / traffic.cores_taken(cost)
    return math.floor(min(machine.descriptors_per_process * DESCRIPTOR_SHARE, by_core))


def _limits(traffic: Traffic, machine: GeneratorMachine, cost: LearnerCost, each: int) -> list[Limit]:
    learners, cores_taken = traffic.learners, traffic.cores_taken(cost)
    # A learner's part in the memory of its process, however many of them there are.
    bytes_each = cost.learner_bytes + cost.kernel_bytes + cost.process_bytes / each
    ports = _ports_an_address(machine) * machine.source_addresses
    found = [
        _limit(CORES, "cores", machine.cores, cores_taken, UTILIZATION, learners),
        _limit(MEMORY, "bytes", machine.memory_available_bytes, bytes_each * learners, MEMORY_SHARE, learners),
        _limit(DESCRIPTORS, "count", machine.descriptors_free, learners, DESCRIPTOR_SHARE, learners),
        _limit(PORTS, "count", ports / PORT_SHARE, learners, PORT_SHARE, learners),
    ]
    if machine.tracked_connections_free is not None:
        found.append(_limit(TRACKED, "count", machine.tracked_connections_free, learners, TRACKED_SHARE, learners))
    if machine.link_bits_per_s is not None:
        found.append(_limit(LINK, "bits_per_s", machine.link_bits_per_s, traffic.bits_per_s, LINK_SHARE, learners))
    return found


def _limit(name: str, unit: str, available: float, taken: float, share: float, learners: int) -> Limit:
    carried = math.floor(available * share * learners / taken)
    return Limit(name=name, unit=unit, available=available, taken=taken, learners=carried)


def _ports_an_address(machine: GeneratorMachine) -> float:
    return machine.ports * machine.target_addresses * PORT_SHARE


def _learners(limit: Limit) -> int:
    return limit.learners
