"""Faults put into a provider: they break what they say, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from storefront.faults import rename_field

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def answering(body: bytes, *, media: str, status: int = 200) -> WSGIApplication:
    return Response(body, status=status, content_type=media)


def altered_answer(body: bytes, *, media: str, status: int = 200) -> Any:
    return Client(rename_field(answering(body, media=media, status=status), old="email", new="mail")).get("/")


@pytest.mark.parametrize(
    "media", ["application/json", "application/problem+json", "application/json; charset=utf-8"]
)
def test_the_field_is_renamed_at_any_depth_of_a_json_answer(media: str) -> None:
    answer = altered_answer(b'{"email": 1, "items": [{"email": 2, "name": "email"}]}', media=media)
    assert answer.json == {"mail": 1, "items": [{"mail": 2, "name": "email"}]}


def test_the_response_has_its_new_content_length() -> None:
    answer = altered_answer(b'{"email": 1}', media="application/json")
    assert int(answer.headers["Content-Length"]) == len(json.dumps({"mail": 1}))


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b'{"email": 1}', "text/plain", 200),
        (b"", "application/json", 204),
        (b'{"email": 1}', "application/octet-stream", 404),
    ],
)
def test_all_else_stays_unchanged(body: bytes, media: str, status: int) -> None:
    answer = altered_answer(body, media=media, status=status)
    assert (answer.data, answer.content_type, answer.status_code) == (body, media, status)


def test_the_application_s_answer_is_closed() -> None:
    class Body(list[bytes]):
        closed = False

        def close(self) -> None:
            self.closed = True

    body = Body([b"{}"])

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return body

    Client(rename_field(app, old="email", new="mail")).get("/")
    assert body.closed
