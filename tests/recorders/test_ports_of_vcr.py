"""The recorders of PHP, C# and Java that follow VCR."""

from __future__ import annotations

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
FILES = {
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


def test_an_error_instead_of_a_response_is_skipped(tmp_path: Path) -> None:
    failed = {**JAVA, "response": {"errors": ["timed out"]}}
    assert read(tmp_path, json.dumps([failed])).skipped[0].reason == "has an error instead of a response"
