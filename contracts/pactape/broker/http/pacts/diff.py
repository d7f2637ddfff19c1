"""Differences between two contents, and the previous different content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.lookups import require_content, require_publication
from pactape.broker.http.pacts.documents import pact_document
from pactape.broker.http.pacts.publishing.storing import diff_text
from pactape.broker.http.protocol.messages import Response, hal, not_found
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store.pacts import publishing
from pactape.broker.store.pacts.published import previous_distinct

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication

__all__ = ["ROUTES", "previous_of"]


def previous_of(call: Call, publication: Publication) -> Publication:
    """Return the contract of the latest earlier version whose content differs.

    Raises:
        Problem: 404, no such contract exists.
    """
    previous = previous_distinct(call.connection, publication)
    if previous is None:
        raise not_found(f"A previous pact of {publication.consumer} with different content")
    return previous


def _previous(call: Call) -> Response:
    return hal(pact_document(call, previous_of(call, require_publication(call))))


def _with_previous(call: Call) -> Response:
    current = require_publication(call)
    return _diff(call, previous_of(call, current), current)


def _with_version(call: Call) -> Response:
    current, other = require_publication(call), call.path["comparison"]
    compared = publishing.find_publication(
        call.connection, consumer=current.consumer, provider=current.provider, version=other
    )
    if compared is None:
        raise not_found(f"A pact between {current.consumer} ({other}) and {current.provider}")
    return _diff(call, compared, current)


def _with_content(call: Call) -> Response:
    current, other = require_content(call), call.path["comparison"]
    compared = publishing.publication_of_content(
        call.connection, consumer=current.consumer, provider=current.provider, sha=other
    )
    if compared is None:
        raise not_found(f"A pact with the content {other}")
    return _diff(call, compared, current)


def _diff(call: Call, old: Publication, new: Publication) -> Response:
    text = diff_text(_document(call, old), _document(call, new))
    head = (
        f"Pact between {new.consumer} and {new.provider}: version {old.version} and version {new.version}\n\n"
    )
    body = head + (text or "No differences")
    return Response(body=f"{body}\n".encode(), content_type="text/plain;charset=utf-8")


def _document(call: Call, publication: Publication) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(
        publishing.content(call.connection, publication.content_id)
    )
    return document


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"
_VERSION = f"{_BETWEEN}/version/{{version}}"

ROUTES: list[Route] = [
    reads(f"{_VERSION}/previous-distinct", _previous),
    reads(f"{_VERSION}/diff/previous-distinct", _with_previous),
    reads(f"{_VERSION}/diff/version/{{comparison}}", _with_version),
    reads(f"{_BETWEEN}/pact-version/{{sha}}/diff/pact-version/{{comparison}}", _with_content),
]
