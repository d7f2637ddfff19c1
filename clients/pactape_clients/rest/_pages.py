"""Paging: how a page leads to the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import msgspec

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.callbacks import passes_through
from pactape_clients.caller_code.checks import check_callable, check_kind, check_number
from pactape_clients.encoding.urls import same_server, shown
from pactape_clients.errors import ClientError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape_clients.encoding.parameters import Pairs

__all__ = ["ByCursor", "ByLink", "ByNextUrl", "ByNumber", "Page", "Paging", "call_for_page", "pages"]


class ByLink(msgspec.Struct, frozen=True, kw_only=True):
    """The Link header contains the next page's URL (RFC 8288).

    Args:
        relation: The link's relation, case-insensitive.
    """

    relation: str = "next"

    @public
    def __post_init__(self) -> None:
        check_kind("ByLink.relation", self.relation, str, "a string")


class ByCursor(msgspec.Struct, frozen=True, kw_only=True):
    """Each page contains a cursor to the next.

    Args:
        parameter: The query parameter of the cursor.
        following: Returns the cursor in a page; None or "" on the last page.
    """

    parameter: str
    following: Callable[[Any], str | int | None]

    @public
    def __post_init__(self) -> None:
        check_kind("ByCursor.parameter", self.parameter, str, "a string")
        check_callable("ByCursor.following", self.following)


class ByNextUrl(msgspec.Struct, frozen=True, kw_only=True):
    """The body of each page contains the URL of the next.

    Args:
        following: Returns the URL in a page, absolute or relative to the page; None or "" on the last page.
    """

    following: Callable[[Any], str | None]

    @public
    def __post_init__(self) -> None:
        check_callable("ByNextUrl.following", self.following)


class ByNumber(msgspec.Struct, frozen=True, kw_only=True):
    """Pages are numbered.

    Args:
        parameter: The query parameter of the number.
        is_last: Returns whether a page is the last; the last page is also passed to the caller.
        first: The first page's number.
        step: The difference between the numbers of two pages; the page size if the parameter is an offset.
        most: The most pages to read.

    Raises:
        UsageError: A number is out of range.
    """

    parameter: str
    is_last: Callable[[Any], bool]
    first: int = 1
    step: int = 1
    most: int = 10_000

    @public
    def __post_init__(self) -> None:
        check_kind("ByNumber.parameter", self.parameter, str, "a string")
        check_callable("ByNumber.is_last", self.is_last)
        check_number("ByNumber.first", self.first, whole=True)
        check_number("ByNumber.step", self.step, least=1, whole=True)
        check_number("ByNumber.most", self.most, least=1, whole=True)


#: How a page leads to the next one.
Paging = ByLink | ByCursor | ByNextUrl | ByNumber


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page that was read.

    Args:
        value: The page as the caller's type.
        url: Its URL.
        link: The Link header.
    """

    value: Any
    url: str
    link: str


Read = Callable[[str | None, "Pairs", str], Page]


def pages(read: Read, *, by: Paging, first: Pairs, server: str) -> Iterator[Any]:
    """Yield the pages, each read on demand.

    Args:
        read: Reads a page, given a URL or query parameters, and the relation of the next link.
        by: How a page leads to the next one.
        first: Query parameters of the first page; with cursors and numbers, of all pages.
        server: The client's URL; all pages must be on this server.

    Raises:
        UsageError: A page leads to itself or to another server, the last page is never reached, or a paging
            function fails.
    """
    if isinstance(by, ByNumber):
        return _by_number(read, by, first)
    if isinstance(by, ByCursor):
        return _by_cursor(read, by, first)
    if isinstance(by, ByLink | ByNextUrl):
        return _by_url(read, by, first, server)
    raise UsageError(f"by must be ByLink(…), ByCursor(…), ByNextUrl(…) or ByNumber(…), not {by!r}")


def _by_url(read_page: Read, by: ByLink | ByNextUrl, first: Pairs, server: str) -> Iterator[Any]:
    source = "Link header" if isinstance(by, ByLink) else "body"
    url: str | None = None
    urls: set[str] = set()
    while True:
        page = read_page(url, first if url is None else (), by.relation if isinstance(by, ByLink) else "")
        yield page.value
        urls |= {page.url, url or page.url}  # the URL of a cached page has no query
        following = (
            page.link if isinstance(by, ByLink) else call_for_page(by.following, page.value, "following")
        )
        if not following:
            return
        url = _next_url(page.url, following, source, server)
        if url in urls:
            raise UsageError(f"the {source} leads to a page that was already read: {urlsplit(url).path}")


def _next_url(page: str, following: Any, source: str, server: str) -> str:
    try:
        url: str = urljoin(page, following)
        is_same = same_server(url, server)
    except (ValueError, TypeError, AttributeError):
        failure = UsageError(f"the {source} contains something that is not the URL of the next page")
    else:
        if is_same:
            return url
        failure = UsageError(
            f"the {source} leads from {shown(server)} to another server, which must not receive the credentials"
        )
    raise failure


def _by_cursor(read_page: Read, by: ByCursor, first: Pairs) -> Iterator[Any]:
    others = tuple(pair for pair in first if pair[0] != by.parameter)
    parameters = first
    cursors: set[str] = set()
    while True:
        page = read_page(None, parameters, "").value
        yield page
        cursor = call_for_page(by.following, page, "following")
        if cursor is None or cursor == "":
            return
        if str(cursor) in cursors:
            raise UsageError(f"the cursor leads to a page that was already read: {by.parameter}={cursor}")
        cursors.add(str(cursor))
        parameters = (*others, (by.parameter, str(cursor)))


def _by_number(read_page: Read, by: ByNumber, first: Pairs) -> Iterator[Any]:
    others = tuple(pair for pair in first if pair[0] != by.parameter)
    for number in range(by.first, by.first + by.step * by.most, by.step):
        page = read_page(None, (*others, (by.parameter, str(number))), "").value
        yield page
        if call_for_page(by.is_last, page, "is_last"):
            return
    raise UsageError(
        f"is_last(…) was false for all {by.most} pages. Fix: correct it, or raise the limit with most="
    )


def call_for_page(function: Callable[[Any], Any], page: Any, name: str) -> Any:
    """Return the result of a user's function for a page.

    Raises:
        UsageError: The function raised.
    """
    try:
        return function(page)
    except ClientError:
        raise
    except Exception as error:
        if passes_through(error):
            raise
        raise UsageError(f"{name}(…) raised {type(error).__name__} for a page: {error}") from error
