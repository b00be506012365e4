"""The page, from nothing, from what is shipped, and from what falls short."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.page import page
from bench.results import Found, read_results, write_results

ROOT = Path(__file__).parents[2]
FROZEN = {
    "freeze": {"run_s": 30.0, "freeze_at_s": 8.0, "freeze_s": 10.0, "requests_per_s": 200.0, "users": 5},
    "stood_still_s": 10.0,
    "firstbell": {"requests": 5900, "p50_s": 0.0031, "p99_s": 9.71, "max_s": 10.0},
    "missed": 0,
    "locust": {"requests": 3900, "p50_s": 0.002, "p99_s": 0.01, "max_s": 10.0},
}
FREEZE = Found(
    run="2026-01-05T08:00:00+00:00",
    command="python -m bench",
    machine={"cpu": "a processor", "cores": "2", "memory_bytes": "24000000000", "system": "Linux 6"},
    versions={"locust": "2.47.0"},
    outcome=FROZEN,
)


def test_what_was_never_run_says_how_to_run_it() -> None:
    told = page({})
    for name in ("peers", "memory", "freeze", "soak", "scale"):
        assert f'Not run yet: `make bench ARGS="--only {name}"`.' in told


def test_a_figure_that_reaches_its_goal_holds_and_one_that_does_not_falls_short() -> None:
    short = replace(FREEZE, outcome=FROZEN | {"firstbell": FROZEN["firstbell"] | {"p99_s": 8.9}})  # type: ignore[operator]
    goal = "p99 above 9 s where the platform stood still for 10 s of 30"
    assert f"| {goal} | 9.71 s | holds |" in page({"freeze": FREEZE}).replace("\u202f", " ")
    assert f"| {goal} | 8.90 s | **falls short** |" in page({"freeze": short}).replace("\u202f", " ")


def test_the_shipped_page_is_what_the_shipped_results_give() -> None:
    results = read_results(ROOT / "docs" / "benchmarks" / "latest.json")
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == page(results)


def test_results_survive_being_written_and_those_not_run_again_stay(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latest.json"
    write_results(path, {"freeze": FREEZE})
    assert read_results(path) == {"freeze": FREEZE}
    where = ["--results", str(path), "--page", str(tmp_path / "page.md")]
    assert main(["--only", "", *where]) == 0
    assert read_results(path) == {"freeze": FREEZE}
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == page({"freeze": FREEZE})


def test_a_benchmark_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "peers,speed"])
    assert "speed: choose of peers, memory, freeze, soak" in capsys.readouterr().err
