"""What each page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from pactape.broker.http.matrix.can_i_deploy import can_i_deploy_query
from pactape.broker.http.matrix.query import MATRIX_FILTERS, MatrixQuery, read_matrix_query
from pactape.broker.http.matrix.resolution import resolve_matrix
from pactape.broker.http.pacticipants.resource import known_pacticipant
from pactape.broker.http.pacts.resource import published, published_content
from pactape.broker.http.protocol.messages import Call, Response, not_found
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.interactions import shown_interactions
from pactape.broker.pages.network import lay_out
from pactape.broker.store import versions
from pactape.broker.store.pacts import publishing
from pactape.broker.store.pacts.published import latest_publication, latest_publications
from pactape.broker.store.placements import current_placements
from pactape.broker.store.results import results_of_content

if TYPE_CHECKING:
    from pactape.broker.records import Publication

__all__ = ["ROUTES"]


def _page(template: str, call: Call, *, title: str, **values: Any) -> Response:
    from pactape.broker.pages.render import page as render  # noqa: PLC0415 -- keeps the broker's start quick

    return render(template, call, title=title, **values)


def _state(call: Call, publication: Publication) -> str:
    """How a contract fares: "verified", "failed" or "unverified", by its latest result."""
    found = results_of_content(call.connection, publication.content_id, limit=1)
    if not found:
        return "unverified"
    return "verified" if found[0].success else "failed"


def _home(call: Call) -> Response:
    latest = latest_publications(call.connection)
    rows = [_integration(call, each) for each in latest]
    network = lay_out([(each["consumer"], each["provider"], each["state"]) for each in rows])
    counts = {
        state: sum(row["state"] == state for row in rows) for state in ("verified", "failed", "unverified")
    }
    return _page("home.html", call, title="Integrations", rows=rows, network=network, counts=counts)


def _integration(call: Call, publication: Publication) -> dict[str, Any]:
    found = results_of_content(call.connection, publication.content_id, limit=1)
    parties = [("q[][pacticipant]", publication.consumer), ("q[][pacticipant]", publication.provider)]
    return {
        "consumer": publication.consumer,
        "provider": publication.provider,
        "version": publication.version,
        "published": publication.created_at,
        "state": _state(call, publication),
        "result": found[0] if found else None,
        "pact": _pact_path(publication),
        "matrix": f"/matrix?{urlencode(parties)}",
    }


def _pact_path(publication: Publication) -> tuple[str, ...]:
    between = ("pacts", "provider", publication.provider, "consumer", publication.consumer)
    return (*between, "version", publication.version)


def _contract(call: Call, publication: Publication) -> Response:
    document = msgspec.json.decode(publishing.content(call.connection, publication.content_id))
    version = versions.find_version(call.connection, publication.consumer, publication.version)
    return _page(
        "contract.html",
        call,
        title=f"{publication.consumer} and {publication.provider}",
        publication=publication,
        version=version,
        state=_state(call, publication),
        interactions=shown_interactions(document),
        results=results_of_content(call.connection, publication.content_id),
    )


def _latest(call: Call) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    found = latest_publication(call.connection, consumer=consumer, provider=provider)
    if found is None:
        raise not_found(f"A pact between {consumer} and {provider}")
    return _contract(call, found)


def _matrix(call: Call, query: MatrixQuery) -> Response:
    verdict, rows = resolve_matrix(call.connection, query, now=call.now)
    shown = versions.versions_by_id(
        call.connection,
        {row.publication.version_id for row in rows}
        | {row.result.provider_version_id for row in rows if row.result is not None},
    )
    return _page(
        "matrix.html",
        call,
        title="Matrix",
        asks=query.target is not None or any(each.version for each in query.wanted),
        verdict=verdict,
        rows=[
            {
                "row": row,
                "consumer": shown[row.publication.version_id],
                "provider": shown.get(row.result.provider_version_id) if row.result else None,
                "pact": _pact_path(row.publication),
            }
            for row in rows
        ],
    )


def _between(call: Call) -> Response:
    parties = [("q[][pacticipant]", call.path["consumer"]), ("q[][pacticipant]", call.path["provider"])]
    return _matrix(call, read_matrix_query(parties))


def _pacticipant(call: Call) -> Response:
    pacticipant = known_pacticipant(call)
    latest = latest_publications(call.connection)
    mine = [each for each in latest if pacticipant.name in {each.consumer, each.provider}]
    return _page(
        "pacticipant.html",
        call,
        title=pacticipant.display_name,
        pacticipant=pacticipant,
        rows=[_integration(call, each) for each in mine],
        versions=versions.versions_of(call.connection, pacticipant.name, limit=50),
        placements=current_placements(call.connection, pacticipant=pacticipant.name),
    )


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    reads("/", _home),
    reads("/integrations", _home),
    reads(f"{_BETWEEN}/version/{{version}}", lambda call: _contract(call, published(call))),
    reads(f"{_BETWEEN}/latest", _latest),
    reads(f"{_BETWEEN}/pact-version/{{sha}}", lambda call: _contract(call, published_content(call))),
    reads(
        "/matrix",
        lambda call: _matrix(call, read_matrix_query(call.request.query)),
        filters=MATRIX_FILTERS,
    ),
    reads(
        "/can-i-deploy",
        lambda call: _matrix(call, can_i_deploy_query(call)),
        filters=("pacticipant", "version", "environment", "to"),
    ),
    reads("/matrix/provider/{provider}/consumer/{consumer}", _between),
    reads("/pacticipants/{pacticipant}", _pacticipant),
]
