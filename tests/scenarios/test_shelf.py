"""What is uploaded: in the shares and sizes of the profile, from one buffer."""

import zipfile
from io import BytesIO

import pytest

from firstbell.scenarios.chance import Chance
from firstbell.scenarios.shelf import Shelf
from tests.models.workload.playing import playing

MEAN_BYTES = 300_000.0


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    uploads = playing("uploads").states.uploads
    assert uploads is not None
    return Shelf(uploads, MEAN_BYTES, Chance(1, 0), seed=1)


def test_files_batches_and_zips_come_in_their_shares(shelf: Shelf) -> None:
    kinds = [shelf.kind() for _ in range(4_000)]
    assert kinds.count("batch") == pytest.approx(800, abs=100)
    assert kinds.count("zip") == pytest.approx(400, abs=75)


def test_an_upload_has_its_mean_size_whatever_its_kind(shelf: Shelf) -> None:
    files = [shelf.file().body.length_bytes for _ in range(8_000)]
    assert sum(files) / len(files) == pytest.approx(MEAN_BYTES, rel=0.1)
    batch = [sum(parcel.body.length_bytes for parcel in shelf.batch()[:-1]) for _ in range(2_000)]
    assert sum(batch) / len(batch) == pytest.approx(0.9 * MEAN_BYTES, rel=0.1)
    assert shelf.zip().body.length_bytes == pytest.approx(MEAN_BYTES, rel=0.05)


def test_some_batches_have_one_file_that_is_too_large(shelf: Shelf) -> None:
    batches = [shelf.batch() for _ in range(2_000)]
    over = [sum(parcel.body.length_bytes > 50_000_000 for parcel in batch) for batch in batches]
    assert set(over) == {0, 1}
    assert sum(over) == pytest.approx(100, abs=40)


def test_all_parcels_share_one_buffer(shelf: Shelf) -> None:
    buffers = {id(shelf.file().body.buffer) for _ in range(100)}
    assert len(buffers) == 1
    assert shelf.file().body.buffer.readonly


def test_zips_have_folders_and_names_flagged_and_not(shelf: Shelf) -> None:
    flags = set()
    for _ in range(60):
        packed = BytesIO(b"".join(shelf.zip().body.pieces()))
        with zipfile.ZipFile(packed) as opened:
            assert opened.testzip() is None
            flags |= {(entry.flag_bits, "/" in entry.filename) for entry in opened.infolist()}
    assert flags == {(0, False), (0, True), (0x800, False), (0x800, True)}
