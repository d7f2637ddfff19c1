"""The values of `${pactbroker.…}` placeholders in webhooks, by their official names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.protocol.links import content_url, result_url
from pactape.broker.store import pacticipants, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication, Result, Version

__all__ = ["contract_values", "labels_of_parties", "provider_values", "result_values"]


def contract_values(call: Call, publication: Publication, version: Version | None = None) -> dict[str, str]:
    """Return the values of an event about a contract without a verification result."""
    consumer = version or versions.find_version(call.connection, publication.consumer, publication.version)
    return {
        "pactbroker.pactUrl": content_url(call, publication),
        "pactbroker.consumerName": publication.consumer,
        "pactbroker.providerName": publication.provider,
        "pactbroker.consumerVersionNumber": publication.version,
        "pactbroker.consumerVersionTags": _join(tag.name for tag in consumer.tags) if consumer else "",
        "pactbroker.consumerVersionBranch": consumer.branches[-1] if consumer and consumer.branches else "",
        "pactbroker.consumerLabels": _join(_labels(call, publication.consumer)),
        "pactbroker.providerLabels": _join(_labels(call, publication.provider)),
        "pactbroker.providerVersionNumber": "",
        "pactbroker.providerVersionTags": "",
        "pactbroker.providerVersionBranch": "",
        "pactbroker.providerVersionDescriptions": "",
        "pactbroker.verificationResultUrl": "",
        "pactbroker.githubVerificationStatus": "pending",
        "pactbroker.gitlabVerificationStatus": "pending",
        "pactbroker.bitbucketVerificationStatus": "INPROGRESS",
        "pactbroker.azureDevOpsVerificationStatus": "pending",
        "pactbroker.buildUrl": (consumer.build_url or "") if consumer else "",
        "pactbroker.currentlyDeployedProviderVersionNumber": "",
    }


def provider_values(
    version: Version, *, branch: str | None = None, descriptions: Iterable[str] = ()
) -> dict[str, str]:
    """Return the values that describe a provider version."""
    last = version.branches[-1] if version.branches else ""
    return {
        "pactbroker.providerVersionNumber": version.number,
        "pactbroker.providerVersionTags": _join(tag.name for tag in version.tags),
        "pactbroker.providerVersionBranch": last if branch is None else branch,
        "pactbroker.providerVersionDescriptions": _join(descriptions),
    }


def result_values(call: Call, publication: Publication, result: Result) -> dict[str, str]:
    """Return the values that a verification result adds."""
    success = result.success
    return {
        "pactbroker.verificationResultUrl": result_url(call, publication, result),
        "pactbroker.githubVerificationStatus": "success" if success else "failure",
        "pactbroker.gitlabVerificationStatus": "success" if success else "failed",
        "pactbroker.bitbucketVerificationStatus": "SUCCESSFUL" if success else "FAILED",
        "pactbroker.azureDevOpsVerificationStatus": "succeeded" if success else "failed",
        "pactbroker.buildUrl": result.build_url or "",
    }


def labels_of_parties(call: Call, publication: Publication) -> dict[str, tuple[str, ...]]:
    """Return the labels of a contract's consumer and of its provider, by role."""
    return {
        "consumer": _labels(call, publication.consumer),
        "provider": _labels(call, publication.provider),
    }


def _labels(call: Call, name: str) -> tuple[str, ...]:
    pacticipant = pacticipants.find_pacticipant(call.connection, name)
    return tuple(pacticipants.labels_of(call.connection, pacticipant.id)) if pacticipant else ()


def _join(texts: Iterable[str]) -> str:
    return ", ".join(texts)
