"""What learners do in a run that is made to be compared: every activity often enough, and not as often as at schools.

What a change costs a school follows from the demands and the profile's own mix afterwards; for the demands themselves
it only matters how many visits of each activity were seen.
"""

from firstbell.models.plan import Plateau

PACES = {"login": 0.6, "watching": 1.0, "browsing": 2.0, "quiz": 6.0, "autosave": 6.0, "lesson": 2.0, "beacon": 10.0}
"""Factors on the clocks, so that cheap and rare activities come about as densely as pages do. Estimates: with them two
reference backends take four fifths of a core, and each activity is seen some hundreds of times a round."""

_RAMP_S = 4.0
_SIGN_INS_PER_S = 12.0


def gate_plateaus(learners: int, duration_s: float) -> tuple[Plateau, ...]:
    """One level, whose ramp is long enough for everybody to sign in on half a core."""
    ramp_s = _RAMP_S + learners / _SIGN_INS_PER_S
    return (Plateau(kind="run", learners=learners, ramp_s=ramp_s, hold_s=duration_s, paces=PACES),)
