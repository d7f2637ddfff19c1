"""Environments, and records of what is deployed and released to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.pacticipants.versions import require_version
from pactape.broker.http.protocol.links import (
    environment_document,
    link,
    moment,
    pacticipant_brief,
    version_url,
)
from pactape.broker.http.protocol.messages import Call, Problem, Response, hal, no_content, not_found
from pactape.broker.http.protocol.names import check_names
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.store import environments, placements

if TYPE_CHECKING:
    from pactape.broker.records import Environment, Placement

__all__ = ["ROUTES"]

_CREATED, _UNPROCESSABLE = 201, 422


def _environment(call: Call) -> Environment:
    environment = environments.find_environment(call.connection, call.path["environment"])
    if environment is None:
        raise not_found(f"Environment {call.path['environment']}")
    return environment


def _all(call: Call) -> Response:
    name, part = call.request.parameter("name"), (call.request.parameter("q") or "").lower()
    documents = [
        environment_document(call, environment)
        for environment in environments.all_environments(call.connection)
        if name in {None, environment.name} and part in environment.name.lower()
    ]
    links = {
        "self": link(call.url("environments"), title="Environments"),
        "pb:environments": [
            link(call.url("environments", document["uuid"]), title="Environment", name=document["name"])
            for document in documents
        ],
    }
    return hal({"_embedded": {"environments": documents}, "_links": links})


def _get(call: Call) -> Response:
    return hal(environment_document(call, _environment(call)))


def _create(call: Call) -> Response:
    values = _values(call, current=None)
    environment = environments.add_environment(
        call.connection,
        name=values["name"],
        display_name=values["display_name"],
        production=values["production"],
        contacts=values["contacts"],
        now=call.now,
    )
    location = (("Location", call.url("environments", environment.uuid)),)
    return hal(environment_document(call, environment), status=_CREATED, headers=location)


def _update(call: Call) -> Response:
    environment = _environment(call)
    environments.update_environment(
        call.connection, environment, {**_values(call, current=environment), "updated_at": call.now}
    )
    return hal(environment_document(call, _environment(call)))


def _values(call: Call, *, current: Environment | None) -> dict[str, Any]:
    body = call.json()
    name = body.get("name", current.name if current else None)
    if not isinstance(name, str) or not name.strip():
        raise Problem(400, "name can't be blank", errors={"name": ["can't be blank"]})
    if any(letter.isspace() for letter in name):
        raise Problem(400, "name can't contain spaces", errors={"name": ["cannot contain spaces"]})
    check_names([("name", name)])
    other = environments.find_environment_by_name(call.connection, name)
    if other is not None and (current is None or other.uuid != current.uuid):
        raise Problem(
            400,
            f"Another environment with name '{name}' already exists.",
            errors={"name": [f"Another environment with name '{name}' already exists."]},
        )
    production = body.get("production", current.production if current else False)
    if not isinstance(production, bool):
        raise Problem(
            400, "production must be true or false", errors={"production": ["must be true or false"]}
        )
    contacts = body.get("contacts") or (current.contacts if current else [])
    if not isinstance(contacts, list) or not all(_is_contact(contact) for contact in contacts):
        text = "must be a list of objects with a name"
        raise Problem(400, f"contacts {text}", errors={"contacts": [text]})
    display_name = body.get("displayName") or (current.display_name if current else name)
    return {"name": name, "production": production, "contacts": contacts, "display_name": str(display_name)}


def _is_contact(contact: Any) -> bool:
    return (
        isinstance(contact, dict) and isinstance(contact.get("name"), str) and bool(contact["name"].strip())
    )


def _delete(call: Call) -> Response:
    environments.delete_environment(call.connection, _environment(call))
    return no_content()


def _placement_document(call: Call, placement: Placement) -> dict[str, Any]:
    is_deployed = placement.kind == "deployed"
    name, number = placement.pacticipant, placement.version
    href = version_url(call, name, number)
    document: dict[str, Any] = {
        "uuid": placement.uuid,
        ("currentlyDeployed" if is_deployed else "currentlySupported"): placement.ended_at is None,
        "createdAt": moment(placement.created_at),
        ("undeployedAt" if is_deployed else "supportEndedAt"): placement.ended_at
        and moment(placement.ended_at),
        "_embedded": {
            "pacticipant": pacticipant_brief(call, name),
            "version": {"number": number, "_links": {"self": link(href, title="Version", name=number)}},
            "environment": environment_document(call, placement.environment),
        },
        "_links": {"self": link(call.url(f"{placement.kind}-versions", placement.uuid))},
    }
    if is_deployed:
        document["applicationInstance"] = placement.instance
        document["target"] = placement.instance
    return document


def _record(call: Call, kind: str) -> Response:
    body = call.json()
    instance = body.get("applicationInstance", body.get("target")) if kind == "deployed" else None
    if instance is not None and not isinstance(instance, str):
        raise Problem(
            400, "applicationInstance must be a string", errors={"applicationInstance": ["must be a string"]}
        )
    placement = placements.place(
        call.connection,
        require_version(call),
        _environment(call),
        kind=kind,
        instance=instance or None,
        now=call.now,
    )
    document = _placement_document(call, placement)
    return hal(document, status=_CREATED, headers=(("Location", document["_links"]["self"]["href"]),))


def _list(call: Call, kind: str) -> Response:
    parameter = call.request.parameter
    current = placements.current_placements(
        call.connection,
        environment=_environment(call),
        kind=kind,
        pacticipant=parameter("pacticipant"),
        version=parameter("version"),
        instance=parameter("applicationInstance") or parameter("target"),
    )
    documents = [_placement_document(call, placement) for placement in current]
    return hal(
        {
            "_embedded": {f"{kind}Versions": documents},
            "_links": {"self": link(call.url(*call.request.segments))},
        }
    )


def _one(call: Call, kind: str) -> Placement:
    placement = placements.find_placement(call.connection, call.path["uuid"])
    if placement is None or placement.kind != kind:
        raise not_found(f"A {kind} version {call.path['uuid']}")
    return placement


def _end(call: Call, kind: str) -> Response:
    placement = _one(call, kind)
    field = "currentlyDeployed" if kind == "deployed" else "currentlySupported"
    value = call.json().get(field)
    if value is True:
        text = f"The {field} property cannot be set back to true. Please record a new deployment."
        raise Problem(_UNPROCESSABLE, text, errors={field: [text]})
    if value not in {True, False, None}:
        raise Problem(400, f"{field} must be true or false", errors={field: ["must be true or false"]})
    if value is False and placement.ended_at is None:
        placements.end_placement(call.connection, placement.uuid, now=call.now)
    return hal(_placement_document(call, _one(call, kind)))


def _of_version(call: Call, kind: str) -> Response:
    environment = _environment(call)
    current = placements.current_placements(
        call.connection, environment=environment, kind=kind, version_id=require_version(call).id
    )
    documents = [_placement_document(call, placement) for placement in current]
    return hal(
        {
            "_embedded": {f"{kind}Versions": documents},
            "_links": {"self": link(call.url(*call.request.segments))},
        }
    )


_ENVIRONMENT = "/environments/{environment}"


def _routes(kind: str, current: str) -> list[Route]:
    template = (
        f"/pacticipants/{{pacticipant}}/versions/{{version}}/{kind}-versions/environment/{{environment}}"
    )
    return [
        writes("POST", template, lambda call: _record(call, kind)),
        reads(template, lambda call: _of_version(call, kind)),
        reads(
            f"{_ENVIRONMENT}/{kind}-versions/{current}",
            lambda call: _list(call, kind),
            filters=("pacticipant", "version", "applicationInstance", "target"),
        ),
        reads(f"/{kind}-versions/{{uuid}}", lambda call: hal(_placement_document(call, _one(call, kind)))),
        writes("PATCH", f"/{kind}-versions/{{uuid}}", lambda call: _end(call, kind)),
    ]


ROUTES: list[Route] = [
    reads("/environments", _all, filters=("name", "q")),
    writes("POST", "/environments", _create),
    reads(_ENVIRONMENT, _get),
    writes("PUT", _ENVIRONMENT, _update),
    writes("PATCH", _ENVIRONMENT, _update),
    writes("DELETE", _ENVIRONMENT, _delete),
    *_routes("deployed", "currently-deployed"),
    *_routes("released", "currently-supported"),
]
