"""Faults put into a provider on purpose: its contracts must catch them, and its callers survive them."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["failing", "rename_field", "slow", "unreliable"]

_UNAVAILABLE = b'{"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": "a fault"}'


def rename_field(app: WSGIApplication, *, old: str, new: str) -> WSGIApplication:
    """`app` with the field `old` called `new` in every JSON answer, at any depth; all else stays as it is."""

    def broken(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(app, environ, buffered=True)
        body = answer.get_data()
        if body and answer.is_json:
            answer.set_data(json.dumps(_renamed(json.loads(body), old=old, new=new)))
        return answer(environ, start_response)

    return broken


def slow(app: WSGIApplication, *, path: str, seconds: float) -> WSGIApplication:
    """`app`, but what is asked at paths that end with `path` is done that many seconds late, the first time."""
    left = [None]

    def late(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith(path) and left:
            left.pop()
            time.sleep(seconds)
        return app(environ, start_response)

    return late


def failing(app: WSGIApplication, *, path: str, times: int, after: bool = False) -> WSGIApplication:
    """`app`, but the first requests whose path ends with `path` are answered 503.

    Args:
        app: A WSGI application.
        path: How the path ends: "/capture".
        times: How many requests fail.
        after: Whether they are done before they are answered so.
    """
    left = [None] * times

    def broken(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith(path) or not left:
            return app(environ, start_response)
        left.pop()
        if after:
            Response.from_app(app, environ, buffered=True)
        return _unavailable()(environ, start_response)

    return broken


def unreliable(
    app: WSGIApplication, *, errors: float, hangs: float, seconds: float, seed: int
) -> WSGIApplication:
    """`app`, but some requests fail and some hang, each before or after it was done.

    Args:
        app: A WSGI application.
        errors: The share of requests that are answered 503.
        hangs: The share that are answered late.
        seconds: How late.
        seed: Of the chance.
    """
    chance = random.Random(seed)  # noqa: S311 -- no secret depends on it

    def shaky(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        draw, first = chance.random(), chance.random() < 0.5  # noqa: PLR2004 -- one half
        if environ["PATH_INFO"] == "/health" or draw > errors + hangs:
            return app(environ, start_response)
        if first and draw < errors:
            return _unavailable()(environ, start_response)
        if first:
            time.sleep(seconds)
        answer = Response.from_app(app, environ, buffered=True)
        if not first and draw >= errors:
            time.sleep(seconds)
        return (_unavailable() if draw < errors else answer)(environ, start_response)

    return shaky


def _unavailable() -> Response:
    return Response(_UNAVAILABLE, status=503, content_type="application/problem+json")


def _renamed(value: Any, *, old: str, new: str) -> Any:
    if isinstance(value, list):
        return [_renamed(each, old=old, new=new) for each in value]
    if isinstance(value, dict):
        return {new if key == old else key: _renamed(each, old=old, new=new) for key, each in value.items()}
    return value
