"""What the reference backend has stored once a run is over, held against what learners were told."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing

import pyarrow as pa
from pyarrow import compute

from firstbell.fixtures.backend import offline_events
from firstbell.fixtures.backend.configuration import Configuration
from firstbell.fixtures.backend.instances import instances_of
from firstbell.fixtures.backend.store import Store, open_store
from firstbell.models.correctness import Correctness, Kept, reconciled
from firstbell.models.record import RunRecord
from firstbell.scenarios.writes import digest_of

CORRECTNESS_FILE = "correctness.json"
_PROFILE = "login.profile"


def checked(record: RunRecord, database: str, *, instances: int) -> Correctness:
    """Reconcile a run of which the backend has ended; what was found is kept beside the record's other files."""
    with ExitStack() as open_stores:
        stores = [
            open_stores.enter_context(closing(open_store(instance.database_url, reading=True)))
            for instance in instances_of(Configuration(database=database, instances=instances), record.folder)
        ]
        found = reconciled(
            _by_instance(record.writes(), instances),
            (row for number, store in enumerate(stores) for row in _kept(store, number)),
            strangers=_strangers(record),
            apart=_apart(stores),
        )
    (record.folder / CORRECTNESS_FILE).write_text(json.dumps(found.as_json(), indent=2) + "\n", encoding="utf-8")
    return found


def _by_instance(writes: pa.Table | None, instances: int) -> pa.Table | None:
    """Each instance counts its attempts from 1: keys begin with the number of the learner's own."""
    if writes is None:
        return None
    numbers = writes["learner"].to_numpy() % instances
    keys = [f"{number}/{key}" for number, key in zip(numbers, writes["key"].to_pylist(), strict=True)]
    return writes.set_column(writes.column_names.index("key"), "key", pa.array(keys, pa.string()))


def _kept(store: Store, instance: int) -> Iterator[Kept]:
    for attempt, learner, quiz, correct in store.rows("SELECT id, learner, quiz, correct FROM attempts WHERE id > 0"):
        yield Kept("attempt", f"{instance}/{attempt}", learner, digest_of(quiz))
        if correct is not None:
            yield Kept("hand-in", f"{instance}/{attempt}", learner, digest_of(correct))
    saves = store.rows(
        "SELECT answers.attempt, answers.page, attempts.learner, answers.answers, answers.save"
        " FROM answers LEFT JOIN attempts ON attempts.id = answers.attempt"
    )
    for attempt, page, learner, answers, save in saves:
        yield Kept("save", f"{instance}/{attempt}/{page}", learner, digest_of(json.loads(answers)), save)
    for upload, learner, size in store.rows("SELECT id, learner, size FROM uploads WHERE state <> 'open'"):
        yield Kept("upload", f"{instance}/{upload}", learner, digest_of(size))
    for server, *told in store.each(f"SELECT server, {offline_events.COLUMNS} FROM offline_events"):
        event = offline_events.Event(*told)
        yield Kept("event", f"{instance}/{event.id}", server, digest_of(event._asdict()))


def _strangers(record: RunRecord) -> int:
    """How often a learner was shown another's account: answers that came well and could not be theirs."""
    wrong = (compute.field("step") == _PROFILE) & (compute.field("outcome") == "content")
    return len(record.samples().filter(wrong))


def _apart(stores: Sequence[Store]) -> int:
    """Items that more than one instance has and that are not the same in all of them."""
    if len(stores) == 1:
        return 0
    one, other = (
        {int(item): sha256 for item, sha256 in store.rows("SELECT id, sha256 FROM items")} for store in stores
    )
    return sum(one[item] != other[item] for item in one.keys() & other.keys())
