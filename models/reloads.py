"""What people do who wait too long for a page: they ask for it again, at once or after a pause that grows."""

from dataclasses import dataclass

from firstbell.models.workload.sign_in import SigningIn


@dataclass(frozen=True, kw_only=True)
class Reloads:
    """After ``after_s`` without an answer people begin anew, up to ``tries`` times; None: for ever.

    Before its second try somebody pauses between half of ``pause_s`` and all of it, by lot, and before each further
    one twice as long: exponential backoff with jitter (Brooker, AWS Architecture Blog 2015). 0: at once.
    """

    after_s: float
    pause_s: float = 0.0
    tries: int | None = None

    @classmethod
    def of(cls, signing_in: SigningIn | None) -> "Reloads | None":
        """As a profile says; None where people wait as long as it takes."""
        if signing_in is None or signing_in.reload_after_s is None:
            return None
        return cls(
            after_s=signing_in.reload_after_s.value,
            pause_s=0.0 if signing_in.reload_pause_s is None else signing_in.reload_pause_s.value,
            tries=None if signing_in.tries is None else int(signing_in.tries.value),
        )

    def pause_after(self, tries: int, lot: float) -> float:
        """Seconds between giving up the try of this number (from 1) and the next; ``lot`` lies in [0, 1)."""
        return pause_after(self.pause_s, tries, lot)


def pause_after(pause: float, tries: int, lot: float) -> float:
    """The rule itself, in whatever unit of time the first pause has."""
    return pause * 2.0 ** (tries - 1) * (1.0 + lot) / 2.0
