"""Faults injected into a provider: contracts must catch them, and callers must survive them."""

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
    """Wrap `app` so that the field `old` is called `new` in every JSON response, at any depth."""

    def broken(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = Response.from_app(app, environ, buffered=True)
        body = response.get_data()
        if body and response.is_json:
            response.set_data(json.dumps(_renamed(json.loads(body), old=old, new=new)))
        return response(environ, start_response)

    return broken


def slow(app: WSGIApplication, *, path: str, seconds: float) -> WSGIApplication:
    """Wrap `app` so that the first request whose path ends with `path` is delayed by that many seconds."""
    delays = [None]

    def late(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith(path) and delays:
            delays.pop()
            time.sleep(seconds)
        return app(environ, start_response)

    return late


def failing(app: WSGIApplication, *, path: str, times: int, after: bool = False) -> WSGIApplication:
    """Wrap `app` so that the first requests whose path ends with `path` get status 503.

    Args:
        app: A WSGI application.
        path: The end of the path: "/capture".
        times: How many requests fail.
        after: Whether the request is processed before the 503 is sent.
    """
    failures = [None] * times

    def broken(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith(path) or not failures:
            return app(environ, start_response)
        failures.pop()
        if after:
            Response.from_app(app, environ, buffered=True)
        return _unavailable()(environ, start_response)

    return broken


def unreliable(
    app: WSGIApplication, *, errors: float, hangs: float, seconds: float, seed: int
) -> WSGIApplication:
    """Wrap `app` so that some requests fail and some hang, before or after they were processed.

    Args:
        app: A WSGI application.
        errors: The share of requests that get status 503.
        hangs: The share of delayed requests.
        seconds: The delay.
        seed: The seed of the random choices.
    """
    chance = random.Random(seed)  # noqa: S311 -- not for secrets

    def shaky(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        draw, first = chance.random(), chance.random() < 0.5  # noqa: PLR2004 -- a probability
        if environ["PATH_INFO"] == "/health" or draw > errors + hangs:
            return app(environ, start_response)
        if first and draw < errors:
            return _unavailable()(environ, start_response)
        if first:
            time.sleep(seconds)
        response = Response.from_app(app, environ, buffered=True)
        if not first and draw >= errors:
            time.sleep(seconds)
        return (_unavailable() if draw < errors else response)(environ, start_response)

    return shaky


def _unavailable() -> Response:
    return Response(_UNAVAILABLE, status=503, content_type="application/problem+json")


def _renamed(value: Any, *, old: str, new: str) -> Any:
    if isinstance(value, list):
        return [_renamed(item, old=old, new=new) for item in value]
    if isinstance(value, dict):
        return {new if key == old else key: _renamed(child, old=old, new=new) for key, child in value.items()}
    return value
