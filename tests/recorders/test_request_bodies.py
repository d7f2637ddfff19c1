"""Request bodies as recorders write them: text, JSON, base64, hex, and the fields of forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.recorders.helpers.forms import (
    BASE,
    FLY,
    OLD_FLY,
    exact,
    har,
    hoverfly,
    mock,
    nock,
    postman,
    read,
    saved,
    wiremock,
)

if TYPE_CHECKING:
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"
URL = f"{BASE}/a"


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
    (mock({"body": {"string": "x"}}), b"x"),
    (mock({"body": {"json": {"a": 1}}}), b'{"a":1}'),
    (mock({"body": {"base64Bytes": "AAE="}}), b"\x00\x01"),
    (mock({"body": {"a": 1}}), b'{"a":1}'),
    (
        nock(
            body=PNG.hex(),
            reqheaders={"content-type": "image/png", "content-length": str(len(PNG))},
        ),
        PNG,
    ),
    (nock(body="00ff", reqheaders={"content-length": "4"}), b"00ff"),
    (
        hoverfly({**FLY, "body": exact({"a": exact("1"), "b": exact("x y")}, "form")}),  # type: ignore[arg-type] # fields instead of a text
        b"a=1&b=x+y",
    ),
    (wiremock({"formParameters": {"a": {"equalTo": "x y"}}}), b"a=x+y"),
    (
        saved(
            URL,
            request={
                "body": {
                    "mode": "urlencoded",
                    "urlencoded": [
                        {"key": "a", "value": "{{v}}"},
                        {"key": "off", "value": "2", "disabled": True},
                    ],
                }
            },
            variable=[{"key": "v", "value": "x y"}],
        ),
        b"a=x+y",
    ),
    (saved(URL, request={"body": {"mode": "urlencoded", "urlencoded": "a=1"}}), b"a=1"),
    (saved(URL, request={"body": {"mode": "raw", "raw": "x", "disabled": True}}), b""),
    (
        saved(URL, request={"body": {"mode": "graphql", "graphql": {"query": "{a}", "variables": {"x": 1}}}}),
        b'{"query":"{a}","variables":{"x":1}}',
    ),
]


@pytest.mark.parametrize(("document", "body"), SENT)
def test_a_request_body_is_read_in_each_form(tmp_path: Path, document: Any, body: bytes) -> None:
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.request.body == body
