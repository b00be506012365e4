"""Limits to learners, processes and machines, by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from firstbell.models import generator_capacity as capacity
from firstbell.models.generator_capacity import GeneratorMachine, LearnerCost, Traffic, plan_generator
from firstbell.models.workload import read_workload

KOSOVO = read_workload(Path(__file__).parents[2] / "fixtures/profiles/kosovo.yaml")
MACHINE = GeneratorMachine(
    cores=2,
    memory_available_bytes=10**10,
    descriptors_per_process=20_000,
    descriptors_free=10**6,
    ports=28_000,
    source_addresses=100,
    target_addresses=1,
    tracked_connections_free=None,
    link_bits_per_s=None,
)
COST = LearnerCost(
    process_bytes=1e8, learner_bytes=10_000, kernel_bytes=5_000, request_cpu_s=70e-6, byte_cpu_s=1e-10
)  # fmt: skip
# 0.7 cores for requests and 0.1 for bytes.
TRAFFIC = Traffic(learners=100_000, requests_per_s=10_000, bits_per_s=8e9)


def learners_by_limit(machine: GeneratorMachine = MACHINE) -> dict[str, int]:
    return {limit.name: limit.learners for limit in plan_generator(TRAFFIC, machine, COST).limits}


def test_the_contract_load_is_what_learners_really_play() -> None:
    traffic = Traffic.of(KOSOVO, 115_000)
    assert traffic.requests_per_s == pytest.approx(10_880, rel=0.01)  # of 11,200: the rest is stated, not played
    assert traffic.bits_per_s == pytest.approx(32.8e9, rel=0.01)


def test_fewer_bytes_of_video_leave_the_requests_and_the_pages() -> None:
    whole, part = Traffic.of(KOSOVO, 115_000), Traffic.of(KOSOVO, 115_000, byte_fraction=0.01)
    assert part.requests_per_s == whole.requests_per_s
    pages_bits_per_s = 8 * 805 * 300_000
    assert part.bits_per_s == pytest.approx(pages_bits_per_s + 0.01 * (whole.bits_per_s - pages_bits_per_s), rel=1e-3)


def test_cores_are_busy_with_requests_and_with_bytes() -> None:
    assert TRAFFIC.cores_taken(COST) == pytest.approx(0.8)


def test_each_limit_carries_what_a_share_of_it_holds() -> None:
    found = learners_by_limit(replace(MACHINE, tracked_connections_free=200_000, link_bits_per_s=1e10))
    each = 19_600  # 98 % of the descriptors of a process
    assert found == {
        capacity.CORES: 175_000,  # 0.7 × 2 cores ÷ 0.8 × 100,000
        capacity.MEMORY: pytest.approx(0.8 * 1e10 / (15_000 + 1e8 / each), abs=1),
        capacity.DESCRIPTORS: 980_000,
        capacity.PORTS: 2_520_000,
        capacity.TRACKED: 180_000,
        capacity.LINK: 100_000,
    }


def test_a_machine_that_carries_all_needs_as_many_processes_as_its_descriptors_ask_for() -> None:
    plan = plan_generator(TRAFFIC, MACHINE, COST)
    assert (plan.holds, plan.machines, plan.carries, plan.binding) == (True, 1, 175_000, capacity.CORES)
    assert (plan.processes_per_machine, plan.learners_per_process) == (6, 16_667)
    assert plan.source_addresses == 4  # 100,000 ÷ (0.9 × 28,000)
    assert plan.short == ()


def test_a_process_has_one_core_at_most() -> None:
    heavy = replace(TRAFFIC, requests_per_s=100_000)  # 7.1 cores at work
    plan = plan_generator(heavy, replace(MACHINE, cores=16, descriptors_per_process=10**6), COST)
    assert plan.processes_per_machine == 11  # 7.1 ÷ 0.7
    assert plan.holds


def test_what_one_machine_does_not_carry_is_shared_out_evenly() -> None:
    plan = plan_generator(TRAFFIC, replace(MACHINE, cores=0.5), COST)
    assert (plan.holds, plan.carries, plan.machines) == (False, 43_750, 3)
    assert plan.processes_per_machine == 2  # 33,334 learners in processes of 19,600 at most
    assert plan.learners_per_process == 16_667
    assert [limit.name for limit in plan.short] == [capacity.CORES]


def test_the_limits_that_fall_short_come_tightest_first() -> None:
    plan = plan_generator(TRAFFIC, replace(MACHINE, cores=1, source_addresses=1, descriptors_free=50_000), COST)
    assert [limit.name for limit in plan.short] == [capacity.PORTS, capacity.DESCRIPTORS, capacity.CORES]
    assert plan.binding == capacity.PORTS


def test_more_addresses_of_the_target_are_more_ports() -> None:
    narrow = replace(MACHINE, source_addresses=1)
    assert learners_by_limit(narrow)[capacity.PORTS] == 25_200
    assert learners_by_limit(replace(narrow, target_addresses=4))[capacity.PORTS] == 100_800


@pytest.mark.parametrize("learners", [1, 100, 19_600, 19_601, 175_000, 175_001, 3_000_000])
def test_the_plan_fits_its_own_limits(learners: int) -> None:
    scale = learners / TRAFFIC.learners
    traffic = Traffic(
        learners=learners, requests_per_s=scale * TRAFFIC.requests_per_s, bits_per_s=scale * TRAFFIC.bits_per_s
    )
    plan = plan_generator(traffic, MACHINE, COST)
    assert plan.learners_per_process <= 0.98 * MACHINE.descriptors_per_process
    assert plan.machines * plan.processes_per_machine * plan.learners_per_process >= learners
    assert plan.holds == (learners <= plan.carries)
    on_one = plan_generator(replace(traffic, learners=-(-learners // plan.machines)), MACHINE, COST)
    assert on_one.learners <= plan.carries
