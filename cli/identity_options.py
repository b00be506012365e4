"""The option --sign-in, which more than one command takes, and what it makes of the reference backend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import typer

from firstbell.fixtures.backend.configuration import CREDENTIAL_SETTINGS, PROVIDER_SETTINGS, Configuration
from firstbell.models.problems import InputError, Problem
from firstbell.models.workload import Workload

_PANEL = "Signing in"
NAMES: Mapping[str, str] = {
    name: setting
    for setting, name in (
        *(
            (setting, setting.removesuffix("_s").removesuffix("_share").replace("_", "-"))
            for setting in CREDENTIAL_SETTINGS
        ),
        ("idp_tenant_rate_per_s", "idp-tenant-rate"),
        ("idp_tenant_burst", "idp-tenant-burst"),
        ("idp_address_limit", "idp-address-limit"),
        ("idp_address_window_s", "idp-address-window"),
        ("idp_lag_s", "idp-lag"),
        ("idp_lag_cv", "idp-lag-cv"),
        ("idp_failure_share", "idp-failures"),
    )
}
"""Each knob by its name on the command line, which is that of the backend's own command."""
_FLAG = "idp"
_PROVIDER = "identity_provider"
_KNOBS = {setting: name for name, setting in NAMES.items()}

SignIn = Annotated[
    list[str] | None,
    typer.Option(
        "--sign-in",
        metavar="NAME=VALUE",
        help="How people sign in to the reference backend; repeat it. idp: by an identity provider; with it "
        "idp-tenant-rate, idp-tenant-burst, idp-address-limit, idp-address-window, idp-lag, idp-lag-cv, idp-failures. "
        "Also children-a-phone, sms-lag, sms-lag-cv, sms-loss, code-life, code-attempts, lock-out-after, "
        "lock-out-window. docs/identity-provider.md tells what each means.",
        rich_help_panel=_PANEL,
    ),
]


@dataclass(frozen=True, kw_only=True)
class IdentityOptions:
    """Settings of Configuration that differ from what is usual, by their names there."""

    settings: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def parse(cls, given: Sequence[str] | None) -> "IdentityOptions":
        """From NAME=VALUE each; raises InputError with all that can't be read."""
        settings: dict[str, float] = {}
        problems: list[Problem] = []
        for text in given or ():
            name, equals, value = text.partition("=")
            if name == _FLAG and not equals:
                settings[_PROVIDER] = True
                continue
            setting = NAMES.get(name)
            number = _number(value, whole=setting is not None and isinstance(getattr(Configuration, setting), int))
            if setting is None:
                problems.append(_wrong(text, "there is no such knob", f"Give idp, or one of {', '.join(NAMES)}"))
            elif number is None:
                problems.append(_wrong(text, "this is not a number for this knob", f"Write --sign-in {name}=NUMBER"))
            else:
                settings[setting] = number
        if problems:
            raise InputError(problems)
        return cls(settings=settings)

    def check(self, *, beside: bool) -> None:
        """Raise InputError where the platform is not ours to set up, or a provider's knob stands alone."""
        if self.settings and not beside:
            what = "only the reference backend is set up by this, not a target of your own"
            raise InputError([_wrong(next(iter(self.settings)), what, "Leave it out, or leave --target out")])
        alone = [name for name in self.settings if name in PROVIDER_SETTINGS]
        if alone and _PROVIDER not in self.settings:
            raise InputError([_wrong(_KNOBS[alone[0]], "there is no identity provider to set up", "Add --sign-in idp")])

    def with_profile(self, workload: Workload) -> "IdentityOptions":
        """As many children share a phone as the profile says, unless it was given."""
        told = workload.signing_in and workload.signing_in.children_a_phone
        if not told or "children_a_phone" in self.settings:
            return self
        return IdentityOptions(settings={"children_a_phone": int(told.value), **self.settings})

    def applied_to(self, configuration: Configuration) -> Configuration:
        """The configuration with these settings."""
        changed: dict[str, Any] = dict(self.settings)
        return replace(configuration, **changed)

    def command(self) -> list[str]:
        """The options of the backend's command."""
        words: list[str] = []
        for setting, value in self.settings.items():
            if setting == _PROVIDER:
                words.append("--idp")
            else:
                words += [f"--{_KNOBS[setting]}", f"{value!r}"]
        return words


def _number(text: str, *, whole: bool) -> float | None:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return None


def _wrong(value: str, what: str, remedy: str) -> Problem:
    return Problem(source="--sign-in", key=None, value=value, what=what, remedy=remedy)
