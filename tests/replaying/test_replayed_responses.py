"""Responses of the replay server: lengths, targets and codings as HTTP has them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.replaying import Recordings
from pactape.replaying.application import ReplayApplication

if TYPE_CHECKING:
    from pathlib import Path


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
    found = recordings(tmp_path, {"Content-Length": ["1234"]}, "", method="HEAD")
    assert ask(found, "HEAD") == ("200 OK", {"Content-Length": "1234"}, b"")


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_no_length(tmp_path: Path, status: int) -> None:
    answered, headers, body = ask(recordings(tmp_path, {"Content-Length": ["0"]}, "", status=status))
    assert (answered[:3], headers, body) == (str(status), {}, b"")


def test_text_under_the_label_of_a_coding_is_sent_without_it(tmp_path: Path) -> None:
    _, headers, body = ask(recordings(tmp_path, {"Content-Encoding": ["gzip"]}, "plain"))
    assert (headers, body) == ({"Content-Length": "5"}, b"plain")


def test_a_body_that_can_not_be_decoded_is_sent_as_it_was_recorded(tmp_path: Path) -> None:
    _, headers, body = ask(recordings(tmp_path, {"Content-Encoding": ["compress"]}, "\x00\ufffd"))
    assert (headers["Content-Encoding"], body) == ("compress", "\x00\ufffd".encode())
