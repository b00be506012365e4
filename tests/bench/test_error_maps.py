"""Error maps: what is kept is read again as it was, and drawn as it stands; the formulas are where the maps say."""

from pathlib import Path

import pytest

from bench.error_maps import DOCS, FAMILIES, render
from bench.maps.grid import Axis, ErrorMap, Family, Known, adjusted, known_from, mapped, read, written
from bench.maps.many_servers import stations

FAMILY = Family(
    name="example",
    title="An example",
    formulas="`f`",
    truth="exact",
    use="Everywhere.",
    maps=(
        ErrorMap(
            title="f",
            rows=Axis(name="servers", values=("1", "2")),
            columns=Axis(name="load", values=("0.5", "0.9")),
            errors=((0.1234, -0.002), (0.0, 0.31)),
            noise=((0.0, 0.005), (0.0, 0.01)),
        ),
    ),
)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    assert read(written(FAMILY, tmp_path)) == FAMILY


def test_a_page_shows_each_error_with_its_noise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "example", lambda: FAMILY)
    (tmp_path / "error-maps").mkdir()
    written(FAMILY, tmp_path / "error-maps")
    render(tmp_path)
    page = (tmp_path / "error-maps.md").read_text(encoding="utf-8")
    assert "| 1 | +12.34 % | −0.20 % ± 0.50 |" in page
    picture = (tmp_path / "error-maps" / "example.svg").read_text(encoding="utf-8")
    assert "±0.5" in picture  # smaller than the noise, so only the noise is shown
    assert "+31" in picture
    render(tmp_path)
    assert (tmp_path / "error-maps" / "example.svg").read_text(encoding="utf-8") == picture


def test_the_page_in_the_docs_is_what_is_kept_beside_it(tmp_path: Path) -> None:
    kept = sorted((DOCS / "error-maps").glob("*.json"))
    assert {path.stem for path in kept} <= set(FAMILIES)
    assert kept
    (tmp_path / "error-maps").mkdir()
    for path in kept:
        (tmp_path / "error-maps" / path.name).write_bytes(path.read_bytes())
    render(tmp_path)
    assert (tmp_path / "error-maps.md").read_text() == (DOCS / "error-maps.md").read_text()


def test_an_error_is_the_formula_over_the_truth_less_one() -> None:
    found = mapped("m", ("a", [1, 2]), ("b", [1]), lambda i, j: (2.2 + i, Known(value=2.0, reach=0.1)))
    assert [row[0] for row in found.errors] == pytest.approx([0.1, 0.6])
    assert [row[0] for row in found.noise] == pytest.approx([0.05, 0.05])


def test_controls_take_the_noise_away_that_they_explain() -> None:
    import numpy as np

    generator = np.random.default_rng(1)
    control = generator.normal(1.0, 0.1, 40)
    samples = 3.0 + 2.0 * (control - 1.0) + generator.normal(0.0, 0.001, 40)
    plain, better = known_from(samples), adjusted(samples, control.reshape(-1, 1), [1.0])
    assert better.reach < plain.reach / 20
    assert better.value == pytest.approx(3.0, abs=2 * better.reach)


def test_the_loss_formula_is_right_for_exponential_services_alone() -> None:
    loss = next(each for each in stations().maps if "MacGregor" in each.title)
    by_scv = dict(zip(loss.rows.values, loss.errors, strict=True))
    assert max(abs(error) for error in by_scv["4.0"]) > 0.1
