"""Requests as the bytes that go over the wire, computed once and sent as often as wanted."""

import json as json_text
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

from firstbell.scenarios.http.body import SharedBody
from firstbell.scenarios.http.sink import Sink

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})  # RFC 9110 §9.2.2
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 §5.6.2
_PLAIN_TARGET = re.compile(r"[!$-;=?-Z\[\]_a-z~]+")  # printable ASCII less what a request line can't hold
_BODY_FIELDS = (b"content-length:", b"content-type:", b"content-encoding:")


class PreparedRequest:
    """One request's bytes. ``head_bytes`` of them come before the body. Good for any number of sends.

    A ``shared_body`` is not among ``data``: it is sent after it, slice by slice. The answer's body goes to a ``sink``,
    if there is one.
    """

    __slots__ = ("data", "head_bytes", "idempotent", "method", "shared_body", "sink")

    def __init__(
        self,
        method: str,
        target: str,
        fields: bytes,
        body: bytes | None = None,
        shared_body: SharedBody | None = None,
        sink: Sink | None = None,
    ) -> None:
        """``target``: what the request line names (see ``target_of``); ``fields``: header lines, each with its CRLF."""
        if method not in _IDEMPOTENT and not _TOKEN.fullmatch(method):
            raise ValueError(f"{method!r} can't be a method")
        length = b""
        if shared_body is not None:
            length = b"Content-Length: %d\r\n" % shared_body.length_bytes
        elif body is not None or method in _WITH_BODY:
            length = b"Content-Length: %d\r\n" % len(body or b"")
        head = b"%b %b HTTP/1.1\r\n%b%b\r\n" % (method.encode("ascii"), target.encode("ascii"), fields, length)
        self.method = method
        self.head_bytes = len(head)
        self.idempotent = method in _IDEMPOTENT
        self.data = head + body if body else head
        self.shared_body = shared_body
        self.sink = sink

    @property
    def target(self) -> str:
        """What the request line names."""
        return self.data.split(b" ", 2)[1].decode("ascii")

    def redirected(self, status: int, target: str) -> "PreparedRequest":
        """What a redirect of this status asks for (RFC 9110 §15.4): 303, and 301 or 302 after a POST, turn into GET."""
        lines = self.data[: self.head_bytes - 4].split(b"\r\n")[1:]
        turns_to_get = (status == 303 and self.method != "HEAD") or (status in (301, 302) and self.method == "POST")
        dropped = _BODY_FIELDS if turns_to_get else _BODY_FIELDS[:1]
        fields = b"".join(line + b"\r\n" for line in lines if not line.lower().startswith(dropped))
        body = None if turns_to_get else self.data[self.head_bytes :] or None
        shared_body = None if turns_to_get else self.shared_body
        return PreparedRequest("GET" if turns_to_get else self.method, target, fields, body, shared_body, self.sink)


def encoded_fields(headers: Mapping[str, str]) -> bytes:
    """Header lines as bytes; ``ValueError`` where a name or a value would break out of its line."""
    return b"".join([_encoded_field(name, value) for name, value in headers.items()])


def _encoded_field(name: str, value: str) -> bytes:
    _check_name(name)
    if "\r" in value or "\n" in value or "\0" in value:
        raise ValueError(f"header {name} has a line break or a NUL in its value")
    return f"{name}: {value}\r\n".encode("latin-1")


@lru_cache(maxsize=256)
def _check_name(name: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"a header can't be called {name!r}")


def merged(defaults: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, str]:
    """``defaults`` with ``headers`` over them, names compared without case."""
    replaced = {name.lower() for name in headers}
    return {name: value for name, value in defaults.items() if name.lower() not in replaced} | dict(headers)


def target_of(path: str) -> str:
    """A path with query as the request line may name it: the fragment cut, what isn't allowed percent-encoded."""
    if _PLAIN_TARGET.fullmatch(path):
        return path
    path = path.partition("#")[0]
    return path if _PLAIN_TARGET.fullmatch(path) else quote(path, safe="/?&=%:;,+$@!*'()~[]-._")


def json_body(value: object) -> bytes:
    return json_text.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
