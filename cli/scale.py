"""How a run is fitted to its number of learners: processes, the ramp, and what is scaled down to fit one machine."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from firstbell.cli import edge_options, upload_options
from firstbell.cli.content_options import ContentOptions
from firstbell.cli.identity_options import IdentityOptions
from firstbell.fixtures.backend.configuration import Configuration
from firstbell.fixtures.backend.edge_rules import EdgeRules
from firstbell.fixtures.backend.upload_rules import UploadRules
from firstbell.models import traffic
from firstbell.models.generator_capacity import DESCRIPTOR_SHARE
from firstbell.models.plan import Plateau
from firstbell.models.problems import InputError
from firstbell.models.workload import Workload

SIGN_INS_PER_S = 20.0
"""What a core's full password hashes keep up with, half of it to spare for everything else."""

LONGEST_RAMP_S = 170.0
"""With this, everybody is in session within three minutes: the last sign-ins take their time."""

BEGINNERS_PER_S = 1_000.0
"""Of those who have signed in: with the first segments of their videos they ask for five times what they ask for later,
and all of a ramp at once would leave a queue that outlasts the measuring."""

SETTLE_S = 60.0
"""From the last beginner to the begin of measuring: what the beginners left in queues is gone by then."""

MOST_FETCHED_BITS_PER_S = 5e8
"""Fetched by a generator beside its platform: copying a gigabit takes about 4 % of a core on either side."""

PAGES_PER_S = 100.0
"""Rendered anew for everybody; beyond, the backend keeps the part of a page that is the same for all, as portals do."""

PAGE_CACHE_S = 3_600.0

COMMIT_DELAY_S = 0.05
"""For which writes gather where many workers take turns at one database: each commit costs more than what it writes."""

_MOMENT_S = 0.1  # nothing is measured between signing in and beginning

FULL_HASH = "argon2id"
CHEAP_HASH = "argon2id:m=64,t=1,p=1"
"""For runs that are not about hashing: it costs a thousandth. The run's manifest tells which hash it was."""


@dataclass(frozen=True, kw_only=True)
class BackendScale:
    """How the reference backend is set up for a run."""

    workers: int = Configuration.workers
    password_hash: str = FULL_HASH
    page_cache_s: float = Configuration.page_cache_s
    commit_delay_s: float = Configuration.commit_delay_s
    content: ContentOptions = field(default_factory=ContentOptions)
    uploads: UploadRules = Configuration.uploads
    edge: EdgeRules = Configuration.edge
    replace_workers: bool = False
    identity: IdentityOptions = field(default_factory=IdentityOptions)
    past_attempts: int = Configuration.past_attempts
    accounts: Path | None = None

    def command(self) -> list[str]:
        """The options of the backend's command."""
        return [
            "--workers", str(self.workers), "--hash", self.password_hash, "--page-cache", str(self.page_cache_s),
            "--commit-delay", str(self.commit_delay_s), *(["--replace-workers"] if self.replace_workers else []),
            *self.content.command(), *self.identity.command(), *upload_options.command(self.uploads),
            *(["--accounts", str(self.accounts)] if self.accounts else []),
            *(["--past-attempts", str(self.past_attempts)] if self.past_attempts else []),
            *edge_options.command(self.edge),
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RunScale:
    """What a run takes; None where nobody asked: then it follows from the number of learners.

    ``beside`` says that the platform is the reference backend on this machine, which is scaled as well.
    """

    learners: int
    descriptors: int
    cores: int
    beside: bool
    asked_processes: int | None = None
    asked_ramp_s: float | None = None
    asked_hash: str | None = None
    asked_byte_fraction: float | None = None

    @property
    def processes(self) -> int:
        """As many as their open files ask for, and no fewer than there are cores to fill."""
        if self.asked_processes is not None:
            return self.asked_processes
        by_files = math.ceil(self.learners / (self.descriptors * DESCRIPTOR_SHARE))
        by_cores = min(self.cores, math.ceil(self.learners / 5_000))
        return max(by_files, by_cores, 1)

    @property
    def ramp_s(self) -> float:
        """Seconds in which the learners of a cohort sign in."""
        if self.asked_ramp_s is not None:
            return self.asked_ramp_s
        return min(self.learners / SIGN_INS_PER_S + 1, LONGEST_RAMP_S)

    @property
    def _outruns_full_hashes(self) -> bool:
        return self.learners > (self.ramp_s + 1) * SIGN_INS_PER_S

    def cohort(self, hold_s: float) -> tuple[Plateau, ...]:
        """A fixed cohort. Where sign-ins come thickly, everybody signs in before anybody does anything else."""
        if not self._outruns_full_hashes:
            return (Plateau(kind="run", learners=self.learners, ramp_s=self.ramp_s, hold_s=hold_s),)
        return (
            Plateau(kind="warm-up", learners=1, ramp_s=self.ramp_s, hold_s=_MOMENT_S),
            Plateau(kind="warm-up", learners=self.learners, ramp_s=self.learners / BEGINNERS_PER_S, hold_s=SETTLE_S),
            Plateau(kind="run", learners=self.learners, ramp_s=0, hold_s=hold_s),
        )

    def byte_fraction(self, workload: Workload) -> float:
        """Share of each segment and range that is fetched; raise InputError for a part of it over learners' lines."""
        if workload.network is not None:
            return self._whole_segments(workload)
        if self.asked_byte_fraction is not None:
            return self.asked_byte_fraction
        fetched_bits_per_s = traffic.fetched_bits_per_s(workload, self.learners)
        if not self.beside or fetched_bits_per_s <= MOST_FETCHED_BITS_PER_S:
            return 1.0
        return float(f"{MOST_FETCHED_BITS_PER_S / fetched_bits_per_s:.2g}")

    def _whole_segments(self, workload: Workload) -> float:
        """What a line carries decides how video plays, so that nothing of it may be left out."""
        if self.asked_byte_fraction not in (None, 1):
            raise InputError.single(
                source=workload.name,
                key="--byte-fraction",
                value=self.asked_byte_fraction,
                what="learners come over lines (network), which must carry whole segments",
                remedy="Leave it out, and take fewer learners where this machine can't bear them",
            )
        return 1.0

    def backend(self, workload: Workload, pace: float, *, cohort: bool) -> BackendScale:
        """The reference backend, set up so that it keeps up with so many; arrivals by a rate find the full hash."""
        thick = traffic.request_rates_per_s(workload, self.learners)["page"] * pace > PAGES_PER_S
        cheap = cohort and self._outruns_full_hashes
        by_files = math.ceil(self.learners / (self.descriptors * DESCRIPTOR_SHARE * 0.75))  # they fall unevenly
        return BackendScale(
            workers=max(by_files, Configuration.workers),
            password_hash=self.asked_hash or (CHEAP_HASH if cheap else FULL_HASH),
            page_cache_s=PAGE_CACHE_S if thick else Configuration.page_cache_s,
            commit_delay_s=COMMIT_DELAY_S if by_files > Configuration.workers else Configuration.commit_delay_s,
        )
