"""Who a call is made for, so that cached values are kept apart: read at call time, and only hashed."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
import weakref
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from requests.utils import default_headers

from pactape_clients.wire import Change, Connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from http.cookiejar import CookieJar

    from pactape_clients.auth import TokenSource
__all__ = ["CallerIdentity"]

Part = tuple[str, ...]

#: Headers that every caller sends alike.
_NEUTRAL = {(name.lower(), str(value)) for name, value in default_headers().items()} | {
    ("accept", "application/json"),
    ("content-type", "application/json"),
}
_PER_REQUEST = frozenset({"idempotency-key", "if-none-match", "content-length"})
_KNOWN_ATTRIBUTES = frozenset(vars(requests.Session()))
_SIMPLE = (str, bytes, int, float, bool, type(None))


class CallerIdentity:
    """Gives the namespace of a call's cached values.

    Everything that can make two callers two users is part of it: the token's source, the user in the URL, the
    headers of the client, the call and the session, and the session's cookies, `auth`, `params`, certificate,
    adapters and subclass. It holds a hash of them.

    Args:
        connections: Sends the requests.
        tokens: Where access tokens come from; None sends none.
        user_info: The user and password in the client's URL.
        headers: The client's own headers.
    """

    def __init__(
        self,
        connections: Connections,
        *,
        tokens: TokenSource | None,
        user_info: str,
        headers: Mapping[str, str],
    ) -> None:
        self._connections = connections
        self._tokens = tokens
        constant = list(_header_parts(headers))
        if user_info:
            constant.append(("url", user_info))
        self._constant = constant
        self._objects: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
        cookies = connections.session.cookies
        #: Notes that `fixed` no longer holds, for readers who ask often.
        self.change: Change = getattr(cookies, "change", None) or Change(has_happened=True)
        self._fixed = None if not connections.is_own or _varies(tokens) else self._named("", constant)

    @property
    def fixed(self) -> str | None:
        """The namespace, if nothing about the caller can change from call to call but its headers; else None."""
        return None if self.change.has_happened else self._fixed

    def namespace(self, headers: Mapping[str, str] | None, request: Callable[[], requests.Request]) -> str:
        """Return the namespace of a call that is made now.

        Args:
            headers: The call's own headers.
            request: Gives the call's request, for an `auth` that has to be run to see whom it adds.

        Raises:
            TokenError: The tokens' source has to give a token to identify the caller, and can't.
        """
        parts = [*self._constant, *_header_parts(headers or {})]
        session = self._connections.session
        parts += _cookie_parts(session.cookies)
        if not self._connections.is_own:
            parts += self._session_parts(session, request)
        return self._named("", parts)

    def _named(self, principal: str, parts: list[Part]) -> str:
        if self._tokens is not None:
            principal = self._tokens.identity()
        if not parts:
            return principal
        digest = hashlib.sha256()
        for part in [(principal,), *sorted(set(parts))]:
            for text in part:
                encoded = text.encode("utf-8", "surrogatepass")
                digest.update(b"%d:%s," % (len(encoded), encoded))
            digest.update(b";")
        return digest.hexdigest()[:24]

    def _session_parts(
        self, session: requests.Session, request: Callable[[], requests.Request]
    ) -> Iterator[Part]:
        yield from _header_parts(session.headers)
        yield from _params_parts(session.params)
        if session.cert:
            yield ("cert", repr(session.cert))
        if self._tokens is None and session.auth is not None:
            yield from self._auth_parts(session, request)
        elif self._tokens is None and session.trust_env and os.environ.get("NETRC"):
            yield ("netrc", os.environ["NETRC"])
        for prefix, adapter in session.adapters.items():
            if type(adapter) is not HTTPAdapter:
                yield ("adapter", prefix, self._object(adapter))
        if type(session) is not requests.Session:
            yield from self._subclass_parts(session, request)

    def _auth_parts(
        self, session: requests.Session, request: Callable[[], requests.Request]
    ) -> Iterator[Part]:
        auth: Any = session.auth
        if isinstance(auth, tuple):
            yield ("auth", *map(str, auth))
        elif type(auth) in {HTTPBasicAuth, HTTPDigestAuth}:
            yield ("auth", type(auth).__name__, str(auth.username), str(auth.password))
        else:
            yield ("auth", self._object(auth))
            yield from _simple_parts(auth)
            yield from self._prepared_parts(request())

    def _subclass_parts(
        self, session: requests.Session, request: Callable[[], requests.Request]
    ) -> Iterator[Part]:
        yield ("session", self._object(session))
        yield from _simple_parts(session)
        if type(session).prepare_request is not requests.Session.prepare_request:
            yield from self._prepared_parts(request())

    def _prepared_parts(self, request: requests.Request) -> Iterator[Part]:
        """Yield what the session adds to a request: an `auth` function may read the user from anywhere."""
        prepared = self._connections.prepare(request, request.url or "")
        yield from _header_parts(prepared.headers)
        yield ("prepared", prepared.url or "")

    def _object(self, value: Any) -> str:
        """Return a name for an object that no other object will ever have."""
        try:
            return self._objects.setdefault(value, uuid.uuid4().hex)
        except TypeError:  # it can't be hashed or referred to: then no value is shared
            return uuid.uuid4().hex


def _varies(tokens: TokenSource | None) -> bool:
    return tokens is not None and tokens.varies


def _header_parts(headers: Mapping[str, str | bytes]) -> Iterator[Part]:
    for name, value in headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        pair = str(name).lower(), text
        if pair not in _NEUTRAL and pair[0] not in _PER_REQUEST:
            yield ("header", *pair)


def _cookie_parts(cookies: CookieJar) -> Iterator[Part]:
    now = int(time.time())
    for cookie in cookies:
        if not cookie.is_expired(now):
            yield ("cookie", cookie.domain, cookie.path, cookie.name, str(cookie.value))


def _params_parts(params: Any) -> Iterator[Part]:
    if not params:
        return
    items = params.items() if hasattr(params, "items") else params
    yield ("params", items if isinstance(items, str) else repr(sorted(map(repr, items))))


def _simple_parts(value: Any) -> Iterator[Part]:
    """Yield the attributes that an object keeps in plain sight, such as a user's name."""
    for name, each in getattr(value, "__dict__", {}).items():
        if name not in _KNOWN_ATTRIBUTES and isinstance(each, _SIMPLE):
            yield ("attribute", name, repr(each))
