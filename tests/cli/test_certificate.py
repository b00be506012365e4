"""The reference backend over HTTPS, with a certificate made for it."""

import shutil
from pathlib import Path

import pytest
import requests
from rich.console import Console

from firstbell.cli.backend_process import reference_backend
from firstbell.cli.certificate import new_certificate
from firstbell.cli.scale import CHEAP_HASH, BackendScale
from firstbell.models.problems import InputError
from firstbell.scenarios.generator_machine import usable_cores


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program isn't installed")
def test_a_backend_with_a_certificate_is_trusted_by_who_has_it_and_by_nobody_else(tmp_path: Path) -> None:
    certificate = new_certificate(tmp_path)
    started = reference_backend(
        tmp_path / "backend", learners=2, cores=usable_cores(), seed=1, console=Console(quiet=True),
        scale=BackendScale(password_hash=CHEAP_HASH), certificate=certificate,
    )  # fmt: skip
    with started as url:
        assert url.startswith("https://127.0.0.1:")
        assert requests.get(f"{url}/health", timeout=10, verify=str(certificate.path)).json()["status"] == "ok"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{url}/health", timeout=10)


def test_without_openssl_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"the openssl program is missing\. Install openssl"):
        new_certificate(tmp_path)
