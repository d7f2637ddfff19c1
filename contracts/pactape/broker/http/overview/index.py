"""The index resource: every link that a client may follow, and the heartbeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.protocol.links import curies, link
from pactape.broker.http.protocol.messages import Call, Response, hal
from pactape.broker.http.protocol.routing import Route, reads

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["INDEX_RELATIONS", "ROUTES"]

_PACT = "pacts/provider/{provider}/consumer/{consumer}"
INDEX_RELATIONS: Mapping[str, tuple[str, str]] = {
    "pb:publish-contracts": ("contracts/publish", "Publish contracts"),
    "pb:publish-pact": (f"{_PACT}/version/{{consumerApplicationVersion}}", "Publish a pact"),
    "pb:latest-pact-versions": ("pacts/latest", "Latest pact versions"),
    "pb:tagged-pact-versions": (f"{_PACT}/tag/{{tag}}", "All pacts of a consumer's versions with a tag"),
    "pb:pacticipants": ("pacticipants", "Pacticipants"),
    "pb:pacticipant": ("pacticipants/{pacticipant}", "A pacticipant by its name"),
    "pb:latest-provider-pacts": ("pacts/provider/{provider}/latest", "Latest pacts of a provider"),
    "pb:latest-provider-pacts-with-tag": (
        "pacts/provider/{provider}/latest/{tag}",
        "Latest pacts of a provider with a tag",
    ),
    "pb:provider-pacts-with-tag": (
        "pacts/provider/{provider}/tag/{tag}",
        "All pacts of a provider with a tag",
    ),
    "pb:provider-pacts": ("pacts/provider/{provider}", "All pacts of a provider"),
    "pb:provider-pacts-with-branch": (
        "pacts/provider/{provider}/branch/{branch}",
        "All pacts of a provider from a branch",
    ),
    "pb:latest-provider-pacts-with-branch": (
        "pacts/provider/{provider}/branch/{branch}/latest",
        "Latest pacts of a provider from a branch",
    ),
    "pb:provider-pacts-with-main-branch": (
        "pacts/provider/{provider}/branch",
        "All pacts of a provider from main branches",
    ),
    "pb:latest-provider-pacts-with-main-branch": (
        "pacts/provider/{provider}/branch/latest",
        "Latest pacts of a provider from main branches",
    ),
    "pb:branch-pact-versions": (f"{_PACT}/branch/{{branch}}", "All pacts of a consumer's branch"),
    "pb:latest-branch-pact-versions": (
        f"{_PACT}/branch/{{branch}}/latest/versions",
        "Latest pact of a consumer's branch",
    ),
    "pb:main-branch-pact-versions": (f"{_PACT}/branch/versions", "All pacts of a consumer's main branch"),
    "pb:latest-main-branch-pact-versions": (
        f"{_PACT}/branch/latest/versions",
        "Latest pact of a consumer's main branch",
    ),
    "pb:latest-version": ("pacticipants/{pacticipant}/latest-version", "Latest version of a pacticipant"),
    "pb:latest-tagged-version": (
        "pacticipants/{pacticipant}/latest-version/{tag}",
        "Latest version of a pacticipant with a tag",
    ),
    "pb:pacticipant-version": ("pacticipants/{pacticipant}/versions/{version}", "A version of a pacticipant"),
    "pb:pacticipant-version-tag": (
        "pacticipants/{pacticipant}/versions/{version}/tags/{tag}",
        "A tag of a version",
    ),
    "pb:pacticipant-branch": ("pacticipants/{pacticipant}/branches/{branch}", "A branch of a pacticipant"),
    "pb:pacticipant-branch-version": (
        "pacticipants/{pacticipant}/branches/{branch}/versions/{version}",
        "A version on a branch",
    ),
    "pb:provider-pacts-for-verification": (
        "pacts/provider/{provider}/for-verification",
        "Pacts that a provider is to verify",
    ),
    "beta:provider-pacts-for-verification": (
        "pacts/provider/{provider}/for-verification",
        "Pacts that a provider is to verify",
    ),
    "pb:can-i-deploy-pacticipant-version-to-environment": (
        "can-i-deploy?pacticipant={pacticipant}&version={version}&environment={environment}",
        "Whether a version can be deployed to an environment",
    ),
    "pb:can-i-deploy-pacticipant-version-to-tag": (
        "can-i-deploy?pacticipant={pacticipant}&version={version}&to={tag}",
        "Whether a version can be deployed together with the latest versions that have a tag",
    ),
    "pb:environments": ("environments", "Environments"),
    "pb:environment": ("environments/{uuid}", "An environment by its UUID"),
    "pb:integrations": ("integrations", "Integrations"),
    "pb:webhooks": ("webhooks", "Webhooks"),
    "pb:webhook": ("webhooks/{uuid}", "A webhook by its UUID"),
    "pb:integration": ("integrations/provider/{provider}/consumer/{consumer}", "An integration"),
    "pb:dashboard": ("dashboard", "The state of each integration"),
    "pb:labels": ("labels", "Labels"),
    "pb:pacticipants-with-label": ("pacticipants/label/{label}", "Pacticipants with a label"),
    "pb:pacticipant-branches": ("pacticipants/{pacticipant}/branches", "The branches of a pacticipant"),
    "pb:can-i-deploy-latest-branch-version-to-environment": (
        "pacticipants/{pacticipant}/branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}",
        "Whether the latest version of a branch can be deployed to an environment",
    ),
    "pb:matrix": ("matrix", "The matrix of contracts and verification results"),
    "pb:metrics": ("metrics", "Numbers of everything"),
    "pb:provider-states": ("pacts/provider/{provider}/provider-states", "Provider states of a provider"),
}


def _index(call: Call) -> Response:
    links: dict[str, Any] = {"self": link(call.request.base_url, title="Index")}
    for relation, (path, title) in INDEX_RELATIONS.items():
        is_template = True if "{" in path else None
        links[relation] = link(f"{call.request.base_url}/{path}", title=title, templated=is_template)
    links["curies"] = [*curies(call, "index"), *curies(call, "index", prefix="beta")]
    return hal({"_links": links})


def _heartbeat(_call: Call) -> Response:
    return hal({"ok": True})


def _dependencies(call: Call) -> Response:
    call.connection.exec_driver_sql("SELECT 1")
    return hal({"database": {"ok": True}})


ROUTES: list[Route] = [
    reads("/", _index),
    reads("/diagnostic/status/heartbeat", _heartbeat),
    reads("/diagnostic/status/dependencies", _dependencies),
]
