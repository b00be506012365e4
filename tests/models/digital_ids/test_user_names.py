"""User names by both rules, whatever the order of the rows."""

from dataclasses import replace
from random import Random

from firstbell.models.digital_ids.people import Person
from firstbell.models.digital_ids.schools import School
from firstbell.models.digital_ids.transliteration import bare, plain
from firstbell.models.digital_ids.user_names import LONGEST, accounts, by_rule, id_of

SCHOOL = School(id="S1", name="SHFMU Naim Frashëri", municipality="Pejë")


def person(name: str, surname: str, parent: str, *, row: int = 2, grade: int = 5) -> Person:
    return Person(file="a.csv", row=row, name=name, surname=surname, parent=parent, school=SCHOOL, grade=grade)


def test_letters_of_all_languages_become_plain_ones() -> None:
    assert plain("Çlirim Përparim") == "clirim perparim"
    assert plain("Đorđe Šabić Ђорђе Љубица") == "djordje sabic djordje ljubica"
    assert plain("Çağla Işıl İbrahim Öztürk") == "cagla isil ibrahim ozturk"
    assert bare("O’Neill-Gashi 2") == "oneillgashi2"


def test_the_first_rule_gives_name_and_surname() -> None:
    (account,) = accounts([person("Arbër", "Gashi", "Çlirim")], "x.example")
    assert (account.user_name, account.rule) == ("arber.gashi@x.example", 1)


def test_a_second_one_gets_the_parents_letter_and_a_third_of_the_same_a_number() -> None:
    alike = [person("Arbër", "Gashi", "Çlirim", row=row, grade=row) for row in range(2, 5)]
    named = accounts(alike, "x.example")
    assert [(account.user_name, account.rule) for account in named] == [
        ("arber.gashi@x.example", 1),
        ("arber.c.gashi@x.example", 2),
        ("arber.c.gashi2@x.example", 3),
    ]
    assert by_rule(named) == {1: 1, 2: 1, 3: 1}


def test_without_a_parent_a_number_decides_at_once() -> None:
    named = accounts([person("Ana", "Rama", "", grade=grade) for grade in (1, 2)], "x.example")
    assert [account.user_name for account in named] == ["ana.rama@x.example", "ana.rama2@x.example"]


def test_the_order_of_rows_changes_no_name() -> None:
    people = [person("Ana", "Rama", parent, row=row) for row, parent in enumerate(("Agim", "Besa", "Bujar", "Adem"), 2)]
    names = {id_of(account.person): account.user_name for account in accounts(people, "x.example")}
    assert len(set(names.values())) == len(people)
    for seed in range(10):
        mixed = [replace(each, file=f"{seed}.csv") for each in Random(seed).sample(people, len(people))]
        assert {id_of(account.person): account.user_name for account in accounts(mixed, "x.example")} == names


def test_who_has_an_account_keeps_its_name_and_nobody_else_gets_it() -> None:
    old, new = person("Ana", "Rama", "Agim"), person("Ana", "Rama", "Besa")
    earlier = {id_of(old): "ana.rama@x.example"}
    named = {account.person.parent: account for account in accounts([new, old], "x.example", earlier)}
    assert (named["Agim"].user_name, named["Agim"].rule) == ("ana.rama@x.example", 0)
    assert (named["Besa"].user_name, named["Besa"].rule) == ("ana.b.rama@x.example", 2)


def test_no_name_is_longer_than_a_directory_takes() -> None:
    long = [person("Aleksandrina" * 4, "Papadopullos" * 4, "Agim", grade=grade) for grade in range(1, 13)]
    local = [account.user_name.partition("@")[0] for account in accounts(long, "x.example")]
    assert len(set(local)) == len(long)
    assert max(map(len, local)) <= LONGEST
