"""The forms that recorders write beside the usual one: each gives its exchange."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.recorders.helpers.forms import (
    BASE,
    FLY,
    OLD_FLY,
    PLAIN_FLY,
    exact,
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


URLS: list[tuple[Any, str]] = [
    (hoverfly(FLY), f"{BASE}/a"),
    (hoverfly(PLAIN_FLY, version="v1"), f"{BASE}/a"),
    (hoverfly({**OLD_FLY, "query": {"exactMatch": "x=1"}}, version="v2"), f"{BASE}/a?x=1"),
    (
        hoverfly({**FLY, "query": {"x": exact("1"), "y": [{"matcher": "array", "value": ["2", "3"]}]}}),
        f"{BASE}/a?x=1&y=2&y=3",
    ),
    (hoverfly({**FLY, "destination": []}), f"{BASE}/a"),
    (mock({"headers": {"Host": ["api.example.com"]}, "secure": True}), f"{BASE}/a"),
    (
        mock({"path": {"value": "/a"}, "queryStringParameters": [{"name": "x", "values": ["1"]}]}),
        f"{BASE}/a?x=1",
    ),
    (mock({"queryStringParameters": {"x": {"value": "1"}}}), f"{BASE}/a?x=1"),
    (postman({"method": "GET", "url": f"{BASE}/a", "header": "Accept: a/b\nnonsense"}), f"{BASE}/a"),
    (postman(f"{BASE}/a"), f"{BASE}/a"),
    (postman({"url": {"raw": f"{BASE}/:id", "variable": [{"key": "id", "value": "7"}]}}), f"{BASE}/7"),
    (postman({"url": "{{base}}/a"}, variable=[{"key": "base", "value": BASE}]), f"{BASE}/a"),
    (postman({"url": "api.example.com/a"}), "http://api.example.com/a"),
    (nock(), f"{BASE}/a"),
    (nock(headers={"Content-Type": "text/plain"}), f"{BASE}/a"),
    (wiremock({"headers": {"A": {"absent": True}, "B": "odd"}}), f"{BASE}/a"),
    (
        wiremock({"url": "/a", "host": {"equalTo": "api.example.com"}, "port": 8443}),
        "https://api.example.com:8443/a",
    ),
    (har(), f"{BASE}/a"),
]


@pytest.mark.parametrize(("document", "url"), URLS)
def test_a_request_is_read_in_all_forms_of_its_address(tmp_path: Path, document: Any, url: str) -> None:
    recording = read(tmp_path, document)
    assert ([each.request.url for each in recording.exchanges], recording.skipped) == ([url], ())


SENT: list[tuple[Any, bytes]] = [
    (mock({"body": {"a": 1}}), b'{"a":1}'),
    (mock({"body": "text"}), b"text"),
    (mock({"body": {"type": "JSON", "json": {"a": 1}}}), b'{"a":1}'),
    (mock({"body": {"type": "JSON", "json": '{"a": 1}'}}), b'{"a": 1}'),
    (mock({"body": {"type": "XML", "xml": "<a/>"}}), b"<a/>"),
    (mock({"body": {"type": "BINARY", "base64Bytes": "AAE="}}), b"\x00\x01"),
    (mock({"body": {"type": "PARAMETERS", "parameters": {"a": ["1", "2"]}}}), b"a=1&a=2"),
    (
        postman({"url": BASE, "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1 2"}]}}),
        b"a=1+2",
    ),
    (
        postman({"url": BASE, "body": {"mode": "graphql", "graphql": {"query": "{a}", "variables": ""}}}),
        b'{"query":"{a}","variables":{}}',
    ),
    (
        postman(
            {
                "url": BASE,
                "body": {"mode": "raw", "raw": '{"a":"{{v}}"}', "options": {"raw": {"language": "json"}}},
            },
            variable=[{"key": "v", "value": "1"}],
        ),
        b'{"a":"1"}',
    ),
    (wiremock({"bodyPatterns": [{"equalToJson": {"a": 1}}]}), b'{"a":1}'),
    (wiremock({"bodyPatterns": [{"equalTo": "text"}]}), b"text"),
    (wiremock({"bodyPatterns": [{"binaryEqualTo": "AAE="}]}), b"\x00\x01"),
    (
        har(
            {
                "method": "POST",
                "postData": {
                    "mimeType": "application/x-www-form-urlencoded",
                    "params": [{"name": "a", "value": "1 2"}],
                },
            }
        ),
        b"a=1+2",
    ),
    (
        har({"method": "POST", "postData": {"mimeType": "text/plain", "text": "AAE=", "encoding": "base64"}}),
        b"\x00\x01",
    ),
    (har({"postData": {"mimeType": "", "params": []}}), b""),
    (hoverfly({**FLY, "body": exact('{"a":1}', "json")}), b'{"a":1}'),
    (hoverfly({**OLD_FLY, "body": {"jsonMatch": '{"a":1}'}}, version="v2"), b'{"a":1}'),
    (nock(method="POST", body={"a": 1}), b'{"a":1}'),
]


@pytest.mark.parametrize(("document", "body"), SENT)
def test_a_request_body_is_read_in_all_its_forms(tmp_path: Path, document: Any, body: bytes) -> None:
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.request.body == body


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
]


@pytest.mark.parametrize(("document", "body"), RECEIVED)
def test_a_response_body_is_read_in_all_its_forms(tmp_path: Path, document: Any, body: bytes) -> None:
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
