"""A contract's page, and what changed since the content before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.pacts.diff import previous_of
from pactape.broker.http.pacts.resource import published, published_content
from pactape.broker.http.pacts.storing import diff_text
from pactape.broker.http.protocol.messages import not_found
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.interactions import shown_interactions
from pactape.broker.pages.states import integration_states
from pactape.broker.pages.views.showing import pact_path, show
from pactape.broker.store.pacts import publishing
from pactape.broker.store.pacts.published import latest_publication, previous_distinct, publications_between
from pactape.broker.store.placements import placements_of
from pactape.broker.store.results import results_of_content
from pactape.broker.store.versions import find_version

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response
    from pactape.broker.records import Publication

__all__ = ["ROUTES"]

_HISTORY = 20


def _contract(call: Call, publication: Publication) -> Response:
    version = find_version(call.connection, publication.consumer, publication.version)
    recent = publications_between(
        call.connection, consumer=publication.consumer, provider=publication.provider, limit=_HISTORY
    )
    return show(
        "contract.html",
        call,
        title=f"{publication.consumer} and {publication.provider}",
        publication=publication,
        version=version,
        placements=placements_of(call.connection, [publication.version_id]),
        state=integration_states(call.connection, [publication])[0],
        interactions=shown_interactions(_document(call, publication)),
        results=results_of_content(call.connection, publication.content_id),
        previous=previous_distinct(call.connection, publication),
        recent=[(each, pact_path(each)) for each in recent],
        pact=pact_path(publication),
    )


def _latest(call: Call) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    found = latest_publication(call.connection, consumer=consumer, provider=provider)
    if found is None:
        raise not_found(f"A pact between {consumer} and {provider}")
    return _contract(call, found)


def _diff(call: Call) -> Response:
    new = published(call)
    old = previous_of(call, new)
    text = diff_text(_document(call, old), _document(call, new))
    return show(
        "diff.html",
        call,
        title=f"Changes of {new.consumer} and {new.provider}",
        old=old,
        new=new,
        old_pact=pact_path(old),
        new_pact=pact_path(new),
        lines=[(_kind(line), line) for line in text.splitlines()[2:]],
    )


def _kind(line: str) -> str:
    return {"+": "added", "-": "removed", "@": "place"}.get(line[:1], "same")


def _document(call: Call, publication: Publication) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(
        publishing.content(call.connection, publication.content_id)
    )
    return document


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    reads(f"{_BETWEEN}/version/{{version}}", lambda call: _contract(call, published(call))),
    reads(f"{_BETWEEN}/version/{{version}}/diff/previous-distinct", _diff),
    reads(f"{_BETWEEN}/latest", _latest),
    reads(f"{_BETWEEN}/pact-version/{{sha}}", lambda call: _contract(call, published_content(call))),
]
