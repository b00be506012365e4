"""What a school's server has collected by midnight: a day's progress of its users, in batches."""

import uuid
from collections.abc import Callable, Iterator

from firstbell.models.workload.network import BARE_EVENT_BYTES, ProgressSync
from firstbell.scenarios.adapter import ProgressEvent, Video
from firstbell.scenarios.chance import Chance


class OfflineDay:
    """``digital_ids`` is the number of learners whose progress it may be; lessons are ``mean_video_s`` long."""

    def __init__(
        self, sync: ProgressSync, *, chance: Chance, digital_ids: int, video: Callable[[], Video], mean_video_s: float
    ) -> None:
        self._sync = sync
        self._chance = chance
        self._digital_ids = digital_ids
        self._video = video
        self._mean_video_s = mean_video_s
        self._detail = "." * (int(sync.event_bytes.value) - BARE_EVENT_BYTES)

    def batches(self) -> Iterator[tuple[ProgressEvent, ...]]:
        """Each is made when it is asked for: a country's servers together would not fit into memory."""
        left, most = int(self._sync.events.value), int(self._sync.batch_events.value)
        while left:
            count = min(left, most)
            yield tuple(self._event() for _ in range(count))
            left -= count

    def _event(self) -> ProgressEvent:
        chance = self._chance
        position_s = round(chance.uniform(0, self._mean_video_s), 1)
        return ProgressEvent(
            id=str(uuid.uuid4()),  # not from the seed: a second run brings a second day's events, with IDs of their own
            learner=2 * chance.below(self._digital_ids),
            video=self._video(),
            position_s=position_s,
            watched_s=round(chance.uniform(0, position_s), 1),
            detail=self._detail,
        )
