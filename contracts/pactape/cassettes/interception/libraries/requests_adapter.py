"""Fast path for requests: returns an adapter's response from the cassette, without urllib3.

The result is the same as with vcrpy's stubs below urllib3, but without the pool and the connection. Special cases
take the normal path: other adapters, retries by status, certificates, streamed bodies, mocks, recorders.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict
from urllib3.connectionpool import HTTPConnectionPool
from vcr.request import Request as VcrRequest

from pactape.cassettes.interception.libraries.http_client_stubs import ReplayedResponse, parse_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import Message

    import requests

    Lookup = Callable[[VcrRequest], dict[str, Any] | None]

__all__ = ["fast_send", "is_genuine", "plain_url"]

_URL = re.compile(
    r"(https?)://([a-z0-9.-]+)(?::(\d+))?(/(?!/)(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*)(?:#.*)?", re.ASCII
)
_DEFAULT_PORTS = {("http", "80"), ("https", "443")}
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
#: The methods that `HTTPAdapter.send` calls before the pool; an adapter that overrides one takes the normal path.
_HOOKS = (
    "add_headers",
    "build_connection_pool_key_attributes",
    "cert_verify",
    "get_connection",
    "get_connection_with_tls_context",
    "request_url",
)
_urlopen = HTTPConnectionPool.urlopen


def is_genuine(send: Any) -> bool:
    """Return whether `send` is the method of requests itself, rather than a replacement by a test."""
    return getattr(send, "__code__", None) is _SEND_CODE


_SEND_CODE = HTTPAdapter.send.__code__


def fast_send(
    look_up: Lookup, send: Callable[..., requests.Response], is_patched: Callable[[], bool]
) -> Callable[..., requests.Response]:
    """Return a replacement of `HTTPAdapter.send` that checks the cassette first.

    Args:
        look_up: Returns the recorded response to a request in vcrpy's form; None if there is none.
        send: The replaced method, for all other requests.
        is_patched: Returns whether urllib3 has our patches; another recorder may have patched it later.
    """

    def sending(
        self: HTTPAdapter,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 -- the signature is that of requests
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002 -- as above
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        is_plain = cert is None and _is_plain(timeout) and _is_valid(verify, request.url) and is_patched()
        vcr_request = _sent_request(self, request) if is_plain else None
        recording = None if vcr_request is None else look_up(vcr_request)
        if recording is None or vcr_request is None:
            return send(
                self, request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies=proxies
            )
        return self.build_response(request, _FastResponse(recording, vcr_request.uri))

    return sending


def _is_plain(timeout: Any) -> bool:
    """Return whether urllib3 would accept this time-out."""
    limits = timeout if isinstance(timeout, tuple) and len(timeout) == 2 else (timeout,)  # noqa: PLR2004 -- connect, read
    return all(limit is None or (type(limit) in {int, float} and limit > 0) for limit in limits)


def _is_valid(verify: Any, url: str | None) -> bool:
    """Return whether requests would accept the path of the certificates."""
    return isinstance(verify, bool) or (url or "").startswith("http:") or os.path.exists(verify)  # noqa: PTH110 -- as requests does


def _sent_request(adapter: HTTPAdapter, request: requests.PreparedRequest) -> VcrRequest | None:
    """Return the request as vcrpy's stubs would get it; None if only the normal path can build it."""
    url = plain_url(str(request.url))
    body: Any = request.body
    has_length = body is None or (isinstance(body, str | bytes) and "Content-Length" in request.headers)
    if url is None or not has_length or not _is_default(adapter):
        return None
    return VcrRequest(request.method, url, body, request.headers)


def _is_default(adapter: HTTPAdapter) -> bool:
    retries = adapter.max_retries
    return (
        not retries.total
        and not retries.status_forcelist
        and _overrides_nothing(type(adapter))  # type: ignore[arg-type]  # classes can be hashed
        and HTTPConnectionPool.urlopen is _urlopen
    )


@lru_cache(maxsize=64)
def _overrides_nothing(kind: type[HTTPAdapter]) -> bool:
    return all(getattr(kind, name, None) is getattr(HTTPAdapter, name, None) for name in _HOOKS)


@lru_cache(maxsize=4096)
def plain_url(url: str) -> str | None:
    """Return the URL without fragment and default port, as vcrpy's stubs build it; None for unusual URLs."""
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme, host, port, target = match.groups()
    colon = f":{port}" if port and (scheme, port) not in _DEFAULT_PORTS else ""
    return f"{scheme}://{host}{colon}{target}"


class _FastResponse(ReplayedResponse):
    """A replayed response that requests doesn't search for cookies if it has none."""

    def __init__(self, recording: dict[str, Any], url: str) -> None:
        headers = recording["headers"]
        super().__init__({**recording, "headers": {}}, url)
        self.recorded_response = recording
        for name in [name for name in headers if name.upper() == "TRANSFER-ENCODING"][:1]:
            del headers[name]
        self.msg = _message(headers)
        self.headers = self.msg
        if any(len(values) > 1 for values in headers.values()):  # urllib3 joins the values of one name
            self.headers = HTTPHeaderDict(self.msg.items())  # type: ignore[assignment]  # as urllib3's response has

    @property
    def _original_response(self) -> Any:
        return self if "set-cookie" in self.msg else None


def _message(headers: Mapping[str, list[str]]) -> Message:
    """Return headers as parsed by `http.client`, without parsing if that makes no difference."""
    message = HTTPMessage()
    for name, values in headers.items():
        if not _TOKEN.fullmatch(name):
            return parse_headers(headers)
        for value in values:
            if not value.isascii() or not value.isprintable():
                return parse_headers(headers)
            message.set_raw(name, value.lstrip(" \t"))
    return message
