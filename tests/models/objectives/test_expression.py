"""Objectives as people write them."""

import pytest

from firstbell.models.objectives.expression import MEASURES, Expression, ExpressionError, parse, window_of


@pytest.mark.parametrize(
    ("text", "measure", "limit", "more"),
    [
        ("p95 < 800 ms", "p", 0.8, {"share": 0.95}),
        ("p99.9 <= 2s", "p", 2.0, {"share": pytest.approx(0.999)}),
        ("startup_p50 <= 1.5 s", "startup_p", 1.5, {"share": 0.5}),
        ("error_ratio <= 0.1 %", "error_ratio", 0.001, {}),
        ("error_ratio <= 0.001", "error_ratio", 0.001, {}),
        ("error_ratio <= 0", "error_ratio", 0.0, {}),
        ("missed_ratio < 1 %", "missed_ratio", 0.01, {}),
        ("rebuffer_ratio <= 1 %", "rebuffer_ratio", 0.01, {}),
        ("throughput >= 40 /s", "throughput", 40.0, {}),
        ("apdex(500 ms) >= 0.85", "apdex", 0.85, {"satisfied_s": 0.5}),
        ("capacity >= 15000 learners", "capacity", 15_000.0, {}),
        ("capacity >= 95 % of baseline", "capacity", 0.95, {"relative": True}),
        ("  p95   <=  110 %  of  baseline ", "p", 1.1, {"relative": True, "share": 0.95}),
    ],
)
def test_an_objective_is_read_in_the_units_of_the_inside(
    text: str, measure: str, limit: float, more: dict[str, object]
) -> None:
    found = parse(text)
    assert (found.measure, found.limit) == (measure, pytest.approx(limit))
    assert {key: getattr(found, key) for key in more} == more


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        ("p95", "this is not an objective", "p95 < 800 ms"),
        ("p95 = 800 ms", "compares by <, <=, > or >=", "p95 < 800 ms"),
        ("p95 > 800 ms", "p95 must be at most its limit", "p95 < 800 ms"),
        ("capacity <= 9 learners", "capacity must be at least its limit", "capacity >= 15000 learners"),
        ("p95 < 800", "the limit has no unit", "p95 < 800 ms"),
        ("p95 < 8 %", "% is no unit of this measure", "p95 < 800 ms"),
        ("p95 < 0 ms", "greater than 0", "p95 < 800 ms"),
        ("p100 < 1 s", "there is no percentile 100", "between 0 and 100"),
        ("eror_ratio <= 1 %", "there is no measure eror_ratio", "Did you mean error_ratio"),
        ("error_ratio95 <= 1 %", "there is no measure error_ratio95", "error_ratio <= 0.1 %"),
        ("error_ratio <= 3", "a ratio above 1", "error_ratio <= 0.1 %"),
        ("apdex >= 0.8", "an Apdex needs the time that satisfies", "apdex(500 ms) >= 0.85"),
        ("p95(3 s) < 1 s", "only apdex takes a time", "p95 < 800 ms"),
        ("capacity >= 5 learners of baseline", "a part of the baseline is told in %", "95 % of baseline"),
    ],
)
def test_what_says_nothing_is_told_with_what_to_write(text: str, what: str, remedy: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert what in caught.value.what
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("example", [measure.example for measure in MEASURES.values()])
def test_every_example_can_be_read_and_read_again(example: str) -> None:
    found = parse(example)
    assert parse(found.text) == found


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("p95 < 1 s", 1.0, False),
        ("p95 <= 1 s", 1.0, True),
        ("throughput >= 2 /s", 2.0, True),
        ("throughput > 2 /s", 2.0, False),
    ],
)
def test_the_limit_itself_is_within_or_without(text: str, value: float, holds: bool) -> None:
    found: Expression = parse(text)
    assert found.holds(value) is holds


def test_windows_are_read_and_wrong_ones_told() -> None:
    assert window_of("10 s to 60 s") == window_of("10 to 60 s") == (10.0, 60.0)
    for text, what in (("60 s to 10 s", "ends before it begins"), ("soon", "not a window")):
        with pytest.raises(ExpressionError, match=what):
            window_of(text)
