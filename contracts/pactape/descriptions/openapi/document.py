"""Writes OpenAPI 3.1 documents of recorded APIs; the same recordings give the same bytes."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pactape.descriptions.openapi.schemas import EVIDENCE, schema_of, text_schema

if TYPE_CHECKING:
    from pactape.descriptions.openapi.collecting import MediaTypes, RecordedApi, RecordedOperation

__all__ = ["document_of"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_BODILESS = frozenset({"get", "head", "delete"})


def document_of(api: RecordedApi) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of a provider's recordings.

    Optional parameters and properties have their evidence in `x-pactape-evidence`.

    Args:
        api: The recorded operations.
    """
    paths: dict[str, dict[str, Any]] = {}
    identifiers: set[str] = set()
    for template, method in sorted(
        api.operations, key=lambda key: (key[0], _METHODS.index(key[1]) if key[1] in _METHODS else 99)
    ):
        if method in _METHODS:
            operation = api.operations[template, method]
            paths.setdefault(template, {})[method] = _operation(operation, identifiers)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": api.provider.name, "version": "recorded"},
        "servers": [{"url": url} for url in api.servers],
        "paths": paths,
    }
    schemes = sorted({scheme for operation in api.operations.values() for scheme in operation.schemes})
    if schemes:
        security_schemes = {scheme: {"type": "http", "scheme": scheme} for scheme in schemes}
        document["components"] = {"securitySchemes": security_schemes}
    return document


def _operation(operation: RecordedOperation, identifiers: set[str]) -> dict[str, Any]:
    operation_object: dict[str, Any] = {"operationId": _identifier(operation, identifiers)}
    parameters = [*_path_parameters(operation), *_query_parameters(operation)]
    if parameters:
        operation_object["parameters"] = parameters
    if operation.requests.shapes and operation.method not in _BODILESS:
        operation_object["requestBody"] = _request_body(operation.requests)
    operation_object["responses"] = {
        str(status): _response(operation, status) for status in sorted(operation.responses)
    }
    if operation.schemes:
        operation_object["security"] = [{scheme: []} for scheme in sorted(operation.schemes)]
    operation_object["x-pactape-exchanges"] = operation.count
    return operation_object


def _identifier(operation: RecordedOperation, identifiers: set[str]) -> str:
    """The client's name for the operation, or by default its method and path, as an identifier."""
    client_names = [name for name in sorted(operation.names) if re.fullmatch(r"[A-Za-z_]\w*", name)]
    words = re.findall(r"[A-Za-z0-9]+", operation.template) or ["root"]
    base = client_names[0] if len(client_names) == 1 else "_".join([operation.method, *words])
    identifier, number = base, 2
    while identifier in identifiers:
        identifier, number = f"{base}_{number}", number + 1
    identifiers.add(identifier)
    return identifier


def _path_parameters(operation: RecordedOperation) -> list[dict[str, Any]]:
    names = re.findall(r"\{([^{}]+)\}", operation.template)
    return [
        {"name": name, "in": "path", "required": True, "schema": text_schema(operation.path.get(name, set()))}
        for name in names
    ]


def _query_parameters(operation: RecordedOperation) -> list[dict[str, Any]]:
    parameters = []
    for name in sorted(operation.query):
        schema = text_schema(operation.query[name])
        if name in operation.repeated:
            schema = {"type": "array", "items": schema}
        parameter: dict[str, Any] = {"name": name, "in": "query", "schema": schema}
        if operation.with_query[name] == operation.count:
            parameter["required"] = True
        else:
            parameter[EVIDENCE] = {"present": operation.with_query[name], "requests": operation.count}
        parameters.append(parameter)
    return parameters


def _request_body(bodies: MediaTypes) -> dict[str, Any]:
    body_object: dict[str, Any] = {"content": _content(bodies)}
    if bodies.with_body == bodies.count:
        return {"required": True, **body_object}
    return {**body_object, EVIDENCE: {"present": bodies.with_body, "requests": bodies.count}}


def _content(bodies: MediaTypes) -> dict[str, Any]:
    return {
        media: {"schema": schema_of(shape)} if shape is not None else {}
        for media, shape in sorted(bodies.shapes.items())
    }


def _response(operation: RecordedOperation, status: int) -> dict[str, Any]:
    bodies = operation.responses[status]
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else f"Status {status}"
    response_object: dict[str, Any] = {"description": phrase}
    headers = {
        name.title(): {"schema": {"type": "string"}, **({"required": True} if count == bodies.count else {})}
        for name, count in sorted(operation.headers.get(status, {}).items())
    }
    if headers:
        response_object["headers"] = headers
    if bodies.shapes:
        response_object["content"] = _content(bodies)
    return response_object
