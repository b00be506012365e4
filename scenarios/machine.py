"""What the generator's machine is, for the manifest: two records are compared only if they come from the same."""

import os
import platform
import resource
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import psutil

_PACKAGES = ("firstbell", "locust", "gevent", "httptools", "m3u8", "numpy", "pyarrow")

DESCRIPTORS = "descriptors_per_process"


def machine() -> dict[str, str]:
    """Processor, cores that this process may use, memory, files that it may have open, system."""
    return {
        "cpu": _cpu_model(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory_bytes": str(psutil.virtual_memory().total),
        DESCRIPTORS: str(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Python, the packages that have a say in what is measured, and whether ours was compiled (see setup.py)."""
    found = {"python": platform.python_version(), "modules": "interpreted" if is_interpreted() else "compiled"}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def is_interpreted() -> bool:
    """Whether the modules that each request goes through are run from their sources."""
    found = find_spec("firstbell.scenarios.visit")  # looked for, not loaded: the analysis never loads gevent
    return found is not None and str(found.origin).endswith(".py")


def _cpu_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
