"""Faults put into a provider on purpose, to see that its contracts catch them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["rename_field"]


def rename_field(app: WSGIApplication, *, old: str, new: str) -> WSGIApplication:
    """`app` with the field `old` called `new` in every JSON answer."""

    def broken(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(
            status: str, headers: list[tuple[str, str]], _error: Any = None
        ) -> Callable[[bytes], object]:
            started.append((status, headers))
            return lambda _data: None

        body = b"".join(app(environ, start))
        status, headers = started[-1]
        if any(name.lower() == "content-type" and "json" in value for name, value in headers):
            body = json.dumps(_renamed(json.loads(body), old=old, new=new)).encode()
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, [*kept, ("Content-Length", str(len(body)))])
        return [body]

    return broken


def _renamed(value: Any, *, old: str, new: str) -> Any:
    if isinstance(value, list):
        return [_renamed(each, old=old, new=new) for each in value]
    if isinstance(value, dict):
        return {new if key == old else key: _renamed(each, old=old, new=new) for key, each in value.items()}
    return value
