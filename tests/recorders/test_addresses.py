"""Addresses as recorders write them: URLs, paths, hosts and parameters in their own members, variables."""

from __future__ import annotations

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
    saved,
    wiremock,
)

if TYPE_CHECKING:
    from pathlib import Path

URL = f"{BASE}/a"


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
    (
        mock({"socketAddress": {"host": "api.example.org", "port": 8443, "scheme": "HTTPS"}}),
        "https://api.example.org:8443/a",
    ),
    (mock({"queryStringParameters": {"keyMatchStyle": "MATCHING_KEY", "q": ["1"]}}), f"{URL}?q=1"),
    (hoverfly({**FLY, "path": exact("/a b/ü")}), f"{BASE}/a%20b/%C3%BC"),
    (
        hoverfly({**OLD_FLY, "query": {"exactMatch": "q=a%20b&r=100%"}}, version="v4"),
        f"{URL}?q=a%20b&r=100%25",
    ),
    (hoverfly({**OLD_FLY, "queriesWithMatchers": {"q": {"exactMatch": "1"}}}, version="v4"), f"{URL}?q=1"),
    (
        wiremock({"queryParameters": {"q": {"hasExactly": [{"equalTo": "1"}, {"equalTo": "2"}]}}}),
        f"{URL}?q=1&q=2",
    ),
    (
        wiremock({"url": None, "urlPathTemplate": "/u/{id}", "pathParameters": {"id": {"equalTo": "a b"}}}),
        f"{BASE}/u/a%20b",
    ),
    (
        saved(
            {
                "protocol": "https",
                "host": ["api", "example", "com"],
                "port": "8443",
                "path": ["a"],
                "query": [{"key": "q", "value": "1"}, {"key": "off", "value": "2", "disabled": True}],
            }
        ),
        f"{BASE}:8443/a?q=1",
    ),
    (
        saved(
            "https://{{host}}/a",
            variable=[{"key": "host", "value": "{{sub}}.example.com"}, {"key": "sub", "value": "api"}],
        ),
        URL,
    ),
    (mock({"path": "/users/{id}", "pathParameters": {"id": ["7"]}}), f"{BASE}/users/7"),
    (wiremock({"url": "//a//b"}), f"{BASE}//a//b"),
    (postman({"url": "{{base}}/a"}), f"{BASE}/a"),
    (postman({"url": {"host": ["{{base}}"], "path": ["a"]}}), f"{BASE}/a"),
    (har({"url": f"{BASE}/ü b?q=ä b&r=%20"}), f"{BASE}/%C3%BC%20b?q=%C3%A4%20b&r=%20"),
    (saved(f"{BASE}/a b?q=ü"), f"{BASE}/a%20b?q=%C3%BC"),
    (har({"url": "https://bücher.example/a"}), "https://bücher.example/a"),
]


@pytest.mark.parametrize(("document", "url"), URLS)
def test_an_address_is_read_in_each_form(tmp_path: Path, document: Any, url: str) -> None:
    recording = read(tmp_path, document)
    assert ([exchange.request.url for exchange in recording.exchanges], recording.skipped) == ([url], ())


def test_a_variable_of_a_folder_of_postman_has_its_value(tmp_path: Path) -> None:
    document = saved("https://{{host}}/a")
    document["item"] = [
        {"name": "f", "variable": [{"key": "host", "value": "api.example.com"}], "item": document["item"]}
    ]
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.request.url == URL
