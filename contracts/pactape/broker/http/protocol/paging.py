"""Paging of lists, with the official broker's parameters and links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from pactape.broker.http.protocol.links import link
from pactape.broker.http.protocol.messages import Problem
from pactape.broker.http.protocol.routing import PAGING

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["Page", "page_of", "requests_page", "whole_number"]

_SIZE, _LARGEST = 100, 1000
_LAST = 1_000_000_000


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list.

    Args:
        number: The page number, from 1.
        size: The most elements on a page.
        total: The number of elements on all pages.
        filters: The parameters that filter the list, which the links of other pages repeat.
    """

    number: int
    size: int
    total: int
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def offset(self) -> int:
        """The number of elements before the page."""
        return (self.number - 1) * self.size

    @property
    def count(self) -> int:
        """The number of pages; an empty list has one."""
        return max(1, -(-self.total // self.size))

    def document(self) -> dict[str, int]:
        """Return the `page` object of the list's document."""
        return {
            "number": self.number,
            "size": self.size,
            "totalElements": self.total,
            "totalPages": self.count,
        }

    def links(self, url: str) -> dict[str, Any]:
        """Return the links to this page and its neighbours."""
        links = {"self": link(url)}
        if self.number < self.count:
            links["next"] = link(self._url(url, self.number + 1))
        if self.number > 1:
            links["previous"] = link(self._url(url, min(self.number - 1, self.count)))
        return links

    def _url(self, url: str, number: int) -> str:
        return f"{url}?{urlencode([*self.filters, ('pageNumber', number), ('pageSize', self.size)])}"


def page_of(call: Call, *, total: int) -> Page:
    """Return the page that a request selects with `pageNumber` and `pageSize`.

    Raises:
        Problem: 400, one of them is not a number, or is out of range.
    """
    names = ("page", "size") if _has(call, "page", "size") else ("pageNumber", "pageSize")
    return Page(
        number=_number(call, names[0], default=1, largest=_LAST),
        size=_number(call, names[1], default=_SIZE, largest=_LARGEST),
        total=total,
        filters=tuple((name, value) for name, value in call.request.query if name not in PAGING),
    )


def requests_page(call: Call) -> bool:
    """Return whether a request selects a page rather than the whole list."""
    return _has(call, "page", "size", "pageNumber", "pageSize")


def _has(call: Call, *names: str) -> bool:
    return any(call.request.parameter(name) is not None for name in names)


def _number(call: Call, name: str, *, default: int, largest: int) -> int:
    number = whole_number(call.request.parameter(name) or str(default), largest=largest)
    if number is None:
        raise Problem(
            400, f"{name} must be a number from 1 to {largest}", errors={name: [f"must be 1 to {largest}"]}
        )
    return number


def whole_number(text: str, *, largest: int) -> int | None:
    """Return the whole number in a text; None if it isn't a number from 1 to `largest`.

    Example:
        >>> whole_number("20", largest=100), whole_number("0", largest=100), whole_number("9" * 5000, largest=100)
        (20, None, None)
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(largest)):
        return None
    number = int(text)
    return number if 0 < number <= largest else None
