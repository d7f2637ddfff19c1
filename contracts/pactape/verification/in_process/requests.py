"""Builds the request of an interaction, as a client would send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pactape.exchange import Request
from pactape.http_bodies import header
from pactape.matching.reading import body_to_send, read_headers, read_query

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["request_of"]

_ORIGIN = "http://localhost"


def request_of(
    document: dict[str, Any], version: int, *, headers: Mapping[str, str], base_path: str = ""
) -> Request:
    """Return the request of an interaction.

    Args:
        document: The interaction's `request`, with the values of its generators.
        version: The major version of the Pact specification.
        headers: Headers for every request, which replace those of the contract.
        base_path: The path prefix of the application's API, "/v1"; "" for the root.
    """
    replaced = {name.lower() for name in headers}
    contract_headers = read_headers(document.get("headers"))
    headers_to_send = [
        (name, ", ".join(values)) for name, values in contract_headers.items() if name.lower() not in replaced
    ]
    headers_to_send += headers.items()
    declared = header(headers_to_send, "content-type")
    body = body_to_send(document, version, content_type=declared)
    if body.data and declared is None and body.content_type.is_known:
        headers_to_send.append(("Content-Type", str(body.content_type)))
    return Request(
        method=str(document.get("method", "GET")).upper(),
        url=_url(document, base_path),
        headers=tuple(headers_to_send),
        body=body.data or b"",
    )


def _url(document: dict[str, Any], base_path: str) -> str:
    pairs = [(name, value) for name, values in read_query(document.get("query")).items() for value in values]
    path = quote(str(document.get("path", "/")), safe="/%:@!$&'()*+,;=~-._")
    base = base_path.strip("/")
    return f"{_ORIGIN}{f'/{base}' if base else ''}{path}{f'?{urlencode(pairs)}' if pairs else ''}"
