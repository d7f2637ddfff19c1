"""Attributes that no method reads: headers of aiohttp, urllib3 and botocore, values of cookies, URLs."""

from __future__ import annotations

import http.cookies
import sys
from functools import partial, wraps
from http import cookiejar
from typing import TYPE_CHECKING, Any

from pactape.observing.library_patches.callers import is_read_by_library
from pactape.observing.library_patches.header_mappings import observed_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.observing.answers import Observer
    from pactape.observing.library_patches.replacing import Replacements

    Reading = Callable[[Any, Any], Any]

__all__ = ["observe_attributes"]

_REQUESTS, _AIOHTTP = "requests.models", "aiohttp.client_reqrep"
_VCR_RESPONSE = ("vcr.stubs", "VCRHTTPResponse")
#: The responses that keep their headers; under a cassette urllib3, urllib and http.client give those of vcrpy.
_HEADER_OWNERS = (
    ("urllib3.response", "BaseHTTPResponse"),
    _VCR_RESPONSE,
    ("botocore.awsrequest", "AWSResponse"),
)


def observe_attributes(observer: Observer, replacements: Replacements) -> None:
    """Observe what the code under test reads of attributes, and not what the libraries read for themselves."""
    _observe_headers(observer, replacements)
    _observe_redirects(observer, replacements)
    reading = _reading_cookie(observer)
    replacements.add(cookiejar.Cookie, "value", _stored("value", reading))
    replacements.attribute(http.cookies.Morsel, "value", _computed(reading))


def _observe_headers(observer: Observer, replacements: Replacements) -> None:
    def read(response: Any, headers: Any) -> Any:
        return observed_headers(headers, lambda name: observer.read_header_of_any(response, headers, name))

    for module, name in _HEADER_OWNERS:
        replacements.add(_class(module, name), "headers", _stored("headers", read))
    replacements.attribute(_class(_AIOHTTP, "ClientResponse"), "headers", _computed(read))
    replacements.attribute(_class(*_VCR_RESPONSE), "getheader", partial(_reading_one, observer))
    replacements.attribute(_class(*_VCR_RESPONSE), "info", _returning(read))
    replacements.attribute(_class("botocore.parsers", "ResponseParser"), "parse", _parsing(read))


def _observe_redirects(observer: Observer, replacements: Replacements) -> None:
    def read_url(response: Any, url: Any) -> Any:
        observer.read_redirects(_before(response))
        return url

    def read_history(_response: Any, history: Any) -> Any:
        for number, each in enumerate(history or ()):
            vars(each)["_pactape_before"] = tuple(history[:number])
            observer.follow(each)
            if "headers" in vars(each):
                each.headers = observed_headers(each.headers, partial(observer.read_header, each))
        return history

    for module in (_REQUESTS, "httpx", "httpx2"):
        replacements.add(_class(module, "Response"), "history", _stored("history", read_history))
        replacements.attribute(_class(module, "Response"), "url", _computed(read_url))
    replacements.add(_class(_REQUESTS, "Response"), "url", _stored("url", read_url))
    for name in ("url", "real_url"):
        replacements.attribute(_class(_AIOHTTP, "ClientResponse"), name, _computed(read_url))
    replacements.attribute(_class(_AIOHTTP, "ClientResponse"), "history", _computed(read_history))


def _class(module: str, name: str) -> Any:
    return getattr(sys.modules.get(module), name, None)


def _before(response: Any) -> tuple[Any, ...]:
    """Return the redirects that a client followed before it got a response."""
    earlier = vars(response).get("_pactape_before")
    return tuple(earlier if earlier is not None else getattr(response, "history", None) or ())


def _stored(name: str, read: Reading) -> property:
    """Return a property for an attribute that instances keep under its own name."""

    def get(self: Any) -> Any:
        try:
            value = vars(self)[name]
        except KeyError:
            raise AttributeError(name) from None
        return value if is_read_by_library() else read(self, value)

    def put(self: Any, value: Any) -> None:
        vars(self)[name] = value

    def delete(self: Any) -> None:
        del vars(self)[name]

    return property(get, put, delete)


def _computed(read: Reading) -> Callable[[Any], Any]:
    """Return what makes a property out of a library's own."""

    def make(original: Any) -> Any:
        def get(self: Any) -> Any:
            value = original.__get__(self, type(self))
            return value if is_read_by_library() else read(self, value)

        return property(get, getattr(original, "fset", None), doc=getattr(original, "__doc__", None))

    return make


def _reading_one(observer: Observer, original: Any) -> Any:
    """Observe the method of http.client that gives one header."""

    @wraps(original)
    def getheader(self: Any, name: str, default: Any = None) -> Any:
        if not is_read_by_library():
            observer.read_header_of_any(self, self.headers, name)
        return original(self, name, default)

    return getheader


def _returning(read: Reading) -> Callable[[Any], Any]:
    """Observe the headers that a method returns."""

    def make(original: Any) -> Any:
        @wraps(original)
        def info(self: Any) -> Any:
            return original(self) if is_read_by_library() else read(self, original(self))

        return info

    return make


def _reading_cookie(observer: Observer) -> Reading:
    def read(cookie: Any, value: Any) -> Any:
        observer.read_cookie(getattr(cookie, "name", None) or getattr(cookie, "key", None))
        return value

    return read


def _parsing(read: Reading) -> Callable[[Any], Any]:
    """Observe the headers that callers of botocore get as a member of what it parsed."""

    def make(original: Any) -> Any:
        @wraps(original)
        def parse(self: Any, *arguments: Any, **options: Any) -> Any:
            parsed = original(self, *arguments, **options)
            metadata = parsed.get("ResponseMetadata") if isinstance(parsed, dict) else None
            if isinstance(metadata, dict) and "HTTPHeaders" in metadata:
                metadata["HTTPHeaders"] = read(None, metadata["HTTPHeaders"])
            return parsed

        return parse

    return make
