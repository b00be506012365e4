"""A run in which everybody watches the same new lesson, from a cold edge, at addresses of both instances."""

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from firstbell.cli.content_options import ContentOptions
from firstbell.cli.scale import BackendScale
from firstbell.cli.system_under_test import system_under_test
from firstbell.fixtures.backend.edge_rules import EdgeRules
from firstbell.models.edge_work import EdgeWork
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.models.workload import read_workload
from firstbell.scenarios.accounts import accounts_needed
from firstbell.scenarios.launch import launch

PROFILE = Path(__file__).parents[2] / "fixtures/profiles/kosovo.yaml"
PLAN = Plan(
    workload=str(PROFILE), target="http://127.0.0.1", session_s=200, seed=3, pace=20, byte_fraction=0.05,
    plateaus=(Plateau(kind="run", learners=24, ramp_s=1, hold_s=4),), new_lesson=True,
)  # fmt: skip
MASTERS_AT_MOST = 2  # one of either instance
LISTS_AT_MOST = 2 * 5  # lists of segments: one for each rung, of either instance


def test_everything_of_the_lesson_is_fetched_once_for_each_instance_and_then_held(tmp_path: Path) -> None:
    scale = replace(
        BackendScale(), password_hash="argon2id:m=64,t=1,p=1", content=ContentOptions(instances=2),
        edge=EdgeRules(size_bytes=1_000_000_000),
    )  # fmt: skip
    quiet, share = Console(file=io.StringIO()), read_workload(PROFILE).session.digital_id_share.value
    with (
        system_under_test(
            "reference", tmp_path / "b", accounts=accounts_needed(PLAN, share), seed=1, console=quiet, scale=scale
        ) as url,
        launch(PLAN.model_copy(update={"target": url}), tmp_path / "record") as running,
    ):
        running.wait()
    record = RunRecord.read(tmp_path / "record")
    assert record.complete
    edge = EdgeWork.of(record.server())
    assert edge is not None
    assert edge.hits > 0
    assert edge.misses == edge.objects
    assert (edge.failures, edge.evictions) == (0, 0)
    steps = record.samples()["step"].to_pylist()
    masters, lists = steps.count("video_start.master"), steps.count("video_start.media")
    assert masters > MASTERS_AT_MOST
    # Whoever comes after the first at either instance finds them held: a catalogue would have a master for each view.
    assert edge.hits + edge.coalesced >= masters - MASTERS_AT_MOST + lists - LISTS_AT_MOST
