"""The target as a process."""

import ssl
import urllib.request
from pathlib import Path

from bench.target_process import running_target
from bench.timing import Timing
from firstbell.cli.certificate import new_certificate
from firstbell.cli.machine import halves


def test_it_answers_and_counts_what_it_answered_but_not_who_asks_for_the_counts() -> None:
    with running_target(halves().backend) as target:
        for _ in range(3):
            with urllib.request.urlopen(f"{target.url}/lessons/current", timeout=5) as reply:
                assert b"lesson" in reply.read()
        assert target.counts() == {"requests": 3, "connections": 0}
        assert target.cpu_s() > 0


def test_it_answers_over_tls_and_after_a_delay(tmp_path: Path) -> None:
    certificate = new_certificate(tmp_path)
    timing = Timing(median_s=0.001, sigma=0.1, stall_s=0.01, cycle_s=0.1)
    trusted = ssl.create_default_context(cafile=str(certificate.path))
    with running_target(halves().backend, timing=timing, certificate=certificate) as target:
        with urllib.request.urlopen(f"{target.url}/lessons/current", timeout=5, context=trusted) as reply:
            assert reply.status == 200
        assert target.counts()["requests"] == 1
