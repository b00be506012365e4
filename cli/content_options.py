"""Options about content instances that more than one command takes, and what they make of the reference backend."""

from dataclasses import dataclass, fields
from typing import Annotated, Literal

import typer

from firstbell.fixtures.backend.configuration import Configuration
from firstbell.models.plan import Publishing
from firstbell.models.problems import InputError, Problem

_PANEL = "Content instances"
Instances = Annotated[
    int,
    typer.Option(min=1, max=2, help="2: a database for each way of signing in.", rich_help_panel=_PANEL),
]
SharedUrls = Annotated[
    bool,
    typer.Option("--shared-urls", help="Both instances give their content the same addresses.", rich_help_panel=_PANEL),
]
ItemLimit = Annotated[
    int, typer.Option(min=1, help="Bytes of the largest item that may be published.", rich_help_panel=_PANEL)
]
Mirrored = Annotated[
    bool,
    typer.Option("--mirror", help="Copy what is published to one instance to the other.", rich_help_panel=_PANEL),
]
MirrorFrom = Annotated[
    str, typer.Option(help="The instance that it copies from: digital-id or phone.", rich_help_panel=_PANEL)
]
MirrorLag = Annotated[float, typer.Option(min=0, help="Seconds before an item may be copied.", rich_help_panel=_PANEL)]
MirrorRate = Annotated[float, typer.Option(help="Bits a second of its line.", rich_help_panel=_PANEL)]
MirrorFailures = Annotated[
    float, typer.Option(min=0, help="Share of copies that are cut on the way.", rich_help_panel=_PANEL)
]
MirrorBackoff = Annotated[
    float, typer.Option(min=0, help="Seconds until a cut copy is tried again; doubles.", rich_help_panel=_PANEL)
]
MirrorResume = Annotated[
    bool, typer.Option("--mirror-resume", help="A cut copy goes on where it was cut.", rich_help_panel=_PANEL)
]
PublishEvery = Annotated[
    float | None,
    typer.Option(min=0.01, help="A new item is published each so many seconds, on average.", rich_help_panel=_PANEL),
]
PublishBytes = Annotated[int, typer.Option(min=1, help="Bytes of each new item.", rich_help_panel=_PANEL)]
PublishTo = Annotated[
    str,
    typer.Option(help="digital-id, phone, or both: by hand to one after the other.", rich_help_panel=_PANEL),
]
SecondAfter = Annotated[
    float,
    typer.Option(min=0, help="Seconds between the two uploads of an item by hand.", rich_help_panel=_PANEL),
]
PUBLISH_BYTES = 2_000_000  # small enough for any disk; the run's plan says which


@dataclass(frozen=True, kw_only=True)
class ContentOptions:
    """How many content instances the reference backend has, and what mirrors them; as in Configuration."""

    instances: int = Configuration.instances
    shared_urls: bool = Configuration.shared_urls
    item_limit_bytes: int = Configuration.item_limit_bytes
    mirror: bool = Configuration.mirror
    mirror_from: str = Configuration.mirror_from
    mirror_lag_s: float = Configuration.mirror_lag_s
    mirror_bits_per_s: float = Configuration.mirror_bits_per_s
    mirror_failure_share: float = Configuration.mirror_failure_share
    mirror_backoff_s: float = Configuration.mirror_backoff_s
    mirror_resume: bool = Configuration.mirror_resume

    def check(self, *, beside: bool) -> None:
        """Raise InputError where these make no sense, or where the platform is not ours to set up."""
        changed = [each.name for each in fields(self) if getattr(self, each.name) != each.default]
        if changed and not beside:
            what = "only the reference backend is set up by this, not a target of your own"
            raise _wrong(changed[0], getattr(self, changed[0]), what, "Leave it out, or leave --target out")
        needless = [name for name in changed if name not in ("instances", "item_limit_bytes")]
        if needless and self.instances == 1:
            what = "this needs two content instances"
            raise _wrong(needless[0], getattr(self, needless[0]), what, "Add --instances 2")
        turning = [name for name in needless if name.startswith("mirror_")]
        if turning and not self.mirror:
            raise _wrong(turning[0], getattr(self, turning[0]), "there is no mirror to set up", "Add --mirror")

    def command(self) -> list[str]:
        """The options of the backend's command."""
        if self == ContentOptions():
            return []
        flags = {"--shared-urls": self.shared_urls, "--mirror": self.mirror, "--mirror-resume": self.mirror_resume}
        return [
            "--instances", str(self.instances), "--item-limit", str(self.item_limit_bytes),
            "--mirror-from", self.mirror_from, "--mirror-lag", str(self.mirror_lag_s),
            "--mirror-rate", str(self.mirror_bits_per_s), "--mirror-failures", str(self.mirror_failure_share),
            "--mirror-backoff", str(self.mirror_backoff_s), *(flag for flag, given in flags.items() if given),
        ]  # fmt: skip


def publishing(every_s: float | None, size_bytes: int, to: str, second_after_s: float) -> Publishing | None:
    """What is published during a run; raise InputError where the options make no sense."""
    if every_s is None:
        return None
    where: dict[str, Literal["both", "digital-id", "phone"]] = {
        "both": "both",
        "digital-id": "digital-id",
        "phone": "phone",
    }
    if to not in where:
        raise _wrong("publish_to", to, "there is no such content instance", "Give digital-id, phone or both")
    return Publishing(mean_gap_s=every_s, size_bytes=size_bytes, to=where[to], second_after_s=second_after_s)


def _wrong(name: str, value: object, what: str, remedy: str) -> InputError:
    option = _OPTIONS.get(name, f"--{name.replace('_', '-')}")
    return InputError([Problem(source=option, key=None, value=str(value), what=what, remedy=remedy)])


_OPTIONS = {
    "item_limit_bytes": "--item-limit",
    "mirror_lag_s": "--mirror-lag",
    "mirror_bits_per_s": "--mirror-rate",
    "mirror_failure_share": "--mirror-failures",
    "mirror_backoff_s": "--mirror-backoff",
}
