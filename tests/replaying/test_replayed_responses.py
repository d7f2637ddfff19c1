"""Responses of the replay server: lengths, targets and codings as HTTP has them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.exchange import Exchange, Request, Response
from pactape.replaying import Recordings
from pactape.replaying.application import ReplayApplication
from pactape.replaying.cors import allow_origin

if TYPE_CHECKING:
    from pathlib import Path

JSON = (("Content-Type", "application/json"),)


def recordings(folder: Path, headers: dict[str, list[str]], body: str, **more: Any) -> Recordings:
    path = folder / "a.json"
    request = {"method": more.get("method", "GET"), "uri": "http://a.test/x?y=1", "headers": {}, "body": None}
    answer = {
        "status": {"code": more.get("status", 200), "message": ""},
        "headers": headers,
        "body": {"string": body},
    }
    document = {"interactions": [{"request": request, "response": answer}], "version": 1}
    path.write_text(json.dumps(document), encoding="utf-8")
    return Recordings([path])


def ask(found: Recordings, method: str = "GET") -> tuple[str, dict[str, str], bytes]:
    seen: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/x",
        "QUERY_STRING": "y=1",
        "SERVER_NAME": "a.test",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    content = b"".join(ReplayApplication(found)(environ, lambda *started: seen.append(started)))
    return seen[0][0], dict(seen[0][1]), content


def test_a_head_has_the_recorded_length_and_no_body(tmp_path: Path) -> None:
    recorded = recordings(tmp_path, {"Content-Length": ["1234"]}, "", method="HEAD")
    assert ask(recorded, "HEAD") == ("200 OK", {"Content-Length": "1234"}, b"")


def test_a_head_without_a_recording_has_the_headers_of_the_next_get(tmp_path: Path) -> None:
    recorded = recordings(
        tmp_path, {"X-A": ["1"], "Content-Length": ["9"], "Content-Encoding": ["gzip"]}, "plain"
    )
    expected = ("200 OK", {"X-A": "1", "Content-Length": "5"})
    assert (ask(recorded, "HEAD"), ask(recorded)) == ((*expected, b""), (*expected, b"plain"))


def test_a_head_takes_no_turn_of_the_responses_to_get() -> None:
    requests = Request(method="GET", url="http://a.test/x?y=1", headers=(), body=b"")
    both = [
        Exchange(request=requests, response=Response(status=200, headers=(), body=body), cassette="", index=0)
        for body in (b"1", b"22")
    ]
    recorded = Recordings(exchanges=both)
    answers = [ask(recorded, method) for method in ("HEAD", "GET", "HEAD", "GET")]
    assert [(headers["Content-Length"], body) for _, headers, body in answers] == [
        ("1", b""),
        ("1", b"1"),
        ("2", b""),
        ("2", b"22"),
    ]


def test_the_body_of_205_is_empty(tmp_path: Path) -> None:
    assert ask(recordings(tmp_path, {}, "x", status=205)) == (
        "205 Reset Content",
        {"Content-Length": "0"},
        b"",
    )


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_no_length(tmp_path: Path, status: int) -> None:
    answered, headers, body = ask(recordings(tmp_path, {"Content-Length": ["0"]}, "", status=status))
    assert (answered[:3], headers, body) == (str(status), {}, b"")


def test_text_under_the_label_of_a_coding_is_sent_without_it(tmp_path: Path) -> None:
    _, headers, body = ask(recordings(tmp_path, {"Content-Encoding": ["gzip"]}, "plain"))
    assert (headers, body) == ({"Content-Length": "5"}, b"plain")


def test_a_body_that_can_not_be_decoded_is_sent_as_recorded(tmp_path: Path) -> None:
    _, headers, body = ask(recordings(tmp_path, {"Content-Encoding": ["compress"]}, "\x00\ufffd"))
    assert (headers["Content-Encoding"], body) == ("compress", "\x00\ufffd".encode())


def test_a_body_in_chunks_is_read_to_its_end() -> None:
    seen: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "http://a.test/x?y=1",
        "SERVER_NAME": "other.test",
        "wsgi.url_scheme": "http",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": io.BytesIO(b'{"a": 1}'),
    }
    found = Recordings(
        exchanges=[
            Exchange(
                request=Request(method="POST", url="http://a.test/x?y=1", body=b'{"a":1}', headers=JSON),
                response=Response(status=201, body=b"made"),
                cassette="a.yaml",
                index=0,
            )
        ]
    )
    content = b"".join(ReplayApplication(found)(environ, lambda *started: seen.append(started)))
    assert (seen[0][0], content) == ("201 Created", b"made")


def test_any_origin_may_be_allowed() -> None:
    request = Request(method="GET", url="http://a.test/", headers=(("Origin", "http://page.test"),))
    recorded = Response(status=200, headers=(("Access-Control-Allow-Origin", "http://recorded.test"),))
    headers = dict(allow_origin(request, recorded, "*").headers)
    assert headers["Access-Control-Allow-Origin"] == "*"


def _get(url: str, answer: str, **headers: str) -> Exchange:
    return Exchange(
        cassette="a.yaml",
        index=0,
        request=Request(method="GET", url=url, headers=tuple(headers.items())),
        response=Response(status=200, headers=JSON, body=answer.encode()),
    )


def test_a_secret_of_a_later_header_does_not_hide_an_earlier_path() -> None:
    secret = "q8Zr1LmX0vTy7PbKw3Nd"
    first = _get(f"https://a.test/items/{secret}", "1")
    found = Recordings(exchanges=[first, _get("https://a.test/me", "2", Authorization=f"Bearer {secret}")])
    answer = found.response_to(first.request)
    assert answer is not None
    assert answer.body == b"1"


def test_numbered_placeholders_distinguish_requests_in_any_order() -> None:
    exchanges = [_get("https://a.test/s/scrubbed", "1"), _get("https://a.test/s/scrubbed-2", "2")]
    found = Recordings(exchanges=exchanges)
    answers = [found.response_to(exchange.request) for exchange in reversed(exchanges)]
    assert [answer and answer.body for answer in answers] == [b"2", b"1"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Location", "http://a.test/users/7", "http://127.0.0.1:9293/users/7"),
        ("Link", '<http://a.test/x?page=2>; rel="next"', '<http://127.0.0.1:9293/x?page=2>; rel="next"'),
        ("Location", "http://a.test.b/users/7", "http://a.test.b/users/7"),
        ("Location", "/users/7", "/users/7"),
        ("X-Other", "http://a.test/users/7", "http://a.test/users/7"),
    ],
)
def test_redirects_and_links_to_what_was_recorded_lead_to_the_same_server(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    found = recordings(tmp_path, {name: [value]}, "")
    response = ReplayApplication(found).respond(Request(method="GET", url="http://127.0.0.1:9293/x?y=1"))
    assert response.headers == ((name, expected),)
