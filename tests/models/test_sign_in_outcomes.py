"""What a record tells of sign-ins."""

import pyarrow as pa

from firstbell.models.sign_in_outcomes import SignInOutcomes
from firstbell.reports.sign_in import sign_in_words


def _samples(*rows: tuple[int, int, str, int, str, float, float]) -> pa.Table:
    names = ("learner", "visit", "step", "status", "outcome", "due_s", "end_s")
    columns: dict[str, list[object]] = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    columns["activity"] = [str(step).partition(".")[0] for step in columns["step"]]
    return pa.table(columns)


def test_what_happened_is_counted_and_told() -> None:
    found = SignInOutcomes.of(
        _samples(
            (2, 1, "login.form", 429, "ok", 5.0, 5.1),
            (2, 1, "login.form", 200, "ok", 6.1, 6.2),
            (2, 1, "login.mistyped", 401, "ok", 6.2, 6.3),
            (2, 1, "login.token", 200, "ok", 6.3, 6.5),
            (3, 1, "login.form", 503, "http-error", 5.2, 5.3),
            (3, 2, "login.credentials", 423, "http-error", 5.3, 5.4),
            (3, 3, "login.code-again", 202, "ok", 8.0, 8.5),
            (3, 4, "page.html", 429, "http-error", 9.0, 9.5),
        ),
        tries=2,
    )
    assert found == SignInOutcomes(
        sign_ins=4, failed=2, limited=1, failed_by_provider=1, locked=1, mistyped=1, codes_again=1, given_up=1,
        everybody_s=3.5,
    )  # fmt: skip
    assert list(sign_in_words(found)) == [
        "4 sign-ins, ramps included: 2 failed, 1 requests refused by a limit (429), 1 requests not served (503), "
        "1 requests to locked accounts (423), 1 passwords mistyped, 1 codes asked for again, 1 times that somebody "
        "gave up.",
        "Everybody had signed in 3.50\u202fs after the first sign-in was due.",
    ]


def test_plain_sign_ins_are_not_spoken_of() -> None:
    assert SignInOutcomes.of(_samples((2, 1, "login.form", 200, "ok", 5.0, 5.1)), tries=3) is None
    assert SignInOutcomes.of(_samples((2, 1, "page.html", 429, "ok", 5.0, 5.1)), tries=3) is None
