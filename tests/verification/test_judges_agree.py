"""In process, the same judge: the verdicts of the matcher are those of the official verifier."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from pactape.exchange import Response
from pactape.verification import verify_in_process, verify_provider

from tests.helpers.apis import serving_api
from tests.verification.helpers.generated import Pair, generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pactape.verification import Verification

VERSIONS = {2: "2.0.0", 3: "3.0.0", 4: "4.0"}
JSON = "application/json"


def verdicts(folder: Path, pairs: list[Pair], version: int) -> list[tuple[Any, bool, bool]]:
    """Each response with the two verdicts: in process, and of the official verifier."""
    path = folder / "pact.json"
    document = {
        "consumer": {"name": "web"},
        "provider": {"name": "users"},
        "interactions": [pair.interaction for pair in pairs],
        "metadata": {"pactSpecification": {"version": VERSIONS[version]}},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    answers = {pair.interaction["request"]["path"]: pair for pair in pairs}

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        pair = answers[environ["PATH_INFO"]]
        start_response("200 OK", pair.headers)
        return [pair.body]

    def respond(request: Any) -> Response:
        pair = answers[request.target]
        return Response(status=200, headers=tuple(pair.headers), body=pair.body)

    ours = verify_in_process([path], app=app, states={})
    with serving_api(respond) as api:
        theirs = verify_provider([path], url=api.url, states={})
    return [
        ((pair.interaction["response"], pair.headers, pair.body), mine, official)
        for pair, mine, official in zip(pairs, passed(ours), passed(theirs), strict=True)
    ]


def passed(verification: Verification) -> list[bool]:
    return [pair.passed for pair in verification.results]


def check(folder: Path, *, seed: int, count: int, version: int) -> None:
    both = verdicts(folder, generate(Random(seed), count, version), version)  # noqa: S311 -- no secret
    assert [pair for pair, mine, official in both if mine != official] == []
    assert {official for _, _, official in both} == {True, False}


@pytest.mark.parametrize(
    "version", [4, *(pytest.param(version, marks=pytest.mark.long) for version in VERSIONS if version != 4)]
)
def test_both_judge_generated_interactions_alike(tmp_path: Path, version: int) -> None:
    check(tmp_path, seed=1, count=80, version=version)


@pytest.mark.long
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "seed", [2, 3, 4, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(5, 12))]
)
def test_both_judge_9_000_generated_interactions_alike(tmp_path: Path, seed: int, version: int) -> None:
    check(tmp_path, seed=seed, count=300, version=version)


def pair(number: int, response: dict[str, Any], content_type: str | None, body: bytes, version: int) -> Pair:
    interaction = {
        "description": f"{number}",
        "request": {"method": "GET", "path": f"/{number}"},
        "response": {"status": 200, **response},
        **({"type": "Synchronous/HTTP"} if version == 4 else {}),
    }
    return Pair(interaction, [("Content-Type", content_type)] if content_type else [], body)


def agree(folder: Path, pairs: list[Pair], version: int) -> None:
    assert [pair for pair, mine, official in verdicts(folder, pairs, version) if mine != official] == []


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("declared", [JSON, None])
def test_texts_of_older_versions_that_look_like_json(
    tmp_path: Path, version: int, declared: str | None
) -> None:
    texts = ("1", "true", "null", "1.5", " 1", "[1]", '{"a":1}', '"x"', "abc")
    headers = {"headers": {"Content-Type": declared}} if declared else {}
    bodies = [(text, body) for text in texts for body in (text.encode(), json.dumps(text).encode())]
    pairs = [
        pair(number, {"body": text, **headers}, declared, body, version)
        for number, (text, body) in enumerate(bodies)
    ]
    agree(tmp_path, pairs, version)


@pytest.mark.parametrize("version", [2, 3])
def test_binary_bodies_of_older_versions_are_base64(tmp_path: Path, version: int) -> None:
    types = ("application/octet-stream", "application/pdf", "image/png", "application/foo", "text/plain")
    bodies = [(kind, body) for kind in types for body in (b"null", b"bnVsbA==")]
    pairs = [
        pair(number, {"body": "bnVsbA==", "headers": {"Content-Type": kind}}, kind, body, version)
        for number, (kind, body) in enumerate(bodies)
    ]
    agree(tmp_path, pairs, version)


def test_an_empty_body_is_required_whatever_the_content_type(tmp_path: Path) -> None:
    cases = [
        (content, kind, other, body)
        for content in ("", None)
        for kind in ("text/plain", JSON)
        for other in ("text/plain", JSON, "text/xml", None)
        for body in (b"", b"x", b"null")
    ]
    pairs = [
        pair(number, {"body": {"content": content, "contentType": kind, "encoded": False}}, other, body, 4)
        for number, (content, kind, other, body) in enumerate(cases)
    ]
    agree(tmp_path, pairs, 4)
