"""A trial: real learners for a few seconds in a process of their own, to find what one costs its generator."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from firstbell.models.generator_capacity import LearnerCost
from firstbell.models.problems import InputError

LEARNERS = 800
_LONGEST_S = 60.0
_QUIET_RATIO = 1.6


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a trial saw: the cost, and on how many learners and requests over which time it was measured.

    A request's cost is the median over ``request_cpu_s_by_part``, parts of ``busy_s``; they differ where the machine
    had other work.
    """

    cost: LearnerCost
    learners: int
    requests: int
    requests_per_s: float
    busy_s: float
    request_cpu_s_by_part: tuple[float, ...]

    @property
    def was_disturbed(self) -> bool:
        """Whether the parts differ by more than requests of one kind do by themselves."""
        return max(self.request_cpu_s_by_part) > _QUIET_RATIO * min(self.request_cpu_s_by_part)


class TrialFailedError(InputError):
    """Nothing was measured, so nothing can be concluded."""

    exit_code = 3


def run_trial(url: str, *, cores: Sequence[int], certificate: Path | None = None, learners: int = LEARNERS) -> Trial:
    """Load the reference backend at ``url`` for a few seconds, on these cores.

    The backend needs some 2,000 accounts and a cheap password hash. ``certificate`` is what it shows over HTTPS.

    Raises:
        TrialFailedError: the learners could not be played; their last words are told.
    """
    trusted = {} if certificate is None else {"SSL_CERT_FILE": str(certificate)}
    command = [sys.executable, "-m", "firstbell.scenarios.trial_learners", url, str(learners)]
    try:
        done = subprocess.run(
            [*command, ",".join(map(str, cores))],
            env={**os.environ, **trusted}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            timeout=_LONGEST_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _failed(url, f"it did not end within {_LONGEST_S:.0f} s") from None
    try:
        told = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:]
        raise _failed(url, f"the learners ended early: {' '.join(last) or 'they said nothing'}") from None
    parts = tuple(told.pop("request_cpu_s_by_part"))
    return Trial(cost=LearnerCost(**told.pop("cost")), request_cpu_s_by_part=parts, **told)


def _failed(url: str, what: str) -> TrialFailedError:
    remedy = "Run it again while the machine has nothing else to do"
    return TrialFailedError.single(source=f"trial at {url}", what=what, remedy=remedy)
