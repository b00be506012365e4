import gzip
import zlib

import pytest

from firstbell.scenarios.http.reply import Outcome, Reply


def reply_with(*fields: str, status: int = 200, body: bytes = b"") -> Reply:
    reply = Reply(0.0)
    reply.take(status, "\r\n".join((f"HTTP/1.1 {status} x", *fields)).encode("latin-1"), body)
    return reply


def test_header_names_are_lower_case_and_repeated_fields_joined() -> None:
    reply = reply_with("ETag:  a ", "Vary: x", "VARY: y", "Set-Cookie: a=1, b", "Set-Cookie: c=2")
    assert reply.headers == {"etag": "a", "vary": "x, y", "set-cookie": "a=1, b\nc=2"}


def test_retry_after_is_read_as_seconds() -> None:
    assert reply_with("Retry-After: 120", status=503).retry_after_s == 120.0


def test_retry_after_is_read_as_a_date_by_the_clock_of_the_server() -> None:
    reply = reply_with("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", "Date: Fri, 31 Dec 1999 23:58:59 GMT")
    assert reply.retry_after_s == 60.0


def test_retry_after_in_the_past_asks_for_no_wait() -> None:
    assert reply_with("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT").retry_after_s == 0.0


@pytest.mark.parametrize("fields", [(), ("Retry-After: soon",), ("Retry-After: -3",), ("Retry-After:",)])
def test_retry_after_that_says_nothing_is_none(fields: tuple[str, ...]) -> None:
    assert reply_with(*fields).retry_after_s is None


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", gzip.compress(b'{"a": 1}')), ("deflate", zlib.compress(b'{"a": 1}'))]
)
def test_a_packed_body_is_unpacked(encoding: str, packed: bytes) -> None:
    assert reply_with(f"Content-Encoding: {encoding}", body=packed).json() == {"a": 1}


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_body_that_cannot_be_unpacked_is_a_content_outcome(encoding: str) -> None:
    reply = reply_with(f"Content-Encoding: {encoding}", body=b"nonsense")
    with pytest.raises(ValueError, match=encoding):
        reply.json()
    assert reply.outcome is Outcome.CONTENT


def test_a_body_that_is_not_json_is_a_content_outcome() -> None:
    reply = reply_with(body=b"<html>")
    with pytest.raises(ValueError, match="Expecting value"):
        reply.json()
    assert reply.outcome is Outcome.CONTENT


def test_the_first_reason_of_a_failure_stays() -> None:
    reply = reply_with(status=500, body=b"oops")
    with pytest.raises(ValueError, match="Expecting value"):
        reply.json()
    assert (reply.outcome, reply.error) == (Outcome.HTTP_ERROR, "status 500")
