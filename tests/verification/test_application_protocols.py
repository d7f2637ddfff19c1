"""Applications are called as ASGI 3.0 and PEP 3333 have it: streaming, disconnects, lifespan, base paths."""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

import pytest
from pactape.errors import ApplicationError, ProviderMessageError
from pactape.verification import Verdict, verify_in_process

from tests.verification.helpers.providers import interaction, write_pact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json")],
}
BODY = b'{"id": 7}'


def verdict(folder: Path, app: Any, **options: Any) -> Verdict:
    path = write_pact(folder / "a.json", interaction("a", "/a", {"id": 7}))
    (result,) = verify_in_process([path], app=app, states={}, **options).results
    return result.verdict


async def stream(send: Any) -> None:
    await send(START)
    for part in (BODY[:3], BODY[3:]):
        await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def wait_for_disconnect(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def plain(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await stream(send)
        await wait_for_disconnect(receive)


async def watching(scope: Any, receive: Any, send: Any) -> None:
    """As streaming responses do: whichever ends first ends the other."""
    if scope["type"] == "http":
        tasks = [
            asyncio.ensure_future(coroutine) for coroutine in (stream(send), wait_for_disconnect(receive))
        ]
        _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()


async def racing(scope: Any, receive: Any, send: Any) -> None:
    """As Django's handler does: the response is made while it waits for the client to disconnect."""
    if scope["type"] != "http":
        raise ValueError("only http")
    await receive()
    disconnect = asyncio.ensure_future(receive())
    work = asyncio.ensure_future(asyncio.sleep(0.02))
    finished, _ = await asyncio.wait([disconnect, work], return_when=asyncio.FIRST_COMPLETED)
    if disconnect not in finished:
        disconnect.cancel()
        await stream(send)


async def failing_afterwards(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await receive()
        await stream(send)
        raise RuntimeError("a background task failed")


@pytest.mark.parametrize("app", [plain, watching, racing, failing_afterwards], ids=lambda app: app.__name__)
def test_a_response_is_complete_before_the_client_disconnects(
    tmp_path: Path, app: Callable[..., Any]
) -> None:
    assert verdict(tmp_path, app) is Verdict.PASSED


async def silent(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the protocol
    return


async def breaking_off(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the protocol
    if scope["type"] == "http":
        await send(START)
        await send({"type": "http.response.body", "body": BODY, "more_body": True})


@pytest.mark.parametrize("app", [silent, breaking_off], ids=lambda app: app.__name__)
def test_a_response_that_never_ends_is_a_failure(tmp_path: Path, app: Callable[..., Any]) -> None:
    assert verdict(tmp_path, app) is Verdict.FAILED


async def exiting(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the protocol
    assert scope["type"] == "http"
    sys.exit(4)


def exiting_wsgi(environ: dict[str, Any], start: Any) -> list[bytes]:  # noqa: ARG001 -- the protocol
    sys.exit(4)


async def cancelling(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the protocol
    assert scope["type"] == "http"
    raise asyncio.CancelledError


@pytest.mark.parametrize("app", [exiting, exiting_wsgi, cancelling], ids=lambda app: app.__name__)
def test_an_application_that_exits_fails_and_does_not_end_the_run(
    tmp_path: Path, app: Callable[..., Any]
) -> None:
    assert verdict(tmp_path, app) is Verdict.FAILED


def test_an_application_that_fails_to_start_is_an_error_with_its_reason(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the protocol
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(ApplicationError, match="failed to start: no database"):
        verdict(tmp_path, app)


def test_an_application_that_exits_at_its_start_is_an_error(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the protocol
        sys.exit("no database")

    with pytest.raises(ApplicationError, match="failed to start: SystemExit: no database"):
        verdict(tmp_path, app)


def lazy(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
    """A generator: its response starts with the first chunk."""
    _ = environ
    start("200 OK", [("Content-Type", "application/json")])
    yield BODY[:3]
    yield BODY[3:]


def write_app(environ: dict[str, Any], start: Any) -> list[bytes]:
    _ = environ
    write = start("200 OK", [("Content-Type", "application/json")])
    write(BODY[:3])
    return [BODY[3:]]


@pytest.mark.parametrize("app", [lazy, write_app], ids=lambda app: app.__name__)
def test_a_wsgi_response_may_be_streamed(tmp_path: Path, app: Callable[..., Any]) -> None:
    assert verdict(tmp_path, app) is Verdict.PASSED


def test_a_wsgi_application_gets_what_pep_3333_requires(tmp_path: Path) -> None:
    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))])
        return [BODY]

    assert verdict(tmp_path, validator(app)) is Verdict.PASSED


def test_an_application_that_starts_no_response_is_a_failure(tmp_path: Path) -> None:
    assert verdict(tmp_path, lambda _environ, _start: [BODY]) is Verdict.FAILED


def below_v1(environ: dict[str, Any], start: Any) -> list[bytes]:
    is_known = environ["PATH_INFO"] == "/v1/a"
    start("200 OK" if is_known else "404 Not Found", [("Content-Type", "application/json")])
    return [BODY]


@pytest.mark.parametrize(
    ("base_path", "expected"), [("/v1", Verdict.PASSED), ("v1/", Verdict.PASSED), ("", Verdict.FAILED)]
)
def test_an_application_may_serve_its_api_below_a_base_path(
    tmp_path: Path, base_path: str, expected: Verdict
) -> None:
    assert verdict(tmp_path, below_v1, base_path=base_path) is expected


def test_a_body_that_is_null_is_sent(tmp_path: Path) -> None:
    received = []

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        received.append(environ["wsgi.input"].read())
        start("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    request = {
        "method": "POST",
        "path": "/a",
        "headers": {"Content-Type": ["application/json"]},
        "body": {"content": None, "contentType": "application/json", "encoded": False},
    }
    path = write_pact(tmp_path / "a.json", interaction("a", "/a", request=request))
    assert verify_in_process([path], app=app, states={}).passed
    assert received == [b"null"]


def test_json_numbers_of_the_contract_arrive_unchanged(tmp_path: Path) -> None:
    received = []

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        received.append(json.loads(environ["wsgi.input"].read()))
        start("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    content = {"a": 1.0, "b": 9007199254740993, "c": [None, True]}
    request = {
        "method": "POST",
        "path": "/a",
        "body": {"content": content, "contentType": "application/json", "encoded": False},
    }
    path = write_pact(tmp_path / "a.json", interaction("a", "/a", request=request))
    assert verify_in_process([path], app=app, states={}).passed
    assert received == [content]


def test_a_body_before_its_start_is_a_failure(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the protocol
        if scope["type"] == "http":
            await send({"type": "http.response.body", "body": BODY})

    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    (result,) = verify_in_process([path], app=app, states={}).results
    assert "sent http.response.body before http.response.start" in result.failures[0]


def test_what_is_sent_after_the_end_is_ignored(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the protocol
        if scope["type"] == "http":
            await send(START)
            await send({"type": "http.response.body", "body": BODY})
            await send({"type": "http.response.body", "body": b"more"})

    assert verdict(tmp_path, app) is Verdict.PASSED


def test_requests_without_an_application_are_refused(tmp_path: Path) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with pytest.raises(ProviderMessageError, match="no URL is given"):
        verify_in_process([path], states={})


def test_a_rule_that_cannot_be_read_could_not_be_judged(tmp_path: Path) -> None:
    response = interaction("a", "/a")["response"] | {
        "matchingRules": {"body": {"$.a": {"matchers": [{"match": "no such rule"}]}}}
    }
    path = write_pact(tmp_path / "a.json", interaction("a", "/a", response=response))
    (result,) = verify_in_process([path], app=below_v1, states={}).results
    assert (result.verdict, "a matching rule can't be read" in result.failures[0]) == (
        Verdict.NOT_JUDGED,
        True,
    )


def test_a_synchronous_message_is_judged_by_its_first_response(tmp_path: Path) -> None:
    contents = {"content": {"id": 7}, "contentType": "application/json", "encoded": False}
    message = {
        "type": "Synchronous/Messages",
        "description": "asks",
        "request": {"contents": contents},
        "response": [{"contents": contents}],
    }
    path = write_pact(tmp_path / "a.json", message)
    verdicts = [
        verify_in_process([path], states={}, messages={"asks": partial(dict, id=number)}).results[0].verdict
        for number in (7, 8)
    ]
    assert verdicts == [Verdict.PASSED, Verdict.FAILED]
