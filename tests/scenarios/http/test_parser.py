import pytest

from firstbell.scenarios.http.parser import ProtocolError, ReplyParser

SIZED = b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\n\r\nWikipedia"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nX: 1\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
REPLIES = [SIZED, CHUNKED, INTERIM + SIZED, INTERIM + CHUNKED]


def fed(parser: ReplyParser, *pieces: bytes, keep_body: bool = True) -> ReplyParser:
    parser.reset("GET", keep_body)
    for piece in pieces:
        assert not parser.complete
        parser.feed(memoryview(piece))
    return parser


def is_wikipedia(parser: ReplyParser) -> bool:
    return parser.reusable and (parser.status, parser.body, parser.body_bytes) == (200, b"Wikipedia", 9)


@pytest.mark.parametrize("data", REPLIES)
def test_a_reply_is_read_wherever_it_is_split_and_the_parser_reads_the_next(data: bytes) -> None:
    parser = ReplyParser()
    head = data.removeprefix(INTERIM).partition(b"\r\n\r\n")[0]
    for cut in range(1, len(data)):
        assert is_wikipedia(fed(parser, data[:cut], data[cut:]))
        assert parser.head == head


@pytest.mark.parametrize("data", REPLIES)
def test_a_reply_is_read_byte_by_byte(data: bytes) -> None:
    assert is_wikipedia(fed(ReplyParser(), *(data[i : i + 1] for i in range(len(data)))))


def test_a_body_that_is_not_kept_is_counted() -> None:
    parser = fed(ReplyParser(), CHUNKED, keep_body=False)
    assert (parser.body, parser.body_bytes) == (b"", 9)


def test_the_bytes_left_are_known_only_of_a_sized_body_whose_head_has_come() -> None:
    assert fed(ReplyParser(), SIZED[:10]).left_bytes() is None
    assert fed(ReplyParser(), SIZED[:-4]).left_bytes() == 4
    assert fed(ReplyParser(), CHUNKED[:-4]).left_bytes() is None
    assert fed(ReplyParser(), b"HTTP/1.1 200 OK\r\nX-Content-Length: 3\r\n\r\n").left_bytes() is None


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\n", SIZED, b"x", b"\0"])
def test_bytes_after_a_reply_spoil_the_connection_and_not_the_reply(more: bytes) -> None:
    parser = fed(ReplyParser(), SIZED + more)
    assert (parser.status, parser.body, parser.complete) == (200, b"Wikipedia", True)
    assert not parser.reusable
    assert not parser.connection_reusable


def test_a_reply_after_which_the_server_closes_spoils_the_connection() -> None:
    parser = fed(ReplyParser(), SIZED.replace(b"A: b", b"Connection: close"))
    assert (parser.complete, parser.connection_reusable) == (True, False)


def test_only_a_body_without_length_may_end_with_the_stream() -> None:
    for data, whole in ((b"HTTP/1.1 200 OK\r\n\r\nabc", True), (SIZED[:-1], False), (CHUNKED[:-1], False)):
        parser = fed(ReplyParser(), data)
        parser.finish()
        assert parser.complete is whole


def test_a_reply_with_both_framings_is_refused() -> None:
    with pytest.raises(ProtocolError):
        fed(ReplyParser(), SIZED.replace(b"A: b", b"Transfer-Encoding: chunked"))
