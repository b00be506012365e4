"""The option --sign-in: what it sets up, and what makes no sense."""

import pytest

from firstbell.cli.identity_options import NAMES, IdentityOptions
from firstbell.fixtures.backend.__main__ import _parser
from firstbell.fixtures.backend.configuration import CREDENTIAL_SETTINGS, PROVIDER_SETTINGS, Configuration
from firstbell.models.problems import InputError

WHOLE = ("children-a-phone", "code-attempts", "lock-out-after", "idp-address-limit")


def test_every_knob_of_the_backend_has_a_name_and_its_command_reads_it() -> None:
    assert set(NAMES.values()) == {*CREDENTIAL_SETTINGS, *PROVIDER_SETTINGS}
    values = dict.fromkeys(NAMES, 0.5) | dict.fromkeys(WHOLE, 3) | {"code-life": 30.0, "lock-out-window": 60.0}
    asked = IdentityOptions.parse(["idp", *(f"{name}={value}" for name, value in values.items())])
    asked.check(beside=True)
    configuration = Configuration(**vars(_parser().parse_args(asked.command())))
    assert asked.settings.items() <= vars(configuration).items()
    assert asked.applied_to(Configuration()) == configuration


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["idp-rate=3"], "--sign-in: there is no such knob.*idp-rate=3.*idp-tenant-rate"),
        (["idp", "idp-lag=long"], "not a number for this knob.*idp-lag=NUMBER"),
        (["code-attempts=2.5"], "not a number for this knob"),
        (["idp-lag=1"], "there is no identity provider to set up.*Add --sign-in idp"),
    ],
)
def test_what_makes_no_sense_is_told_with_a_remedy(given: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        IdentityOptions.parse(given).check(beside=True)


def test_a_target_of_ones_own_is_not_set_up_by_it() -> None:
    IdentityOptions.parse(None).check(beside=False)
    with pytest.raises(InputError, match="only the reference backend"):
        IdentityOptions.parse(["idp"]).check(beside=False)
