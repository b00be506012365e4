"""A profile with other figures."""

from pathlib import Path

import pytest

from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload
from firstbell.models.workload.what_if import changed, changes_of_file, changes_of_options

PROFILE = Path(__file__).parents[3] / "fixtures/profiles/kosovo.yaml"


def test_a_figure_takes_the_place_of_another_with_its_interval_or_as_exact() -> None:
    asked = ["sizing.bandwidth.edge_hit_ratio=0.8", "content.mean_video_s=600/900/1200"]
    profile = changed(PROFILE, changes_of_options(asked))
    hit, length = profile.sizing.bandwidth.edge_hit_ratio, profile.content.mean_video_s
    assert (hit.value, hit.low, hit.source) == (0.8, None, "what if: --set")
    assert (length.value, length.low, length.high) == (900, 600, 1200)
    assert changed(PROFILE, []) == read_workload(PROFILE)


def test_other_states_give_way_in_proportion() -> None:
    before, after = read_workload(PROFILE), changed(PROFILE, changes_of_options(["states.watching.share=0.4"]))
    assert after.shares()["watching"] == 0.4
    assert sum(after.shares().values()) == pytest.approx(1)
    ratio = {name: after.shares()[name] / before.shares()[name] for name in before.shares() if name != "watching"}
    assert list(ratio.values()) == pytest.approx([0.6 / 0.7] * len(ratio))


def test_a_file_has_figures_by_their_keys(tmp_path: Path) -> None:
    path = tmp_path / "crisis.yaml"
    path.write_text(
        "sizing.bandwidth.edge_hit_ratio: 0.8\n"
        'states.watching.share: {value: 0.4, low: 0.3, high: 0.5, source: "lockdown"}\n'
    )
    profile = changed(PROFILE, changes_of_file(path))
    assert profile.sizing.bandwidth.edge_hit_ratio.source == f"what if: {path}"
    assert profile.states.watching.share.source == "lockdown"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("sizing.bandwidth.edge_hit_ration=0.8", r"no such figure. Did you mean sizing.bandwidth.edge_hit_ratio"),
        ("content.ladder.rungs=3", "no such figure"),
        ("sizing.bandwidth.edge_hit_ratio", "this is no figure"),
        ("sizing.bandwidth.edge_hit_ratio=high", "this is no figure"),
        ("sizing.bandwidth.edge_hit_ratio=0.1/0.2", "this is no figure"),
        ("sizing.bandwidth.edge_hit_ratio=1.2", "must lie between 0 and 1"),
        ("content.mean_video_s=900/600/1200", "low <= value <= high must hold"),
        ("states.watching.share=1.4", "must lie between 0 and 1"),
    ],
)
def test_what_makes_no_sense_is_told(asked: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        changed(PROFILE, changes_of_options([asked]))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 1\n", "no mapping of keys"),
        ("content.mean_video_s: long\n", "this is no figure"),
        ("content.mean_video_s: {value: 3, lo: 2}\n", r"unknown: lo"),
        ("content.mean_video_s: 3\ncontent.mean_video_s: 4\n", "a second time"),
    ],
)
def test_a_file_that_makes_no_sense_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "if.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        changes_of_file(path)
