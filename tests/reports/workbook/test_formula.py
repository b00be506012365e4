"""Formulas write themselves down as they are calculated with, by the models' own functions too."""

import numpy as np
import pytest

from firstbell.models.sizing.waiting import wait_probability
from firstbell.reports.workbook.formula import (
    Formula,
    erlang_b,
    largest,
    logarithm,
    place_of,
    rounded_up,
    smallest,
    summed,
    summed_products,
    summed_where,
    where,
)

A, B = Formula("a", 3.0), Formula("b", 2.0)


@pytest.mark.parametrize(
    ("formula", "text", "value"),
    [
        (A + B * 2, "a+b*2", 7.0),
        ((A + B) * 2, "(a+b)*2", 10.0),
        (A - (B - 1), "a-(b-1)", 2.0),
        (A / (B * 2), "a/(b*2)", 0.75),
        (A / B * 2, "a/b*2", 3.0),
        (A * (B / 2), "a*(b/2)", 3.0),
        (2 ** (A - B), "2^(a-b)", 2.0),
        ((A**B) ** 2, "(a^b)^2", 81.0),
        (A**2 * B, "a^2*b", 18.0),
        (1 - A, "1-a", -2.0),
        (A * -2.5, "a*(-2.5)", -7.5),
        (1 * A + 0, "a", 3.0),
        (where(A > B, A, B / 0), "IF(a>b,a,b/0)", 3.0),
        (largest(A, B, 1), "MAX(a,b,1)", 3.0),
        (smallest(A, B), "MIN(a,b)", 2.0),
        (rounded_up(A / B - 1e-9), "ROUNDUP(a/b-1E-09,0)", 2.0),
    ],
)
def test_brackets_stand_where_they_must(formula: Formula, text: str, value: float) -> None:
    assert formula.text == text
    assert formula.value == pytest.approx(value)


def test_numpy_s_functions_are_written_down_as_well() -> None:
    of_numpy = Formula.of(np.maximum(np.ceil(np.asarray(A) / B) - 1, 0.0))
    assert of_numpy.text == "MAX(ROUNDUP(a/b,0)-1,0)"
    assert Formula.of(np.sum([A, B * np.ones(1), A], axis=0)).text == "a+b+a"
    assert Formula.of(A / (B * np.sqrt(4))).text == "a/(b*2)"


def test_what_takes_the_number_out_of_a_formula_is_refused() -> None:
    for takes in (float, bool, lambda it: np.asarray(it, dtype=float), np.log, lambda it: Formula.of("3")):
        with pytest.raises(TypeError):
            takes(A)


def test_ranges_are_summed_and_looked_through() -> None:
    cells, weights = Formula("$A$1:$A$3", np.array([1.0, 5.0, 3.0])), Formula("$B$1:$B$3", np.array([2.0, 1.0, 4.0]))
    assert summed(cells * cells / weights).text == "SUMPRODUCT($A$1:$A$3*$A$1:$A$3/$B$1:$B$3)"
    assert summed_products(cells, weights).value == 19
    least = summed_where(cells, Formula("$A$3", 3.0), weights)
    assert (least.text, least.value) == ('SUMIF($A$1:$A$3,">="&$A$3,$B$1:$B$3)', 5)
    assert place_of(3, cells).value == 3
    assert np.isnan(place_of(9, cells).value)
    assert np.isnan(logarithm(A - 3).value)


def test_erlang_s_formula_is_that_of_the_sizing() -> None:
    offered, servers = Formula("a", 41.3), Formula("c", 48.0)
    blocked = erlang_b(offered, servers)
    assert blocked.text == "POISSON(c,a,FALSE)/POISSON(c,a,TRUE)"
    waiting = blocked / (1 - smallest(offered / servers, 1) * (1 - blocked))
    assert waiting.value == pytest.approx(float(wait_probability(41.3, 48)))
