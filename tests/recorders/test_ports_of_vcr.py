"""The recorders of PHP, C#, Java, Elixir, R and a proxy that follow VCR."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import CassetteFormatError
from pactape.recorders import read_recording

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.recorders import Recording

URL = "https://api.example.com/users"
SENT, RECEIVED = '{"name":"Zoë"}', '{"id":7}'
PHP = f"""
-
    request:
        method: POST
        url: '{URL}'
        headers: {{Host: api.example.com, Expect: '', Authorization: '', X-A: b}}
        body: '{SENT}'
    response:
        status: {{code: 201, message: Created}}
        headers: {{x-proxied: [a, b], content-type: application/json}}
        body: '{RECEIVED}'
        curl_info: {{url: '{URL}', http_code: 201}}
    index: 0
"""
CSHARP = {
    "Duration": 10,
    "RecordedAt": "2026-01-31T12:00:00.98-06:00",
    "Request": {
        "Body": SENT,
        "BodyContentType": "Json",
        "ContentHeaders": {"Content-Type": "application/json"},
        "Method": "POST",
        "RequestHeaders": {"X-A": "b"},
        "Uri": URL,
    },
    "Response": {
        "Body": RECEIVED,
        "ContentHeaders": {"content-type": "application/json"},
        "ResponseHeaders": {"x-proxied": "a"},
        "Status": {"Code": 201, "Message": "Created"},
    },
}
JAVA = {
    "recordedAt": 1769882400,
    "request": {"body": SENT, "method": "POST", "headers": {"X-A": ["b"]}, "uri": URL},
    "response": {
        "body": RECEIVED,
        "headers": {"null": ["HTTP/1.1 201 Created"], "x-proxied": ["a", "b"]},
        "status": {"code": 201, "message": "Created"},
    },
    "duration": 534,
}
ELIXIR: dict[str, Any] = {
    "request": {"body": SENT, "headers": {"X-A": "b"}, "method": "post", "options": [], "url": URL},
    "response": {
        "binary": False,
        "body": RECEIVED,
        "headers": {"x-proxied": ["a", "b"]},
        "status_code": 201,
        "type": "ok",
    },
}
PROXIED: dict[str, Any] = {
    "request": {"method": "POST", "url": URL, "headers": {"X-A": "b"}, "body": SENT},
    "response": {
        "status": {"code": 201, "message": "Created"},
        "headers": {"x-proxied": "a", "content-encoding": "gzip"},
        "body": RECEIVED,
    },
}
FILES = {
    "ddapm-test-agent": json.dumps(PROXIED),
    "ExVCR": json.dumps([ELIXIR]),
    "php-vcr": PHP,
    "EasyVCR of C#": json.dumps([CSHARP]),
    "EasyVCR of Java": json.dumps([JAVA]),
}


def read(folder: Path, text: str) -> Recording:
    (folder / "recording").write_text(text, encoding="utf-8")
    return read_recording(folder / "recording")


def php(request: dict[str, Any], response: dict[str, Any] | None = None) -> str:
    sent = {"method": "POST", "url": URL, **request}
    return json.dumps([{"request": sent, "response": {"status": {"code": "200"}, **(response or {})}}])


@pytest.mark.parametrize("tool", FILES)
def test_request_and_response_are_read(tmp_path: Path, tool: str) -> None:
    (exchange,) = read(tmp_path, FILES[tool]).exchanges
    request, response = exchange.request, exchange.response
    assert (request.method, request.url, request.body, response.status, response.body) == (
        "POST",
        URL,
        SENT.encode(),
        201,
        RECEIVED.encode(),
    )
    assert ("X-A", "b") in request.headers
    assert ("x-proxied", "a") in response.headers
    assert "null" not in dict(response.headers)


@pytest.mark.parametrize("tool", ["EasyVCR of C#", "EasyVCR of Java"])
def test_the_time_of_recording_is_read(tmp_path: Path, tool: str) -> None:
    (exchange,) = read(tmp_path, FILES[tool]).exchanges
    assert exchange.recorded_at is not None


def test_empty_headers_of_curl_were_not_sent(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, PHP).exchanges
    assert [name for name, _ in exchange.request.headers] == ["Host", "X-A"]


def test_the_fields_of_a_form_are_encoded_as_php_does(tmp_path: Path) -> None:
    fields = {"user": {"name": "Ada", "tags": ["a", "b"]}, "full": "1"}
    (exchange,) = read(tmp_path, php({"post_fields": fields})).exchanges
    assert (
        exchange.request.body == b"user%5Bname%5D=Ada&user%5Btags%5D%5B0%5D=a&user%5Btags%5D%5B1%5D=b&full=1"
    )


def test_the_content_of_uploaded_files_is_not_recorded(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, php({"post_files": [{"fieldName": "a", "filename": "/a.png"}]})).exchanges
    assert (exchange.request.body, exchange.unrecorded) == (b"", ("request body",))


def test_a_binary_body_is_decoded(tmp_path: Path) -> None:
    response = {"headers": {"Content-Transfer-Encoding": "binary"}, "body": "AAE="}
    (exchange,) = read(tmp_path, php({}, response)).exchanges
    assert exchange.response.body == b"\x00\x01"


def test_an_entry_that_is_cut_off_is_skipped(tmp_path: Path) -> None:
    cut = f"{PHP}{PHP}".rstrip().removesuffix("    index: 0").rstrip().rpartition("\n")[0]
    recording = read(tmp_path, cut)
    assert (len(recording.exchanges), "cut off" in recording.skipped[0].reason) == (1, True)


@pytest.mark.parametrize("tool", ["EasyVCR of C#", "EasyVCR of Java"])
def test_a_truncated_file_is_named_with_its_tool(tmp_path: Path, tool: str) -> None:
    with pytest.raises(CassetteFormatError, match=r"damaged file of EasyVCR \(line 1"):
        read(tmp_path, FILES[tool][:-9])


def test_a_binary_body_of_the_proxy_is_decoded(tmp_path: Path) -> None:
    response = {**PROXIED["response"], "body": "base64:AAE="}
    (exchange,) = read(tmp_path, json.dumps({**PROXIED, "response": response})).exchanges
    assert exchange.response.body == b"\x00\x01"


def test_a_truncated_file_of_the_proxy_is_named_with_its_tool(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match="damaged file of ddapm-test-agent"):
        read(tmp_path, FILES["ddapm-test-agent"][:-9])


def exvcr(request: dict[str, Any], response: dict[str, Any]) -> str:
    return json.dumps(
        [{"request": {**ELIXIR["request"], **request}, "response": {**ELIXIR["response"], **response}}]
    )


def test_a_binary_body_of_elixir_is_decoded(tmp_path: Path) -> None:
    body = base64.b64encode(b"\x83m\x00\x00\x00\x02\x00\xff").decode()
    (exchange,) = read(tmp_path, exvcr({}, {"binary": True, "body": body})).exchanges
    assert exchange.response.body == b"\x00\xff"


def test_the_status_line_of_elixir_s_httpc_has_the_status(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, exvcr({}, {"status_code": ["HTTP/1.1", 201, "Created"]})).exchanges
    assert exchange.response.status == 201


@pytest.mark.parametrize(
    ("request_part", "response_part", "reason"),
    [
        ({}, {"type": "error", "status_code": None}, "has an error instead of a response"),
        ({"url": "~r/http.*/"}, {}, "matches a pattern of URLs, not one value"),
        ({}, {"binary": True, "body": "AAE="}, "has a body in another form of Erlang than a binary"),
    ],
)
def test_what_elixir_recorded_otherwise_is_skipped(
    tmp_path: Path, request_part: dict[str, Any], response_part: dict[str, Any], reason: str
) -> None:
    assert read(tmp_path, exvcr(request_part, response_part)).skipped[0].reason == reason


def test_an_error_instead_of_a_response_is_skipped(tmp_path: Path) -> None:
    failed = {**JAVA, "response": {"errors": ["timed out"]}}
    assert read(tmp_path, json.dumps([failed])).skipped[0].reason == "has an error instead of a response"


OLD_R = """http_interactions:
- request:
    method: get
    uri: https://api.example.com/users
    body: {encoding: '', string: ''}
    headers: {Accept: application/json}
  response:
    status: {status_code: '200', message: OK}
    headers: {content-type: application/json, content-encoding: gzip}
    body: {encoding: '', file: no, string: '{"id":7}'}
  recorded_at: 2026-01-31 12:00:00 GMT
  recorded_with: vcr/1.1.0, webmockr/0.8.0
"""
NEW_R = """http_interactions:
- request:
    method: GET
    uri: https://api.example.com/users
  response:
    status: 200
    headers: {Content-Type: application/json}
    body:
      string: '{"id":7}'
  recorded_at: 2026-01-31 12:00:00
recorded_with: VCR-vcr/2.1.1
"""


@pytest.mark.parametrize(
    ("text", "unrecorded"),
    [
        (OLD_R, ()),
        (NEW_R, ("request headers",)),
        (NEW_R.replace("GET", "PUT"), ("request headers", "request body")),
    ],
)
def test_cassettes_of_r_are_read(tmp_path: Path, text: str, unrecorded: tuple[str, ...]) -> None:
    (exchange,) = read(tmp_path, text).exchanges
    assert (exchange.response.status, exchange.response.body, exchange.unrecorded) == (
        200,
        b'{"id":7}',
        unrecorded,
    )
    assert exchange.recorded_at is not None
    assert exchange.recorded_at.isoformat() == "2026-01-31T12:00:00+00:00"


def test_a_body_that_r_wrote_to_a_file_of_its_own_is_skipped(tmp_path: Path) -> None:
    text = OLD_R.replace("file: no, string: '{\"id\":7}'", "file: yes, string: bodies/a.json")
    (skipped,) = read(tmp_path, text).skipped
    assert skipped.reason == "has its body in the file bodies/a.json, which is not read"
