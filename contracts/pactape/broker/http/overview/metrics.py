"""Numbers of everything that the broker stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.protocol.messages import Response, hal
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store.counting import count_everything

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES"]


def _metrics(call: Call) -> Response:
    counts = count_everything(call.connection)
    return hal(
        {
            "pacticipants": {"count": counts["pacticipants"]},
            "integrations": {"count": counts["integrations"]},
            "pactPublications": {"count": counts["publications"]},
            "pactVersions": {"count": counts["contents"]},
            "pacticipantVersions": {"count": counts["versions"]},
            "branches": {"count": counts["branches"]},
            "tags": {"count": counts["tags"]},
            "verificationResults": {
                "count": counts["results"],
                "successCount": counts["successes"],
                "failureCount": counts["results"] - counts["successes"],
            },
            "webhooks": {"count": counts["webhooks"]},
            "triggeredWebhooks": {"count": counts["deliveries"]},
            "environments": {"count": counts["environments"]},
            "deployedVersions": {"currentlyDeployedCount": counts["deployed"]},
            "releasedVersions": {"currentlySupportedCount": counts["released"]},
        }
    )


ROUTES: list[Route] = [reads("/metrics", _metrics)]
