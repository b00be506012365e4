"""The sentences about two content instances."""

from firstbell.models.divergence import Divergence, Lacking, MirrorWork
from firstbell.reports.divergence import divergence_words

NOTHING = Lacking(
    most_items=0, mean_items=0, last_items=0, most_bytes=0, mean_bytes=0, last_bytes=0, oldest_s=0, mean_age_s=0,
    last_age_s=0,
)  # fmt: skip
SOME = Lacking(
    most_items=8, mean_items=3, last_items=1, most_bytes=8_000_000, mean_bytes=3e6, last_bytes=1_000_000, oldest_s=9.69,
    mean_age_s=4, last_age_s=2,
)  # fmt: skip


def words(**changed: object) -> str:
    found = {"lacking": {"digital-id": NOTHING, "phone": SOME}, "differing_items": 0, "mirror": None} | changed
    told = " ".join(divergence_words(Divergence(**found)))  # type: ignore[arg-type]
    return told.replace("\u202f", " ").replace("\u00a0", " ")


def test_what_lacked_is_told_and_that_nothing_mirrors() -> None:
    assert words() == (
        "digital-id: lacked nothing that the other instance had. "
        "phone: lacked up to 8 items and 8.00 MB that the other instance had, the oldest for 9.69 s; at the end 1 "
        "item, 1.00 MB. Nothing mirrors one instance to the other."
    )


def test_the_mirror_and_what_differs_are_told() -> None:
    mirror = MirrorWork(copies=10, failures=6, sent_bytes=13_700_000, mean_lag_s=6.91, longest_lag_s=10.3)
    told = words(mirror=mirror, differing_items=1)
    assert "1 item: both instances have it, with other bytes." in told
    assert (
        "brought over 10 items, 6.91 s after they were published on average, 10.3 s at most; 6 copies were cut" in told
    )
