"""Recordings that give no contract, and why."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.helpers.projects import TEST, Project, interaction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def redirect() -> dict[str, Any]:
    """An interaction whose answer is elsewhere."""
    moved = interaction(status=301)
    moved["response"]["headers"]["Location"] = ["http://users.test/people/7"]
    return moved


@pytest.mark.parametrize(
    ("exclusions", "notes", "reason"),
    [
        (
            interaction(url="http://other.test/x"),
            {},
            "no [tool.pactape.providers.*] has a url for http://other.test",
        ),
        (
            redirect(),
            {},
            "a redirect, which the official verifier follows",
        ),
        (interaction(status=401), {}, "a response about credentials, which are not recorded"),
        (interaction(), {**TEST, "contract": False}, "its test excludes it from contracts"),
        (
            interaction(method="CONNECT", url="http://users.test/"),
            {},
            "it is a tunnel (CONNECT), not a request to an API",
        ),
    ],
)
def test_what_takes_no_part_is_reported_with_the_reason(
    project: Project, exclusions: dict[str, Any], notes: dict[str, Any], reason: str
) -> None:
    project.record("a", exclusions, **notes)
    derivation = project.derive()
    skipped_recordings = [
        (exclusion.cassette, exclusion.index, exclusion.reason) for exclusion in derivation.exclusions
    ]
    assert (derivation.contracts, skipped_recordings) == ((), [("cassettes/a.yaml", 0, reason)])


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("grant_type=client_credentials", "application/x-www-form-urlencoded"),
        ('{"grant_type": "client_credentials"}', "application/json"),
        ('{"grantType": "refresh_token"}', "application/json"),
    ],
)
def test_a_token_request_takes_no_part(project: Project, body: str, content_type: str) -> None:
    token = interaction(method="POST", url="http://users.test/oauth/token")
    token["request"]["body"] = body
    token["request"]["headers"] = {"Content-Type": [content_type]}
    project.record("a", token)
    assert project.derive().exclusions[0].reason == "a token request: credentials are not recorded"


def unreadable_interaction(**response: Any) -> dict[str, Any]:
    """An interaction whose response is not what its headers say."""
    spoilt = interaction()
    spoilt["response"] |= response
    return spoilt


DEEP = "[" * 500 + "]" * 500
ODD: dict[str, tuple[dict[str, Any], str]] = {
    "not JSON": (
        {"body": {"string": "<html>"}},
        "the response's body is not JSON, although its content type is",
    ),
    "NaN": (
        {"body": {"string": '{"a": NaN}'}},
        "the response's body is not JSON, although its content type is",
    ),
    "very deep": ({"body": {"string": DEEP * 1}}, "the response's body is nested more than 100 levels deep"),
    "deeper still": (
        {"body": {"string": "[" * 100_000 + "]" * 100_000}},
        "the response's body is not JSON, although its content type is",
    ),
    "torn gzip": (
        {
            "headers": {"Content-Type": ["application/json"], "Content-Encoding": ["gzip"]},
            "body": {"string": gzip.compress(b"{}")[:12]},
        },
        "a body can't be read: its content coding gzip is damaged",
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_body_that_is_not_what_its_headers_say_takes_no_part(project: Project, odd: str) -> None:
    response, reason = ODD[odd]
    project.record("a", unreadable_interaction(**response))
    project.record("b", interaction())
    derivation = project.derive()
    assert (
        [exclusion.reason[: len(reason)] for exclusion in derivation.exclusions],
        len(derivation.contracts),
    ) == (
        [reason],
        1,
    )
