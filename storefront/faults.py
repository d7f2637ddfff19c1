"""Faults put into a provider on purpose, to see that its contracts catch them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["rename_field"]


def rename_field(app: WSGIApplication, *, old: str, new: str) -> WSGIApplication:
    """`app` with the field `old` called `new` in every JSON answer, at any depth; all else stays as it is."""

    def broken(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(app, environ, buffered=True)
        body = answer.get_data()
        if body and answer.is_json:
            answer.set_data(json.dumps(_renamed(json.loads(body), old=old, new=new)))
        return answer(environ, start_response)

    return broken


def _renamed(value: Any, *, old: str, new: str) -> Any:
    if isinstance(value, list):
        return [_renamed(each, old=old, new=new) for each in value]
    if isinstance(value, dict):
        return {new if key == old else key: _renamed(each, old=old, new=new) for key, each in value.items()}
    return value
