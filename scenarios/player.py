"""A player of adaptive video: what to fetch next, when, at which rung, and how it went. No input, no output."""

from dataclasses import dataclass

from firstbell.models.workload.states import Player as Rules
from firstbell.scenarios.playhead import Playhead
from firstbell.scenarios.playlists import Rung
from firstbell.scenarios.throughput import ThroughputEstimate, pick_rung


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayerRules:
    """The profile's rules as plain numbers."""

    buffer_s: float
    initial_bits_per_s: float
    down: float
    up: float
    fast_half_life_s: float
    slow_half_life_s: float
    retry_first_s: float

    @classmethod
    def of(cls, rules: Rules) -> "PlayerRules":
        """The numbers of a profile's player."""
        return cls(
            buffer_s=rules.buffer_s.value,
            initial_bits_per_s=rules.initial_estimate_bits_per_s.value,
            down=rules.switch_down_factor.value,
            up=rules.switch_up_factor.value,
            fast_half_life_s=rules.fast_half_life_s.value,
            slow_half_life_s=rules.slow_half_life_s.value,
            retry_first_s=rules.retry_first_s.value,
        )


class Player:
    """One view of one video. ``cap`` is the highest rung that the learner's screen or data plan allows."""

    def __init__(self, rules: PlayerRules, rungs: tuple[Rung, ...], cap: int) -> None:
        self._rules = rules
        self._rungs = rungs
        self._peaks = [rung.peak_bits_per_s for rung in rungs]
        self._cap = cap
        self._estimate = ThroughputEstimate(
            initial_bits_per_s=rules.initial_bits_per_s,
            fast_half_life_s=rules.fast_half_life_s,
            slow_half_life_s=rules.slow_half_life_s,
        )
        self._failures = 0
        self._bits = 0.0
        self._media_s = 0.0
        self.media_s_by_rung = [0.0] * len(rungs)
        self._ready_s = 0.0
        self._durations_s: tuple[float, ...] = ()
        self.playhead = Playhead(0.0)
        self.next_segment = 0
        self.switches = 0
        self.rung = self._pick(None)

    def load(self, durations_s: tuple[float, ...]) -> None:
        """The media playlist is there."""
        self._durations_s = durations_s
        self.playhead = Playhead(sum(durations_s))

    @property
    def segments(self) -> int:
        """Segments that every rung must have: those of the first media playlist, 1 before it is known."""
        return len(self._durations_s) or 1

    @property
    def uri(self) -> str:
        """Where the current rung's media playlist lies."""
        return self._rungs[self.rung].uri

    @property
    def segment_bits(self) -> float:
        """Expected size of the next segment at the current rung."""
        return self._rungs[self.rung].mean_bits_per_s * self._durations_s[self.next_segment]

    @property
    def mean_bits_per_s(self) -> float:
        """Mean bitrate of the segments fetched; NaN before the first."""
        return self._bits / self._media_s if self._media_s else float("nan")

    def fetched(self, *, end_s: float, download_s: float) -> None:
        """The next segment has come. ``download_s`` is what its whole bytes took, or would have taken."""
        duration_s = self._durations_s[self.next_segment]
        bits = self.segment_bits
        self.playhead.add(end_s, duration_s)
        self._estimate.add(bits, download_s)
        self._bits += bits
        self._media_s += duration_s
        self.media_s_by_rung[self.rung] += duration_s
        self._failures = 0
        self._ready_s = end_s
        self.next_segment += 1

    def failed(self, now_s: float) -> None:
        """The next segment did not come; each further try waits longer by the first wait."""
        self._failures += 1
        self._ready_s = now_s + self._failures * self._rules.retry_first_s
        self.playhead.advance(now_s)

    def next_fetch_s(self) -> float | None:
        """When the next segment is due: once the buffer has room and the last one is done; None after the last."""
        if self.next_segment >= len(self._durations_s):
            return None
        return max(self._ready_s, self.playhead.room_s(self._rules.buffer_s))

    def choose(self) -> bool:
        """Pick the rung of the next segment; whether it is another one than before."""
        rung = self._pick(self.rung)
        switched = rung != self.rung
        self.switches += switched
        self.rung = rung
        return switched

    def _pick(self, current: int | None) -> int:
        return pick_rung(
            self._peaks,
            current=current,
            estimate_bits_per_s=self._estimate.bits_per_s,
            down=self._rules.down,
            up=self._rules.up,
            cap=self._cap,
        )
