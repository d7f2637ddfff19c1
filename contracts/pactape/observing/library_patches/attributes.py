"""Patches of plain attributes: headers of aiohttp, urllib3 and botocore, values of cookies, URLs, streams."""

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

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.observer import Observer

    Reading = Callable[[Any, Any], Any]

__all__ = ["observe_attributes"]

_REQUESTS, _AIOHTTP = "requests.models", "aiohttp.client_reqrep"
_VCR_RESPONSE = ("vcr.stubs", "VCRHTTPResponse")
#: The response classes with headers; under a cassette, urllib3, urllib and http.client use vcrpy's class.
_HEADER_OWNERS = (
    ("urllib3.response", "BaseHTTPResponse"),
    _VCR_RESPONSE,
    ("botocore.awsrequest", "AWSResponse"),
)
#: Attributes of aiohttp's responses that are parsed from a header.
_PARSED_HEADERS = (("links", "link"), ("content_disposition", "content-disposition"))


def observe_attributes(observer: Observer, replacements: Replacements) -> None:
    """Observe which attributes the code under test reads, ignoring reads by the libraries themselves."""
    _observe_headers(observer, replacements)
    _observe_redirects(observer, replacements)
    _observe_streams(observer, replacements)
    reading = _reading_cookie(observer)
    replacements.add(cookiejar.Cookie, "value", _stored_property("value", reading))
    replacements.attribute(http.cookies.Morsel, "value", _computed_property(reading))


def _observe_headers(observer: Observer, replacements: Replacements) -> None:
    def read(response: Any, headers: Any) -> Any:
        return observed_headers(headers, lambda name: observer.read_header_of_any(response, headers, name))

    for module, name in _HEADER_OWNERS:
        replacements.add(_class(module, name), "headers", _stored_property("headers", read))
    replacements.attribute(_class(_AIOHTTP, "ClientResponse"), "headers", _computed_property(read))
    replacements.attribute(_class(*_VCR_RESPONSE), "getheader", partial(_reading_one, observer))
    replacements.attribute(_class(*_VCR_RESPONSE), "getheaders", partial(_reading_all, observer))
    for name, header in _PARSED_HEADERS:
        reading = partial(_reading_parsed, observer, header)
        replacements.attribute(_class(_AIOHTTP, "ClientResponse"), name, _computed_property(reading))
    replacements.attribute(_class(*_VCR_RESPONSE), "info", _returning(read))
    replacements.attribute(_class("botocore.parsers", "ResponseParser"), "parse", _parsing(read))


def _observe_redirects(observer: Observer, replacements: Replacements) -> None:
    def read_url(response: Any, url: Any) -> Any:
        observer.read_redirects(_earlier_redirects(response))
        return url

    def read_history(_response: Any, history: Any) -> Any:
        for number, redirect in enumerate(history or ()):
            vars(redirect)["_pactape_before"] = tuple(history[:number])
            observer.follow(redirect)
            if "headers" in vars(redirect):
                redirect.headers = observed_headers(redirect.headers, partial(observer.read_header, redirect))
        return history

    for module in (_REQUESTS, "httpx", "httpx2"):
        replacements.add(_class(module, "Response"), "history", _stored_property("history", read_history))
        replacements.attribute(_class(module, "Response"), "url", _computed_property(read_url))
    replacements.add(_class(_REQUESTS, "Response"), "url", _stored_property("url", read_url))
    for name in ("url", "real_url"):
        replacements.attribute(_class(_AIOHTTP, "ClientResponse"), name, _computed_property(read_url))
    replacements.attribute(_class(_AIOHTTP, "ClientResponse"), "history", _computed_property(read_history))


def _observe_streams(observer: Observer, replacements: Replacements) -> None:
    """Observe that a test gets the stream of a body, which it may read without being observed."""

    def read(response: Any, stream: Any) -> Any:
        observer.find_observed(response).is_touched = True
        return stream

    for module, name in ((_REQUESTS, "raw"), ("httpx", "stream"), ("httpx2", "stream")):
        replacements.add(_class(module, "Response"), name, _stored_property(name, read))


def _class(module: str, name: str) -> Any:
    return getattr(sys.modules.get(module), name, None)


def _earlier_redirects(response: Any) -> tuple[Any, ...]:
    """Return the redirects that a client followed before it got a response."""
    earlier = vars(response).get("_pactape_before")
    return tuple(earlier if earlier is not None else getattr(response, "history", None) or ())


def _stored_property(name: str, read: Reading) -> property:
    """Return a property for an attribute that instances store under the same name."""

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


def _computed_property(read: Reading) -> Callable[[Any], Any]:
    """Return a function that wraps a library's property."""

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


def _reading_all(observer: Observer, original: Any) -> Any:
    """Observe the method of http.client that gives all headers."""

    @wraps(original)
    def getheaders(self: Any) -> Any:
        headers = original(self)
        for name, _ in () if is_read_by_library() else headers:
            observer.read_header_of_any(self, self.headers, name)
        return headers

    return getheaders


def _reading_parsed(observer: Observer, header: str, response: Any, value: Any) -> Any:
    observer.read_header_of_any(response, response.headers, header)
    return value


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
    """Observe the headers that botocore returns as a member of its parsed response."""

    def make(original: Any) -> Any:
        @wraps(original)
        def parse(self: Any, response: Any, shape: Any) -> Any:
            parsed = original(self, response, shape)
            metadata = parsed.get("ResponseMetadata") if isinstance(parsed, dict) else None
            if isinstance(metadata, dict) and "HTTPHeaders" in metadata:
                metadata["HTTPHeaders"] = read(response.get("body"), metadata["HTTPHeaders"])
            return parsed

        return parse

    return make
