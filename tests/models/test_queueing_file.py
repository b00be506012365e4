"""The files of ``firstbell solve``."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstbell.models.problems import InputError
from firstbell.models.queueing_file import READERS, solve_file

NETWORK = """
model: network
method: auto
classes:
  - {name: learner, population: 115000, think_time_s: 10.3}
  - {name: api, arrival_rate_per_s: 38.3}
stations:
  - {name: app, kind: queue, servers: 8, demand_s: {learner: 0.0004, api: 0.002}}
  - {name: lan, kind: delay, demand_s: {learner: 0.05}}
  - {name: disk, kind: queue, demand_s: {learner: 0.0001}, rates: [1.0, 1.7, 2.1]}
"""

BUSY = "utilization: [0.1, 0.2, 0.3, 0.4]\n"
RATES = "arrival_rate_per_s: 3\nservice_rate_per_s: 1\n"

EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "erlang-b": ("offered_erlangs: 8\nservers: 10", {"blocking": 0.1216610642529515}),
    "erlang-c": ("arrival_rate_per_s: 4\nservice_rate_per_s: 1\nservers: 5", {"wait_probability": 0.5541125541125541}),
    "mmc": ("arrival_rate_per_s: 4\nservice_rate_per_s: 1\nservers: 5", {"mean_in_system": 6.216450216450216}),
    "mmck": (
        "arrival_rate_per_s: 40\nservice_rate_per_s: 30\nservers: 3\ncapacity: 7",
        {"loss": 0.00393131523898145, "throughput_per_s": 39.8427473904407},
    ),
    "erlang-a": (
        "arrival_rate_per_s: 100\nservice_rate_per_s: 1\nservers: 95\nabandon_rate_per_s: 0.5",
        {"abandon_probability": 0.06271084599934484, "mean_queue": 12.542169199868944},
    ),
    "mg1": ("arrival_rate_per_s: 0.9\nmean_service_s: 1\nscv: 4", {"mean_wait_s": 22.5, "mean_in_system": 21.15}),
    "mgc": (
        "arrival_rate_per_s: 4\nmean_service_s: 1\nscv: 4\nservers: 5",
        {"mean_wait_s": 1.261939138067465, "approximate": True},
    ),
    "engset": (
        "idle_source_load_erlangs: 0.2\nservers: 5\nsources: 20",
        {"time_congestion": 0.14408386305341808, "call_congestion": 0.12693214566413413},
    ),
    "kaufman-roberts": (
        "capacity_units: 40\nunits_per_class: [1, 2, 5]\noffered_erlangs: [10, 5, 2]",
        {"mean_occupied": 27.748198987818235},
    ),
    "usl": ("learners: [1, 2, 4, 6, 8, 10]\nthroughput_per_s: [1, 1.8868, 3.0769, 3.5294, 3.5398, 3.3557]", {}),
    "cache-lru": ("objects: 14000\nzipf: 0.8\ncapacity_objects: 140", {"hit_ratio": 0.16542033675934947}),
    "service-demand": (
        "throughput_per_s: [[5, 1], [8, 2], [12, 2.5], [15, 4], [20, 3]]\n"
        "utilization: [0.07, 0.124, 0.171, 0.24, 0.25]",
        {"demand_s": [0.008, 0.03]},
    ),
    "network": (NETWORK.split("network\n", 1)[1], {"method": "convolution", "exact": True}),
}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(text: str, name: str = "model.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_there_is_an_example_of_every_model() -> None:
    assert set(EXAMPLES) == set(READERS)


@pytest.mark.parametrize("model", EXAMPLES)
def test_a_model_is_answered_in_numbers_that_json_can_hold(model: str, write: Any) -> None:
    text, expected = EXAMPLES[model]
    answer = solve_file(write(f"model: {model}\n{text}\n"))
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    for key, value in expected.items():
        assert answer[key] == (pytest.approx(value, rel=1e-6) if isinstance(value, float | list) else value)


def test_json_is_read_as_well(write: Any) -> None:
    text = json.dumps({"model": "erlang-b", "offered_erlangs": 115.0, "target_blocking": 1e-3})
    assert solve_file(write(text, "model.json"))["servers"] == 145


def test_erlang_b_finds_whichever_is_missing(write: Any) -> None:
    answer = solve_file(write("model: erlang-b\nservers: 10\ntarget_blocking: 0.1216610642529515\n"))
    assert answer["offered_erlangs"] == pytest.approx(8.0, rel=1e-9)
    with pytest.raises(InputError, match="two of"):
        solve_file(write("model: erlang-b\nservers: 10\n"))


def test_a_network_answers_as_the_interface_says(write: Any) -> None:
    answer = solve_file(write(NETWORK))
    learner = answer["classes"]["learner"]
    assert set(learner) == {"throughput_per_s", "response_time_s", "in_system"}
    assert learner["throughput_per_s"] * (10.3 + learner["response_time_s"]) == pytest.approx(115000)
    assert set(answer["stations"]["disk"]) == {"utilization", "queue_length", "residence_time_s"}
    assert answer["stations"]["lan"]["utilization"] == pytest.approx(learner["throughput_per_s"] * 0.05)


@pytest.mark.parametrize("method", ["exact-mva", "convolution", "linearizer", "aql", "bard-schweitzer", "fluid"])
def test_each_method_is_taken_by_name(method: str, write: Any) -> None:
    answer = solve_file(write(NETWORK.replace("auto", method)))
    assert answer["method"] == ("convolution" if method == "exact-mva" else method)
    assert answer["classes"]["learner"]["throughput_per_s"] == pytest.approx(11110.5118, rel=1e-5)


def test_a_simulated_network_answers_with_percentiles(write: Any) -> None:
    answer = solve_file(write(NETWORK.replace("auto", "simulation")))
    assert answer["method"] == "simulation"
    assert answer["exact"] is False


def test_five_mistakes_are_told_at_once_with_their_lines(write: Any) -> None:
    text = """model: network
metod: auto
classes:
  - {name: learner, population: ten, think_time_s: -1}
  - {name: api, arrival_rate_per_s: 38.3, arrival_rate_per_s: 3}
stations:
  - {name: app, kind: queue, servers: 0, demand_s: {learner: -0.0004, apo: 0.002}}
"""
    with pytest.raises(InputError) as raised:
        solve_file(write(text))
    told = str(raised.value)
    for part in (":2: metod", ":4: classes[0].population", "think_time_s", "second time", ":7: stations[0].servers",
                 "demand_s.learner", "demand_s.apo"):  # fmt: skip
        assert part in told
    assert len(raised.value.problems) == 7


def test_an_unstable_station_is_named_with_file_line_and_utilisation(write: Any) -> None:
    with pytest.raises(InputError, match=r"model\.yaml:2: arrival_rate_per_s: .*utilisation 1\.333"):
        solve_file(write("model: mmc\narrival_rate_per_s: 4\nservice_rate_per_s: 1\nservers: 3\n"))
    text = NETWORK.replace("38.3", "5000")
    with pytest.raises(InputError, match=r"model\.yaml:8: stations\.app: .*utilisation 1\.25"):
        solve_file(write(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model: magic\n", "no such model"),
        ("- 1\n- 2\n", "not a mapping"),
        ("arrival_rate_per_s: 4\n", "model"),
        ("model: mg1\narrival_rate_per_s: 0.5\nmean_service_s: yes\nscv: -1\n", "scv"),
        ("model: usl\nlearners: [1, 2]\nthroughput_per_s: [1, 2]\n", "too few"),
        ("model: service-demand\nthroughput_per_s: [[1, 2], [2]]\nutilization: [0.1, 0.2]\n", "different lengths"),
        ("model: service-demand\nthroughput_per_s: [[1, 2], [2, 1]]\nutilization: [0.1, 0.2]\n", "windows"),
        ("model: kaufman-roberts\ncapacity_units: 4\nunits_per_class: [1.5]\noffered_erlangs: [1]\n", "whole"),
        ("model: network\nclasses: []\nstations: []\n", "no customer class"),
        (NETWORK.replace("auto", "simulate"), "no such method"),
        (
            f"model: service-demand\nthroughput_per_s: [[1, 2], [2, 4], [3, 6], [4, 8]]\n{BUSY}",
            "don't vary independently",
        ),
        (f"model: service-demand\nthroughput_per_s: [[1, -2], [2, 3], [3, 6], [4, 8]]\n{BUSY}", "less than 0"),
        ("model: kaufman-roberts\ncapacity_units: 4\nunits_per_class: []\noffered_erlangs: []\n", "no class"),
        ("model: kaufman-roberts\ncapacity_units: 4\nunits_per_class: [1]\noffered_erlangs: [1e300]\n", "not computed"),
        ("model: erlang-b\noffered_erlangs: 10\nservers: 100000000000\n", "servers: more than 10,000,000"),
        ("model: erlang-b\noffered_erlangs: 1.0e+30\ntarget_blocking: 0.01\n", "offered_erlangs: more than"),
        (f"model: mmck\n{RATES}servers: 3\ncapacity: 100000000000\n", "capacity"),
        (f"model: mmck\n{RATES.replace('3', '1e300')}servers: 3\ncapacity: 9\n", "another unit"),
        (
            f"model: erlang-a\n{RATES.replace('3', '1e12')}servers: 3\nabandon_rate_per_s: 1e-6\n",
            "beyond all computing",
        ),
        ("model: usl\nlearners: [1e300, 2e300, 3e300, 4e300]\nthroughput_per_s: [1, 2, 3, 4]\n", "not computed"),
        ("model: cache-lru\nobjects: 100000000000\nzipf: 0.8\ncapacity_objects: 10\n", "objects: more than"),
        ("model: cache-lru\nzipf: 0.8\nsizes_bytes: []\ncapacity_bytes: 10\n", "objects"),
        (NETWORK.replace("servers: 8", "servers: 1e400"), r"servers: not a whole number"),
        (NETWORK.replace("servers: 8", "servers: 100000000000"), "more than 100,000 servers"),
        (NETWORK.replace("115000", "1e300"), "more than 1e.12 customers"),
        (NETWORK.replace("115000", "1" + "0" * 400), "population: not a number"),
        (NETWORK.replace("name: lan", 'name: ""'), "name is empty"),
        (NETWORK.replace("auto", "simulation").replace("115000", "1000000000"), "not simulated"),
        (NETWORK.replace("auto", "simulation").replace("115000", "10.5"), "only whole people"),
        (NETWORK.replace("auto", "simulation").replace("38.3", "3999.9999"), "so near to saturation"),
        (NETWORK.replace("auto", "simulation\ncompletions: 0"), "completions"),
        (NETWORK.replace("auto", "auto\nseed: 3"), "seed: unknown key"),
        (NETWORK.replace("servers: 8", "servers: 8, scv: -1"), "coefficient of variation"),
    ],
)
def test_wrong_files_are_refused_with_the_reason(text: str, told: str, write: Any) -> None:
    with pytest.raises(InputError, match=told):
        solve_file(write(text))


def test_a_missing_section_is_one_mistake_and_not_three(write: Any) -> None:
    with pytest.raises(InputError) as raised:
        solve_file(write("model: network\nstations: [{name: s, demand_s: {a: 0.1}}]\n"))
    assert [problem.key for problem in raised.value.problems] == ["classes"]


def test_a_simulation_has_percentiles_with_intervals_and_the_seed_that_was_asked_for(write: Any) -> None:
    text = """
model: network
method: simulation
seed: 7
completions: 20000
classes: [{name: learner, population: 30, think_time_s: 2}]
stations: [{name: app, demand_s: {learner: 0.05}, discipline: fcfs, scv: 4}]
"""
    answer = solve_file(write(text))
    assert answer["simulation"]["seed"] == 7
    told = answer["percentiles"]["learner"]
    assert told["completions"] >= 15_000
    for name in ("p50", "p90", "p95", "p99"):
        low, high = told[f"{name}_interval"]
        assert low < told[name] < high
    assert told["p50"] < told["p90"] < told["p95"] < told["p99"]
    assert solve_file(write(text)) == answer
    assert solve_file(write(text.replace("seed: 7", "seed: 8"))) != answer


def test_a_class_that_nobody_was_seen_of_has_no_response_time(write: Any) -> None:
    answer = solve_file(
        write(
            """
model: network
method: simulation
completions: 5000
classes: [{name: a, population: 10, think_time_s: 1}, {name: rare, arrival_rate_per_s: 1e-9}]
stations: [{name: s, demand_s: {a: 0.1, rare: 100}}]
"""
        )
    )
    assert answer["classes"]["rare"]["response_time_s"] is None
    assert answer["stations"]["s"]["residence_time_s"]["rare"] is None
    assert answer["classes"]["a"]["response_time_s"] > 0.1


def test_levels_without_any_rise_have_a_fit_without_a_peak_interval(write: Any) -> None:
    answer = solve_file(write("model: usl\nlearners: [1, 2, 3, 4, 5]\nthroughput_per_s: [1, 1, 1, 1, 1]\n"))
    assert answer["contention"] == pytest.approx(1.0, abs=1e-3)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        solve_file(tmp_path / "nowhere.yaml")
