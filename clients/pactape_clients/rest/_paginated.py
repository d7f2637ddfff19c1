"""Reads one page for `paginate`, optionally through the cache."""

from __future__ import annotations

import hashlib
from copy import copy
from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.cache import Loaded
from pactape_clients.decoding import decode_body, decode_response, json_in
from pactape_clients.encoding.urls import shown, with_user
from pactape_clients.rest._cached import cache_key, is_storable, namespace_of
from pactape_clients.rest._calls import RestCall, RestCalls, judge
from pactape_clients.rest._pages import Page, pages
from pactape_clients.rest._replies import link_to
from pactape_clients.rest._routes import fill_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from pactape_clients.cache import Expired
    from pactape_clients.encoding.parameters import Pairs
    from pactape_clients.rest._options import CallOptions
    from pactape_clients.rest._pages import Paging
    from pactape_clients.rest._routes import Caching

__all__ = ["PageReader"]


class _CachedPage(msgspec.Struct):
    """The cached form of a page, as JSON, including the link to the next page from the headers.

    The URL, to which the next one may be relative, is stored without user, password and query, which may be
    secrets.
    """

    url: str
    link: str
    body: msgspec.Raw


class PageReader:
    """Reads the pages of one list.

    Args:
        calls: Makes the calls.
        template: The route.
        options: The options of each call.
        returns: The type of one page.
        caching: How to cache pages; None to cache none.
    """

    def __init__(
        self, calls: RestCalls, template: str, options: CallOptions, *, returns: Any, caching: Caching | None
    ) -> None:
        self._calls = calls
        self._first = calls.declare("GET", template, options, returns)
        self._caching = caching

    def pages(self, by: Paging) -> Iterator[Any]:
        """Return the pages, each read on demand."""
        return pages(self._read, by=by, first=self._first.query, server=self._calls.transport.url)

    def _read(self, url: str | None, query: Pairs, relation: str) -> Page:
        call = self._call(query)
        transport = self._calls.transport
        with transport.call(call.operation, values=call.values, deadline=call.options.deadline) as context:

            def fetch() -> requests.Response:
                return transport.send(context, self._calls.request(call, url=url), judge=judge)

            if self._caching is not None:
                return self._read_cached(call, url, relation, fetch, self._caching)
            response = fetch()
            value = decode_response(
                response, call.operation.result, call.operation, self._calls.codec, call.values
            )
            return Page(value=value, url=response.url, link=_next_in(response, relation))

    def _call(self, query: Pairs) -> RestCall:
        call = copy(self._first)
        call.query = query
        return call

    def _read_cached(
        self, call: RestCall, url: str | None, relation: str, fetch: Any, caching: Caching
    ) -> Page:
        def load(_: Expired | None) -> Loaded:
            response = fetch()
            body = json_in(response)
            decode_body(body, call.operation.result, call.operation, self._calls.codec)
            link = _next_in(response, relation)
            page = _CachedPage(
                url=shown(response.url), link=link, body=msgspec.Raw(body.removeprefix(b"\xef\xbb\xbf"))
            )
            ttl = caching.ttl if is_storable(response) else 0.0
            return Loaded(value=msgspec.json.encode(page), ttl=ttl, stale_for=caching.stale_if_error)

        key = f"page {cache_key(call, caching, self._calls.transport.url)}"
        namespace = namespace_of(self._calls, call, caching)
        if namespace is None:
            content = load(None).value
        else:
            namespace += "" if url is None else f"@{_digest(url)}"
            tags = (f"path:{call.where}", *(fill_text(tag, call.values) for tag in caching.tags))
            content = self._calls.cache.get_or_load(key, load, namespace=namespace, tags=tags)
        page = msgspec.json.decode(content, type=_CachedPage)
        value = decode_body(bytes(page.body), call.operation.result, call.operation, self._calls.codec)
        return Page(value=value, url=with_user(page.url, self._calls.transport.url), link=page.link)


def _next_in(response: requests.Response, relation: str) -> str:
    return (link_to(response.headers.get("Link", ""), relation) or "") if relation else ""


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]
