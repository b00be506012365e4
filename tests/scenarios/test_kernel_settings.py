"""Settings of the kernel that hold up a large run."""

from pathlib import Path

import pytest

from firstbell.scenarios.generator_machine import Kernel
from firstbell.scenarios.kernel_settings import KernelSetting, kernel_settings

CLOCK = "sys/devices/system/clocksource/clocksource0/current_clocksource"
GOVERNOR = "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
FILES = {
    "proc/sys/net/core/somaxconn": "128\n",
    "proc/sys/net/ipv4/tcp_max_syn_backlog": "2048\n",
    "proc/sys/net/ipv4/tcp_tw_reuse": "2\n",
    CLOCK: "hpet\n",
    GOVERNOR: "powersave\n",
}


def settings(folder: Path, *, here: bool, **changes: str) -> dict[str, KernelSetting]:
    for name, text in {**FILES, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = kernel_settings(target_is_here=here, kernel=Kernel(proc=folder / "proc", sys=folder / "sys"))
    return {setting.name: setting for setting in found}


def test_what_is_wrong_is_told_with_the_command_that_mends_it(tmp_path: Path) -> None:
    found = settings(tmp_path, here=True)
    assert [name for name, setting in found.items() if not setting.good] == [
        "net.core.somaxconn",
        "clock source",
        "CPU frequency governor",
    ]
    assert found["net.core.somaxconn"].value == "128"
    assert found["net.core.somaxconn"].command == "sudo sysctl -w net.core.somaxconn=4096"


def test_a_servers_settings_are_left_out_where_the_platform_is_elsewhere(tmp_path: Path) -> None:
    assert list(settings(tmp_path, here=False)) == ["net.ipv4.tcp_tw_reuse", "clock source", "CPU frequency governor"]


@pytest.mark.parametrize(
    ("value", "here", "good"), [("0", True, False), ("1", False, True), ("2", True, True), ("2", False, False)]
)
def test_ports_are_used_again_at_once_or_over_loopback_only(value: str, here: bool, good: bool, tmp_path: Path) -> None:
    found = settings(tmp_path, here=here, **{"proc/sys/net/ipv4/tcp_tw_reuse": value})
    assert found["net.ipv4.tcp_tw_reuse"].good is good


def test_a_kernel_without_them_has_nothing_to_tell(tmp_path: Path) -> None:
    assert kernel_settings(target_is_here=True, kernel=Kernel(proc=tmp_path, sys=tmp_path)) == ()
