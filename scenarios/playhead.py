"""Where a video plays: a position that moves with the true time, a buffer ahead of it, stalls when that runs out."""

_NOTHING_S = 1e-9


class Playhead:
    """Playing of one video from its beginning. All times are CLOCK_MONOTONIC seconds, all positions media seconds."""

    __slots__ = (
        "_at_s",
        "_stalled_since_s",
        "buffered_s",
        "longest_stall_s",
        "media_s",
        "played_s",
        "playing",
        "stalled_s",
        "stalls",
    )

    def __init__(self, media_s: float) -> None:
        self.media_s = media_s
        self.buffered_s = 0.0
        self.played_s = 0.0
        self.playing = False
        self.stalled_s = 0.0
        self.stalls = 0
        self.longest_stall_s = 0.0
        self._at_s: float | None = None
        self._stalled_since_s = 0.0

    def add(self, now_s: float, media_s: float) -> None:
        """A segment has come; the first one starts the video, a later one ends a stall."""
        self.advance(now_s)
        self._at_s = now_s
        self.buffered_s = min(self.buffered_s + media_s, self.media_s)
        self.playing = not self.finished

    def advance(self, now_s: float) -> None:
        """Let the time go on to ``now_s``."""
        if self._at_s is None:
            return
        elapsed_s = now_s - self._at_s
        self._at_s = now_s
        if self.playing:
            ahead_s = self.buffered_s - self.played_s
            self.played_s += min(elapsed_s, ahead_s)
            elapsed_s -= ahead_s
            if elapsed_s < 0:
                return
            self.playing = False
            self._stalled_since_s = now_s - elapsed_s
            self.stalls += not self.finished
        if not self.finished:
            self.stalled_s += elapsed_s
            self.longest_stall_s = max(self.longest_stall_s, now_s - self._stalled_since_s)

    @property
    def finished(self) -> bool:
        """Whether the whole video was played."""
        return self.played_s >= self.media_s - _NOTHING_S

    def room_s(self, buffer_s: float) -> float:
        """When the media ahead of the playhead falls, or fell, to ``buffer_s``: the same moment whenever it is asked.

        Before the first segment that is always so: minus infinity.
        """
        if self._at_s is None:
            return float("-inf")
        return self._at_s + self.buffered_s - self.played_s - buffer_s

    def reaches_s(self, position_s: float) -> float | None:
        """When the playhead comes, or came, to a position; None where the buffer does not last so long."""
        if self._at_s is None or self.buffered_s < position_s - _NOTHING_S:
            return None
        return self._at_s + position_s - self.played_s
