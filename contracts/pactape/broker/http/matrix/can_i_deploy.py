"""Can-i-deploy: the matrix query in few words, by parameters or by the address of a branch or tag."""

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
    from pactape.broker.records import Version

__all__ = [
    "ROUTES",
    "branch_to_environment",
    "can_i_deploy_query",
    "main_branch_to_main_branches",
    "tag_to_tag",
]


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
        [("q[][pacticipant]", name), ("q[][version]", version), *_ignored(call), *target]
    )
    return msgspec.structs.replace(query, latest_by="cvpv" if environment else "cvp")


def _ignored(call: Call) -> list[tuple[str, str]]:
    """Return the pacticipants to ignore, which are names or names with versions."""
    return [
        ("ignore[][pacticipant]", value) if key == "ignore[]" else (key, value)
        for key, value in call.request.query
        if key.startswith("ignore[]")
    ]


def _can_i_deploy(call: Call) -> Response:
    return matrix_response(call, can_i_deploy_query(call))


def branch_to_environment(call: Call) -> MatrixQuery:
    """Return the query whether a branch's latest version can be deployed to an environment.

    Raises:
        Problem: 404, the branch has no version.
    """
    name, branch = call.path["pacticipant"], call.path["branch"]
    head = versions.head_of_branch(call.connection, name, branch)
    if head is None:
        raise not_found(f"A version of {name} from branch {branch}")
    target = VersionSelector(pacticipant="", environment=call.path["environment"])
    return _query(head, target, latest_by="cvpv")


def tag_to_tag(call: Call) -> MatrixQuery:
    """Return the query whether a tag's latest version can join the latest versions with another tag.

    Raises:
        Problem: 404, no version has the tag.
    """
    name, tag = call.path["pacticipant"], call.path["tag"]
    tagged = versions.versions_with_tag(call.connection, name, tag, limit=1)
    if not tagged:
        raise not_found(f"A version of {name} with tag {tag}")
    return _query(
        tagged[0], VersionSelector(pacticipant="", tag=call.path["to"], latest=True), latest_by="cvp"
    )


def main_branch_to_main_branches(call: Call) -> MatrixQuery:
    """Return the query whether the main branch's latest version works with those of the others.

    Raises:
        Problem: 404, there is no such version.
    """
    name = call.path["pacticipant"]
    pacticipant = find_pacticipant(call.connection, name)
    branch = pacticipant.main_branch if pacticipant else None
    head = versions.head_of_branch(call.connection, name, branch) if branch else None
    if head is None:
        raise not_found(f"A version of {name} from its main branch")
    return _query(head, VersionSelector(pacticipant="", main_branch=True, latest=True), latest_by="cvp")


def _query(version: Version, target: VersionSelector, *, latest_by: str) -> MatrixQuery:
    wanted = VersionSelector(pacticipant=version.pacticipant, version=version.number)
    return MatrixQuery(wanted=[wanted], target=target, latest_by=latest_by)


_LATEST = "/pacticipants/{pacticipant}"

ROUTES: list[Route] = [
    reads("/can-i-deploy", _can_i_deploy, filters=("pacticipant", "version", "environment", "to")),
    reads(
        f"{_LATEST}/branches/{{branch}}/latest-version/can-i-deploy/to-environment/{{environment}}",
        lambda call: matrix_response(call, branch_to_environment(call)),
    ),
    reads(
        f"{_LATEST}/latest-version/{{tag}}/can-i-deploy/to/{{to}}",
        lambda call: matrix_response(call, tag_to_tag(call)),
    ),
]
