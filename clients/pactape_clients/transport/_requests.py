"""Outgoing requests, before any attempt to send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from pactape_clients.encoding.headers import check_headers
from pactape_clients.encoding.parameters import Pairs, encode_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape_clients.wire import RequestBody

__all__ = ["OutgoingRequest"]


class OutgoingRequest:
    """A request that can be sent several times, if its body can.

    Args:
        method: The HTTP method.
        url: The URL without the query parameters.
        query: Query parameters.
        headers: All the headers of client and call.
        body: The body; None for no body.
        repeatable: Whether it is safe to send it twice; None if that depends on the method.

    Raises:
        UsageError: A header is invalid.
    """

    __slots__ = ("body", "headers", "method", "query", "repeatable", "url")

    def __init__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        query: Pairs = (),
        body: RequestBody | None = None,
        repeatable: bool | None = None,
    ) -> None:
        check_headers(headers)
        self.method = method
        self.url = url
        self.query = query
        self.headers = dict(headers)
        self.body = body
        self.repeatable = repeatable

    @property
    def has_idempotency_key(self) -> bool:
        """Whether the server can recognize a repetition of the request."""
        return any(name.lower() == "idempotency-key" for name in self.headers)

    def without_body(self) -> requests.Request:
        """Return the request for the library requests without its body, to identify its caller."""
        return requests.Request(self.method, self._full_url(), headers=self.headers)

    def open(self) -> requests.Request:
        """Return the request for one attempt, with its body rewound."""
        content = None if self.body is None else self.body.open()
        return requests.Request(self.method, self._full_url(), headers=self.headers, data=content)

    def _full_url(self) -> str:
        if not self.query:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{encode_query(self.query)}"
