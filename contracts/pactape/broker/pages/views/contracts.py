"""A contract's page, and the changes from the previous content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.lookups import require_content, require_publication
from pactape.broker.http.pacts.diff import previous_of
from pactape.broker.http.pacts.publishing.storing import diff_text
from pactape.broker.http.protocol.messages import not_found
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.interactions import shown_interactions
from pactape.broker.pages.states import integration_states
from pactape.broker.pages.views.showing import integration_row, pact_path, page_number, show
from pactape.broker.records import Result
from pactape.broker.store.pacts import publishing
from pactape.broker.store.pacts.published import latest_publication, previous_distinct, publications_between
from pactape.broker.store.placements import placements_of
from pactape.broker.store.results import results_of_content
from pactape.broker.store.versions import find_version

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response
    from pactape.broker.records import Publication

__all__ = ["ROUTES"]

_HISTORY = 10  # results and versions on the page; a link leads to the others


def _contract(call: Call, publication: Publication) -> Response:
    version = find_version(call.connection, publication.consumer, publication.version)
    state = integration_states(call.connection, [publication])[0]
    recent = publications_between(
        call.connection,
        consumer=publication.consumer,
        provider=publication.provider,
        limit=_HISTORY + 1,
    )
    return show(
        "contract.html",
        call,
        title=f"{publication.consumer} and {publication.provider}",
        publication=publication,
        version=version,
        placements=placements_of(call.connection, [publication.version_id]),
        state=state,
        interactions=shown_interactions(_document(call, publication)),
        history=_history(call, publication),
        previous=previous_distinct(call.connection, publication),
        recent=[(version, pact_path(version)) for version in recent[:_HISTORY]],
        has_older_versions=len(recent) > _HISTORY,
        matrix=integration_row(state)["matrix"],
        pact=pact_path(publication),
    )


class _History(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a content's results, the latest first."""

    results: list[Result]
    page: int
    has_older: bool


def _history(call: Call, publication: Publication) -> _History:
    page = page_number(call)
    results = results_of_content(
        call.connection, publication.content_id, limit=_HISTORY + 1, offset=(page - 1) * _HISTORY
    )
    return _History(results=results[:_HISTORY], page=page, has_older=len(results) > _HISTORY)


def _latest(call: Call) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    publication = latest_publication(call.connection, consumer=consumer, provider=provider)
    if publication is None:
        raise not_found(f"A pact between {consumer} and {provider}")
    return _contract(call, publication)


def _diff(call: Call) -> Response:
    new = require_publication(call)
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


_FILTERS = ("page",)
_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    reads(
        f"{_BETWEEN}/version/{{version}}",
        lambda call: _contract(call, require_publication(call)),
        filters=_FILTERS,
    ),
    reads(f"{_BETWEEN}/version/{{version}}/diff/previous-distinct", _diff),
    reads(f"{_BETWEEN}/latest", _latest, filters=_FILTERS),
    reads(
        f"{_BETWEEN}/pact-version/{{sha}}",
        lambda call: _contract(call, require_content(call)),
        filters=_FILTERS,
    ),
]
