"""The metrics resource: counts of everything that the broker stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.protocol.links import moment
from pactape.broker.http.protocol.messages import Response, hal
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store.counting import count_everything, first_and_last, results_per_content
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacts import publishing
from pactape.broker.store.pacts.published import latest_publications
from pactape.pactfile.document import interactions_of

if TYPE_CHECKING:
    from sqlalchemy import Table

    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES"]


def _metrics(call: Call) -> Response:
    counts = count_everything(call.connection)
    publications = {"count": counts["publications"], **_moments(call, t.publications, "created_at")}
    return hal(
        {
            "interactions": _interactions(call),
            "integrations": {"count": counts["integrations"]},
            "pactPublications": publications,
            "pactVersions": {"count": counts["contents"]},
            "pactRevisionsPerConsumerVersion": {"distribution": _of_ones(counts["publications"])},
            **_verifications(call, counts),
            **_pacticipants(counts),
            "webhooks": {"count": counts["webhooks"]},
            "triggeredWebhooks": {"count": counts["deliveries"]},
            "webhookExecutions": {"count": counts["attempts"]},
            "matrix": {"count": -1},  # as in the official broker: it would take too long
            **_environments(counts),
        }
    )


def _pacticipants(counts: dict[str, int]) -> dict[str, Any]:
    return {
        "pacticipants": {
            "count": counts["pacticipants"],
            "withMainBranchSetCount": counts["with main branch"],
        },
        "pacticipantVersions": {
            "count": counts["versions"],
            "withBranchCount": counts["on a branch"],
            "withBranchSetCount": counts["on a branch"],
        },
        "branches": {"count": counts["branches"]},
        "tags": {
            "count": counts["tags"],
            "distinctCount": counts["tag names"],
            "distinctWithPacticipantCount": counts["tag names of pacticipants"],
        },
    }


def _environments(counts: dict[str, int]) -> dict[str, Any]:
    return {
        "environments": {"count": counts["environments"]},
        "deployedVersions": {"count": counts["all deployed"], "currentlyDeployedCount": counts["deployed"]},
        "releasedVersions": {"count": counts["all released"], "currentlySupportedCount": counts["released"]},
    }


def _verifications(call: Call, counts: dict[str, int]) -> dict[str, Any]:
    distribution = {str(k): v for k, v in results_per_content(call.connection).items()}
    return {
        "verificationResults": {
            "count": counts["results"],
            "successCount": counts["successes"],
            "failureCount": counts["results"] - counts["successes"],
            "distinctCount": counts["distinct results"],
            **_moments(call, t.results, "executed_at"),
        },
        "verificationResultsPerPactVersion": {"distribution": distribution},
    }


def _of_ones(count: int) -> dict[str, int]:
    """Return the distribution of contracts that all have one revision."""
    return {"1": count} if count else {}


def _moments(call: Call, table: Table, column: str) -> dict[str, str | None]:
    first, last = first_and_last(call.connection, table, column)
    return {"first": first and moment(first), "last": last and moment(last)}


def _interactions(call: Call) -> dict[str, int]:
    """Count the interactions and messages of the latest contracts."""
    counts = {"interactions": 0, "messages": 0}
    for publication in latest_publications(call.connection):
        pact = msgspec.json.decode(publishing.content(call.connection, publication.content_id))
        for kind, _ in interactions_of(pact):
            counts[kind] += 1
    return {
        "latestInteractionsCount": counts["interactions"],
        "latestMessagesCount": counts["messages"],
        "latestInteractionsAndMessagesCount": sum(counts.values()),
    }


ROUTES: list[Route] = [reads("/metrics", _metrics)]
