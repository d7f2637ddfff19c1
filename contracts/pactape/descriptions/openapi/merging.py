"""Merges recorded operations into an existing document: what is written there stays, what is missing is added."""

from __future__ import annotations

import copy
import re
from typing import Any

__all__ = ["merge_documents", "template_key"]

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def template_key(template: str) -> str:
    """Return a path without the names of its parameters: "/users/{}" of "/users/{id}"."""
    return re.sub(r"\{[^{}]*\}", "{}", template.rstrip("/") or "/")


def merge_documents(existing: dict[str, Any], recorded: dict[str, Any]) -> dict[str, Any]:
    """Return an existing document with what only the recorded one has: paths, methods, statuses, media types.

    Nothing that stands in the existing document changes: no schema, no description, no parameter.

    Args:
        existing: The document to add to; it is not changed.
        recorded: The document of the recordings.
    """
    merged = copy.deepcopy(existing)
    paths: dict[str, Any] = merged.setdefault("paths", {})
    known = {template_key(path): path for path in paths}
    for path, methods in recorded["paths"].items():
        item = paths.setdefault(known.get(template_key(path), path), {})
        for method, operation in methods.items():
            if method not in item:
                item[method] = copy.deepcopy(operation)
            elif isinstance(item[method], dict):
                _add_missing(item[method], operation)
    _add_schemes(merged, recorded)
    return merged


def _add_missing(written: dict[str, Any], recorded: dict[str, Any]) -> None:
    responses = written.setdefault("responses", {})
    for status, response in recorded["responses"].items():
        known = responses.get(status, responses.get(f"{status[0]}XX"))
        if known is None:
            if "default" not in responses:
                responses[status] = copy.deepcopy(response)
        elif "$ref" not in known and response.get("content"):
            _add_media(known, response)
    names = {
        (each.get("name"), each.get("in")) for each in written.get("parameters", ()) if "$ref" not in each
    }
    has_references = any("$ref" in each for each in written.get("parameters", ()))
    missing = [
        each
        for each in recorded.get("parameters", ())
        if each["in"] == "query" and (each["name"], "query") not in names and not has_references
    ]
    if missing:
        written["parameters"] = [*written.get("parameters", ()), *copy.deepcopy(missing)]
    if "requestBody" in recorded and "requestBody" not in written:
        written["requestBody"] = copy.deepcopy(recorded["requestBody"])


def _add_media(written: dict[str, Any], recorded: dict[str, Any]) -> None:
    content = written.setdefault("content", {})
    for media, body in recorded["content"].items():
        if media not in content and "*/*" not in content:
            content[media] = copy.deepcopy(body)


def _add_schemes(merged: dict[str, Any], recorded: dict[str, Any]) -> None:
    schemes = recorded.get("components", {}).get("securitySchemes", {})
    added = {
        scheme
        for methods in merged["paths"].values()
        if isinstance(methods, dict)
        for method, operation in methods.items()
        if method in _METHODS and isinstance(operation, dict)
        for requirement in operation.get("security", ())
        for scheme in requirement
    }
    for name in sorted(added & schemes.keys()):
        merged.setdefault("components", {}).setdefault("securitySchemes", {}).setdefault(name, schemes[name])
