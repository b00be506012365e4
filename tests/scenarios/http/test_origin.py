import pytest

from firstbell.models.problems import InputError
from firstbell.scenarios.http.origin import Origin


def test_an_origin_is_read_from_a_url() -> None:
    assert Origin.parse("https://Portal.Example:8443/school/") == Origin(
        scheme="https", host="portal.example", port=8443, base_path="/school"
    )


def test_the_scheme_gives_the_port_and_the_authority_leaves_it_out() -> None:
    assert Origin.parse("http://portal.example").port == 80
    assert Origin.parse("https://portal.example").port == 443
    assert Origin.parse("https://portal.example:443").authority == "portal.example"
    assert Origin.parse("http://portal.example:443").authority == "portal.example:443"


def test_an_ipv6_literal_has_brackets_only_where_it_is_written() -> None:
    origin = Origin.parse("http://[::0001]:8080")
    assert (origin.host, origin.authority) == ("::1", "[::1]:8080")


def test_an_international_name_is_written_in_ascii() -> None:
    assert Origin.parse("http://bücher.example").host == "xn--bcher-kva.example"


@pytest.mark.parametrize("url", ["https://portal.example:8443/school", "http://[::1]:81", "http://a.example"])
def test_an_origin_written_out_reads_back_the_same(url: str) -> None:
    assert str(Origin.parse(url)) == url


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("portal.example", "scheme"),
        ("ftp://portal.example", "scheme"),
        ("http://", "no host"),
        ("http://portal.example:99999", "not a URL"),
        ("http://portal.example:0", "port 0"),
        ("http://[::1", "not a URL"),
        ("http://bad host/", "can't hold"),
        ("http://portal..example/", "not a URL"),
        (f"http://{'a' * 64}.example/", "not a URL"),
        ("http://user:secret@portal.example", "user name"),
        ("http://portal.example/?a=1", "no query"),
        ("http://portal.example/a b", "can't hold"),
        ("", "scheme"),
    ],
)
def test_what_is_no_target_is_refused_with_its_reason(url: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        Origin.parse(url)
