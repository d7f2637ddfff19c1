"""Reading page after page: how one leads to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import msgspec

from pactape_clients.errors import UsageError
from pactape_clients.urls import same_server, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests

    Read = Callable[[str | None, Mapping[str, Any]], tuple[Any, requests.Response]]

__all__ = ["ByCursor", "ByLink", "ByNumber", "Paging", "pages"]


class ByLink(msgspec.Struct, frozen=True, kw_only=True):
    """The next page's URL stands in the Link header (RFC 8288).

    Args:
        relation: The link's relation.
    """

    relation: str = "next"


class ByCursor(msgspec.Struct, frozen=True, kw_only=True):
    """Each page holds a cursor to the next.

    Args:
        parameter: The query parameter that takes it.
        following: Gives a page's cursor to the next; None or "" on the last.
    """

    parameter: str
    following: Callable[[Any], str | None]


class ByNumber(msgspec.Struct, frozen=True, kw_only=True):
    """Pages are numbered.

    Args:
        parameter: The query parameter that takes the number.
        is_last: Whether a page is the last; the last one is still given to the caller.
        first: The first page's number.
        most: How many pages are read at the most.
    """

    parameter: str
    is_last: Callable[[Any], bool]
    first: int = 1
    most: int = 10_000


Paging = ByLink | ByCursor | ByNumber


def pages(read: Read, *, by: Paging, first: dict[str, Any], server: str) -> Iterator[Any]:
    """Page after page; see `RestClient.paginate`."""
    if isinstance(by, ByLink):
        return _linked(read, by, first, server)
    if isinstance(by, ByCursor):
        return _by_cursor(read, by, first)
    return _numbered(read, by, first)


def _linked(read: Read, by: ByLink, first: dict[str, Any], server: str) -> Iterator[Any]:
    url: str | None = None
    seen: set[str] = set()
    parameters: Mapping[str, Any] = first
    while True:
        page, response = read(url, parameters)
        yield page
        seen.add(response.url)
        link = response.links.get(by.relation, {}).get("url")
        if link is None:
            return
        url = urljoin(response.url, link)
        parameters = {}
        if not same_server(url, server):
            raise UsageError(
                f"the Link header leads from {shown(server)} to another server, which must not get the token"
            )
        if url in seen:
            raise UsageError(f"the Link header leads to a page that was read before: {urlsplit(url).path}")


def _by_cursor(read: Read, by: ByCursor, first: dict[str, Any]) -> Iterator[Any]:
    parameters = first
    seen: set[str] = set()
    while True:
        page, _ = read(None, parameters)
        yield page
        cursor = by.following(page)
        if not cursor:
            return
        if cursor in seen:
            raise UsageError(f"the cursor leads to a page that was read before: {by.parameter}={cursor}")
        seen.add(cursor)
        parameters = {**first, by.parameter: cursor}


def _numbered(read: Read, by: ByNumber, first: dict[str, Any]) -> Iterator[Any]:
    for number in range(by.first, by.first + by.most):
        page, _ = read(None, {**first, by.parameter: number})
        yield page
        if by.is_last(page):
            return
    raise UsageError(
        f"is_last(…) called none of {by.most} pages the last: correct it, or allow for more by most="
    )
