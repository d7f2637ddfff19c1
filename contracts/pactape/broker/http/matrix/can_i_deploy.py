"""Can-i-deploy: short forms of matrix queries, with parameters or the URL of a branch or tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.matrix.query import MatrixQuery, VersionSelector, matrix_problem, read_matrix_query
from pactape.broker.http.matrix.resource import matrix_response
from pactape.broker.http.protocol.messages import not_found
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store import versions
from pactape.broker.store.pacticipants import find_pacticipant

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response

__all__ = [
    "CAN_I_DEPLOY_FILTERS",
    "ROUTES",
    "branch_to_environment",
    "can_i_deploy_query",
    "main_branch_to_main_branches",
    "tag_to_tag",
]

#: The query parameters of `/can-i-deploy`.
CAN_I_DEPLOY_FILTERS = ("pacticipant", "version", "environment", "to", "ignore[]", "ignore[][")


def can_i_deploy_query(call: Call) -> MatrixQuery:
    """Return the matrix query for the parameters of `/can-i-deploy`.

    Raises:
        Problem: 400, the pacticipant, its version or the target is missing.
    """
    parameter = call.request.parameter
    name, version = parameter("pacticipant"), parameter("version")
    environment, tag = parameter("environment"), parameter("to")
    if not name or not version:
        raise matrix_problem("Please specify the pacticipant and its version")
    if environment and tag:
        raise matrix_problem("Cannot specify both a 'to' tag and an environment.")
    if not environment and not tag:
        raise matrix_problem("Must specify either an environment or a 'to' tag.")
    target = [("environment", environment or "")] if environment else [("tag", tag or ""), ("latest", "true")]
    query = read_matrix_query(
        [("q[][pacticipant]", name), ("q[][version]", version), *_ignore_parameters(call), *target]
    )
    return msgspec.structs.replace(query, latest_by="cvpv" if environment else "cvp")


def _ignore_parameters(call: Call) -> list[tuple[str, str]]:
    """Return the pacticipants to ignore, which are names or names with versions."""
    return [
        ("ignore[][pacticipant]", value) if key == "ignore[]" else (key, value)
        for key, value in call.request.query
        if key.startswith("ignore[]")
    ]


def _can_i_deploy(call: Call) -> Response:
    return matrix_response(call, can_i_deploy_query(call))


def branch_to_environment(call: Call) -> MatrixQuery:
    """Return the matrix query for deploying a branch's latest version to an environment.

    Raises:
        Problem: 404, the branch has no version.
    """
    name, branch = call.path["pacticipant"], call.path["branch"]
    head = versions.head_of_branch(call.connection, name, branch)
    if head is None:
        raise not_found(f"A version of {name} from branch {branch}")
    selector = VersionSelector(pacticipant=name, branch=branch, latest=True)
    target = VersionSelector(pacticipant="", environment=call.path["environment"])
    return MatrixQuery(selectors=[selector], target=target, latest_by="cvpv")


def tag_to_tag(call: Call) -> MatrixQuery:
    """Return the matrix query for deploying a tag's latest version beside the latest versions of another tag.

    Raises:
        Problem: 404, no version has the tag.
    """
    name, tag = call.path["pacticipant"], call.path["tag"]
    latest_versions = versions.versions_with_tag(call.connection, name, tag, limit=1)
    if not latest_versions:
        raise not_found(f"A version of {name} with tag {tag}")
    selector = VersionSelector(pacticipant=name, tag=tag, latest=True)
    target = VersionSelector(pacticipant="", tag=call.path["to"], latest=True)
    return MatrixQuery(selectors=[selector], target=target, latest_by="cvp")


def main_branch_to_main_branches(call: Call) -> MatrixQuery:
    """Return the matrix query of the main branch's latest version with those of the others.

    Raises:
        Problem: 404, no such version exists.
    """
    name = call.path["pacticipant"]
    pacticipant = find_pacticipant(call.connection, name)
    branch = pacticipant.main_branch if pacticipant else None
    head = versions.head_of_branch(call.connection, name, branch) if branch else None
    if head is None:
        raise not_found(f"A version of {name} from its main branch")
    selector = VersionSelector(pacticipant=name, version=head.number)
    target = VersionSelector(pacticipant="", main_branch=True, latest=True)
    return MatrixQuery(selectors=[selector], target=target, latest_by="cvp")


_LATEST = "/pacticipants/{pacticipant}"

ROUTES: list[Route] = [
    reads("/can-i-deploy", _can_i_deploy, filters=CAN_I_DEPLOY_FILTERS),
    reads(
        f"{_LATEST}/branches/{{branch}}/latest-version/can-i-deploy/to-environment/{{environment}}",
        lambda call: matrix_response(call, branch_to_environment(call)),
    ),
    reads(
        f"{_LATEST}/latest-version/{{tag}}/can-i-deploy/to/{{to}}",
        lambda call: matrix_response(call, tag_to_tag(call)),
    ),
]
