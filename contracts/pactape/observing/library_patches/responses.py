"""Patches of client libraries that return responses: requests, httpx, httpx2, aiohttp and botocore."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from functools import wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.library_patches.callers import is_read_by_module, is_read_while_sending
from pactape.observing.library_patches.cookies import cookie_names
from pactape.observing.library_patches.header_mappings import observed_headers
from pactape.observing.library_patches.streaming import streaming, streaming_async
from pactape.observing.observed_response import body_of
from pactape.observing.reading_contexts import internal, is_internal, sending

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.observer import Observer

__all__ = ["observe_responses"]

#: Transports of httpx and Starlette that call an application in the same process.
_APPLICATION_TRANSPORTS = frozenset({"ASGITransport", "WSGITransport", "_TestClientTransport"})


def observe_responses(observer: Observer, replacements: Replacements) -> None:
    """Observe which parts of responses are read, in the imported libraries."""
    _requests(observer, replacements)
    for name in ("httpx", "httpx2"):
        _httpx(name, observer, replacements)
    _aiohttp(observer, replacements)
    botocore = sys.modules.get("botocore.awsrequest")
    for attribute in ("content", "text"):
        replacements.attribute(getattr(botocore, "AWSResponse", None), attribute, _handing_out(observer))


def _requests(observer: Observer, replacements: Replacements) -> None:
    models, sessions = sys.modules.get("requests.models"), sys.modules.get("requests.sessions")
    response = getattr(models, "Response", None)
    replacements.attribute(response, "json", _reading_json(observer))
    for name in ("content", "text"):
        replacements.attribute(response, name, _handing_out(observer))
    replacements.attribute(response, "iter_content", streaming(observer, by_line=False))
    replacements.attribute(response, "iter_lines", streaming(observer, by_line=True))
    adapter = getattr(sys.modules.get("requests.adapters"), "HTTPAdapter", None)
    replacements.attribute(adapter, "build_response", _building(observer))
    replacements.attribute(getattr(sessions, "Session", None), "send", _sending(observer))


def _httpx(name: str, observer: Observer, replacements: Replacements) -> None:
    module = sys.modules.get(name)
    response = getattr(module, "Response", None)
    replacements.attribute(response, "__init__", _creating(observer))
    replacements.attribute(response, "json", _reading_json(observer))
    for attribute in ("content", "text"):
        replacements.attribute(response, attribute, _handing_out(observer))
    replacements.attribute(response, "read", _reading(observer))
    replacements.attribute(response, "aread", _reading_async(observer))
    for attribute in ("bytes", "text", "lines", "raw"):
        by_line = attribute == "lines"
        replacements.attribute(response, f"iter_{attribute}", streaming(observer, by_line=by_line))
        replacements.attribute(response, f"aiter_{attribute}", streaming_async(observer, by_line=by_line))
    replacements.attribute(getattr(module, "Client", None), "send", _sending(observer))
    replacements.attribute(getattr(module, "AsyncClient", None), "send", _sending_async(observer))


def _aiohttp(observer: Observer, replacements: Replacements) -> None:
    real = getattr(sys.modules.get("aiohttp.client_reqrep"), "ClientResponse", None)
    replayed = getattr(sys.modules.get("vcr.stubs.aiohttp_stubs"), "MockClientResponse", None)
    session = getattr(sys.modules.get("aiohttp.client"), "ClientSession", None)
    replacements.attribute(session, "_request", _requesting(observer))
    for response in (real, replayed):
        replacements.attribute(response, "json", _reading_json_async(observer))
        replacements.attribute(response, "read", _reading_async(observer))
        replacements.attribute(response, "text", _reading_text_async(observer))
    replacements.attribute(real, "content", lambda original: _ObservedStream(observer, original))


class _ObservedStream:
    """The attribute of aiohttp's responses that is the stream of the body: a test that gets it reads the body."""

    def __init__(self, observer: Observer, original: Any) -> None:
        self._observer = observer
        self._original = original

    def __get__(self, response: Any, owner: Any = None) -> Any:
        if response is None:
            return self._original
        is_ignored = is_internal() or is_read_while_sending()
        if not (is_ignored or is_read_by_module("aiohttp.client_reqrep", "vcr.stubs.aiohttp_stubs")):
            self._observer.find_observed(response).is_touched = True
            self._observer.touch(response, body_of(response))
        return vars(response).get("content", self._original)

    def __set__(self, response: Any, value: Any) -> None:
        vars(response)["content"] = value


def _requesting(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of aiohttp's request: recording reads the body before its caller gets the response."""

    def make(original: Any) -> Any:
        @wraps(original)
        async def request(self: Any, *arguments: Any, **options: Any) -> Any:
            with sending():
                response = await original(self, *arguments, **options)
            observer.find_observed(response)
            return response

        return request

    return make


def _reading_json(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def json(self: Any, *arguments: Any, **options: Any) -> Any:
            with internal():
                value = original(self, *arguments, **options)
            return observer.read(self, value)

        return json

    return make


def _reading_json_async(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of aiohttp's `json`."""

    def make(original: Any) -> Any:
        @wraps(original)
        async def json(self: Any, **options: Any) -> Any:
            with internal():
                value = await original(self, **options)
                observer.remember(await self.read(), observer.find_observed(self))
            return observer.read(self, value)

        return json

    return make


def _handing_out(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        def body(self: Any) -> Any:
            is_ignored = is_read_while_sending()
            with internal():
                value = original.__get__(self, type(self))
            return value if is_ignored else observer.touch(self, value)

        return property(body, doc=getattr(original, "__doc__", None))

    return make


def _reading(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def read(self: Any, *arguments: Any, **options: Any) -> Any:
            with internal():
                value = original(self, *arguments, **options)
            return observer.receive_body(self, value)

        return read

    return make


def _reading_async(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        async def read(self: Any, *arguments: Any, **options: Any) -> Any:
            with internal():
                value = await original(self, *arguments, **options)
            return observer.receive_body(self, value)

        return read

    return make


def _reading_text_async(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        async def text(self: Any, *arguments: Any, **options: Any) -> Any:
            is_ignored = is_read_while_sending()
            with internal():
                value = await original(self, *arguments, **options)
            return value if is_ignored else observer.touch(self, value)

        return text

    return make


def _sending(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of `send`: libraries read bodies and headers while they send; later reads are the caller's."""

    def make(original: Any) -> Any:
        @wraps(original)
        def send(self: Any, *arguments: Any, **options: Any) -> Any:
            with _while_sending(self):
                response = original(self, *arguments, **options)
            return _observed_response(observer, response)

        return send

    return make


def _sending_async(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        async def send(self: Any, *arguments: Any, **options: Any) -> Any:
            with _while_sending(self):
                response = await original(self, *arguments, **options)
            return _observed_response(observer, response)

        return send

    return make


def _building(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of the method of requests' adapter that creates a response."""

    def make(original: Any) -> Any:
        @wraps(original)
        def build_response(self: Any, *arguments: Any, **options: Any) -> Any:
            return _observed_response(observer, original(self, *arguments, **options))

        return build_response

    return make


def _creating(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of httpx's responses, which transports create and hooks read."""

    def make(original: Any) -> Any:
        @wraps(original)
        def __init__(self: Any, *arguments: Any, **options: Any) -> None:  # noqa: N807 -- replaces that method
            original(self, *arguments, **options)
            _observe_headers(observer, self)

        return __init__

    return make


def _while_sending(client: Any) -> AbstractContextManager[None]:
    """Ignore reads by the library, and not those by an application that runs inside a test client."""
    kinds = {base.__name__ for base in type(getattr(client, "_transport", None)).__mro__}
    return sending() if kinds.isdisjoint(_APPLICATION_TRANSPORTS) else nullcontext()


def _observed_response(observer: Observer, response: Any) -> Any:
    """Return the response with observed headers."""
    observer.find_observed(response)
    _observe_headers(observer, response)
    return response


def _observe_headers(observer: Observer, response: Any) -> None:
    headers = getattr(response, "headers", None)
    response.headers = observed_headers(headers, lambda name: _note_header(observer, response, headers, name))


def _note_header(observer: Observer, response: Any, headers: Any, name: str) -> None:
    observer.read_header(response, name)
    if name.lower() == "set-cookie":
        pairs = headers.multi_items() if hasattr(headers, "multi_items") else headers.lower_items()
        for cookie in (
            cookie_name for key, value in pairs if key == "set-cookie" for cookie_name in cookie_names(value)
        ):
            observer.read_cookie(cookie)
