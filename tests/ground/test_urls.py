"""URLs: their parts, and which lie below a base URL."""

from __future__ import annotations

import re

import pytest
from pactape.urls import (
    authority,
    is_below,
    is_loopback_url,
    origin,
    path_segments,
    request_target,
    url_error,
    without_credentials,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://API.example.com/x", "api.example.com"),
        ("https://ann:pw@api.example.com:443", "api.example.com"),
        ("http://api.example.com:443/", "api.example.com:443"),
        ("http://[::1]:8080/x", "[::1]:8080"),
        ("http://[2001:DB8::1]/", "[2001:db8::1]"),
    ],
)
def test_the_authority_is_host_and_port_in_one_spelling(url: str, expected: str) -> None:
    assert authority(url) == expected


def test_the_origin_has_the_scheme() -> None:
    assert origin("HTTP://A.test:80/x?y") == "http://a.test"


@pytest.mark.parametrize(
    ("url", "base", "below"),
    [
        ("http://a.test", "http://a.test", True),
        ("http://a.test/", "http://a.test", True),
        ("http://a.test?x=1", "http://a.test/", True),
        ("http://a.test/v1?x=1", "http://a.test/v1", True),
        ("http://A.test:80/v1/users", "http://a.test/v1/", True),
        ("http://a.test/v10", "http://a.test/v1", False),
        ("http://a.test.evil/v1", "http://a.test", False),
        ("http://a.test:8080/", "http://a.test", False),
        ("https://a.test/", "http://a.test", False),
    ],
)
def test_a_url_lies_below_a_base_url_by_whole_segments(url: str, base: str, *, below: bool) -> None:
    assert is_below(url, base) is below


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("http://a.test/v1", None),
        ("HTTPS://a.test", None),
        ("a.test", "scheme is not http"),
        ("ftp://a.test", "scheme is not http"),
        ("http:///users", "no host"),
        ("http://h:99999", "[Pp]ort"),
        ("http://h:x", "[Pp]ort"),
        ("http://[::1", "Invalid IPv6"),
    ],
)
def test_what_is_not_a_base_url_is_reported_with_the_reason(text: str, problem: str | None) -> None:
    assert re.search(problem or "^none$", url_error(text) or "none")


def test_segments_are_decoded_and_none_is_lost() -> None:
    assert path_segments("http://a.test/a%2Fb//c?d") == ["a/b", "", "c"]


@pytest.mark.parametrize(
    ("url", "target"),
    [("http://a.test", "/"), ("http://a.test?x=1", "/?x=1"), ("http://a.test/a//b?x#y", "/a//b?x")],
)
def test_the_request_target_is_path_and_query(url: str, target: str) -> None:
    assert request_target(url) == target


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://localhost:1", True),
        ("http://app.localhost", True),
        ("http://127.3.4.5", True),
        ("http://[::1]", True),
        ("http://127.example.com", False),
        ("http://example.com", False),
    ],
)
def test_this_machine_is_known_by_its_usual_names(url: str, *, loopback: bool) -> None:
    assert is_loopback_url(url) is loopback


def test_a_shown_url_has_no_credentials() -> None:
    assert without_credentials("https://ann:pw@a.test:1/x?token=t#f") == "https://a.test:1/x"
