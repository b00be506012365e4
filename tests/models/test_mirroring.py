"""Mirror times against the case's arithmetic and against simulations that copy item after item."""

import numpy as np
import pytest

from firstbell.models.mirroring import MOST_DOUBLINGS, FallingBehind, MirroredStream, MirrorLine
from firstbell.models.problems import InputError

ITEMS = 200_000


def copies_s(line: MirrorLine, size_bytes: np.ndarray, seed: int) -> np.ndarray:
    """How long each copy takes, try by try."""
    dice = np.random.default_rng(seed)
    left = size_bytes.copy()
    taken_s = np.zeros(len(left))
    trying, cuts = np.arange(len(left)), 0
    while len(trying):
        cut = dice.random(len(trying)) < line.failure_share
        sent = np.where(cut, dice.random(len(trying)), 1.0) * left[trying]
        taken_s[trying] += sent * 8 / line.bits_per_s + np.where(
            cut, line.backoff_s * 2 ** min(cuts, MOST_DOUBLINGS), 0.0
        )
        if line.resume:
            left[trying] -= sent
        trying, cuts = trying[cut], cuts + 1
    return taken_s


def test_mirroring_ten_terabytes_at_a_hundred_megabits_takes_nine_days() -> None:
    assert MirrorLine(bits_per_s=1e8).mirror_s(size_bytes=1e13, items=14_000) / 86_400 == pytest.approx(9.26, rel=1e-3)


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("failure_share", [0.0, 0.2, 0.6])
def test_copies_that_are_cut_take_as_long_as_they_do_try_by_try(failure_share: float, resume: bool) -> None:
    line = MirrorLine(bits_per_s=8e6, failure_share=failure_share, backoff_s=0.3, resume=resume)
    sizes = np.random.default_rng(1).lognormal(np.log(1e6), 0.5, ITEMS)
    taken_s = copies_s(line, sizes, seed=2)
    assert line.mirror_s(size_bytes=float(sizes.sum()), items=ITEMS) == pytest.approx(float(taken_s.sum()), rel=0.02)


def seen(stream: MirroredStream, seed: int) -> dict[str, float]:
    """The stream item by item: mean delay, and what lacks, over time."""
    dice = np.random.default_rng(seed)
    arrival_s = np.cumsum(dice.exponential(1 / stream.items_per_s, ITEMS))
    spread = np.log1p(stream.size_cv**2)
    sizes = dice.lognormal(np.log(stream.mean_bytes) - spread / 2, np.sqrt(spread), ITEMS)
    copy_s = copies_s(stream.line, sizes, seed + 1)
    ready_s = arrival_s + stream.lag_s
    there_s = np.empty(ITEMS)
    free_s = 0.0
    for item in range(ITEMS):
        free_s = max(free_s, ready_s[item]) + copy_s[item]
        there_s[item] = free_s
    lasting_s = arrival_s[-1]
    # The oldest lacking one is the first that is not there yet: its age runs from its publishing until it is there.
    head_since_s = np.maximum(arrival_s, np.concatenate([[0.0], there_s[:-1]]))
    age_area = ((there_s - arrival_s) ** 2 - (head_since_s - arrival_s) ** 2) / 2
    delay_s = there_s - arrival_s
    return {
        "delay": float(delay_s.mean()),
        "items": float(delay_s.sum() / lasting_s),
        "bytes": float((sizes * delay_s).sum() / lasting_s),
        "age": float(age_area.sum() / lasting_s),
    }


@pytest.mark.parametrize(
    ("lag_s", "failure_share", "resume"), [(0.0, 0.0, False), (4.0, 0.0, False), (1.0, 0.2, False), (1.0, 0.3, True)]
)
def test_what_lacks_is_what_lacks_item_by_item(lag_s: float, failure_share: float, resume: bool) -> None:
    line = MirrorLine(bits_per_s=8e6, failure_share=failure_share, backoff_s=0.2, resume=resume)
    stream = MirroredStream(items_per_s=0.5, mean_bytes=1e6, size_cv=0.7, lag_s=lag_s, line=line)
    simulated = seen(stream, seed=5)
    assert stream.mean_delay_s == pytest.approx(simulated["delay"], rel=0.02)
    assert stream.mean_items == pytest.approx(simulated["items"], rel=0.02)
    assert stream.mean_bytes_lacking == pytest.approx(simulated["bytes"], rel=0.02)
    assert stream.mean_age_s == pytest.approx(simulated["age"], rel=0.03)


def test_a_mirror_that_can_not_keep_up_is_refused_and_told_how_it_falls_behind() -> None:
    line = MirrorLine(bits_per_s=8e6)
    with pytest.raises(InputError, match="unstable"):
        MirroredStream(items_per_s=2.0, mean_bytes=1e6, size_cv=0.0, lag_s=0.0, line=line)
    behind = FallingBehind(published_bits_per_s=16e6, mirrored_bits_per_s=8e6, time_s=100.0)
    assert (behind.bytes_lacking, behind.age_s) == (1e8, 50.0)
    assert FallingBehind(published_bits_per_s=8e6, mirrored_bits_per_s=8e6, time_s=100.0).age_s == 0.0


def test_a_share_of_one_never_arrives() -> None:
    with pytest.raises(InputError, match="no copy ever arrives"):
        MirrorLine(bits_per_s=1e6, failure_share=1.0)
