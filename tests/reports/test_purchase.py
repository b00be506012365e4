"""The sizing rows, arranged for reading."""

from firstbell.models.study import Study
from firstbell.reports.purchase import headline_rows, items_across_levels, main_groups, purchase_levels


def test_levels_come_smallest_first_and_groups_in_their_order(study: Study) -> None:
    mixed = study.model_copy(update={"sizing": study.sizing[::-1]})
    levels = purchase_levels(mixed)
    assert [level.level for level in levels] == ["expected", "crisis", "contract"]
    assert [group.group for group in levels[0].groups] == ["servers", "storage", "bandwidth", "sign-in"]


def test_an_item_that_a_level_does_not_need_is_left_open_there(study: Study) -> None:
    fewer = study.model_copy(update={"sizing": study.sizing[1:]})
    (item,) = [item for item in items_across_levels(fewer) if item.item == "app_cores"]
    assert item.rows[0] is None
    assert len(item.present) == 2


def test_an_input_that_all_levels_share_is_told_once(study: Study) -> None:
    inputs = {one.name: one for one in items_across_levels(study)[0].inputs}
    assert inputs["highest utilisation"].same is not None
    assert inputs["learners"].same is None


def test_main_figures_are_those_that_a_tender_names_or_else_the_first_of_each_group(study: Study) -> None:
    assert {group: [one.item for one in items] for group, items in main_groups(study)} == {
        "servers": ["app_cores", "auth_cores", "database_cores"],
        "storage": ["usable"],
        "bandwidth": ["edge_peak"],
        "sign-in": ["logins"],
    }
    names = {"edge_peak": "edge_peak_bits_per_s", "origin_peak": "origin_peak_bits_per_s"}
    named = [row.model_copy(update={"item": names.get(row.item, row.item)}) for row in study.sizing]
    bandwidth = dict(main_groups(study.model_copy(update={"sizing": tuple(named)})))["bandwidth"]
    assert [one.item for one in bandwidth] == list(names.values())
    cores = ["app_cores", "auth_cores", "database_cores"]
    assert [row.item for row in headline_rows(study)] == [*cores, "usable", "edge_peak", "logins"]


def test_nothing_sized_is_nothing_to_buy(partial_study: Study) -> None:
    assert not purchase_levels(partial_study)
    assert not items_across_levels(partial_study)
    assert not main_groups(partial_study)
    assert not headline_rows(partial_study)
