"""How far a prediction can be trusted, in words."""

from firstbell.models.study import Study
from firstbell.reports.trust import error_in_words, miss_in_words, trust_in, trust_sentences


def test_the_worst_throughput_and_the_worst_p95_are_found(study: Study) -> None:
    trust = trust_in(study)
    assert (trust.checks, trust.within, trust.learners) == (42, 41, (330, 520))
    assert trust.worst_p95 is not None
    assert (trust.worst_p95.activity, trust.worst_p95.learners) == ("login", 520)
    assert trust.worst_throughput is not None
    assert trust.worst_throughput.activity is None


def test_an_error_is_told_with_its_direction(study: Study) -> None:
    check = study.validation[0].model_copy(update={"predicted": 75.0, "measured": 100.0})
    assert error_in_words(check).replace("\u202f", " ") == "25 % too low"
    assert error_in_words(check.model_copy(update={"predicted": 150.0})).replace("\u202f", " ") == "50 % too high"
    assert error_in_words(check.model_copy(update={"predicted": 100.0})) == "exact"
    assert error_in_words(check.model_copy(update={"measured": 0.0})) == "nothing measured to compare with"


def test_a_miss_without_a_reason_says_that_there_is_none(study: Study) -> None:
    (missed,) = trust_in(study).misses
    assert miss_in_words(missed.model_copy(update={"note": ""})).endswith("The study gives no reason.")


def test_no_checks_means_no_trust(partial_study: Study) -> None:
    (sentence,) = trust_sentences(trust_in(partial_study))
    assert sentence.startswith("No prediction was checked")


def test_all_checks_within_is_said(study: Study) -> None:
    right = study.model_copy(update={"validation": tuple(check for check in study.validation if check.within)})
    assert trust_sentences(trust_in(right))[-1] == "All 41 checks were within their tolerance."


def test_misses_come_worst_first(study: Study) -> None:
    near = study.validation[0].model_copy(update={"predicted": 106.0, "measured": 100.0, "within": False})
    far = near.model_copy(update={"predicted": 130.0})
    assert trust_in(study.model_copy(update={"validation": (near, far)})).misses == (far, near)
