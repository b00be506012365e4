"""A certificate of one's own for loopback, so that what HTTPS costs can be tried out."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from firstbell.models.problems import InputError


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """PEM files with which a backend speaks HTTPS; ``path`` is also what its clients have to trust."""

    path: Path
    key: Path


def new_certificate(folder: Path) -> Certificate:
    """Make a certificate for 127.0.0.1, good for two days; InputError where the openssl program is missing."""
    made = Certificate(path=folder / "certificate.pem", key=folder / "key.pem")
    program = shutil.which("openssl")
    if program is None:
        what, remedy = "it takes a certificate to try HTTPS, and the openssl program is missing", "Install openssl"
        raise InputError.single(source="openssl", what=what, remedy=remedy)
    subprocess.run(
        [
            program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", str(made.key), "-out", str(made.path), "-days", "2", "-subj", "/CN=firstbell",
            "-addext", "subjectAltName=IP:127.0.0.1",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return made
