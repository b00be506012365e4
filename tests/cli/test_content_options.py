"""Options about content instances: what they set up, and what makes no sense."""

import pytest

from firstbell.cli.content_options import ContentOptions, publishing
from firstbell.fixtures.backend.__main__ import _parser
from firstbell.fixtures.backend.configuration import Configuration
from firstbell.models.problems import InputError


def test_the_backend_s_command_sets_up_what_was_asked_for() -> None:
    asked = ContentOptions(
        instances=2, shared_urls=True, item_limit_bytes=5_000, mirror=True, mirror_from="phone", mirror_lag_s=2.5,
        mirror_bits_per_s=8e6, mirror_failure_share=0.25, mirror_backoff_s=0.5, mirror_resume=True,
    )  # fmt: skip
    configuration = Configuration(**vars(_parser().parse_args(asked.command())))
    assert vars(asked).items() <= vars(configuration).items()
    assert ContentOptions().command() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ContentOptions(shared_urls=True), "--shared-urls: this needs two content instances"),
        (ContentOptions(mirror=True), "--mirror: this needs two content instances"),
        (ContentOptions(instances=2, mirror_lag_s=3), r"--mirror-lag: there is no mirror.*3.*Add --mirror"),
        (ContentOptions(instances=2, mirror_bits_per_s=3), r"--mirror-rate: there is no mirror"),
    ],
)
def test_what_makes_no_sense_is_told_with_a_remedy(options: ContentOptions, words: str) -> None:
    with pytest.raises(InputError, match=words):
        options.check(beside=True)


def test_a_target_of_ones_own_is_not_set_up_by_them() -> None:
    ContentOptions().check(beside=False)
    with pytest.raises(InputError, match="--instances: only the reference backend"):
        ContentOptions(instances=2).check(beside=False)


def test_publishing_goes_to_an_instance_that_there_is() -> None:
    assert publishing(None, 10, "nowhere", 0.0) is None
    found = publishing(2.0, 10, "both", 5.0)
    assert found is not None
    assert (found.mean_gap_s, found.size_bytes, found.to, found.second_after_s) == (2.0, 10, "both", 5.0)
    with pytest.raises(InputError, match="--publish-to: there is no such content instance"):
        publishing(2.0, 10, "nowhere", 0.0)
