"""Where client libraries hand out answers: requests, httpx, httpx2, aiohttp and botocore."""

from __future__ import annotations

import sys
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.answers import internal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.observing.answers import Observer
    from pactape.observing.replacing import Replacements

__all__ = ["observe_responses"]


def observe_responses(observer: Observer, replacements: Replacements) -> None:
    """Observe what is read of the responses of the libraries that are imported."""
    _requests(observer, replacements)
    for name in ("httpx", "httpx2"):
        _httpx(name, observer, replacements)
    _aiohttp(observer, replacements)
    botocore = sys.modules.get("botocore.awsrequest")
    for each in ("content", "text"):
        replacements.attribute(getattr(botocore, "AWSResponse", None), each, _handing_out(observer))


def _requests(observer: Observer, replacements: Replacements) -> None:
    models, sessions = sys.modules.get("requests.models"), sys.modules.get("requests.sessions")
    response = getattr(models, "Response", None)
    replacements.attribute(response, "json", _reading_json(observer))
    for name in ("content", "text"):
        replacements.attribute(response, name, _handing_out(observer))
    for name in ("iter_content", "iter_lines"):
        replacements.attribute(response, name, _streaming(observer))
    replacements.attribute(getattr(sessions, "Session", None), "send", _sending(observer))


def _httpx(name: str, observer: Observer, replacements: Replacements) -> None:
    module = sys.modules.get(name)
    response = getattr(module, "Response", None)
    replacements.attribute(response, "json", _reading_json(observer))
    for each in ("content", "text"):
        replacements.attribute(response, each, _handing_out(observer))
    replacements.attribute(response, "read", _reading(observer))
    replacements.attribute(response, "aread", _reading_async(observer))
    for each in ("iter_bytes", "iter_text", "iter_lines", "iter_raw"):
        replacements.attribute(response, each, _streaming(observer))
    replacements.attribute(getattr(module, "Client", None), "send", _sending(observer))
    replacements.attribute(getattr(module, "AsyncClient", None), "send", _sending_async(observer))


def _aiohttp(observer: Observer, replacements: Replacements) -> None:
    response = getattr(sys.modules.get("aiohttp.client_reqrep"), "ClientResponse", None)
    session = getattr(sys.modules.get("aiohttp.client"), "ClientSession", None)
    replacements.attribute(session, "_request", _requesting)
    replacements.attribute(response, "json", _reading_json_async(observer))
    for name in ("read", "text"):
        replacements.attribute(response, name, _reading_async(observer))


def _requesting(original: Any) -> Any:
    """Recording reads the body of a real response of aiohttp before its caller gets it."""

    @wraps(original)
    async def request(self: Any, *arguments: Any, **options: Any) -> Any:
        with internal():
            return await original(self, *arguments, **options)

    return request


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
    """By the body, where a cassette knows it: aiohttp's responses don't have the request's body."""

    def make(original: Any) -> Any:
        @wraps(original)
        async def json(self: Any, **options: Any) -> Any:
            with internal():
                value = await original(self, **options)
                body = await self.read()
            found = observer.answer_with(body)
            if found is not None:
                return observer.parsed(body, value)
            return observer.read(self, value)

        return json

    return make


def _handing_out(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        def body(self: Any) -> Any:
            with internal():
                value = original.__get__(self, type(self))
            return observer.touch(self, value)

        return property(body, doc=getattr(original, "__doc__", None))

    return make


def _reading(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def read(self: Any, *arguments: Any, **options: Any) -> Any:
            with internal():
                value = original(self, *arguments, **options)
            return observer.touch(self, value)

        return read

    return make


def _reading_async(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        async def read(self: Any, *arguments: Any, **options: Any) -> Any:
            with internal():
                value = await original(self, *arguments, **options)
            return observer.touch(self, value)

        return read

    return make


def _streaming(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def stream(self: Any, *arguments: Any, **options: Any) -> Any:
            observer.touch(self, b"")
            return original(self, *arguments, **options)

        return stream

    return make


def _sending(observer: Observer) -> Callable[[Any], Any]:
    """Libraries read bodies and headers while they send; what comes after that is read by their caller."""

    def make(original: Any) -> Any:
        @wraps(original)
        def send(self: Any, *arguments: Any, **options: Any) -> Any:
            with internal():
                response = original(self, *arguments, **options)
            return _given(observer, response, is_streamed=bool(options.get("stream")))

        return send

    return make


def _sending_async(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        async def send(self: Any, *arguments: Any, **options: Any) -> Any:
            with internal():
                response = await original(self, *arguments, **options)
            return _given(observer, response, is_streamed=bool(options.get("stream")))

        return send

    return make


def _given(observer: Observer, response: Any, *, is_streamed: bool) -> Any:
    """The response, with headers that note which of them are read; a stream may be read unseen."""
    observer.given(response).is_touched |= is_streamed
    headers = getattr(response, "headers", None)
    if headers is not None and not hasattr(headers, "_pactape_observed"):
        response.headers = _observed_headers(observer, response, headers)
    return response


def _observed_headers(observer: Observer, response: Any, headers: Any) -> Any:
    plain: Any = type(headers)
    observed: Any = object.__new__(_headers_class(plain))
    observed.__dict__.update(vars(headers), _pactape_observed=(observer, response))
    return observed


@lru_cache(maxsize=8)
def _headers_class(plain: Any) -> Any:
    """A library's class of headers that notes which of them are read."""

    def __getitem__(self: Any, name: Any) -> Any:  # noqa: N807 -- a method of the class below
        observer, response = self._pactape_observed
        observer.read_header(response, name)
        return plain.__getitem__(self, name)

    return type(plain.__name__, (plain,), {"__getitem__": __getitem__})
