"""CPU time and memory of a process and all that it started."""

from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, kw_only=True)
class Taken:
    """``cpu_s`` since the start, of children that ended as well; ``private_bytes`` that nobody else shares."""

    cpu_s: float
    resident_bytes: int
    private_bytes: int


def taken(pid: int) -> Taken:
    """What the tree below ``pid`` has taken; psutil.NoSuchProcess where it has ended."""
    root = psutil.Process(pid)
    cpu_s, resident, private = 0.0, 0, 0
    for process in [root, *root.children(recursive=True)]:
        try:
            times, memory = process.cpu_times(), process.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        cpu_s += times.user + times.system + times.children_user + times.children_system
        resident += memory.rss
        private += memory.uss
    return Taken(cpu_s=cpu_s, resident_bytes=resident, private_bytes=private)


def most_resident_bytes(pid: int) -> int:
    """The most that was ever resident of a process (VmHWM)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
