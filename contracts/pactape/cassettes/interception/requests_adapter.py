"""The short way for requests: an adapter's answer straight from the tape, where urllib3 has no say in it.

It gives what vcrpy's stubs would give at the bottom of urllib3, without the pool and the connection above them.
Whatever isn't plain goes the long way: other adapters, retries by status, certificates, streamed bodies, mocks.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool
from vcr.request import Request as VcrRequest
from vcr.stubs import VCRHTTPResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

    Answer = Callable[[VcrRequest], dict[str, Any] | None]

__all__ = ["answering", "is_genuine"]

_URL = re.compile(
    r"(https?)://([a-z0-9.-]+)(?::(\d+))?(/(?!/)(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*)(?:#.*)?", re.ASCII
)
_DEFAULT_PORTS = {("http", "80"), ("https", "443")}
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
#: What `HTTPAdapter.send` asks of its adapter on the way to the pool; an adapter that has its own keeps it.
_ON_THE_WAY = (
    "add_headers",
    "build_connection_pool_key_attributes",
    "cert_verify",
    "get_connection",
    "get_connection_with_tls_context",
    "request_url",
)
_urlopen = HTTPConnectionPool.urlopen


def is_genuine(send: Any) -> bool:
    """Whether `send` is the method of requests itself: one that a test has put in its place stays there."""
    return getattr(send, "__code__", None) is _SEND_CODE


_SEND_CODE = HTTPAdapter.send.__code__


def answering(answer: Answer, send: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
    """`HTTPAdapter.send`, but that `answer` is asked first.

    Args:
        answer: Gives the response to a request in vcrpy's form; None when it has none.
        send: The method that is replaced, for all that isn't answered.
    """

    def answered(
        self: HTTPAdapter,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 -- the signature is that of requests
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        is_plain = cert is None and _is_plain(timeout) and _is_no_matter(verify, request.url)
        asked = _asked(self, request) if is_plain else None
        response = None if asked is None else answer(asked)
        if response is None or asked is None:
            return send(
                self, request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies=proxies
            )
        return self.build_response(request, _Answer(response, asked.uri))

    return answered


def _is_plain(timeout: Any) -> bool:
    """Whether urllib3 would take these seconds to wait."""
    limits = timeout if isinstance(timeout, tuple) and len(timeout) == 2 else (timeout,)  # noqa: PLR2004 -- connect, read
    return all(limit is None or (type(limit) in {int, float} and limit > 0) for limit in limits)


def _is_no_matter(verify: Any, url: str | None) -> bool:
    """Whether requests would find nothing wrong with where the authorities' certificates are."""
    return isinstance(verify, bool) or (url or "").startswith("http:") or os.path.exists(verify)  # noqa: PTH110 -- as requests does


def _asked(adapter: HTTPAdapter, request: requests.PreparedRequest) -> VcrRequest | None:
    """The request as it would arrive at the bottom; None when only the long way tells."""
    url = _url(str(request.url))
    body: Any = request.body
    has_length = body is None or (isinstance(body, str | bytes) and "Content-Length" in request.headers)
    if url is None or not has_length or not _goes_straight(adapter):
        return None
    return VcrRequest(request.method, url, body, request.headers)


def _goes_straight(adapter: HTTPAdapter) -> bool:
    retries = adapter.max_retries
    return (
        not retries.total
        and not retries.status_forcelist
        and _keeps_to_requests(type(adapter))  # type: ignore[arg-type]  # classes can be hashed
        and HTTPConnectionPool.urlopen is _urlopen
    )


@lru_cache(maxsize=64)
def _keeps_to_requests(kind: type[HTTPAdapter]) -> bool:
    return all(getattr(kind, name, None) is getattr(HTTPAdapter, name, None) for name in _ON_THE_WAY)


@lru_cache(maxsize=4096)
def _url(url: str) -> str | None:
    """The URL without fragment and default port, as vcrpy's stubs put it together; None for unusual ones."""
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme, host, port, target = match.groups()
    colon = f":{port}" if port and (scheme, port) not in _DEFAULT_PORTS else ""
    return f"{scheme}://{host}{colon}{target}"


class _Answer(VCRHTTPResponse):  # type: ignore[misc]  # vcrpy ships no types
    """vcrpy's answer, that requests doesn't search for cookies when there are none."""

    def __init__(self, recorded: dict[str, Any], url: str) -> None:
        headers = recorded["headers"]
        super().__init__({**recorded, "headers": {}}, url)
        self.recorded_response = recorded
        for name in [name for name in headers if name.upper() == "TRANSFER-ENCODING"][:1]:
            del headers[name]
        self.headers = self.msg = _message(headers)

    @property
    def _original_response(self) -> Any:
        return self if "set-cookie" in self.msg else None


def _message(headers: Mapping[str, list[str]]) -> HTTPMessage:
    """Headers as `http.client` parses them."""
    message = HTTPMessage()
    for name, values in headers.items():
        if not _TOKEN.fullmatch(name):
            return _parsed(headers)
        for value in values:
            if not value.isascii() or not value.isprintable():
                return _parsed(headers)
            message.set_raw(name, value.lstrip(" \t"))
    return message


def _parsed(headers: Mapping[str, list[str]]) -> HTTPMessage:
    """Headers that aren't plain, by vcrpy."""
    empty = {"status": {"code": 200, "message": ""}, "headers": dict(headers), "body": {"string": b""}}
    message: HTTPMessage = VCRHTTPResponse(empty).msg
    return message
