"""Finds ids in the resource URLs that a response's headers contain, such as `Location`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from pactape.contracts.samples.value_forms import segment_kind
from pactape.http_bodies import header_values
from pactape.urls import url_parts

if TYPE_CHECKING:
    from pactape.exchange import Exchange

__all__ = ["ids_in_headers"]

#: RFC 9110, sections 8.7 and 10.2.2; Azure's guidelines for long-running operations.
_HEADERS = ("location", "content-location", "operation-location", "azure-asyncoperation")
_NAMES = frozenset(_HEADERS)
_CREATED, _FIRST_REDIRECT, _SEE_OTHER = 201, 300, 303


def ids_in_headers(exchange: Exchange) -> tuple[str, ...]:
    """Return the last segments of the URLs in a response's headers, if they are ids.

    A segment is an id if the resource was created, if it lies directly below the requested one, or if it looks like
    an id. A redirect gives ids only if it leads to the result of a write.

    Example:
        >>> from pactape.exchange import Exchange, Request, Response
        >>> response = Response(status=202, headers=(("Location", "/jobs/alpha"),))
        >>> request = Request(method="POST", url="https://api.test/jobs")
        >>> ids_in_headers(Exchange(request=request, response=response, cassette="a", index=0))
        ('alpha',)
    """
    status = exchange.response.status
    if status >= _FIRST_REDIRECT and not (status == _SEE_OTHER and exchange.request.method != "GET"):
        return ()
    if _NAMES.isdisjoint([name.lower() for name, _ in exchange.response.headers]):
        return ()
    requested_path = url_parts(exchange.request.url).path.rstrip("/").split("/")
    ids = []
    for name in _HEADERS:
        for address in header_values(exchange.response.headers, name):
            path = _path(exchange.request.url, address).split("/")
            last = unquote(path[-1])
            is_new = bool(last) and path[-1] not in requested_path
            is_created = status == _CREATED and name == "location"
            is_below = len(requested_path) > 1 and path[:-1] == requested_path
            if is_new and (is_created or is_below or segment_kind(last) == "id"):
                ids.append(last)
    return tuple(dict.fromkeys(ids))


def _path(base: str, address: str) -> str:
    try:
        return urlsplit(urljoin(base, address)).path.rstrip("/")
    except ValueError:
        return ""
