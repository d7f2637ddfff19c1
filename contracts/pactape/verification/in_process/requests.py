"""The request of an interaction, as a client would send it."""

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
        headers: Headers for every request, in place of the contract's.
        base_path: The path below which the application serves its API: "/v1"; "" for the root.
    """
    replaced = {name.lower() for name in headers}
    contract_headers = read_headers(document.get("headers"))
    sent = [
        (name, ", ".join(values)) for name, values in contract_headers.items() if name.lower() not in replaced
    ]
    sent += headers.items()
    declared = header(sent, "content-type")
    body = body_to_send(document, version, content_type=declared)
    if body.data and declared is None and body.content_type.is_known:
        sent.append(("Content-Type", str(body.content_type)))
    return Request(
        method=str(document.get("method", "GET")).upper(),
        url=_url(document, base_path),
        headers=tuple(sent),
        body=body.data or b"",
    )


def _url(document: dict[str, Any], base_path: str) -> str:
    pairs = [(name, each) for name, values in read_query(document.get("query")).items() for each in values]
    path = quote(str(document.get("path", "/")), safe="/%:@!$&'()*+,;=~-._")
    base = base_path.strip("/")
    return f"{_ORIGIN}{f'/{base}' if base else ''}{path}{f'?{urlencode(pairs)}' if pairs else ''}"
