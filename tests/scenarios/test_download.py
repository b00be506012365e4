"""Learners who download from the reference backend: range by range, cut and resumed, whole in the end."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator

import pytest

from firstbell.scenarios.adapter import Video
from firstbell.scenarios.http.client import Client, Origin
from firstbell.scenarios.offline_item import OfflineItem
from firstbell.scenarios.ranged import fetch
from firstbell.scenarios.recorder import Recorder
from firstbell.scenarios.visit import StepFailedError, Visit
from tests.fixtures.backend.conftest import Backend, running

RANGE_BYTES = 4 * 2**20


@pytest.fixture(scope="module")
def platform() -> Iterator[Backend]:
    with running("--workers", "1", "--learners", "60") as backend:
        yield backend


class Device:
    """A learner's device that fetches one range after another."""

    def __init__(self, platform: Backend, **item: float | None) -> None:
        videos = platform.ask("GET", "/videos", learner=0).json["videos"]
        shortest = min(videos, key=lambda video: video["duration_s"])["id"]
        self.path = f"/downloads/{shortest}"
        self.client = Client(Origin.parse(f"http://127.0.0.1:{platform.port}"))
        self.client.set_token(platform.token(0))
        self.recorder = Recorder(None, 0)
        self.size_bytes = int(platform.ask("HEAD", self.path, learner=0).headers["content-length"])
        asked = {"range_bytes": RANGE_BYTES, "byte_fraction": 1.0, "cut_at": None, **item}
        video = Video(id=str(shortest), master_path="")
        self.item = OfflineItem(video, **asked)  # type: ignore[arg-type]

    def fetch(self) -> None:
        visit = Visit(self.recorder, self.client, activity="download_range", learner=0, number=1, level=0, due_s=0.0)
        fetch(visit, self.path, self.item)

    def fetched(self) -> list[int]:
        """Where each further range has led to, to the end."""
        places = []
        while not self.item.whole:
            self.fetch()
            places.append(self.item.at_bytes)
        return places


def test_an_item_is_fetched_in_ranges_and_held_against_the_digest(platform: Backend) -> None:
    device = Device(platform)
    steps = [*range(RANGE_BYTES, device.size_bytes, RANGE_BYTES), device.size_bytes]
    assert device.fetched() == steps


def test_a_range_is_never_held_whole(platform: Backend) -> None:
    device = Device(platform, range_bytes=2**30)
    device.fetch()
    device.item.start_over()  # the connection and its parser are there
    tracemalloc.start()
    device.fetch()
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert device.item.at_bytes == device.size_bytes > 10 * most_bytes


def test_bytes_that_were_spoilt_on_the_way_are_found_at_the_end(platform: Backend) -> None:
    device = Device(platform)
    device.fetch()
    device.item._digest.update(b"spoilt")
    with pytest.raises(StepFailedError, match="digest"):
        device.fetched()
    assert device.item.whole


def test_the_whole_is_asked_for_its_digest_with_the_last_range(platform: Backend) -> None:
    device = Device(platform)
    asked = []
    while not device.item.whole:
        asked.append("Want-Repr-Digest" in device.item.headers)
        device.fetch()
    assert asked == [False] * (len(asked) - 1) + [True]


@pytest.mark.parametrize(("cut_at", "byte_fraction"), [(0.0, 1.0), (0.4, 1.0), (0.999, 1.0), (0.4, 0.01)])
def test_a_cut_download_goes_on_where_it_was_cut(platform: Backend, cut_at: float, byte_fraction: float) -> None:
    device = Device(platform, cut_at=cut_at, byte_fraction=byte_fraction)
    places = device.fetched()
    whole_ranges = [*range(RANGE_BYTES, device.size_bytes, RANGE_BYTES), device.size_bytes]
    assert [place for place in places if place in whole_ranges[1:]] == whole_ranges[1:]
    assert len(places) == len(whole_ranges) + 1
    (cut,) = Counter(places) - Counter(whole_ranges)
    within = int(cut_at * (device.size_bytes - RANGE_BYTES)) % RANGE_BYTES
    assert cut % RANGE_BYTES == pytest.approx(within * byte_fraction, abs=2)


def test_a_new_version_is_downloaded_from_its_beginning(platform: Backend) -> None:
    device = Device(platform, byte_fraction=0.001)
    device.fetch()
    device.item.etag = '"the version before"'
    device.fetch()
    assert (device.item.at_bytes, device.item.etag) == (0, None)
    assert device.fetched()[-1] == device.size_bytes


def test_an_item_that_has_become_shorter_is_downloaded_from_its_beginning(platform: Backend) -> None:
    device = Device(platform, byte_fraction=0.001)
    device.fetch()
    device.item.size_bytes = device.size_bytes * 2
    device.item.at_bytes = (device.size_bytes // RANGE_BYTES + 1) * RANGE_BYTES
    device.fetch()
    assert (device.item.at_bytes, device.item.etag) == (0, None)
