"""Prometheus' text format."""

import math

from firstbell.scenarios.exposition import values_of


def test_samples_are_named_by_family_and_labels() -> None:
    text = """# HELP firstbell_cpu_seconds_total CPU
# TYPE firstbell_cpu_seconds_total counter
firstbell_cpu_seconds_total{station="app"} 1.5
firstbell_activity_cpu_seconds_total{station="app",route="quiz-page"} 2e-3 1700000000000
firstbell_connections 7
process_start_time_seconds 1.7e9
"""
    assert values_of(text) == {
        "cpu_seconds.app": 1.5,
        "activity_cpu_seconds.app.quiz-page": 0.002,
        "connections": 7.0,
        "process_start_time_seconds": 1.7e9,
    }


def test_quoted_braces_commas_and_escapes_are_part_of_a_label() -> None:
    assert values_of('a{x="}, \\"q\\"",y="b\\\\"} 1') == {'a.}, "q".b\\': 1.0}


def test_infinities_are_read_and_lines_that_are_no_samples_left_out() -> None:
    found = values_of("a +Inf\nb NaN\n<html>\nc one\n")
    assert found["a"] == math.inf
    assert math.isnan(found["b"])
    assert set(found) == {"a", "b"}
