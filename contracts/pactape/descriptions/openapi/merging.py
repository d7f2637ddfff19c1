"""Merges recorded operations into an existing document: its content is kept, missing parts are added."""

from __future__ import annotations

import copy
import re
from typing import Any

from pactape.descriptions.openapi.version_3_0 import in_version_3_0

__all__ = ["merge_documents", "template_key"]

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def template_key(template: str) -> str:
    """Return a path without the names of its parameters: "/users/{}" of "/users/{id}"."""
    return re.sub(r"\{[^{}]*\}", "{}", template.rstrip("/") or "/")


def merge_documents(existing: dict[str, Any], recorded: dict[str, Any]) -> dict[str, Any]:
    """Return an existing document plus the paths, methods, statuses and media types that only the recordings have.

    Nothing in the existing document changes: no schema, no description, no parameter. Additions use the
    document's OpenAPI version and the names of its path parameters.

    Args:
        existing: The document to add to; it is not changed.
        recorded: The document of the recordings.
    """
    document = copy.deepcopy(existing)
    if str(existing.get("openapi", "")).startswith("3.0"):
        recorded = in_version_3_0(recorded)
    paths: dict[str, Any] = document.get("paths") or {}
    document["paths"] = paths
    path_by_key = {template_key(path): path for path in paths}
    for path, methods in recorded["paths"].items():
        own_path = path_by_key.get(template_key(path), path)
        item = paths.setdefault(own_path, {})
        for method, operation in methods.items():
            if method not in item:
                item[method] = _with_names_of(own_path, path, copy.deepcopy(operation))
            elif isinstance(item[method], dict):
                _add_missing(item[method], operation)
    _add_schemes(document, recorded)
    return document


def _with_names_of(path: str, recorded_path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """An operation with its path parameters renamed to those of a path that differs only in these names."""
    names = dict(zip(_PARAMETER.findall(recorded_path), _PARAMETER.findall(path), strict=True))
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["name"] = names.get(parameter["name"], parameter["name"])
    return operation


def _add_missing(existing: dict[str, Any], recorded: dict[str, Any]) -> None:
    responses = existing.setdefault("responses", {})
    for status, response in recorded["responses"].items():
        existing_response = responses.get(status, responses.get(f"{status[0]}XX"))
        if existing_response is None:
            if "default" not in responses:
                responses[status] = copy.deepcopy(response)
        elif "$ref" not in existing_response and response.get("content"):
            _add_media(existing_response, response)
    names = {
        (parameter.get("name"), parameter.get("in"))
        for parameter in existing.get("parameters", ())
        if "$ref" not in parameter
    }
    has_references = any("$ref" in parameter for parameter in existing.get("parameters", ()))
    missing = [
        parameter
        for parameter in recorded.get("parameters", ())
        if parameter["in"] == "query" and (parameter["name"], "query") not in names and not has_references
    ]
    if missing:
        existing["parameters"] = [*existing.get("parameters", ()), *copy.deepcopy(missing)]
    if "requestBody" in recorded and "requestBody" not in existing:
        existing["requestBody"] = copy.deepcopy(recorded["requestBody"])


def _add_media(existing: dict[str, Any], recorded: dict[str, Any]) -> None:
    content = existing.setdefault("content", {})
    for media, body in recorded["content"].items():
        if media not in content and "*/*" not in content:
            content[media] = copy.deepcopy(body)


def _add_schemes(document: dict[str, Any], recorded: dict[str, Any]) -> None:
    schemes = recorded.get("components", {}).get("securitySchemes", {})
    added = {
        scheme
        for methods in document["paths"].values()
        if isinstance(methods, dict)
        for method, operation in methods.items()
        if method in _METHODS and isinstance(operation, dict)
        for requirement in operation.get("security", ())
        for scheme in requirement
    }
    for name in sorted(added & schemes.keys()):
        document.setdefault("components", {}).setdefault("securitySchemes", {}).setdefault(
            name, schemes[name]
        )
