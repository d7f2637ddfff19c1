"""The caller's identity, which separates cached values; it is read at call time, and only stored as a hash."""

from __future__ import annotations

import hashlib
import time
import uuid
import weakref
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from requests.utils import default_headers, get_netrc_auth

from pactape_clients.concurrency.call_context import remaining_time
from pactape_clients.wire import ChangeFlag, Connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from http.cookiejar import CookieJar

    from pactape_clients.auth import TokenSource
__all__ = ["CallerIdentity"]

Part = tuple[str, ...]

#: Headers that are equal for all callers.
_NEUTRAL = {(name.lower(), str(value)) for name, value in default_headers().items()} | {
    ("accept", "application/json"),
    ("content-type", "application/json"),
}
_PER_REQUEST = frozenset({"idempotency-key", "if-none-match", "content-length"})
_KNOWN_ATTRIBUTES = frozenset(vars(requests.Session())) | frozenset(vars(HTTPAdapter()))
_MOST_OBJECTS = 1000
_SIMPLE = (str, bytes, int, float, bool, type(None))


class _UnknowableError(Exception):
    """The user of a request can't be determined."""


class CallerIdentity:
    """Computes the namespace of a call's cached values.

    The namespace is a hash of everything that can distinguish users: the token's source, the user in the URL, the
    headers of the client, the call and the session, and the session's cookies, `auth`, `params`, certificate,
    adapters, response hooks and subclass. There is no namespace if a session or adapter sends with an overridden
    method, which may add any user, or has a part that can't be distinguished from others.

    Args:
        connections: Sends the requests.
        tokens: The source of access tokens; None to send none.
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
        self._objects: dict[int, tuple[weakref.ref[Any], str]] = {}
        cookies = connections.session.cookies
        #: A flag that `fixed` is outdated, for frequent readers.
        self.change: ChangeFlag = getattr(cookies, "change", None) or ChangeFlag(has_happened=True)
        self._constant_identity = (
            None if not connections.is_own or _varies(tokens) else self._digest_of("", constant)
        )

    @property
    def fixed(self) -> str | None:
        """The namespace, if only the headers of the caller can change from call to call; otherwise None."""
        return None if self.change.has_happened else self._constant_identity

    def namespace(
        self, headers: Mapping[str, str] | None, request: Callable[[], requests.Request]
    ) -> str | None:
        """Return the namespace of a call made now; None if its caller can't be distinguished from others.

        Args:
            headers: The call's own headers.
            request: Returns the call's request, for an `auth` that must be run to see which user it adds.

        Raises:
            TokenError: The token source can't provide the token that identifies the caller.
            DeadlineExceededError: The deadline of the call on this thread passed.
        """
        parts = [*self._constant, *_header_parts(headers or {})]
        session = self._connections.session
        parts += _cookie_parts(session.cookies)
        if not self._connections.is_own:
            try:
                parts += self._session_parts(session, request)
            except _UnknowableError:
                return None
        namespace = self._digest_of("", parts)
        remaining_time()  # the caller's own functions may have taken longer
        return namespace

    def _digest_of(self, principal: str, parts: list[Part]) -> str:
        if self._tokens is not None:
            principal = self._tokens.identity()
        if not parts:
            return principal
        digest = hashlib.sha256()
        for part in [(principal,), *sorted(set(parts))]:
            for text in part:
                data = text.encode("utf-8", "surrogatepass")
                digest.update(b"%d:%s," % (len(data), data))
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
        elif self._tokens is None and session.trust_env:
            yield from _netrc_parts(self._connections.url)
        for prefix, adapter in session.adapters.items():
            if type(adapter) is not HTTPAdapter:
                yield ("adapter", prefix, self._object(adapter))
                yield from _simple_parts(adapter)
                _check_methods(adapter, HTTPAdapter, ("send", "add_headers"))
        yield from self._hook_parts(session)
        _check_methods(session, requests.Session, ("send",))
        if type(session) is not requests.Session or "prepare_request" in session.__dict__:
            yield from self._subclass_parts(session, request)

    def _hook_parts(self, session: requests.Session) -> Iterator[Part]:
        """Yield the response hooks, which may send a request again as another user."""
        hooks: Any = session.hooks.get("response") or ()
        for hook in (hooks,) if callable(hooks) else hooks:
            yield ("hook", self._object(hook))

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
        if _overrides(session, requests.Session, "prepare_request"):
            yield from self._prepared_parts(request())

    def _prepared_parts(self, request: requests.Request) -> Iterator[Part]:
        """Yield what the session adds to a request, because an `auth` function may read the user from anywhere."""
        prepared = self._connections.prepare(request, request.url or "")
        yield from _header_parts(prepared.headers)
        yield ("prepared", prepared.url or "")

    def _object(self, value: Any) -> str:
        """Return a unique name for an object, never used for another object.

        Raises:
            _UnknowableError: It doesn't support weak references, so its end can't be detected.
        """
        number = id(value)
        entry = self._objects.get(number)
        if entry is not None and entry[0]() is value:
            return entry[1]
        try:
            reference = weakref.ref(value)
        except TypeError:
            raise _UnknowableError from None
        if len(self._objects) >= _MOST_OBJECTS:
            self._objects.clear()
        name = uuid.uuid4().hex
        self._objects[number] = reference, name
        return name


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
    with cookies._cookies_lock:  # type: ignore[attr-defined]  # noqa: SLF001 -- another thread's response may set one
        snapshot = list(cookies)
    for cookie in snapshot:
        if not cookie.is_expired(now):
            yield ("cookie", cookie.domain, cookie.path, cookie.name, str(cookie.value))


def _netrc_parts(url: str) -> Iterator[Part]:
    """Yield the user that requests reads from a netrc file, which may change at any time."""
    credentials = get_netrc_auth(url)
    if credentials is not None:
        yield ("netrc", *map(str, credentials))


def _params_parts(params: Any) -> Iterator[Part]:
    if not params:
        return
    items = params.items() if hasattr(params, "items") else params
    yield ("params", items if isinstance(items, str) else repr(sorted(map(_text_of_pair, items))))


def _text_of_pair(pair: Any) -> str:
    """Return a parameter's `repr` and its `str`, which is sent and may contain more."""
    return f"{pair!r} {pair[-1]}" if isinstance(pair, tuple) and pair else repr(pair)


def _overrides(value: Any, base: type, name: str) -> bool:
    """Return whether an object overrides a method of its base."""
    return name in getattr(value, "__dict__", {}) or getattr(type(value), name, None) is not getattr(
        base, name
    )


def _check_methods(value: Any, base: type, names: tuple[str, ...]) -> None:
    """Raise if an object overrides a method that may add any user while sending."""
    if isinstance(value, base) and any(_overrides(value, base, name) for name in names):
        raise _UnknowableError


def _is_simple(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_simple(item) for pair in value.items() for item in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_simple, value))
    return isinstance(value, _SIMPLE)


def _simple_parts(value: Any) -> Iterator[Part]:
    """Yield the plain attributes of an object, such as a user's name."""
    for name, child in getattr(value, "__dict__", {}).items():
        if name not in _KNOWN_ATTRIBUTES and _is_simple(child):
            yield ("attribute", name, repr(child))
