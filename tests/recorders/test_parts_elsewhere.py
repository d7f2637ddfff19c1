"""Parts of a message that a recorder keeps in an unusual member or coding: they are read, or said to be missing."""

from __future__ import annotations

import base64
import gzip
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

    from pactape.exchange import Exchange

FORM = {"Content-Type": ["application/x-www-form-urlencoded"]}
ZIPPED = gzip.compress(b'{"id":7}', mtime=0)


def only(folder: Path, document: Any, name: str = "recording.json") -> Exchange:
    (exchange,) = read(folder, document, name).exchanges
    return exchange


def interaction(request: dict[str, Any], response: dict[str, Any], tool: str) -> dict[str, Any]:
    pair = {
        "request": {"method": "post", "uri": f"{BASE}/a", "body": "", "headers": {}, **request},
        "response": {"status": {"code": 200}, "headers": {}, "body": {"string": "x"}, **response},
        "recorded_at": "2026-01-31T12:00:00Z",
    }
    return {"http_interactions": [pair], "recorded_with": tool}


def go(request: dict[str, Any]) -> dict[str, Any]:
    usual = {"body": "", "form": {}, "headers": {}, "url": f"{BASE}/a", "method": "POST"}
    response = {"body": "x", "headers": {}, "status": "200 OK", "code": 200}
    return {"version": 2, "interactions": [{"id": 0, "request": {**usual, **request}, "response": response}]}


SENT: list[tuple[Any, bytes]] = [
    (
        interaction({"body": {"encoding": "base64", "string": "AAEC/w"}}, {}, "rVCR 0.2.1"),
        b"\x00\x01\x02\xff",
    ),
    (go({"form": {"b": ["2"], "a": ["1 1", "3"]}, "headers": FORM}), b"b=2&a=1+1&a=3"),
    (nock(method="POST", body=ZIPPED.hex()), b'{"id":7}'),
]


@pytest.mark.parametrize(("document", "body"), SENT)
def test_a_request_body_is_read_from_where_it_is(tmp_path: Path, document: Any, body: bytes) -> None:
    assert only(tmp_path, document).request.body == body


RECEIVED: list[tuple[Any, bytes]] = [
    (
        interaction({}, {"body": {"encoding": "base64", "string": "AAEC/w"}}, "rVCR 0.2.1"),
        b"\x00\x01\x02\xff",
    ),
    (interaction({}, {"body": None, "content": "Zoë", "encoding": "latin-1"}, "betamax"), b"Zo\xeb"),
    (wiremock({}, {"jsonBody": None}), b"x"),
    (wiremock({}, {"base64Body": None}), b"x"),
    (wiremock({}, {"body": {"data": {"id": 7}}}), b'{"id":7}'),
    (wiremock({}, {"body": {"data": "Zoë", "charset": "ISO-8859-1"}}), b"Zo\xeb"),
    (wiremock({}, {"body": {"base64Data": "AAE="}}), b"\x00\x01"),
    (wiremock({}, {"body": {"id": 7}}), b'{"id":7}'),
]


@pytest.mark.parametrize(("document", "body"), RECEIVED)
def test_a_response_body_is_read_from_where_it_is(tmp_path: Path, document: Any, body: bytes) -> None:
    assert only(tmp_path, document).response.body == body


def test_a_body_of_wiremock_may_name_its_file(tmp_path: Path) -> None:
    (tmp_path / "__files").mkdir()
    (tmp_path / "__files" / "a.txt").write_text("from a file", encoding="utf-8")
    assert only(tmp_path, wiremock({}, {"body": {"filePath": "a.txt"}})).response.body == b"from a file"


def test_a_body_of_wiremock_that_is_in_a_store_is_skipped_with_the_reason(tmp_path: Path) -> None:
    document = wiremock({}, {"body": {"dataStore": "things", "dataRef": "a"}})
    (skipped,) = read(tmp_path, document).skipped
    assert skipped.reason == "its body is in a data store of WireMock, not in the file"


def test_a_status_and_a_port_of_old_nock_files_count(tmp_path: Path) -> None:
    exchange = only(tmp_path, nock(scope="http://api.example.com", port=8080, reply="404", status=None))
    assert (exchange.request.url, exchange.response.status) == ("http://api.example.com:8080/a", 404)


@pytest.mark.parametrize("member", ["basicAuth", "basicAuthCredentials"])
def test_credentials_of_a_stub_are_the_header_that_was_sent(tmp_path: Path, member: str) -> None:
    exchange = only(tmp_path, wiremock({member: {"username": "ada", "password": "x"}}))
    assert exchange.request.headers == (("Authorization", "Basic YWRhOng="),)


AUTH: list[tuple[dict[str, Any], tuple[tuple[str, str], ...]]] = [
    ({"type": "bearer", "bearer": [{"key": "token", "value": "t"}]}, (("Authorization", "Bearer t"),)),
    ({"type": "bearer", "bearer": {"token": "t"}}, (("Authorization", "Bearer t"),)),
    (
        {"type": "basic", "basic": [{"key": "username", "value": "ada"}, {"key": "password", "value": "x"}]},
        (("Authorization", "Basic YWRhOng="),),
    ),
    (
        {"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": "k"}]},
        (("X-Key", "k"),),
    ),
    ({"type": "oauth2", "oauth2": []}, ()),
    ({"type": "noauth"}, ()),
]


@pytest.mark.parametrize(("auth", "headers"), AUTH)
def test_an_authorization_of_postman_is_the_header_that_was_sent(
    tmp_path: Path, auth: dict[str, Any], headers: tuple[tuple[str, str], ...]
) -> None:
    assert only(tmp_path, postman({"url": f"{BASE}/a", "auth": auth})).request.headers == headers
    collection = postman({"url": f"{BASE}/a"}, auth=auth)
    assert only(tmp_path, collection).request.headers == headers


def test_a_value_that_only_looks_like_a_placeholder_is_a_body(tmp_path: Path) -> None:
    document = wiremock({"method": "POST", "bodyPatterns": [{"equalTo": "${json-unit.ignore}"}]})
    assert only(tmp_path, document).request.body == b"${json-unit.ignore}"


def test_cookies_of_an_expectation_are_the_header_that_was_sent(tmp_path: Path) -> None:
    exchange = only(tmp_path, mock({"cookies": {"a": "1", "b": "2"}}))
    assert exchange.request.headers == (("Cookie", "a=1; b=2"),)


def test_cookies_that_are_also_a_header_are_sent_once(tmp_path: Path) -> None:
    exchange = only(tmp_path, mock({"cookies": {"a": "1"}, "headers": {"Cookie": ["a=1"]}}))
    assert exchange.request.headers == (("Cookie", "a=1"),)


UNSAVED: list[dict[str, Any]] = [
    {"method": "PUT", "bodySize": 123},
    {"method": "PUT", "headers": [{"name": "Content-Length", "value": "123"}]},
    {"method": "POST", "postData": {"mimeType": "image/png", "params": []}, "bodySize": 4},
]


@pytest.mark.parametrize("request_part", UNSAVED)
def test_a_request_body_that_a_har_file_lacks_was_not_recorded(
    tmp_path: Path, request_part: dict[str, Any]
) -> None:
    assert only(tmp_path, har(request_part)).unrecorded == ("request body",)


@pytest.mark.parametrize("size", [0, -1, None])
def test_a_request_without_a_body_lacks_nothing(tmp_path: Path, size: int | None) -> None:
    headers = [{"name": "Content-Length", "value": "0"}]
    assert only(tmp_path, har({"method": "POST", "bodySize": size, "headers": headers})).unrecorded == ()


@pytest.mark.parametrize("method", ["M-SEARCH", "VERSION-CONTROL"])
def test_a_method_may_have_every_character_of_a_token(tmp_path: Path, method: str) -> None:
    assert only(tmp_path, har({"method": method})).request.method == method


def keploy(response: dict[str, Any]) -> dict[str, Any]:
    request = {"method": "GET", "url": f"{BASE}/a", "header": {}}
    spec = {"req": request, "resp": {"status_code": 200, "header": {}, **response}, "created": 1}
    return {"version": "api.keploy.io/v1beta1", "kind": "Http", "name": "t", "spec": spec}


CHUNKS: list[tuple[str, list[Any], bytes]] = [
    (
        "application/x-ndjson",
        [{"data": {"raw": '{"id":1}'}}, {"data": {"raw": '{"id":2}'}}],
        b'{"id":1}\n{"id":2}',
    ),
    ("text/plain", [{"data": "one"}, {"data": "two"}], b"one\ntwo"),
    (
        "text/event-stream",
        [{"data": {"comment": " alive"}}, {"data": {"event": "made", "data": "7"}}],
        b": alive\n\nevent: made\ndata: 7\n\n",
    ),
]


@pytest.mark.parametrize(("kind", "chunks", "body"), CHUNKS)
def test_a_stream_that_keploy_keeps_as_a_list_is_the_text_that_was_sent(
    tmp_path: Path, kind: str, chunks: list[Any], body: bytes
) -> None:
    document = keploy({"header": {"Content-Type": kind}, "body": chunks})
    assert only(tmp_path, document).response.body == body


def test_a_mock_of_keploy_for_http_2_is_read(tmp_path: Path) -> None:
    request = {
        "method": "POST",
        "url": "/a?q=1",
        "authority": "api.example.com",
        "scheme": "https",
        "headers": {"content-type": "text/plain"},
        "body": "hello",
    }
    response = {"status_code": 201, "headers": {"x-a": "b"}, "body": "x"}
    spec = {"metadata": {"type": "HTTP_CLIENT"}, "req": request, "resp": response, "created": 1}
    exchange = only(
        tmp_path, {"version": "api.keploy.io/v1beta1", "kind": "Http2", "name": "mock-0", "spec": spec}
    )
    assert (
        exchange.request.method,
        exchange.request.url,
        exchange.request.headers,
        exchange.request.body,
        exchange.response.status,
        exchange.response.headers,
        exchange.response.body,
    ) == (
        "POST",
        f"{BASE}/a?q=1",
        (("content-type", "text/plain"),),
        b"hello",
        201,
        (("x-a", "b"),),
        b"x",
    )


def stub(state: str | None, next_state: str | None, body: str, scenario: str = "list") -> dict[str, Any]:
    states = {"scenarioName": scenario, "requiredScenarioState": state, "newScenarioState": next_state}
    return {**wiremock({}, {"body": body}), **states}


def test_stubs_of_a_scenario_are_in_the_order_of_its_states(tmp_path: Path) -> None:
    plain = wiremock({"url": "/b"}, {"body": "plain"})
    stubs = [stub("list-3", None, "3"), plain, stub("list-2", "list-3", "2"), stub("Started", "list-2", "1")]
    exchanges = read(tmp_path, {"mappings": stubs}).exchanges
    assert [exchange.response.body for exchange in exchanges] == [b"1", b"plain", b"2", b"3"]


def test_stubs_of_a_scenario_that_has_no_beginning_stay_in_the_order_of_the_file(tmp_path: Path) -> None:
    stubs = [stub("b", "a", "1"), stub("a", "b", "2"), {**stub("a", None, "3"), "scenarioName": None}]
    exchanges = read(tmp_path, {"mappings": stubs}).exchanges
    assert [exchange.response.body for exchange in exchanges] == [b"1", b"2", b"3"]


def test_pairs_of_a_sequence_of_hoverfly_are_in_its_order(tmp_path: Path) -> None:
    documents = [
        hoverfly({**FLY, "requiresState": {"sequence:1": number}}, {"body": number})
        for number in ("10", "2", "1")
    ]
    pairs = [document["data"]["pairs"][0] for document in documents]
    exchanges = read(tmp_path, {"data": {"pairs": pairs}, "meta": {"schemaVersion": "v5"}}).exchanges
    assert [exchange.response.body for exchange in exchanges] == [b"1", b"2", b"10"]


def line() -> str:
    return json.dumps({"request": {"method": "GET", "url": f"{BASE}/a"}, "response": {"status": 200}})


def test_lines_of_a_log_before_ndjson_are_skipped_one_by_one(tmp_path: Path) -> None:
    recording = read(tmp_path, "started\n{a\n{b\n{c\n" + f"{line()}\n", "a.ndjson")
    assert (len(recording.exchanges), len(recording.skipped)) == (1, 4)


def test_a_record_separator_begins_a_line_of_a_json_text_sequence(tmp_path: Path) -> None:
    recording = read(tmp_path, f"\x1e{line()}\n\x1e{line()}\n", "a.json-seq")
    assert (len(recording.exchanges), recording.skipped) == (2, ())


def test_base64_without_its_padding_is_read(tmp_path: Path) -> None:
    text = base64.b64encode(b"Ada!").decode().rstrip("=")
    assert (
        only(tmp_path, har(response={"content": {"text": text, "encoding": "base64"}})).response.body
        == b"Ada!"
    )
