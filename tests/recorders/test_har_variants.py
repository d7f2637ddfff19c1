"""HAR files as each tool writes them: bodies in other files, other encodings, and what is not an exchange."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.recorders.values import base64_bytes

from tests.recorders.helpers.forms import har, read

if TYPE_CHECKING:
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"
POLLY: dict[str, Any] = {"creator": {"name": "Polly.JS"}, "_recordingName": "t"}
JSON_TYPE = {"name": "Content-Type", "value": "application/json"}
ZIPPED = gzip.compress(b'{"a":1}', mtime=0)  # the same at each collection
BASE64_OF_ZIPPED = base64.b64encode(ZIPPED).decode()


def typed(value: str) -> dict[str, str]:
    return {"name": "Content-Type", "value": value}


RECEIVED: list[tuple[dict[str, Any], dict[str, Any], bytes]] = [
    ({"content": {"text": PNG.hex(), "_isBinary": True}}, POLLY, PNG),
    ({"content": {"text": json.dumps([PNG.hex()]), "_isBinary": True}}, POLLY, PNG),
    ({"headers": [JSON_TYPE], "content": {"text": BASE64_OF_ZIPPED, "encoding": "base64"}}, {}, b'{"a":1}'),
    ({"headers": [JSON_TYPE], "content": {"text": BASE64_OF_ZIPPED, "encoding": "BASE64"}}, {}, b'{"a":1}'),
    (
        {"headers": [typed("application/gzip")], "content": {"text": BASE64_OF_ZIPPED, "encoding": "base64"}},
        {},
        ZIPPED,
    ),
    ({"headers": [typed("text/plain; charset=iso-8859-1")], "content": {"text": "Zoë"}}, {}, b"Zo\xeb"),
    ({"headers": [typed("text/plain; charset=iso-8859-1")], "content": {"text": "€"}}, {}, "€".encode()),
    ({"headers": [typed("text/plain; charset=nonsense")], "content": {"text": "Zoë"}}, {}, "Zoë".encode()),
    ({"status": 204, "content": {"text": "x"}}, {}, b""),
    # a test's own editing of the recording decoded the body, and kept the label
    *(
        ({"headers": [JSON_TYPE], "content": {"text": text, "encoding": "base64"}}, log, text.encode())
        for log in ({}, POLLY)
        for text in ('{"name": "Zoë"}', "{}", '["US", "CA"]', "null", "1234", '"abcd"')
    ),
    (
        {"headers": [typed("text/html")], "content": {"text": "<p>a b", "encoding": "base64"}},
        POLLY,
        b"<p>a b",
    ),
]


@pytest.mark.parametrize(("response", "log", "body"), RECEIVED)
def test_a_response_body_is_read_as_its_tool_stores_it(
    tmp_path: Path, response: dict[str, Any], log: dict[str, Any], body: bytes
) -> None:
    (exchange,) = read(tmp_path, har(response=response, **log)).exchanges
    assert exchange.response.body == body


def test_a_response_to_head_has_no_body(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, har({"method": "HEAD"})).exchanges
    assert exchange.response.body == b""


@pytest.mark.parametrize("member", ["_file", "_sha1"])
def test_both_bodies_may_lie_in_files_of_their_own(tmp_path: Path, member: str) -> None:
    (tmp_path / "sent.json").write_bytes(b'{"q":1}')
    (tmp_path / "received.json").write_bytes(b'{"a":1}')
    document = har(
        {"method": "POST", "postData": {"mimeType": "application/json", "text": "", member: "sent.json"}},
        {"content": {member: "received.json"}},
    )
    (exchange,) = read(tmp_path, document).exchanges
    assert (exchange.request.body, exchange.response.body) == (b'{"q":1}', b'{"a":1}')


def test_a_form_that_firefox_stored_with_its_upload_headers_is_the_form(tmp_path: Path) -> None:
    text = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nfoo=bar"
    document = har(
        {"method": "POST", "postData": {"mimeType": "application/x-www-form-urlencoded", "text": text}}
    )
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.request.body == b"foo=bar"


def test_header_values_that_chrome_joined_by_line_ends_are_several(tmp_path: Path) -> None:
    document = har(response={"headers": [{"name": "set-cookie", "value": "a=1\nb=2"}]})
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.response.headers == (("set-cookie", "a=1"), ("set-cookie", "b=2"))


SKIPPED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"method": "CONNECT", "url": "http://api.example.com:443"}, {}, "is a tunnel"),
    ({}, {"status": 101}, "not the status of a final response"),
    ({}, {"content": {"text": "7b7d", "encoding": "hex"}}, "in the encoding 'hex'"),
    ({}, {"content": {"text": f"{BASE64_OF_ZIPPED[:20]}<MASKED>", "encoding": "base64"}}, "not valid base64"),
    ({"postData": {"text": "", "_file": "gone.json"}}, {}, "'gone.json', which is missing"),
    ({"url": "http://[::1/users"}, {}, "a URL that can't be requested"),
    ({"url": "https://api.example.com:99999/users"}, {}, "a URL that can't be requested"),
    ({"url": "https:///users"}, {}, "it has no host"),
]


@pytest.mark.parametrize(("request_", "response", "reason"), SKIPPED)
def test_what_is_not_an_exchange_of_an_api_is_skipped_with_the_reason(
    tmp_path: Path, request_: dict[str, Any], response: dict[str, Any], reason: str
) -> None:
    (skipped,) = read(tmp_path, har(request_, response)).skipped
    assert reason in skipped.reason


def test_damaged_bytes_that_look_compressed_stay_unchanged(tmp_path: Path) -> None:
    text = base64.b64encode(ZIPPED[:12]).decode()
    document = har(response={"headers": [JSON_TYPE], "content": {"text": text, "encoding": "base64"}})
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.response.body == base64_bytes(text)
