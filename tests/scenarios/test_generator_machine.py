"""What the kernel tells of a machine, on this one and on staged ones."""

import os
import resource
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from firstbell.models.problems import InputError
from firstbell.scenarios.generator_machine import LOOPBACK_ADDRESSES, Kernel, generator_machine

Stage = Callable[..., Kernel]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A kernel whose files hold what the test says."""

    def tell(files: dict[str, str]) -> Kernel:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Kernel(proc=tmp_path / "proc", sys=tmp_path / "sys")

    return tell


def test_this_machine_tells_of_itself() -> None:
    found = generator_machine(None, len(os.sched_getaffinity(0)))
    assert 0 < found.cores <= len(os.sched_getaffinity(0))
    assert 0 < found.memory_available_bytes <= psutil.virtual_memory().total
    assert found.descriptors_per_process > 0
    assert 0 < found.ports < 65_536
    assert (found.source_addresses, found.target_addresses) == (LOOPBACK_ADDRESSES, 1)
    assert found.link_bits_per_s is None


def test_files_of_the_kernel_become_limits(stage: Stage) -> None:
    kernel = stage(
        {
            "proc/sys/fs/file-nr": "1200\t0\t100000\n",
            "proc/sys/fs/nr_open": "512\n",
            "proc/sys/net/ipv4/ip_local_port_range": "10000\t19999\n",
            "proc/sys/net/ipv4/ip_local_reserved_ports": "9990-10009,15000\n",
            "proc/sys/net/netfilter/nf_conntrack_max": "65536\n",
            "proc/sys/net/netfilter/nf_conntrack_count": "536\n",
        }
    )
    found = generator_machine(None, 3, kernel)
    assert found.descriptors_free == 98_800
    assert found.descriptors_per_process == min(512, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    assert found.ports == 10_000 - 10 - 1
    assert found.tracked_connections_free == 65_000
    assert found.cores == 3


def test_a_kernel_that_tells_nothing_sets_no_limit_of_its_own(stage: Stage) -> None:
    found = generator_machine(None, 2, stage({}))
    assert found.tracked_connections_free is None
    assert found.ports == 28_232
    assert found.cores == 2


@pytest.mark.parametrize(
    "files",
    [
        {
            "proc/self/cgroup": "0::/pod/me\n",
            "sys/fs/cgroup/pod/me/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/pod/me/memory.max": "1000000\n",
            "sys/fs/cgroup/pod/me/memory.current": "400000\n",
        },
        {
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "1000000\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "400000\n",
        },
    ],
)
def test_a_container_has_its_own_share_of_cores_and_memory(stage: Stage, files: dict[str, str]) -> None:
    found = generator_machine(None, 8, stage(files))
    assert (found.cores, found.memory_available_bytes) == (1.5, 600_000)


def test_a_container_without_limits_has_the_machine(stage: Stage) -> None:
    files = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n", "sys/fs/cgroup/memory.max": "max\n"}
    found = generator_machine(None, 8, stage(files))
    assert found.cores == 8
    assert found.memory_available_bytes > 600_000


def test_a_platform_elsewhere_is_reached_from_this_machines_own_addresses() -> None:
    found = generator_machine("https://192.0.2.7:8443", 2)
    assert 1 <= found.source_addresses < LOOPBACK_ADDRESSES
    assert found.target_addresses == 1


def test_a_platform_whose_name_nobody_knows_is_told() -> None:
    with pytest.raises(InputError, match=r"nowhere\.invalid: its address is not known: .+\. Check the name"):
        generator_machine("https://nowhere.invalid", 2)
