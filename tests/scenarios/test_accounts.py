"""Whose account is whose."""

import pytest

from firstbell.models.plan import Plan, Plateau
from firstbell.scenarios.accounts import AccountBook, accounts_needed


def _book(process: int, processes: int, share: float = 0.8) -> AccountBook:
    return AccountBook(first=100, process=process, processes=processes, digital_id_share=share)


def test_no_two_learners_share_an_account_in_however_many_processes() -> None:
    books = [_book(process, 3) for process in range(3)]
    indices = [book.take().index for book in books for _ in range(200)]
    assert len(set(indices)) == len(indices)
    assert min(indices) >= 100


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8, 1.0])
def test_the_share_of_digital_ids_holds_for_any_ten_learners(share: float) -> None:
    book = _book(0, 1, share)
    assert sum(not book.take().by_phone for _ in range(10)) == round(10 * share)


def test_an_account_that_was_given_back_keeps_counting_its_visits() -> None:
    book = _book(0, 1)
    account = book.take()
    account.visits = 17
    book.give_back(account)
    assert book.take() is account
    assert account.visits == 17


@pytest.mark.parametrize(("learners", "processes", "share"), [(1, 1, 0.8), (1000, 1, 0.8), (999, 7, 0.3), (50, 4, 1.0)])
def test_the_accounts_said_to_be_needed_are_enough(learners: int, processes: int, share: float) -> None:
    plan = Plan(
        workload="w.yaml", target="http://127.0.0.1", session_s=1, processes=processes, first_learner=100,
        plateaus=(Plateau(kind="fit", learners=learners, ramp_s=0, hold_s=1),),
    )  # fmt: skip
    taken = [
        book.take().index
        for process in range(processes)
        for book in [_book(process, processes, share)]
        for _ in range(-(-learners // processes))
    ]
    assert max(taken) < accounts_needed(plan, share)


def test_digital_ids_have_the_users_of_a_register_in_turn_and_phones_have_none() -> None:
    names = [f"user{number}" for number in range(50)]
    book = AccountBook(first=0, process=1, processes=2, digital_id_share=0.5, user_names=names)
    taken = [book.take() for _ in range(8)]
    assert {each.user_name for each in taken if each.by_phone} == {None}
    assert [each.user_name for each in taken if not each.by_phone] == ["user1", "user3", "user5", "user7"]
