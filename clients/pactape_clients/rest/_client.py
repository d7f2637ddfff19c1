"""The REST client: methods that concrete clients are built on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload
from urllib.parse import urlencode

import msgspec
import requests

from pactape_clients.cache import TTLCache
from pactape_clients.decoding import decoded, status_error
from pactape_clients.errors import UsageError
from pactape_clients.operations import Operation
from pactape_clients.rest._cached import CachedRead, CachedRoute
from pactape_clients.rest._pages import pages
from pactape_clients.rest._routes import Caching, filled_key, filled_path, filled_text, placeholders
from pactape_clients.rest._writes import Writes
from pactape_clients.transport import Transport
from pactape_clients.typed_cache import Shelf
from pactape_clients.urls import shown

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Mapping

    from pactape_clients.auth import TokenSource
    from pactape_clients.cache import Cache
    from pactape_clients.rest._pages import Paging
    from pactape_clients.transport import TransportSettings

    Query = Mapping[str, str | int | float | Iterable[str | int | float]]

__all__ = ["RestClient"]

T = TypeVar("T")

_NULL = b"null"  # what an empty body is to a type: it does for one that may be None


class RestClient(Writes):
    """The base of clients for one REST API; may be shared by threads.

    Args:
        base_url: The API's URL; route templates are appended to it.
        session: Sends the requests; None makes a session with a pool of its own.
        tokens: Where access tokens come from; None sends none.
        cache: Where cached reads are kept; None makes a cache in memory. Several clients may share one;
            values are kept apart by principal, and by server unless a key of one's own is the same for both.
        settings: Time-outs, deadline, retries, pool size, environment, hooks.

    Raises:
        UsageError: `base_url` is no http or https URL.

    Example:
        >>> import responses
        >>> with responses.RequestsMock() as server:
        ...     _ = server.get("http://weather.test/cities/Paris/temperature", json=21.5)
        ...     RestClient("http://weather.test").get(
        ...         "/cities/{city}/temperature", path={"city": "Paris"}, returns=float
        ...     )
        21.5
    """

    def __init__(
        self,
        base_url: str,
        *,
        session: requests.Session | None = None,
        tokens: TokenSource | None = None,
        cache: Cache | None = None,
        settings: TransportSettings | None = None,
    ) -> None:
        self._transport = Transport(base_url, session=session, tokens=tokens, settings=settings)
        self._cache: Cache = TTLCache() if cache is None else cache

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a session that was given is left to its owner. The client may still be used."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {shown(self._transport.url)}>"

    @overload
    def get(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        returns: type[T],
        caching: Caching | None = None,
    ) -> T: ...
    @overload
    def get(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        caching: Caching | None = None,
    ) -> Any: ...
    def get(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        caching: Caching | None = None,
    ) -> Any:
        """Read.

        Args:
            template: The route template, "/users/{id}": the operation's name for recording, logs and contracts.
            path: A value for each placeholder; escaped as a path segment.
            query: Query parameters; a list gives a parameter several times.
            headers: More request headers.
            returns: The type to decode into, anything that msgspec can; None gives plain JSON values, which are
                fresh for every caller.
            caching: How to keep the result; None keeps nothing.

        Returns:
            A value of the type `returns`; an empty body is None, for a type that may be None or for no type.

        Raises:
            UsageError: The values don't fit the template; nothing was sent.
            TransportError: No answer came.
            TokenError: No token could be had.
            ResponseError: The answer's status is 400 or above.
            DecodeError: The body doesn't fit `returns`.
        """
        operation = Operation(name=f"GET {template}", method="GET", path=template, result=returns)
        values = path or {}
        where = filled_path(template, values)

        def fetch(condition: Mapping[str, str]) -> requests.Response:
            return self._send(operation, where, query=query, headers={**(headers or {}), **condition})

        if caching is None:
            return _result(fetch({}), operation)
        key = filled_key(caching.key, values) if caching.key else self._key(where, query, headers)
        namespace = self._transport.principal
        shelf = Shelf(self._cache, returns)
        read = CachedRead(shelf, caching, operation, fetch)
        tags = (f"path:{where}", *(filled_text(tag, values) for tag in caching.tags))
        return shelf.read(key, read.load, namespace=namespace, tags=tags)

    def cached_route(self, template: str, *, returns: type[T], caching: Caching) -> CachedRoute[T]:
        """Declare a cached read of one thing by one path value; make it once, call its `of` often.

        Args:
            template: A route template with one placeholder.
            returns: The type to decode into.
            caching: How to keep the result; its key must end with the placeholder: "user:{id}".

        Raises:
            UsageError: The template or the key is of another form.
        """
        names = placeholders(template)
        if len(names) != 1:
            raise UsageError(
                f"a cached route has one placeholder; {template} has {len(names)}: use get(…) instead"
            )
        return CachedRoute(
            self,
            template,
            parameter=names[0],
            shelf=Shelf(self._cache, returns),
            caching=caching,
            namespace=self._transport.principal,
        )

    @overload
    def paginate(
        self,
        template: str,
        *,
        by: Paging,
        path: Mapping[str, object] | None = None,
        query: Query | None = None,
        returns: type[T],
    ) -> Iterator[T]: ...
    @overload
    def paginate(
        self,
        template: str,
        *,
        by: Paging,
        path: Mapping[str, object] | None = None,
        query: Query | None = None,
        returns: Any = None,
    ) -> Iterator[Any]: ...
    def paginate(
        self,
        template: str,
        *,
        by: Paging,
        path: Mapping[str, object] | None = None,
        query: Query | None = None,
        returns: Any = None,
    ) -> Iterator[Any]:
        """Read page after page, each when it is asked for.

        Args:
            template: As for `get`.
            by: How one page leads to the next: `ByLink()`, `ByCursor(…)` or `ByNumber(…)`.
            path: As for `get`.
            query: Query parameters of the first page, and with cursors and numbers of all.
            returns: The type of one page.

        Raises:
            UsageError: A page leads to itself, or to another server.
            ClientError: As for `get`.
        """
        operation = Operation(name=f"GET {template}", method="GET", path=template, result=returns)
        where = filled_path(template, path or {})

        def read(url: str | None, parameters: Mapping[str, Any]) -> tuple[Any, requests.Response]:
            response = self._send(operation, where, query=parameters, headers=None, url=url)
            return _result(response, operation), response

        return pages(read, by=by, first=dict(query or {}), server=self._transport.url)

    def forget(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        pattern: str | re.Pattern[str] | None = None,
    ) -> int:
        """Forget cached reads, of all principals.

        Args:
            keys: Their keys: "user:1".
            tags: Any of their tags.
            pattern: A regular expression found in their keys.

        Returns:
            How many were forgotten.
        """
        return self._cache.invalidate(keys=keys, tags=tags, pattern=pattern)

    def _write(
        self,
        method: str,
        template: str,
        path: Mapping[str, object] | None,
        *,
        json: Any,
        headers: Mapping[str, str] | None,
        returns: Any,
        forgets: tuple[str, ...],
    ) -> Any:
        operation = Operation(name=f"{method} {template}", method=method, path=template, result=returns)
        values = path or {}
        where = filled_path(template, values)
        body = None if json is None else msgspec.json.encode(json)
        try:
            response = self._send(operation, where, query=None, headers=headers, body=body)
        finally:  # also after a time-out: the server may have done it
            self.forget(keys=[filled_key(key, values) for key in forgets], tags=[f"path:{where}"])
        return _result(response, operation)

    def _key(self, where: str, query: Query | None, headers: Mapping[str, str] | None) -> str:
        asked = f"?{urlencode(query, doseq=True)}" if query else ""
        told = f" {_told(headers)}" if headers else ""
        return f"GET {where}{asked}{told} at {shown(self._transport.url)}"

    def _send(
        self,
        operation: Operation,
        where: str,
        *,
        query: Query | None,
        headers: Mapping[str, str] | None,
        body: bytes | None = None,
        url: str | None = None,
    ) -> requests.Response:
        content = {} if body is None else {"Content-Type": "application/json"}
        request = requests.Request(
            operation.method,
            url or self._transport.url + where,
            params=query,
            data=body,
            headers={"Accept": "application/json", **content, **(headers or {})},
        )
        return self._transport.send(operation, request, judge=status_error)


def _result(response: requests.Response, operation: Operation) -> Any:
    if not response.content and operation.result is None:
        return None
    return decoded(response.content or _NULL, operation.result, operation, response)


def _told(headers: Mapping[str, str]) -> str:
    """Headers as a part of a key: hashed, since there may be secrets among them."""
    lines = urlencode(sorted((name.lower(), value) for name, value in headers.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
