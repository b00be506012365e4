import pytest

from firstbell.scenarios.http.request import PreparedRequest, encoded_fields, merged, target_of


def test_a_request_without_a_body_has_no_length() -> None:
    request = PreparedRequest("GET", "/a?b=1", b"Host: h\r\n")
    assert request.data == b"GET /a?b=1 HTTP/1.1\r\nHost: h\r\n\r\n"
    assert request.idempotent


def test_a_post_says_its_length_also_when_it_is_empty() -> None:
    assert PreparedRequest("POST", "/", b"").data == b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
    assert PreparedRequest("POST", "/", b"", b"abc").data.endswith(b"Content-Length: 3\r\n\r\nabc")
    assert not PreparedRequest("POST", "/", b"").idempotent


@pytest.mark.parametrize(
    ("method", "status", "followed_by"),
    [
        ("GET", 301, "GET"),
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("PUT", 302, "PUT"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
    ],
)
def test_a_redirect_keeps_or_changes_the_method_as_rfc_9110_says(method: str, status: int, followed_by: str) -> None:
    request = PreparedRequest(method, "/a", b"Host: h\r\n").redirected(status, "/b")
    assert (request.method, request.target) == (followed_by, "/b")


def test_a_redirected_request_keeps_its_body_or_drops_what_belongs_to_it() -> None:
    request = PreparedRequest("POST", "/a", b"Host: h\r\nContent-Type: text/plain\r\n", b"abc")
    kept = b"POST /b HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"
    assert request.redirected(307, "/b").data == kept
    assert request.redirected(303, "/b").data == b"GET /b HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.mark.parametrize("field", [("X A", "1"), ("", "1"), ("X", "1\r\nY: 2"), ("X", "1\n"), ("X:", "1"), ("X", "\0")])
def test_a_header_that_would_break_out_of_its_line_is_refused(field: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="header"):
        encoded_fields(dict([field]))


def test_a_method_that_would_break_out_of_its_line_is_refused() -> None:
    with pytest.raises(ValueError, match="method"):
        PreparedRequest("GET / HTTP/1.1\r\nX:", "/", b"")


def test_headers_replace_each_other_whatever_their_case() -> None:
    assert merged({"Accept": "*/*", "Host": "h"}, {"accept": "text/html"}) == {
        "Host": "h",
        "accept": "text/html",
    }


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/a?b=c%20d&e", "/a?b=c%20d&e"),
        ("/a b", "/a%20b"),
        ("/shkollë", "/shkoll%C3%AB"),
        ("/a\r\nX: 1", "/a%0D%0AX:%201"),
        ("/a#part", "/a"),
    ],
)
def test_a_path_is_written_so_that_it_stays_in_the_request_line(path: str, target: str) -> None:
    assert target_of(path) == target
