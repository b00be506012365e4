"""Nobody's servers are loaded by a slip."""

import pytest

from firstbell.models.problems import InputError
from firstbell.scenarios.consent import ConsentMissingError, check_consent


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:8000", "http://127.3.2.1", "http://localhost:80", "http://[::1]:9"]
)
def test_this_machine_may_be_loaded_without_asking(origin: str) -> None:
    check_consent(origin, None)


@pytest.mark.parametrize("typed", [None, "", "example.org", "127.0.0.1"])
def test_another_host_is_refused_unless_it_is_typed_out_in_full(typed: str | None) -> None:
    with pytest.raises(ConsentMissingError, match=r"portal\.example\.org") as caught:
        check_consent("https://portal.example.org/base", typed)
    assert isinstance(caught.value, InputError)


def test_a_host_that_was_typed_out_may_be_loaded() -> None:
    check_consent("https://portal.example.org", " Portal.Example.org ")


def test_a_name_that_only_looks_like_this_machine_is_not_taken_for_it() -> None:
    with pytest.raises(ConsentMissingError):
        check_consent("http://localhost.example.org", None)
