"""Pacticipants and their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.protocol.links import link, pacticipant_document, pacticipant_url, version_brief
from pactape.broker.http.protocol.messages import Call, Problem, Response, hal, no_content, not_found
from pactape.broker.http.protocol.names import check_names
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.store import pacticipants
from pactape.broker.store.versions import latest_version

if TYPE_CHECKING:
    from pactape.broker.records import Pacticipant

__all__ = ["ROUTES", "known_pacticipant"]

_FIELDS = {"displayName": "display_name", "mainBranch": "main_branch", "repositoryUrl": "repository_url"}


def known_pacticipant(call: Call, name: str | None = None) -> Pacticipant:
    """The pacticipant that the path, or else the argument, names.

    Raises:
        Problem: 404, there is none.
    """
    wanted = call.path["pacticipant"] if name is None else name
    found = pacticipants.find_pacticipant(call.connection, wanted)
    if found is None:
        raise not_found(f"Pacticipant {wanted}")
    return found


def _document(call: Call, pacticipant: Pacticipant) -> dict[str, Any]:
    document = pacticipant_document(call, pacticipant)
    latest = latest_version(call.connection, pacticipant.name)
    labels = pacticipants.labels_of(call.connection, pacticipant.id)
    document["_embedded"] = {"labels": [{"name": name} for name in labels]}
    if latest is not None:
        document["_embedded"]["latestVersion"] = version_brief(call, latest)
    return document


def _all(call: Call) -> Response:
    found = pacticipants.all_pacticipants(call.connection)
    links = [link(pacticipant_url(call, each.name), title=each.name, name=each.name) for each in found]
    documents = [pacticipant_document(call, each) for each in found]
    return hal(
        {
            "pacticipants": documents,
            "_embedded": {"pacticipants": documents},
            "_links": {
                "self": link(call.url("pacticipants")),
                "pb:pacticipants": links,
                "pacticipants": links,
            },
        }
    )


def _get(call: Call) -> Response:
    return hal(_document(call, known_pacticipant(call)))


def _create(call: Call) -> Response:
    body = call.json()
    name = body.get("name")
    if not isinstance(name, str):
        raise Problem(400, "name can't be blank", errors={"name": ["can't be blank"]})
    check_names([("name", name)])
    if pacticipants.find_pacticipant(call.connection, name) is not None:
        raise Problem(409, f"Pacticipant {name} exists already")
    return _save(call, name, body, status=201)


def _update(call: Call) -> Response:
    name = call.path["pacticipant"]
    exists = pacticipants.find_pacticipant(call.connection, name) is not None
    return _save(call, name, call.json(), status=200 if exists else 201)


def _save(call: Call, name: str, body: dict[str, Any], *, status: int) -> Response:
    values = {}
    for key, column in _FIELDS.items():
        value = body.get(key)
        if value is not None and not isinstance(value, str):
            raise Problem(400, f"{key} must be a string", errors={key: ["must be a string"]})
        if key == "mainBranch" and value:
            check_names([(key, value)])
        if key in body and not (column == "display_name" and value is None):
            values[column] = value
    pacticipant = pacticipants.ensure_pacticipant(call.connection, name, now=call.now)
    pacticipants.update_pacticipant(call.connection, pacticipant.id, values)
    location = (("Location", pacticipant_url(call, name)),) if status == 201 else ()  # noqa: PLR2004 -- Created
    return hal(_document(call, known_pacticipant(call, name)), status=status, headers=location)


def _delete(call: Call) -> Response:
    pacticipants.delete_pacticipant(call.connection, known_pacticipant(call).id)
    return no_content()


def _label(call: Call) -> Response:
    name = call.path["label"]
    if name not in pacticipants.labels_of(call.connection, known_pacticipant(call).id):
        raise not_found(f"Label {name}")
    return hal({"name": name, "_links": {"self": link(call.url(*call.request.segments))}})


def _add_label(call: Call) -> Response:
    pacticipants.add_label(call.connection, known_pacticipant(call).id, call.path["label"])
    return hal(
        {"name": call.path["label"], "_links": {"self": link(call.url(*call.request.segments))}}, status=201
    )


def _remove_label(call: Call) -> Response:
    if not pacticipants.remove_label(call.connection, known_pacticipant(call).id, call.path["label"]):
        raise not_found(f"Label {call.path['label']}")
    return no_content()


ROUTES: list[Route] = [
    reads("/pacticipants", _all),
    writes("POST", "/pacticipants", _create),
    reads("/pacticipants/{pacticipant}", _get),
    writes("PATCH", "/pacticipants/{pacticipant}", _update),
    writes("PUT", "/pacticipants/{pacticipant}", _update),
    writes("DELETE", "/pacticipants/{pacticipant}", _delete),
    reads("/pacticipants/{pacticipant}/labels/{label}", _label),
    writes("PUT", "/pacticipants/{pacticipant}/labels/{label}", _add_label),
    writes("DELETE", "/pacticipants/{pacticipant}/labels/{label}", _remove_label),
]
