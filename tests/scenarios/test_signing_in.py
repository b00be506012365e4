"""Learners who sign in by an identity provider that refuses, loses codes and fails, from their schools' addresses."""

import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from firstbell.cli.identity_options import IdentityOptions
from firstbell.cli.scale import BackendScale
from firstbell.cli.system_under_test import system_under_test
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.models.sign_in_outcomes import SignInOutcomes
from firstbell.models.sign_in_time import SignInLimits
from firstbell.models.workload import read_workload
from firstbell.scenarios.accounts import accounts_needed
from firstbell.scenarios.launch import launch

PROFILE = Path(__file__).parents[2] / "fixtures/profiles/kosovo.yaml"
RATE_PER_S, BURST = 40.0, 10.0
GIVEN = ("idp", f"idp-tenant-rate={RATE_PER_S}", f"idp-tenant-burst={BURST}", "sms-loss=0.7")
SIGNING_IN = """
signing_in:
  failed_share: {value: 0.5, source: "so that it happens"}
  step_repeats: {value: 60, source: "nobody begins anew"}
  repeat_after_s: {value: 0.2, source: "soon"}
  children_a_phone: {value: 2, source: "so that there are families"}
  sms_patience_s: {value: 0.1, source: "a code that is not lost comes at once"}
  codes: {value: 60, source: "so that some code comes"}
  learners_a_school: {value: 10, source: "so that there are two schools"}
"""
TO_PROVIDER = {
    "authorize",
    "form",
    "credentials",
    "mistyped",
    "send-code",
    "code-again",
    "code",
    "confirmed",
    "id-token",
}
PLAN = Plan(
    workload="", target="http://127.0.0.1", session_s=600, seed=3,
    plateaus=(Plateau(kind="run", learners=20, ramp_s=0.2, hold_s=4),),
)  # fmt: skip


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    folder = tmp_path_factory.mktemp("signing-in")
    profile = folder / "kosovo.yaml"
    text = PROFILE.read_text(encoding="utf-8")
    most_by_phone = re.sub(r"digital_id_share: {.*}", 'digital_id_share: {value: 0.3, source: "more codes"}', text)
    profile.write_text(most_by_phone + SIGNING_IN, encoding="utf-8")
    workload = read_workload(profile)
    identity = IdentityOptions.parse(GIVEN).with_profile(workload)
    scale = replace(BackendScale(), password_hash="argon2id:m=64,t=1,p=1", identity=identity)
    accounts = accounts_needed(PLAN, workload.session.digital_id_share.value)
    quiet = Console(file=io.StringIO())
    with system_under_test("reference", folder / "b", accounts=accounts, seed=1, console=quiet, scale=scale) as url:
        plan = PLAN.model_copy(update={"target": url, "workload": str(profile)})
        with launch(plan, folder / "record") as running:
            running.wait()
    return RunRecord.read(folder / "record")


def test_refusals_make_a_sign_in_longer_and_are_counted(record: RunRecord) -> None:
    found = SignInOutcomes.of(record.samples(), tries=None)
    assert found is not None
    assert found.sign_ins >= 20
    assert found.limited > 0
    assert found.mistyped > 0
    assert found.codes_again > 0
    assert found.locked == found.given_up == 0
    steps = Counter(record.samples()["step"].to_pylist())
    assert steps["login.id-token"] >= steps["login.token"] > 0


def test_the_tenant_s_bucket_lets_no_more_pass_than_its_model_says(record: RunRecord) -> None:
    """Of requests that were answered between two moments, all were asked for and let pass between them."""
    limits = SignInLimits(tenant_per_s=RATE_PER_S, tenant_burst=BURST)
    rows = record.samples().select(["step", "status", "start_s", "end_s"]).to_pylist()
    passed = sorted(
        (row["start_s"], row["end_s"])
        for row in rows
        if row["step"].partition(".")[2] in TO_PROVIDER and row["status"] not in (0, 429)
    )
    began_s = passed[0][0]
    ends = sorted(end_s - began_s for _, end_s in passed)
    assert len(ends) > BURST
    for number, end_s in enumerate(ends, start=1):
        assert number <= limits.requests_at(end_s) + 1
    assert limits.time_s(len(ends) - 1) <= ends[-1]
