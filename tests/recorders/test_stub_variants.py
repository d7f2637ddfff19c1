"""Stubs and saved examples as each tool writes them: what is exact in other forms, and patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.recorders import ReadOptions, read_recording

from tests.recorders.helpers.forms import (
    BASE,
    FLY,
    exact,
    hoverfly,
    mock,
    nock,
    read,
    saved,
    wiremock,
)

if TYPE_CHECKING:
    from pathlib import Path

URL = f"{BASE}/a"


def test_a_path_that_go_vcr_recorded_as_a_server_has_the_host_beside_it(tmp_path: Path) -> None:
    text = (
        "version: 2\ninteractions:\n- id: 0\n  request: {host: api.example.com, url: /a, method: GET}\n"
        "  response: {body: x, headers: {}, status: 200 OK, code: 200, duration: 1ms}\n"
    )
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (exchange,) = read_recording(tmp_path / "a.yaml", ReadOptions()).exchanges
    assert exchange.request.url == "http://api.example.com/a"


def test_raw_headers_of_nock_may_be_pairs(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, nock(rawHeaders=[["A", "1"], ["B", "2"]])).exchanges
    assert exchange.response.headers == (("A", "1"), ("B", "2"))


def test_a_form_of_keploy_with_files_is_a_request_body_that_was_not_recorded(tmp_path: Path) -> None:
    text = (
        "version: api.keploy.io/v1beta1\nkind: Http\nname: t\nspec:\n"
        f"  req: {{method: POST, url: '{URL}', header: {{}}, body: '', form: [{{key: f, paths: [a]}}]}}\n"
        "  resp: {status_code: 200, header: {}, body: '', binary: AAE=}\n  created: 1\n"
    )
    (exchange,) = read(tmp_path, text, "t.yaml").exchanges
    assert (exchange.unrecorded, exchange.response.body) == (("request body",), b"\x00\x01")


def test_a_betamax_file_without_its_name_is_recognized_by_the_old_form_of_statuses(tmp_path: Path) -> None:
    interaction = {"request": {"method": "GET", "uri": URL}, "response": {"status_code": 200, "body": "x"}}
    assert read(tmp_path, {"http_interactions": [interaction]}).tool == "betamax"


SKIPPED: list[tuple[Any, str]] = [
    (mock({"body": {"type": "STRING", "string": "x", "subString": True}}), "a part of bodies"),
    (mock({"body": {"regex": "x.*"}}), "a body of type REGEX"),
    (mock({"body": {"json": {"a": "${json-unit.any-string}"}}}), "a pattern of bodies"),
    (mock({"queryStringParameters": {"!q": ["1"]}}), "a pattern of a query parameter"),
    (mock({"queryStringParameters": {"q": ["[a-z]{1,9}"]}}), "a pattern of a query parameter"),
    (mock({"queryStringParameters": {"q": [{"schema": {"type": "string"}}]}}), "a schema"),
    (mock({"headers": {"Accept": ["application/.*"]}}), "a pattern of a header"),
    (mock({"not": True}), "a negated request"),
    (nock(scope="/.*\\.example\\.com/"), "a pattern of hosts"),
    (nock(scope="https://*.example.com"), "a pattern of hosts"),
    (nock(scope="api.example.com"), "has no scheme"),
    (hoverfly({**FLY, "body": exact({"a": exact("*", "glob")}, "form")}), "a pattern of a"),  # type: ignore[arg-type] # fields instead of a text
    (wiremock({"customMatcher": {"name": "m"}}), "has customMatcher"),
    (wiremock({"multipartPatterns": [{}]}), "has multipartPatterns"),
    (wiremock({"url": None, "urlPathTemplate": "/u/{id}"}), "a pattern of URLs"),
    (wiremock({"bodyPatterns": [{"equalToJson": '{"a":"${json-unit.ignore}"}'}]}), "a pattern of bodies"),
    (saved(f"{BASE}/{{{{id}}}}", variable=[{"key": "id", "value": "x", "disabled": True}]), "has no value"),
    (wiremock({"cookies": {"a": {"contains": "x"}}}), "a pattern of the cookie a"),
    (mock({"path": "/u/{id}", "pathParameters": {"id": ["[0-9]+"]}}), "a pattern of a path parameter"),
]


@pytest.mark.parametrize(("document", "reason"), SKIPPED)
def test_a_pattern_is_skipped_with_the_reason(tmp_path: Path, document: Any, reason: str) -> None:
    (skipped,) = read(tmp_path, document).skipped
    assert reason in skipped.reason
