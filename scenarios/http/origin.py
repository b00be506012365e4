"""Where requests go: scheme, host and port of a target, and the path that everything there begins with."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from firstbell.models.problems import InputError

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """A target's origin. ``host`` is bare (IPv6 without brackets); ``base_path`` is empty or ``/like/this``."""

    scheme: str
    host: str
    port: int
    base_path: str = ""

    @classmethod
    def parse(cls, url: str, *, source: str = "target") -> "Origin":
        """The origin that an ``http`` or ``https`` URL names; ``source`` says in errors where the URL stood.

        Raises:
            InputError: the URL has another scheme, no host, a bad port, user information, a query or a fragment.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
            host = _ascii_host(parts.hostname or "")
        except ValueError as error:
            raise _bad(source, url, f"not a URL: {error}", "Write it as https://portal.example:8443") from None
        _check(parts, source, url)
        return cls(
            scheme=parts.scheme,
            host=host,
            port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
            base_path=parts.path.rstrip("/"),
        )

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """What the ``Host`` header says: brackets around IPv6, the port only where it isn't the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def has_same_server_as(self, other: "Origin") -> bool:
        """Whether both mean one origin in the sense of RFC 6454, whatever the base paths."""
        return (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.base_path}"


def _check(parts: SplitResult, source: str, url: str) -> None:
    if parts.scheme not in _DEFAULT_PORTS:
        raise _bad(source, url, "the scheme must be http or https", "Write it as https://portal.example:8443")
    if not parts.hostname:
        raise _bad(source, url, "the URL names no host", "Write it as https://portal.example:8443")
    if parts.port == 0:
        raise _bad(source, url, "port 0 can't be connected to", "Give a port from 1 to 65535")
    if "@" in parts.netloc:
        raise _bad(source, url, "the URL carries a user name", "Take it out; learners sign in by themselves")
    if parts.query or parts.fragment:
        raise _bad(source, url, "a target has no query and no fragment", "Give scheme, host, port and path only")
    if not (parts.path.isascii() and parts.path.isprintable()) or " " in parts.path:
        raise _bad(source, url, "the path has characters that a URL can't hold", "Percent-encode them")


def _ascii_host(host: str) -> str:
    """A host name in lower case, international names in their ``xn--`` form, IPv6 in its shortest form."""
    if ":" in host:
        return str(ipaddress.ip_address(host))
    if host and not all(character.isalnum() or character in "-._" for character in host):
        raise ValueError(f"the host {host!r} has characters that a host name can't hold")
    return host.encode("idna").decode("ascii")  # also refuses empty and overlong labels


def _bad(source: str, url: str, what: str, remedy: str) -> InputError:
    return InputError.single(source=source, what=what, remedy=remedy, value=url)
