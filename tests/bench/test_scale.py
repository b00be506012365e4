"""The scale benchmark, at the size of a class."""

from dataclasses import asdict
from pathlib import Path

import pytest

from bench.results import Found
from bench.scale import Scale, scaled
from bench.sections import scale_section


def test_a_small_run_is_told_in_full(tmp_path: Path) -> None:
    result = scaled(Scale(learners=20, pace=20, hold_s=3), tmp_path)
    assert result.processes == 1
    assert result.outcomes["ok"] >= result.requests > 0
    assert result.failed_by_generator == 0
    assert result.in_session == pytest.approx(20, abs=2)
    assert result.signed_in_s is not None
    assert 0 < result.signed_in_s < 60
    assert result.backend["password_hash"]["scheme"] == "argon2id"
    assert 0 < result.generator_cpu_s < 1
    page = "\n".join(scale_section(Found.now(asdict(result), "python -m bench.scale")))
    assert f"**{result.verdict}**" in page
