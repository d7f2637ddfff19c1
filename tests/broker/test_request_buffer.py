"""Collecting requests from pieces: complete ones are found, wrong ones refused before they are held."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.wsgi.request_buffer import LARGEST_HEAD, Head, RejectedRequest, RequestBuffer

PLAIN = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
WITH_LENGTH = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n3;a=b\r\nxyz\r\n0\r\nTrailer: 1\r\n\r\n"
)


@given(st.sampled_from([PLAIN, WITH_LENGTH, CHUNKED]), st.lists(st.integers(1, 40)), st.binary(max_size=10))
def test_a_request_is_complete_at_its_last_byte_however_it_is_cut(
    request: bytes, cuts: list[int], following: bytes
) -> None:
    buffer, data, complete = RequestBuffer(body_limit=100), request + following, False
    while not complete and data:
        size = cuts.pop() if cuts else len(data)
        complete, data = buffer.feed(data[:size]), data[size:]
    assert complete
    complete_request, remainder = buffer.take()
    assert (complete_request, remainder + data) == (request, following)


@given(st.sampled_from([PLAIN, WITH_LENGTH, CHUNKED]), st.data())
def test_a_request_without_its_last_byte_is_incomplete(request: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(request) - 1))
    assert not RequestBuffer(body_limit=100).feed(request[:end])


def head(*lines: str) -> bytes:
    return "\r\n".join(["POST / HTTP/1.1", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head("Host: x", "Content-Length: -1"), 400),
        (head("Host: x", "Content-Length: +5"), 400),
        (head("Host: x", "Content-Length: 5, 5"), 400),
        (head("Host: x", "Content-Length: 5", "Content-Length: 6"), 400),
        (head("Host: x", "Content-Length: 5", "Transfer-Encoding: chunked"), 400),
        (head("Host: x", "Content-Length: 101"), 413),
        (head("Host: x", "Transfer-Encoding: gzip, chunked"), 501),
        (head("Host: x", "Transfer-Encoding: chunked") + b"zz\r\n", 400),
        (head("Host: x", "Transfer-Encoding: chunked") + b"FFFFFFFFFFFFFFF\r\n", 400),
        (head("Host: x", "Transfer-Encoding: chunked") + b"65\r\n", 413),
        (head("Host: x", "Transfer-Encoding: chunked") + b"-1\r\n", 400),
        (head("Host: x", "Transfer-Encoding: chunked") + b"1\r\nab\r\n", 400),
        (head("Host: x", "Transfer-Encoding: chunked") + b"1" * 2_000, 400),
        (head("Host: x", "Transfer-Encoding: chunked") + b"0\r\n" + b"a" * 9_000, 400),
        (head("Host: x", "Host: y"), 400),
        (head("Host : x"), 400),
        (head("Host: x", " folded: yes"), 400),
        (head("Host: x", "No colon"), 400),
        (head("Host: x", "A: b\x00c"), 400),
        (head(), 400),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * LARGEST_HEAD, 431),
    ],
)
def test_what_can_not_be_right_is_refused(data: bytes, status: int) -> None:
    with pytest.raises(RejectedRequest) as refused:
        RequestBuffer(body_limit=100).feed(data)
    assert refused.value.status == status


def test_chunks_that_are_too_large_together_are_refused() -> None:
    buffer = RequestBuffer(body_limit=10)
    assert not buffer.feed(head("Host: x", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n")
    with pytest.raises(RejectedRequest):
        buffer.feed(b"6\r\nhello!\r\n")


def test_a_body_that_is_not_admitted_is_never_held() -> None:
    def refuse(_head: Head) -> None:
        raise RejectedRequest(401, "nobody may")

    buffer = RequestBuffer(body_limit=100, admit=refuse)
    with pytest.raises(RejectedRequest):
        buffer.feed(WITH_LENGTH)
    assert buffer.head_without_body() == b"POST / HTTP/1.1\r\nhost: x\r\nConnection: close\r\n\r\n"


def test_a_request_without_a_body_needs_no_admission() -> None:
    def refuse(_head: Head) -> None:
        raise RejectedRequest(401, "nobody may")

    assert RequestBuffer(body_limit=100, admit=refuse).feed(PLAIN)


def test_an_expectation_is_noted_and_not_passed_on() -> None:
    buffer = RequestBuffer(body_limit=100)
    assert not buffer.feed(head("Host: x", "Content-Length: 5", "Expect: 100-continue"))
    assert buffer.expects_continue
    assert buffer.feed(b"hello")
    assert b"expect" not in buffer.take()[0].lower()
