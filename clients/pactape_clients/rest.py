"""REST: explicit methods over declared route templates, typed results, cached reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from pactape_clients.cache import TTLCache
from pactape_clients.operations import Operation
from pactape_clients.transport import DEFAULT_TIMEOUT, Transport, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from pactape_clients.tokens import TokenSource

__all__ = ["RestClient"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NO_CONTENT = 204


class RestClient:
    """The base of clients for one REST API; safe to share between threads as far as its session is.

    Args:
        base_url: The API's base URL; route templates are appended to it.
        session: The session to send with; its own by default.
        tokens: Where access tokens come from; None sends none.
        cache: Where `cached_get` keeps its results; a cache of its own by default.
        timeout: Seconds to connect, and to wait for the next bytes of the answer.

    Example:
        >>> class Weather(RestClient):
        ...     def temperature(self, city: str) -> float:
        ...         return self.get("/cities/{city}/temperature", path={"city": city}, returns=float)
    """

    def __init__(
        self,
        base_url: str,
        *,
        session: requests.Session | None = None,
        tokens: TokenSource | None = None,
        cache: TTLCache[Any] | None = None,
        timeout: tuple[float, float] = DEFAULT_TIMEOUT,
    ) -> None:
        self._transport = Transport(base_url, session=session, tokens=tokens, timeout=timeout)
        self._cache = TTLCache[Any]() if cache is None else cache

    def get(
        self,
        template: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        returns: Any = None,
    ) -> Any:
        """Send a GET.

        Args:
            template: The route template, "/users/{id}".
            path: A value for each of its placeholders; escaped as a path segment.
            query: The query parameters.
            returns: The model of the result; None gives plain JSON values, fresh at every call.

        Raises:
            ClientError: See `pactape_clients.errors`.
        """
        return self._call("GET", template, path=path, query=query, returns=returns)

    def cached_get(
        self,
        template: str,
        *,
        key: str,
        ttl: float,
        path: Mapping[str, str] | None = None,
        returns: Any,
    ) -> Any:
        """As `get`, but a result is kept: while it is, no request is made and no token asked for.

        Args:
            template: The route template.
            key: The cache key; kept apart from the same key of other principals.
            ttl: Seconds to keep the result.
            path: A value for each placeholder.
            returns: The model of the result; a frozen struct, since every caller gets the same object.
        """
        return self._cache.get_or_load(
            self._key(key), lambda: self.get(template, path=path, returns=returns), ttl=ttl
        )

    def forget(self, key: str) -> None:
        """Drop what `cached_get` keeps at `key`."""
        self._cache.delete(self._key(key))

    def post(
        self, template: str, *, path: Mapping[str, str] | None = None, json: Any = None, returns: Any = None
    ) -> Any:
        """Send a POST with `json` as its body."""
        return self._call("POST", template, path=path, json=json, returns=returns)

    def put(
        self, template: str, *, path: Mapping[str, str] | None = None, json: Any = None, returns: Any = None
    ) -> Any:
        """Send a PUT with `json` as its body."""
        return self._call("PUT", template, path=path, json=json, returns=returns)

    def patch(
        self, template: str, *, path: Mapping[str, str] | None = None, json: Any = None, returns: Any = None
    ) -> Any:
        """Send a PATCH with `json` as its body."""
        return self._call("PATCH", template, path=path, json=json, returns=returns)

    def delete(self, template: str, *, path: Mapping[str, str] | None = None, returns: Any = None) -> Any:
        """Send a DELETE."""
        return self._call("DELETE", template, path=path, returns=returns)

    def _call(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        json: Any = None,
        returns: Any = None,
    ) -> Any:
        operation = Operation(name=f"{method} {template}", method=method, path=template, result=returns)
        headers = {"Accept": "application/json"}
        body = None
        if json is not None:
            headers["Content-Type"] = "application/json"
            body = msgspec.json.encode(json)
        url = self._transport.base_url + _filled(template, path or {})
        response = self._transport.send_checked(operation, url, query=query, body=body, headers=headers)
        if response.status_code == _NO_CONTENT or not response.content:
            return None
        return decode(response.content, returns, operation=operation.name)

    def _key(self, key: str) -> str:
        principal = self._transport.principal
        return f"{principal} {key}" if principal else key


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled; a value can't leave its segment.

    Raises:
        ValueError: A placeholder has no value, a value has no placeholder, or a value is empty or a dot segment.
    """
    names = set(_PLACEHOLDER.findall(template))
    if names != set(values):
        raise ValueError(f"{template} wants values for {sorted(names)}, and got {sorted(values)}")
    for name, value in values.items():
        if value in {"", ".", ".."}:
            raise ValueError(f"{template}: {name}={value!r} is no path segment")
    return _PLACEHOLDER.sub(lambda match: quote(values[match.group(1)], safe=""), template)
