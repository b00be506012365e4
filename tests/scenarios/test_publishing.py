"""A run during which somebody publishes, on a platform with two content instances."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from firstbell.cli.content_options import ContentOptions
from firstbell.cli.scale import BackendScale
from firstbell.cli.system_under_test import system_under_test
from firstbell.models.divergence import Divergence
from firstbell.models.plan import Plan, Plateau, Publishing
from firstbell.models.record import RunRecord
from firstbell.models.workload import read_workload
from firstbell.scenarios.accounts import AccountBook, accounts_needed
from firstbell.scenarios.launch import launch

PROFILE = Path(__file__).parents[2] / "fixtures/profiles/kosovo.yaml"
PLAN = Plan(
    workload=str(PROFILE), target="http://127.0.0.1", session_s=5, seed=3,
    plateaus=(Plateau(kind="run", learners=8, ramp_s=1, hold_s=3),),
    publishing=Publishing(mean_gap_s=0.4, size_bytes=50_000, to="both", second_after_s=1.5),
)  # fmt: skip


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    folder = tmp_path_factory.mktemp("publishing")
    scale = replace(BackendScale(), password_hash="argon2id:m=64,t=1,p=1", content=ContentOptions(instances=2))
    quiet = Console(file=io.StringIO())
    share = read_workload(PROFILE).session.digital_id_share.value
    with system_under_test(
        "reference", folder / "b", accounts=accounts_needed(PLAN, share), seed=1, console=quiet, scale=scale
    ) as url:
        plan = PLAN.model_copy(update={"target": url})
        with launch(plan, folder / "record") as running:
            running.wait()
    return RunRecord.read(folder / "record")


def test_every_item_is_uploaded_twice_by_hand_and_lacks_until_then(record: RunRecord) -> None:
    samples = record.samples()
    activity, outcome = samples["activity"].to_pylist(), samples["outcome"].to_pylist()
    published = [how for what, how in zip(activity, outcome, strict=True) if what == "publish"]
    assert published
    assert set(published) == {"ok"}
    learners = {who for what, who in zip(activity, samples["learner"].to_pylist(), strict=True) if what == "publish"}
    assert {who % 2 for who in learners} == {0, 1}
    found = Divergence.of(record.server())
    assert found is not None
    assert found.lacking["digital-id"].most_items == 0
    assert found.lacking["phone"].most_items > 0
    assert found.lacking["phone"].most_bytes == 50_000 * found.lacking["phone"].most_items
    assert found.mirror is None


def test_learners_of_both_routes_are_served_from_addresses_of_their_own(record: RunRecord) -> None:
    assert record.complete
    samples = record.samples()
    watched = {
        (who % 2, how)
        for what, who, how in zip(
            *(samples[name].to_pylist() for name in ("activity", "learner", "outcome")), strict=True
        )
        if what in ("video_start", "segment", "beacon")
    }
    assert watched
    assert {how for _, how in watched} == {"ok"}
    assert set(record.manifest.backend["instances"]) == {"digital-id", "phone"}


def test_accounts_of_a_kind_are_nobody_else_s() -> None:
    book = AccountBook(first=100, process=1, processes=3, digital_id_share=0.8)
    taken = [book.take() for _ in range(10)] + [book.take_kind(by_phone=by_phone) for by_phone in (True, False)]
    assert len({account.index for account in taken}) == 12
    assert [account.by_phone for account in taken[-2:]] == [True, False]
