"""Settings of the kernel that make a large run slow or refuse connections, and the command that mends each."""

from collections.abc import Iterator
from dataclasses import dataclass

from firstbell.scenarios.generator_machine import Kernel

_BACKLOG = 4_096  # what the reference backend asks for
_HALF_OPEN = 1_024
_CHEAP_CLOCKS = ("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page", "xen")
_CLOCKS = "sys/devices/system/clocksource/clocksource0"
_GOVERNOR = "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"


@dataclass(frozen=True, kw_only=True)
class KernelSetting:
    """One setting as it is; ``why`` says what it does to a run, ``command`` sets it as it should be."""

    name: str
    value: str
    good: bool
    why: str
    command: str


def kernel_settings(*, target_is_here: bool, kernel: Kernel | None = None) -> tuple[KernelSetting, ...]:
    """The settings that this kernel has. Those of a server count only where the target runs here as well."""
    kernel = kernel or Kernel()
    return (*(_of_a_server(kernel) if target_is_here else ()), *_of_a_generator(kernel, target_is_here))


def _of_a_server(kernel: Kernel) -> Iterator[KernelSetting]:
    yield from _at_least(
        kernel, "net.core.somaxconn", _BACKLOG, "connections that wait to be accepted while learners come in"
    )
    yield from _at_least(
        kernel, "net.ipv4.tcp_max_syn_backlog", _HALF_OPEN, "connections half open while learners come in"
    )


def _of_a_generator(kernel: Kernel, target_is_here: bool) -> Iterator[KernelSetting]:
    reuse = kernel.number("proc/sys/net/ipv4/tcp_tw_reuse")
    if reuse is not None:
        yield KernelSetting(
            name="net.ipv4.tcp_tw_reuse",
            value=str(reuse),
            good=reuse == 1 or (reuse == 2 and target_is_here),  # 2: over loopback only
            why="without it a session that ended keeps its port for a minute",
            command="sudo sysctl -w net.ipv4.tcp_tw_reuse=1",
        )
    clock = " ".join(kernel.words(f"{_CLOCKS}/current_clocksource"))
    if clock:
        yield KernelSetting(
            name="clock source",
            value=clock,
            good=clock in _CHEAP_CLOCKS,
            why="any other clock is a system call each time that it is read, several times a request",
            command=f"echo tsc | sudo tee /{_CLOCKS}/current_clocksource",
        )
    governor = " ".join(kernel.words(_GOVERNOR))
    if governor:
        yield KernelSetting(
            name="CPU frequency governor",
            value=governor,
            good=governor != "powersave",
            why="a core that clocks down makes requests late",
            command="echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
        )


def _at_least(kernel: Kernel, name: str, least: int, why: str) -> Iterator[KernelSetting]:
    value = kernel.number("proc/sys/" + name.replace(".", "/"))
    if value is not None:
        command = f"sudo sysctl -w {name}={least}"
        yield KernelSetting(name=name, value=str(value), good=value >= least, why=why, command=command)
