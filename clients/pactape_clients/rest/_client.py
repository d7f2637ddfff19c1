"""The REST client, the base of concrete clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from pactape_clients.cache import TTLCache, guarded
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import UnknownOptionError, check_kind, is_instance
from pactape_clients.concurrency.processes import NotCopyable
from pactape_clients.encoding.json_codec import Codec
from pactape_clients.encoding.parameters import DEFAULT_STYLE, ParameterStyle
from pactape_clients.encoding.urls import shown
from pactape_clients.errors import UsageError
from pactape_clients.rest._cached import CachedReads
from pactape_clients.rest._calls import RestCalls
from pactape_clients.rest._options import ClientOptions, call_options
from pactape_clients.rest._reads import _ReadMethods
from pactape_clients.rest._writes import _WriteMethods
from pactape_clients.transport import Transport

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from typing import Unpack

    from pactape_clients.rest._options import WriteOptions
    from pactape_clients.rest._replies import Reply

__all__ = ["RestClient"]

T = TypeVar("T")
P = TypeVar("P")

_READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class RestClient(NotCopyable, _ReadMethods, _WriteMethods):
    """The base of clients for one REST API; threads may share it, and it may be used before and after a fork.

    Args:
        base_url: The API's URL; route templates are appended to it.
        options: See `ClientOptions`.

    Raises:
        UsageError: `base_url` is not an http or https URL, or has a query or fragment.

    Example:
        >>> import responses
        >>> with responses.RequestsMock() as server:
        ...     _ = server.get("http://weather.test/cities/Paris/temperature", json=21.5)
        ...     RestClient("http://weather.test").get(
        ...         "/cities/{city}/temperature", path={"city": "Paris"}, returns=float
        ...     )
        21.5
    """

    @public
    def __init__(self, base_url: str, **options: Unpack[ClientOptions]) -> None:
        if unknown_options := options.keys() - ClientOptions.__annotations__.keys():
            raise UnknownOptionError(
                f"{type(self).__name__}() got an unexpected keyword argument {min(unknown_options)!r}"
            )
        transport = Transport(
            _without_query(base_url),
            session=options.get("session"),
            tokens=options.get("tokens"),
            settings=options.get("settings"),
            headers=options.get("headers"),
        )
        cache, style = options.get("cache"), options.get("parameters") or DEFAULT_STYLE
        check_kind("parameters", style, ParameterStyle, "ParameterStyle(…)")
        self._calls = RestCalls(
            transport,
            TTLCache() if cache is None else guarded(cache),
            Codec(dec_hook=options.get("dec_hook"), enc_hook=options.get("enc_hook")),
            style,
        )
        self._reads = CachedReads(self._calls)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, except those of a given session. The client may still be used."""
        self._calls.transport.close()

    def __repr__(self) -> str:
        url = shown(self._calls.transport.url) if hasattr(self, "_calls") else "not made"
        return f"<{type(self).__name__} {url}>"

    @overload
    def request(
        self, method: str, template: str, *, returns: type[T], **options: Unpack[WriteOptions]
    ) -> Reply[T]: ...
    @overload
    def request(
        self, method: str, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]
    ) -> Reply[Any]: ...
    @public
    def request(
        self, method: str, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]
    ) -> Reply[Any]:
        """Make a call with any method, and return its value with status and headers: Location, totals, rate limits.

        Args:
            method: The HTTP method.
            template: As for `get`.
            returns: As for `get`.
            options: See `WriteOptions`.

        Raises:
            ClientError: As for `get`.

        Example:
            >>> import responses
            >>> with responses.RequestsMock() as server:
            ...     _ = server.post("http://users.test/users", status=201, headers={"Location": "/users/7"})
            ...     reply = RestClient("http://users.test").request("POST", "/users", json={"name": "Ada"})
            >>> reply.status, reply.location
            (201, 'http://users.test/users/7')
        """
        if not is_instance(method, str) or not (method.isascii() and method.replace("-", "").isalpha()):
            raise UsageError(f"{method!r} is not an HTTP method")
        call = self._calls.declare(method.upper(), template, call_options(options), returns)
        return self._calls.read(call) if method.upper() in _READS else self._calls.write(call)

    @public
    def invalidate(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        pattern: str | re.Pattern[str] | None = None,
    ) -> int:
        """Invalidate cached reads of all principals.

        Args:
            keys: Their keys: "user:1".
            tags: Their tags; one is enough.
            pattern: A regular expression to search for in their keys.

        Returns:
            The number of invalidated reads.

        Raises:
            CacheUnavailableError: The cache's server can't be reached.
        """
        return self._calls.cache.invalidate(keys=keys, tags=tags, pattern=pattern)

    def _write(self, method: str, template: str, returns: Any, options: WriteOptions) -> Any:
        return self._calls.write(self._calls.declare(method, template, call_options(options), returns)).value


def _without_query(base_url: str) -> str:
    if is_instance(base_url, str) and ("?" in base_url or "#" in base_url):
        raise UsageError(
            f"the base URL {shown(base_url)!r} has a query or fragment, which no route can follow. "
            "Fix: remove it; send a key with headers= or the session's params"
        )
    return base_url
