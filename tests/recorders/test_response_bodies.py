"""Response bodies as recorders write them: each gives the bytes that were sent."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.recorders.helpers.forms import (
    BASE,
    FLY,
    har,
    hoverfly,
    mock,
    nock,
    postman,
    read,
    wiremock,
)

if TYPE_CHECKING:
    from pathlib import Path

URL = f"{BASE}/a"


RECEIVED: list[tuple[Any, bytes]] = [
    (
        mock({}, {"body": {"type": "STRING", "string": "سلام", "contentType": "text/plain; charset=utf-8"}}),
        "سلام".encode(),
    ),
    (mock({}, {"cookies": {"a": "1"}, "body": "x"}), b"x"),
    (hoverfly(FLY, {"body": "AAE=", "encodedBody": True}), b"\x00\x01"),
    (wiremock({}, {"jsonBody": {"a": 1}}), b'{"a":1}'),
    (wiremock({}, {"base64Body": "AAE=", "body": None}), b"\x00\x01"),
    (nock(response="0001", responseIsBinary=True), b"\x00\x01"),
    (nock(response={"a": 1}), b'{"a":1}'),
    (
        har(
            response={"content": {"text": json.dumps(["AAE="]), "encoding": "base64"}},
            creator={"name": "Polly.JS"},
            _recordingName="t",
        ),
        b"\x00\x01",
    ),
    (har(response={"content": {"text": "[1]"}}, creator={"name": "Polly.JS"}, _recordingName="t"), b"[1]"),
    (
        {
            "responses": [
                {
                    "response": {
                        "method": "GET",
                        "url": BASE,
                        "status": 200,
                        "body": "x",
                        "content_type": "text/plain",
                    }
                }
            ]
        },
        b"x",
    ),
    (mock({}, {"body": {"type": "STRING", "string": "?", "rawBytes": "Wm/r"}}), b"Zo\xeb"),
    (
        mock({}, {"body": {"type": "STRING", "string": "Zoë", "contentType": "text/plain; charset=latin1"}}),
        b"Zo\xeb",
    ),
    (
        postman(
            URL, {"body": "Zoë", "header": [{"key": "Content-Type", "value": "text/plain; charset=latin1"}]}
        ),
        b"Zo\xeb",
    ),
]


@pytest.mark.parametrize(("document", "body"), RECEIVED)
def test_a_response_body_is_read_in_each_form(tmp_path: Path, document: Any, body: bytes) -> None:
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.response.body == body


def test_base64_of_a_ruby_cassette_is_bytes(tmp_path: Path) -> None:
    body = {"encoding": "ASCII-8BIT", "base64_string": base64.b64encode(b"\x00\xff").decode()}
    interaction = {
        "request": {
            "method": "get",
            "uri": f"{BASE}/a",
            "body": {"encoding": "US-ASCII", "string": ""},
            "headers": {},
        },
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": body},
    }
    (exchange,) = read(tmp_path, {"http_interactions": [interaction], "recorded_with": "VCR 6.0"}).exchanges
    assert exchange.response.body == b"\x00\xff"
