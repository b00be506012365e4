"""What learners ask a platform to keep, so that it can be asked afterwards whether it did."""

import json
import zlib
from typing import NamedTuple


class Write(NamedTuple):
    """Something to be stored: its kind, what it is kept under, and a digest of what it says.

    Of what may be saved again and again, ``number`` counts the saves: the newest one stays.
    """

    kind: str
    key: str
    digest: int
    number: int = 0


def digest_of(content: object) -> int:
    """The same for the same JSON, however it is spaced and ordered (CRC-32: it finds mistakes, not forgers)."""
    return zlib.crc32(json.dumps(content, separators=(",", ":"), sort_keys=True).encode())
