"""What became of sign-ins, in words below a run's table."""

from collections.abc import Iterator

from firstbell.models.sign_in_outcomes import SignInOutcomes
from firstbell.reports.numbers import count, seconds


def sign_in_words(outcomes: SignInOutcomes) -> Iterator[str]:
    """One sentence with all that happened; what never did is left out."""
    told = (
        (outcomes.failed, "failed"),
        (outcomes.limited, "requests refused by a limit (429)"),
        (outcomes.failed_by_provider, "requests not served (503)"),
        (outcomes.locked, "requests to locked accounts (423)"),
        (outcomes.mistyped, "passwords mistyped"),
        (outcomes.codes_again, "codes asked for again"),
        (outcomes.given_up, "times that somebody gave up"),
    )
    happened = ", ".join(f"{count(number)} {what}" for number, what in told if number)
    yield f"{count(outcomes.sign_ins)} sign-ins, ramps included: {happened}."
    if outcomes.everybody_s is not None:
        yield f"Everybody had signed in {seconds(outcomes.everybody_s)} after the first sign-in was due."
