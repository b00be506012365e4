"""`firstbell pair`: two platforms loaded side by side, round by round, for a comparison that knows noise."""

import shutil
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firstbell.cli.failures import INVALID_MEASUREMENT
from firstbell.cli.folders import new_folder
from firstbell.cli.machine import Halves, halves
from firstbell.cli.platform_process import Platform
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.cli.progress import follow
from firstbell.models.comparison.mix import gate_plateaus
from firstbell.models.plan import Plan
from firstbell.models.record import RunRecord
from firstbell.models.workload import Workload, read_workload
from firstbell.scenarios.accounts import accounts_needed
from firstbell.scenarios.consent import check_consent
from firstbell.scenarios.launch import RunningLoad, check_reachable, launch
from firstbell.scenarios.validity import judge

BASE, HEAD = "base", "head"


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """What is the same in every round."""

    workload_path: Path
    workload: Workload
    adapter: str
    learners: int
    pace: float
    duration_s: float
    seed: int
    cores: Halves
    confirmed_host: str | None
    folder: Path
    console: Console

    def play(self, number: int, sides: dict[str, Platform]) -> None:
        """One round: both platforms started anew where they are ours to start, loaded at the same time."""
        # In turn one and the other is first: whatever being first is good for, both have it as often.
        order = (BASE, HEAD) if number % 2 else (HEAD, BASE)
        with ExitStack() as stack:
            urls = {name: stack.enter_context(self._running(sides[name], name, number)) for name in order}
            loads = [stack.enter_context(self._load(name, number, urls[name])) for name in order]
            for load in loads:
                follow(load, f"round {number}: {self.learners} learners on each side", self.console)

    def _running(self, platform: Platform, name: str, number: int) -> AbstractContextManager[str]:
        return platform.running(
            self.folder / "platforms" / f"{name}-{number}",
            accounts=accounts_needed(
                self._plan("http://127.0.0.1", number), self.workload.session.digital_id_share.value
            ),
            cores=self.cores.backend,
            seed=self.seed,
            console=self.console,
        )

    def _load(self, name: str, number: int, url: str) -> RunningLoad:
        return launch(self._plan(url, number), self.folder / name / str(number), confirm_host=self.confirmed_host)

    def _plan(self, url: str, number: int) -> Plan:
        """The same learners do the same on both sides; other ones in the next round."""
        return Plan(
            workload=str(self.workload_path.resolve()),
            target=url,
            adapter=self.adapter,
            plateaus=gate_plateaus(self.learners, self.duration_s),
            pace=self.pace,
            session_s=self.workload.session.length_s.value,
            cores=self.cores.generator,
            sign_in_first=True,
            over_lines=False,
            seed=self.seed + number - 1,
        )


def pair(
    workload: Annotated[str, typer.Argument(help="Profile: the name of a shipped one, or a file.")] = DEFAULT,
    base: Annotated[
        str, typer.Option(help="The platform as it was: its address, a command with {port} in it, or reference.")
    ] = "reference",
    head: Annotated[str, typer.Option(help="The platform with the change, named likewise.")] = "reference",
    adapter: Annotated[str, typer.Option(help="How to speak to them: package.module:Class.")] = "reference",
    confirm_host: Annotated[
        str | None, typer.Option(help="The platforms' host, typed out: it agreed to be loaded.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="How often both are started and loaded.")] = 3,
    duration: Annotated[float, typer.Option(min=2, help="Seconds measured in each round.")] = 18,
    learners: Annotated[int, typer.Option(min=1, help="Learners in session on each side.")] = 50,
    pace: Annotated[float, typer.Option(min=0.01, help="People's clocks run this much faster.")] = 56,
    tries: Annotated[
        int, typer.Option(min=1, max=10, help="How often a round may be played until the machine has not spoilt it.")
    ] = 3,
    out: Annotated[Path | None, typer.Option(help="Folder for the records; must be new or empty.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 1,
) -> None:
    """Load two platforms at the same time, several times over, and keep the records: what to gate them by.

    Both share the same cores in the same seconds, so that what disturbs one disturbs the other. It takes about
    rounds x (duration + 18) seconds.

    Example: firstbell pair --base "docker run -p {port}:80 ours:main" --head "docker run -p {port}:80 ours:new" --out p

    Then: firstbell gate p/head --baseline p/base
    """
    sides = {BASE: Platform(option="--base", words=base), HEAD: Platform(option="--head", words=head)}
    path = find_workload(workload)
    profile = read_workload(path)
    for platform in sides.values():
        platform.check()
        if platform.is_address:
            check_consent(platform.words, confirm_host)
            check_reachable(platform.words)
    whole = Rounds(
        workload_path=path, workload=profile, adapter=adapter, learners=learners, pace=pace, duration_s=duration,
        seed=seed, cores=halves(), confirmed_host=confirm_host, folder=new_folder(out, "pair"),
        console=Console(stderr=True),
    )  # fmt: skip
    bad = [words for number in range(1, rounds + 1) for words in _played(whole, number, sides, tries)]
    for words in bad:
        typer.echo(words, err=True)
    typer.echo(f"firstbell gate {whole.folder / HEAD} --baseline {whole.folder / BASE}")
    raise typer.Exit(INVALID_MEASUREMENT if bad else 0)


def _played(whole: Rounds, number: int, sides: dict[str, Platform], tries: int) -> list[str]:
    """Play a round until both of its records are valid, a few times at most; what is wrong with the last try.

    A round that a busy neighbour spoilt says nothing of either side. It is kept aside, and played again. A platform
    that spoils every try is no neighbour's doing.
    """
    for attempt in range(1, tries + 1):
        whole.play(number, sides)
        complaints = [words for side in (BASE, HEAD) for words in _complaints(whole.folder / side / str(number))]
        if not complaints or attempt == tries:
            return complaints
        typer.echo(f"round {number} is played again: {complaints[0]}", err=True)
        for side in (BASE, HEAD):
            aside = whole.folder / "spoilt" / f"{side}-{number}-{attempt}"
            aside.parent.mkdir(exist_ok=True)
            (whole.folder / side / str(number)).rename(aside)
            shutil.rmtree(whole.folder / "platforms" / f"{side}-{number}", ignore_errors=True)
    return []


def _complaints(folder: Path) -> list[str]:
    """What is wrong with a record, a sentence each."""
    found = judge(RunRecord.read(folder))
    return [f"{folder} is {found.verdict}: {reason}" for reason in found.reasons]
