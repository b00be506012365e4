"""Words, numbers and dates of each language."""

import random

import pytest

from firstbell.reports.languages import CODES, ENGLISH, language_of, marked_as_english, unmarked
from firstbell.reports.numbers import count, exact, interval, learners, moment, percent, seconds

SQ, SR = language_of("sq"), language_of("sr")


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_numbers_have_the_marks_of_their_language() -> None:
    assert [plain(count(115000, language=each)) for each in (ENGLISH, SQ, SR)] == ["115 000", "115 000", "115.000"]
    assert [plain(seconds(0.0521, language=each)) for each in (ENGLISH, SQ, SR)] == ["52.1 ms", "52,1 ms", "52,1 ms"]
    assert plain(percent(0.997, language=SQ)) == "99,7 %"
    assert plain(exact(0.25, "", language=SR)) == "0,25"


@pytest.mark.parametrize("code", CODES)
def test_what_was_written_reads_back(code: str) -> None:
    language, draw = language_of(code), random.Random(1)
    for _ in range(500):
        value, decimals = draw.uniform(-1, 1) * 10 ** draw.uniform(0, 9), draw.randrange(4)
        assert float(language.read(language.figure(value, decimals))) == pytest.approx(value, abs=0.51 * 10**-decimals)


def test_units_that_are_words_follow_their_count() -> None:
    assert [plain(exact(n, "cores", language=SR)) for n in (1, 2, 5, 21)] == [
        "1 jezgro", "2 jezgra", "5 jezgara", "21 jezgro",
    ]  # fmt: skip
    assert [learners(n, language=SR) for n in (1, 11, 12)] == ["1 učenik", "11 učenika", "12 učenika"]
    assert [plain(exact(n, "cores", language=SQ)) for n in (1, 2)] == ["1 bërthamë", "2 bërthama"]


def test_an_interval_is_said_in_the_language() -> None:
    assert plain(interval(180, 212, 260, "cores", language=SQ)) == "212 (180 deri në 260) bërthama"
    assert plain(interval(14100, 15300, 16800, "learners", language=SR)) == "15.300 (14.100 do 16.800) učenika"


def test_a_moment_is_written_as_in_letters() -> None:
    found = "2025-03-14T08:05:00+01:00"
    assert moment(found, language=SQ) == "14 mars 2025, ora 08:05 (UTC+01:00)"
    assert moment(found, language=SR) == "14. mart 2025. u 08:05 (UTC+01:00)"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("learners in session, by the mix of states", "učenici u sesiji, po mešavini stanja"),
        ("first bell: p95 of submit ≤ 1.5 s", "prvo zvono: p95, predaja kviza ≤ 1,5 s"),
        ("utilisation ≤ 70%; one node may fail", "iskorišćenost ≤ 70 %; jedan čvor sme da otkaže"),
        ("3 servers behind an edge", "3 servera iza ivičnog servera"),
        ("1 server", "1 server"),
        ("login p95, errors", "p95 prijave, greške"),
        ("Too little was seen to judge these objectives as measured: login p95, errors.",
         "Viđeno je premalo da bi se ovi ciljevi ocenili kao izmereni: p95 prijave, greške."),
        ("Extrapolated: 24.8 times the highest measured load, beyond the 2 times that may be relied on. It misses: "
         "login p95.",
         "Ekstrapolirano: 24,8 puta najveće izmereno opterećenje, iznad 2 puta na šta se može osloniti. Ne ispunjava: "
         "p95 prijave."),
        ("demands fitted from 1200 windows of 1 s; rates of the profile; moved most by states.quiz.share and page: CPU "
         "of a visit",
         "vremena opsluživanja prilagođena iz 1.200 vremenskih prozora po 1 s; učestalosti iz profila; najviše pomera: "
         "states.quiz.share i stranica: procesor jedne posete"),
    ],
)  # fmt: skip
def test_sentences_of_models_are_told_with_their_figures(written: str, said: str) -> None:
    assert plain(SR.told(written)) == said


def test_what_no_message_covers_stays_english_and_is_marked() -> None:
    told = SQ.told("Nobody translated this. It misses: login p95.")
    assert marked_as_english(told, "[", "]") == "[Nobody translated this.] Nuk i plotëson: p95 i kyçjes."
    assert unmarked(SQ.told("estimate: a guess")) == "estimate: a guess"
    assert SQ.told("sizing.storage.copies") == "sizing.storage.copies"
    assert ENGLISH.told("Nobody translated this.") == "Nobody translated this."
