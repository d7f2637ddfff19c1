"""URLs of the broker's resources, and the short documents that represent them in others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Environment, Pacticipant, Placement, Publication, Result, Tag, Version

__all__ = [
    "branch_url",
    "branch_version_brief",
    "content_url",
    "curies",
    "environment_brief",
    "environment_document",
    "label_url",
    "link",
    "moment",
    "pact_title",
    "pact_url",
    "pacticipant_brief",
    "pacticipant_document",
    "pacticipant_url",
    "placement_links",
    "result_url",
    "tag_documents",
    "version_brief",
    "version_url",
]


def link(href: str, **more: Any) -> dict[str, Any]:
    """Return a HAL link; members that are None are omitted."""
    return {**{name: value for name, value in more.items() if value is not None}, "href": href}


def curies(call: Call, context: str, *, prefix: str = "pb", path: str = "{rel}") -> list[dict[str, Any]]:
    """Return where the relations `pb:…` of a document are described (HAL, section 8.2).

    Args:
        call: The request.
        context: The kind of the document.
        prefix: The prefix of the relations.
        path: The last segment of the descriptions' URLs.
    """
    href = f"{call.url('doc')}/{path}{f'?context={context}' if context else ''}"
    return [{"name": prefix, "href": href, "templated": True}]


def moment(text: str) -> str:
    """Return a stored time in the API's format: to the second, with its zone.

    Example:
        >>> moment("2026-11-23T08:00:00.123456+00:00")
        '2026-11-23T08:00:00+00:00'
    """
    return text[:19] + "+00:00"


def pacticipant_url(call: Call, name: str) -> str:
    """Return the URL of a pacticipant."""
    return call.url("pacticipants", name)


def version_url(call: Call, pacticipant: str, number: str) -> str:
    """Return the URL of a version."""
    return call.url("pacticipants", pacticipant, "versions", number)


def branch_url(call: Call, pacticipant: str, branch: str) -> str:
    """Return the URL of a branch."""
    return call.url("pacticipants", pacticipant, "branches", branch)


def branch_version_brief(call: Call, version: Version, branch: str, *, is_latest: bool) -> dict[str, Any]:
    """Return the short document of a version on a branch."""
    self_url = call.url("pacticipants", version.pacticipant, "branches", branch, "versions", version.number)
    return {
        "name": branch,
        "latest": is_latest,
        "_links": {"self": link(self_url, title="Branch version", name=branch)},
    }


def label_url(call: Call, pacticipant: str, label: str) -> str:
    """Return the URL of a pacticipant's label."""
    return call.url("pacticipants", pacticipant, "labels", label)


def pact_url(call: Call, publication: Publication) -> str:
    """Return the URL of the contract of a consumer version."""
    return call.url(
        *("pacts", "provider", publication.provider),
        *("consumer", publication.consumer, "version", publication.version),
    )


def content_url(call: Call, publication: Publication, *more: str) -> str:
    """Return the URL of a content, independent of the versions that it was published for."""
    return call.url(
        *("pacts", "provider", publication.provider),
        *("consumer", publication.consumer, "pact-version", publication.sha, *more),
    )


def result_url(call: Call, publication: Publication, result: Result) -> str:
    """Return the URL of a verification result."""
    return content_url(call, publication, "verification-results", str(result.number))


def pact_title(publication: Publication) -> str:
    """Return the title of a contract in links."""
    return f"Pact between {publication.consumer} ({publication.version}) and {publication.provider}"


def pacticipant_brief(call: Call, name: str) -> dict[str, Any]:
    """Return the short document of a pacticipant."""
    return {
        "name": name,
        "_links": {"self": link(pacticipant_url(call, name), title="Pacticipant", name=name)},
    }


def version_brief(call: Call, version: Version) -> dict[str, Any]:
    """Return the short document of a version."""
    href = version_url(call, version.pacticipant, version.number)
    document: dict[str, Any] = {"number": version.number}
    if version.branches:
        document["branch"] = version.branches[-1]
        document["branches"] = [
            {"name": name, "_links": {"self": link(branch_url(call, version.pacticipant, name))}}
            for name in version.branches
        ]
    document["_links"] = {"self": link(href, title="Version", name=version.number)}
    return document


def tag_documents(call: Call, version: Version) -> list[dict[str, Any]]:
    """Return the documents of a version's tags."""
    return [_tag(call, version, tag) for tag in version.tags]


def _tag(call: Call, version: Version, tag: Tag) -> dict[str, Any]:
    href = call.url("pacticipants", version.pacticipant, "versions", version.number, "tags", tag.name)
    return {
        "name": tag.name,
        "createdAt": moment(tag.created_at),
        "_links": {"self": link(href, title="Tag", name=tag.name)},
    }


def placement_links(call: Call, placements: Iterable[Placement]) -> dict[str, Any]:
    """Return the links to deployments and releases, with whether they are current."""
    deployed, released = [], []
    for placement in placements:
        name, is_current = placement.environment.display_name, placement.ended_at is None
        href = call.url(f"{placement.kind}-versions", placement.uuid)
        title = f"Version {placement.kind} to {name}"
        if placement.kind == "deployed":
            deployed.append(
                link(
                    href,
                    title=title,
                    name=name,
                    currently_deployed=is_current,
                    application_instance=placement.instance,
                )
            )
        else:
            released.append(link(href, title=title, name=name, currently_supported=is_current))
    return {"pb:deployed-environments": deployed, "pb:released-environments": released}


def environment_brief(call: Call, environment: Environment) -> dict[str, Any]:
    """Return the short document of an environment."""
    self_url = call.url("environments", environment.uuid)
    return {
        "uuid": environment.uuid,
        "name": environment.name,
        "displayName": environment.display_name,
        "production": environment.production,
        "createdAt": moment(environment.created_at),
        "updatedAt": moment(environment.updated_at),
        "_links": {"self": link(self_url, title="Environment", name=environment.name)},
    }


def environment_document(call: Call, environment: Environment) -> dict[str, Any]:
    """Return the full document of an environment."""
    self_url, brief = call.url("environments", environment.uuid), environment_brief(call, environment)
    return {
        **brief,
        "contacts": environment.contacts,
        "_links": {
            **brief["_links"],
            "pb:environments": link(call.url("environments"), title="Environments"),
            "pb:currently-deployed-deployed-versions": link(
                f"{self_url}/deployed-versions/currently-deployed", title="Versions deployed here now"
            ),
            "pb:currently-supported-released-versions": link(
                f"{self_url}/released-versions/currently-supported",
                title="Versions released and supported here",
            ),
        },
    }


def pacticipant_document(call: Call, pacticipant: Pacticipant) -> dict[str, Any]:
    """Return the document of a pacticipant, without its versions."""
    self_url = pacticipant_url(call, pacticipant.name)
    return {
        "name": pacticipant.name,
        "displayName": pacticipant.display_name,
        "mainBranch": pacticipant.main_branch,
        "repositoryUrl": pacticipant.repository_url,
        "repositoryName": pacticipant.repository_name,
        "repositoryNamespace": pacticipant.repository_namespace,
        "createdAt": moment(pacticipant.created_at),
        "_links": {
            "self": link(self_url),
            "pb:versions": link(f"{self_url}/versions"),
            "versions": link(f"{self_url}/versions"),
            "pb:branches": link(f"{self_url}/branches"),
            "pb:latest-version": link(f"{self_url}/latest-version"),
            **{
                f"pb:{relation}": link(f"{self_url}/{path}", templated=True)
                for relation, path in _PACTICIPANT_TEMPLATES.items()
            },
            "curies": curies(call, "pacticipant"),
        },
    }


_PACTICIPANT_TEMPLATES = {
    "version": "versions/{version}",
    "version-tag": "versions/{version}/tags/{tag}",
    "branch-version": "branches/{branch}/versions/{version}",
    "label": "labels/{label}",
    "can-i-deploy-badge": "latest-version/{tag}/can-i-deploy/to/{environmentTag}/badge",
    "can-i-deploy-branch-to-environment-badge": (
        "branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}/badge"
    ),
}
