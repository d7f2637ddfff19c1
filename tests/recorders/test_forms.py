"""The forms that recorders write beside the usual one: each gives the exchange, or is skipped with its reason."""

from __future__ import annotations

import base64
import json
import sys
import types
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import BadInputError, CassetteFormatError
from pactape.recorders import ReadOptions, read_recording

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.recorders import Recording

Value = dict[str, Any]
BASE = "https://api.example.com"


def read(folder: Path, document: Any, name: str = "recording.json") -> Recording:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read_recording(path, ReadOptions(base_url=BASE))


def hoverfly(request: Value, response: Value | None = None, version: str = "v5") -> Value:
    pair = {"request": request, "response": {"status": 200, "body": "x", **(response or {})}}
    return {"data": {"pairs": [pair]}, "meta": {"schemaVersion": version}}


def exact(value: str, kind: str = "exact") -> list[Value]:
    return [{"matcher": kind, "value": value}]


FLY = {
    "method": exact("GET"),
    "scheme": exact("https"),
    "destination": exact("api.example.com"),
    "path": exact("/a"),
}
PLAIN_FLY = {"method": "GET", "scheme": "https", "destination": "api.example.com", "path": "/a"}
OLD_FLY = {name: {"exactMatch": value} for name, value in PLAIN_FLY.items()}


def mock(request: Value, response: Value | None = None, **more: Any) -> list[Value]:
    return [
        {"httpRequest": {"method": "GET", "path": "/a", **request}, "httpResponse": response or {}, **more}
    ]


def postman(request: Any, response: Value | None = None, **more: Any) -> Value:
    saved = {"name": "saved", "code": 200, "body": "x", "originalRequest": request, **(response or {})}
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {
        "info": {"name": "c", "schema": schema},
        "item": [{"name": "r", "request": request, "response": [saved]}],
        **more,
    }


def nock(**more: Any) -> list[Value]:
    usual = {
        "scope": f"{BASE}:443",
        "method": "GET",
        "path": "/a",
        "body": "",
        "status": 200,
        "response": "x",
    }
    return [{**usual, **more}]


def wiremock(request: Value, response: Value | None = None) -> Value:
    return {
        "request": {"method": "GET", "url": "/a", **request},
        "response": {"status": 200, "body": "x", **(response or {})},
    }


def har(request: Value | None = None, response: Value | None = None, **log: Any) -> Value:
    entry = {
        "request": {"method": "GET", "url": f"{BASE}/a", "headers": [], **(request or {})},
        "response": {"status": 200, "headers": [], "content": {"text": "x"}, **(response or {})},
    }
    return {"log": {"version": "1.2", "entries": [entry], **log}}


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


SKIPPED: list[tuple[Any, str]] = [
    (hoverfly({**PLAIN_FLY, "requestType": "template"}, version="v1"), "is a template"),
    (hoverfly({**PLAIN_FLY, "path": "/a/*"}, version="v1"), "glob of paths"),
    (hoverfly(FLY, {"templated": True}), "templated response"),
    (hoverfly({**FLY, "path": exact("/a.*", "regex")}), "a pattern of path"),
    (hoverfly({**OLD_FLY, "path": {"globMatch": "/a*"}}, version="v2"), "a pattern of path"),
    (hoverfly({**FLY, "method": []}), "matches any method"),
    (hoverfly(FLY, {"bodyFile": "gone.json"}), "which is missing"),
    ([{"httpRequest": {"path": "/a"}, "httpForward": {}}], "has httpForward and no httpResponse"),
    ([{"httpRequest": {"path": "/a"}, "id": "x", "times": {}}], "has no httpResponse"),
    (mock({"path": "/a.*"}), "a pattern of path"),
    (mock({"method": ""}), "matches any method"),
    (mock({"queryStringParameters": {"x": ["[a-z]+"]}}), "a pattern of a query parameter"),
    (mock({"body": {"not": True, "type": "STRING", "string": "a"}}), "a negated body"),
    (mock({"body": {"type": "REGEX", "regex": "a.*"}}), "a body of type REGEX"),
    (mock({}, {"body": {"type": "FILE", "filePath": "gone.json"}}), "which is missing"),
    (postman({"url": "{{base}}/a"}), "uses the variable {{base}}"),
    (postman({"url": f"{BASE}/:id"}), "uses the path variable :id"),
    (postman({"url": BASE, "body": {"mode": "formdata", "formdata": [{"key": "a"}]}}), "of mode formdata"),
    (postman({"url": BASE}, {"code": None}), "has no response"),
    (nock(status=0), "has no response"),
    (nock(response="zz", responseIsBinary=True), "is not hex"),
    ([*nock(), {"other": 1}], "has no scope and path"),
    (wiremock({}, {"fault": "EMPTY_RESPONSE"}), "has fault"),
    (wiremock({}, {"proxyBaseUrl": BASE}), "has proxyBaseUrl"),
    (wiremock({}, {"transformers": ["response-template"]}), "templated response"),
    (wiremock({"method": "ANY"}), "any method"),
    (wiremock({"headers": {"A": {"contains": "b"}}}), "a pattern of the header A"),
    (wiremock({"bodyPatterns": [{"contains": "a"}]}), "a pattern of bodies"),
    (wiremock({}, {"bodyFileName": "gone.json"}), "which is missing"),
    (wiremock({}, {"base64Body": "!", "body": None}), "not valid base64"),
    (har({"url": "chrome://settings"}), "is not HTTP"),
    (har({"url": ""}), "has no absolute URL"),
    (har({"method": "G T"}), "which is not a method"),
    (har(response={"content": {"_file": "gone.txt"}}), "which is missing"),
    (
        har(
            response={
                "headers": [{"name": "Content-Encoding", "value": "br"}],
                "content": {"text": "/////w==", "encoding": "base64"},
            }
        ),
        "can't be decoded",
    ),
    ({"responses": [{"response": {"method": "GET", "url": "", "status": 200}}]}, "has no URL"),
    ({"responses": [{"response": {"method": "", "url": BASE, "status": 200}}]}, "has no method"),
    ({"http_interactions": [{"request": 1, "response": {}}]}, "has no request"),
]


@pytest.mark.parametrize(("document", "reason"), SKIPPED)
def test_what_is_not_one_recorded_exchange_is_skipped_with_the_reason(
    tmp_path: Path, document: Any, reason: str
) -> None:
    (skipped,) = read(tmp_path, document).skipped
    assert reason in skipped.reason


BRU = """meta {{
  name: a
  type: http
}}

get {{
  url: https://api.example.com/a
}}

example {{
  name: one

  request: {{
    url: {url}
    method: post
    mode: {mode}
{body}
  }}

  response: {{
    status: {{
      code: {code}
      text: {text}
    }}

    body: {{
      type: json
      content: '''
        {{"a": 1}}
      '''
    }}
  }}
}}
"""


def bru(
    mode: str = "none", body: str = "", url: str = f"{BASE}/a", code: str = "200", text: str = "OK"
) -> str:
    return BRU.format(mode=mode, body=body, url=url, code=code, text=text)


@pytest.mark.parametrize(
    ("text", "sent", "status"),
    [
        (bru(), b"", 200),
        (bru(code="Accepted", text="202"), b"", 202),
        (bru("formUrlEncoded", "    body:form-urlencoded: {\n      a: 1 2\n    }"), b"a=1+2", 200),
        (bru("text", "    body:text: {\n      hello\n    }"), b"hello", 200),
        (bru("graphql", "    body:graphql: {\n      {a}\n    }"), b'{"query":"{a}","variables":{}}', 200),
    ],
)
def test_an_example_of_bruno_is_read_in_all_its_modes(
    tmp_path: Path, text: str, sent: bytes, status: int
) -> None:
    (exchange,) = read(tmp_path, text, "a.bru").exchanges
    assert (exchange.request.body, exchange.response.status, exchange.response.body) == (
        sent,
        status,
        b'{"a": 1}',
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (bru("multipartForm"), "of mode multipartForm"),
        (bru(url="{{base}}/a"), "uses the variable"),
        (bru(url=f"{BASE}/:id"), "uses the variable :id"),
        (bru(code="", text=""), "has no response"),
    ],
)
def test_an_example_of_bruno_without_values_is_skipped(tmp_path: Path, text: str, reason: str) -> None:
    (skipped,) = read(tmp_path, text, "a.bru").skipped
    assert reason in skipped.reason


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"log": {"entries": [', "is a damaged file of HAR .*line 1, column"),
        (b"http_interactions:\n- request: {recorded_at: [\n", "is a damaged file of VCR"),
        (b"hello", "is not a recording in a known format"),
        (b'{"log": {"entries": 7}}', "is a damaged file of HAR .*lacks a part"),
        (b"\x1f\x8b\x08\x00broken", "is compressed and damaged"),
    ],
)
def test_a_file_that_is_no_recording_or_damaged_says_so(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(CassetteFormatError, match=problem):
        read_recording(path)


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match="can't be read"):
        read_recording(tmp_path / "gone.har")


def test_a_body_file_outside_of_the_recordings_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "inner"
    folder.mkdir()
    (skipped,) = read(folder, har(response={"content": {"_file": "../secret.txt"}})).skipped
    assert "which is missing" in skipped.reason


def test_an_archive_without_a_recording_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(CassetteFormatError, match="is not a recording"):
        read_recording(path)


class Flows:
    """A stand-in for mitmproxy's reader: the library is an extra that is large."""

    def __init__(self, flows: list[Any], error: Exception | None = None) -> None:
        self._flows, self._error = flows, error

    def __call__(self, _file: object) -> Flows:
        return self

    def stream(self) -> Any:
        yield from self._flows
        if self._error:
            raise self._error


class FlowReadError(Exception):
    """As mitmproxy raises it."""


def flow(**more: Any) -> Any:
    def message(**values: Any) -> Any:
        headers = types.SimpleNamespace(fields=((b":authority", b"a"), (b"X-A", b"caf\xe9")))
        return types.SimpleNamespace(headers=headers, **values)

    request = message(method="GET", pretty_url=f"{BASE}/a", raw_content=b"", timestamp_start=0.0)
    usual = {"request": request, "response": message(status_code=200, raw_content=b"x"), "websocket": None}
    return types.SimpleNamespace(**{**usual, **more})


DUMP = b"1234:8:response;5:7:version;"


def read_flows(monkeypatch: pytest.MonkeyPatch, folder: Path, flows: Flows) -> Recording:
    errors, reader = types.ModuleType("mitmproxy.exceptions"), types.ModuleType("mitmproxy.io")
    vars(errors)["FlowReadException"] = FlowReadError
    vars(reader)["FlowReader"] = flows
    monkeypatch.setitem(sys.modules, "mitmproxy", types.ModuleType("mitmproxy"))
    monkeypatch.setitem(sys.modules, "mitmproxy.exceptions", errors)
    monkeypatch.setitem(sys.modules, "mitmproxy.io", reader)
    path = folder / "a.mitm"
    path.write_bytes(DUMP)
    return read_recording(path)


def test_flows_of_mitmproxy_are_read_by_its_own_reader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flows = [flow(), flow(response=None), flow(websocket=1), flow(request=None)]
    recording = read_flows(monkeypatch, tmp_path, Flows(flows))
    (exchange,) = recording.exchanges
    assert (exchange.request.headers, exchange.response.body, exchange.recorded_at) == (
        (("X-A", "café"),),
        b"x",
        datetime(1970, 1, 1, tzinfo=UTC),
    )
    assert [each.reason for each in recording.skipped] == [
        "has no response",
        "is a WebSocket connection",
        "is not HTTP: SimpleNamespace",
    ]


def test_a_dump_that_its_reader_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match=r"after 1 flows \(too old\)"):
        read_flows(monkeypatch, tmp_path, Flows([flow()], FlowReadError("too old")))


def test_without_mitmproxy_a_dump_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "mitmproxy.io", None)
    path = tmp_path / "a.mitm"
    path.write_bytes(DUMP)
    with pytest.raises(BadInputError, match="pip install mitmproxy"):
        read_recording(path)


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
