"""What this machine grants a load generator, read from its kernel."""

import math
import os
import resource
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import psutil

from firstbell.models.generator_capacity import GeneratorMachine
from firstbell.models.problems import InputError
from firstbell.scenarios.consent import is_loopback, url_parts

LOOPBACK_ADDRESSES = 2**24 - 2
"""127.0.0.1 to 127.255.255.254: each has ports of its own, and each may be connected from."""

_UNLIMITED = 2**62  # how cgroups of the first version write that there is no limit


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """Where the kernel tells about itself; a test gives folders of its own."""

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")

    def words(self, name: str) -> list[str]:
        """The words of a file below /proc or /sys; empty where it isn't there."""
        top, _, rest = name.partition("/")
        try:
            return (
                ((self.proc if top == "proc" else self.sys) / rest)
                .read_text(encoding="utf-8", errors="replace")
                .split()
            )
        except OSError:
            return []

    def numbers(self, name: str) -> list[int]:
        """The same as whole numbers; empty where they are none."""
        words = self.words(name)
        return [int(word) for word in words] if all(word.lstrip("-").isdigit() for word in words) else []

    def number(self, name: str) -> int | None:
        """The first number of a file; None where there is none."""
        return next(iter(self.numbers(name)), None)


def generator_machine(target: str | None, cores: int, kernel: Kernel | None = None) -> GeneratorMachine:
    """This machine, against a target at this URL (None: the reference backend here). ``cores`` are the generator's.

    The target's name is looked up and nothing else is asked of it.

    Raises:
        InputError: the target is no URL, or its name is not known.
    """
    kernel = kernel or Kernel()
    host = "127.0.0.1" if target is None else url_parts(target).hostname or ""
    local = is_loopback(host)
    quota = _cpu_quota(kernel)
    return GeneratorMachine(
        cores=min(float(cores), quota) if quota is not None else float(cores),
        memory_available_bytes=_memory_available_bytes(kernel),
        descriptors_per_process=_attainable(kernel),
        descriptors_free=_descriptors_free(kernel),
        ports=_ports(kernel),
        source_addresses=LOOPBACK_ADDRESSES if local else max(_own_addresses(), 1),
        target_addresses=1 if local else _addresses_of(host),
        tracked_connections_free=_tracked_free(kernel),
        link_bits_per_s=None if local else _link_bits_per_s(kernel),
    )


def _attainable(kernel: Kernel) -> int:
    """The hard limit, to which a run raises its processes' own."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = kernel.number("proc/sys/fs/nr_open") or 2**20
    return most if hard == resource.RLIM_INFINITY else min(hard, most)


def _descriptors_free(kernel: Kernel) -> int:
    opened, _, most = (*kernel.numbers("proc/sys/fs/file-nr"), 0, 0, 2**31)[:3]
    return max(most - opened, 0)


def _ports(kernel: Kernel) -> int:
    """Ports that the kernel gives out to one source address, those kept back by an administrator left out."""
    first, last = (*kernel.numbers("proc/sys/net/ipv4/ip_local_port_range"), 32768, 60999)[:2]
    reserved = "".join(kernel.words("proc/sys/net/ipv4/ip_local_reserved_ports"))
    kept_back = 0
    for item in reserved.split(",") if reserved else ():
        low, _, high = item.partition("-")
        kept_back += max(min(int(high or low), last) - max(int(low), first) + 1, 0)
    return max(last - first + 1 - kept_back, 0)


def _tracked_free(kernel: Kernel) -> int | None:
    """Room in the firewall's table of connections; None where connections are not tracked."""
    most, now = (kernel.number(f"proc/sys/net/netfilter/nf_conntrack_{name}") for name in ("max", "count"))
    return None if most is None else max(most - (now or 0), 0)


def _memory_available_bytes(kernel: Kernel) -> int:
    available = psutil.virtual_memory().available
    for most_name, used_name in (
        (f"sys/fs/cgroup{_group(kernel)}/memory.max", f"sys/fs/cgroup{_group(kernel)}/memory.current"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        most, used = kernel.number(most_name), kernel.number(used_name)
        if most is not None and most < _UNLIMITED:
            available = min(available, max(most - (used or 0), 0))
    return available


def _cpu_quota(kernel: Kernel) -> float | None:
    """Cores that a container may use in all; None without a quota."""
    told = kernel.numbers(f"sys/fs/cgroup{_group(kernel)}/cpu.max")
    if not told:
        told = [kernel.number(f"sys/fs/cgroup/cpu/cpu.cfs_{name}_us") or 0 for name in ("quota", "period")]
    quota, period = told[:2]
    return quota / period if quota > 0 and period > 0 else None


def _group(kernel: Kernel) -> str:
    """This process's control group of the second version, as a path that is empty or begins with a slash."""
    entry = next((word for word in kernel.words("proc/self/cgroup") if word.startswith("0::")), "0::/")
    return entry.removeprefix("0::").rstrip("/")


def _own_addresses() -> int:
    """IPv4 addresses of this machine that another one can answer to."""
    addresses = [
        ip_address(address.address)
        for interface in psutil.net_if_addrs().values()
        for address in interface
        if address.family == socket.AF_INET
    ]
    return len([address for address in addresses if not (address.is_loopback or address.is_link_local)])


def _addresses_of(host: str) -> int:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        what = f"its address is not known: {error.strerror or error}"
        raise InputError.single(source=host, what=what, remedy="Check the name") from None
    return len({address for _, _, _, _, address in found})


def _link_bits_per_s(kernel: Kernel) -> float | None:
    """The fastest interface that is up; None where none tells its speed, as virtual ones don't."""
    speeds = [
        1e6 * (kernel.number(f"sys/class/net/{name}/speed") or 0)
        for name in psutil.net_if_addrs()
        if kernel.words(f"sys/class/net/{name}/operstate") == ["up"]
    ]
    fastest = max(speeds, default=-math.inf)
    return fastest if fastest > 0 else None


def usable_cores() -> tuple[int, ...]:
    """The cores that this process may run on."""
    return tuple(sorted(os.sched_getaffinity(0)))
