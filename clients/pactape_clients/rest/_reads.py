"""The read methods: one resource, its headers, a file, or pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from pactape_clients.caller_code.boundary import iterated, public
from pactape_clients.encoding.headers import merge_headers
from pactape_clients.errors import UsageError
from pactape_clients.rest._cached import CachedReads, CachedRoute
from pactape_clients.rest._downloads import download
from pactape_clients.rest._options import call_options
from pactape_clients.rest._pages import call_for_page
from pactape_clients.rest._paginated import PageReader
from pactape_clients.rest._routes import Caching, placeholders

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO, Unpack

    from pactape_clients.rest._calls import RestCalls
    from pactape_clients.rest._options import ReadOptions
    from pactape_clients.rest._pages import Paging
    from pactape_clients.rest._replies import Reply

__all__ = ["_ReadMethods"]

T = TypeVar("T")
P = TypeVar("P")


class _ReadMethods:
    """GET and HEAD of `RestClient`."""

    _calls: RestCalls
    _reads: CachedReads

    @overload
    def get(
        self,
        template: str,
        *,
        returns: type[T],
        caching: Caching | None = None,
        **options: Unpack[ReadOptions],
    ) -> T: ...
    @overload
    def get(
        self,
        template: str,
        *,
        returns: Any = None,
        caching: Caching | None = None,
        **options: Unpack[ReadOptions],
    ) -> Any: ...
    @public
    def get(
        self,
        template: str,
        *,
        returns: Any = None,
        caching: Caching | None = None,
        **options: Unpack[ReadOptions],
    ) -> Any:
        """Read a resource.

        Args:
            template: The route template, "/users/{id}": the operation's name for recording, logs and contracts.
            returns: The type to decode into, anything that msgspec supports, or a pydantic model; None for plain
                JSON values, copied for every caller; bytes for the unchanged body; str for its text.
            caching: How to cache the result; None to cache nothing.
            options: See `ReadOptions`.

        Returns:
            A value of the type `returns`; None for an empty body, if the type allows None or no type is given.

        Raises:
            UsageError: The values don't fit the template; nothing was sent.
            TransportError: No response was received.
            TokenError: No token is available.
            ResponseError: The response's status is 400 or above, or a redirect that isn't followed.
            DecodeError: The body doesn't fit `returns`.
        """
        call = self._calls.declare("GET", template, call_options(options), returns)
        return self._calls.read(call).value if caching is None else self._reads.read(call, caching)

    @public
    def head(self, template: str, **options: Unpack[ReadOptions]) -> Reply[None]:
        """Read status and headers only; errors as for `get`."""
        return self._calls.read(self._calls.declare("HEAD", template, call_options(options), None))

    @public
    def download(
        self, template: str, target: str | os.PathLike[str] | BinaryIO, **options: Unpack[ReadOptions]
    ) -> Reply[int]:
        """Save a body of any size to a file, piece by piece.

        Args:
            template: As for `get`.
            target: A path, which gets the complete body or isn't changed; or a file opened for writing bytes.
            options: See `ReadOptions`; choose a deadline that suits the size.

        Returns:
            The number of bytes, with status and headers.

        Raises:
            UsageError: The file can't be written.
            ClientError: As for `get`.
        """
        read_options = call_options(options)
        read_options.headers = merge_headers({"Accept": "*/*"}, read_options.headers)
        return download(self._calls, self._calls.declare("GET", template, read_options, None), target)

    @public
    def cached_route(self, template: str, *, returns: type[T], caching: Caching) -> CachedRoute[T]:
        """Declare a cached read of one resource by one path value; create it once, and call its `of` often.

        Args:
            template: A route template with one placeholder.
            returns: The type to decode into.
            caching: How to cache the result; its key must end with the placeholder: "user:{id}".

        Raises:
            UsageError: The template or the key has another form.
        """
        names = placeholders(template)
        if len(names) != 1:
            raise UsageError(
                f"a cached route has one placeholder, but {template} has {len(names)}. Fix: use get(…) instead"
            )
        return CachedRoute(
            self._calls, self._reads, template, parameter=names[0], returns=returns, caching=caching
        )

    @overload
    def paginate(
        self,
        template: str,
        *,
        by: Paging,
        returns: type[P],
        items: Callable[[P], Iterable[T]],
        caching: Caching | None = None,
        **options: Unpack[ReadOptions],
    ) -> Iterator[T]: ...
    @overload
    def paginate(
        self,
        template: str,
        *,
        by: Paging,
        returns: type[T],
        items: None = None,
        caching: Caching | None = None,
        **options: Unpack[ReadOptions],
    ) -> Iterator[T]: ...
    @overload
    def paginate(
        self,
        template: str,
        *,
        by: Paging,
        returns: None = None,
        items: Callable[[Any], Iterable[T]],
        caching: Caching | None = None,
        **options: Unpack[ReadOptions],
    ) -> Iterator[T]: ...
    @overload
    def paginate(
        self,
        template: str,
        *,
        by: Paging,
        returns: Any = None,
        items: None = None,
        caching: Caching | None = None,
        **options: Unpack[ReadOptions],
    ) -> Iterator[Any]: ...
    @public
    def paginate(
        self,
        template: str,
        *,
        by: Paging,
        returns: Any = None,
        items: Callable[[Any], Iterable[Any]] | None = None,
        caching: Caching | None = None,
        **options: Unpack[ReadOptions],
    ) -> Iterator[Any]:
        """Read pages, each on demand.

        Args:
            template: As for `get`.
            by: How a page leads to the next one: `ByLink()`, `ByCursor(…)`, `ByNextUrl(…)` or `ByNumber(…)`.
            returns: The type of one page.
            items: Returns the items of a page; if given, the items are yielded instead of the pages.
            caching: How to cache each page; None to cache none.
            options: See `ReadOptions`; the query is that of the first page or, with cursors and numbers, of all
                pages.

        Raises:
            UsageError: A page leads to itself, or to another server.
            ClientError: As for `get`.
        """
        reader = PageReader(self._calls, template, call_options(options), returns=returns, caching=caching)
        pages = reader.pages(by)
        if items is not None:
            pages = (
                item
                for page in pages
                for item in call_for_page(lambda page: tuple(items(page)), page, "items")
            )
        return iterated(pages, "paginate")
