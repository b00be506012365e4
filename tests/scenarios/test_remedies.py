"""What to change where a machine falls short."""

from dataclasses import replace
from typing import Any

import pytest

from firstbell.models.generator_capacity import plan_generator
from firstbell.scenarios.kernel_settings import KernelSetting
from firstbell.scenarios.remedies import Change, changes
from tests.models.test_generator_capacity import COST, MACHINE, TRAFFIC

BAD = KernelSetting(name="net.core.somaxconn", value="128", good=False, why="short", command="sudo sysctl -w x=1")


def found(*, here: bool = False, settings: tuple[KernelSetting, ...] = (), **limits: Any) -> tuple[Change, ...]:
    machine = replace(MACHINE, **limits)
    plan = plan_generator(TRAFFIC, machine, COST)
    return changes(plan, TRAFFIC, machine, COST, target_is_here=here, settings=settings)


def test_a_machine_that_carries_the_load_needs_no_change() -> None:
    assert found() == ()


@pytest.mark.parametrize(
    ("limits", "command"),
    [
        ({"descriptors_free": 2_041}, "file-max) + 100000 ))"),
        ({"tracked_connections_free": 11_112}, "nf_conntrack_max) + 100000 ))"),
        ({"source_addresses": 2}, 'net.ipv4.ip_local_port_range="1024 65535"'),
        ({"source_addresses": 1, "ports": 64_000}, "sudo ip address add"),
        ({"link_bits_per_s": 1e9}, "--byte-fraction 0.01"),
    ],
)
def test_each_limit_has_the_command_that_widens_it(limits: dict[str, Any], command: str) -> None:
    (change,) = found(**limits)
    assert change.command is not None
    assert command in change.command


def test_more_addresses_are_asked_for_only_where_all_ports_of_one_are_too_few() -> None:
    widen, add = found(source_addresses=1)
    assert "ip_local_port_range" in str(widen.command)
    assert add.what == "All of an address's ports are too few as well: give the machine 2 addresses."


def test_memory_and_cores_are_bought_or_shared_out() -> None:
    (memory,) = found(memory_available_bytes=10**9)
    assert memory == Change(what="Add memory, or share out over 3 machines.", command=None)
    *_, cores = found(cores=0.5)
    assert cores == Change(what="Share the learners out over 3 machines like this one.", command=None)


def test_a_platform_on_the_same_machine_is_the_first_to_go() -> None:
    first, *_ = found(cores=0.5, here=True)
    assert first.command == "firstbell doctor --target http://ITS-ADDRESS"


def test_fewer_bytes_are_worth_while_only_where_bytes_cost_something() -> None:
    assert any("--byte-fraction" in (change.command or "") for change in found(cores=0.5))
    light = replace(TRAFFIC, bits_per_s=1e6)
    plan = plan_generator(light, replace(MACHINE, cores=0.5), COST)
    told = changes(plan, light, MACHINE, COST, target_is_here=False, settings=())
    assert not any("--byte-fraction" in (change.command or "") for change in told)


def test_bad_settings_come_last_and_good_ones_not_at_all() -> None:
    told = found(cores=0.5, settings=(BAD, replace(BAD, good=True)))
    assert told[-1] == Change(what="net.core.somaxconn is 128: short.", command=BAD.command)
    assert len([change for change in told if "somaxconn" in change.what]) == 1
