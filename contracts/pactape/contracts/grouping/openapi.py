"""Reads the route templates and discriminators of a provider's OpenAPI document."""

from __future__ import annotations

import json
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import yaml

from pactape.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["RouteTemplates", "read_route_templates", "route_templates"]

_PARAMETER = re.compile(r"\{[^{}]*\}")


class RouteTemplates:
    """The route templates of a document.

    Args:
        document: An OpenAPI document, version 3, as plain data; an empty document has no templates.

    Example:
        >>> RouteTemplates({"paths": {"/users/{id}": {}, "/users/me": {}}}).match("/users/7")
        '/users/{id}'
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    @property
    def document(self) -> dict[str, Any]:
        """Return the document as plain data."""
        return self._document

    def match(self, path: str) -> str | None:
        """Return the template of a path below the base URL; None if no template matches.

        A template without parameters takes precedence over one with parameters (OpenAPI 3.1, section 4.8.8.2).
        """
        segments = path.split("/")
        return next((template for template, form in self._forms if _fits(form, segments)), None)

    @cached_property
    def templates(self) -> tuple[str, ...]:
        """Return all route templates of the document."""
        return tuple(self._document.get("paths") or ())

    @cached_property
    def discriminators(self) -> tuple[str, ...]:
        """Return the property names of all discriminators in the document, sorted."""
        return tuple(sorted(set(_discriminators(self._document))))

    @cached_property
    def _forms(self) -> list[tuple[str, list[re.Pattern[str] | str]]]:
        templates = sorted(
            self._document.get("paths") or {}, key=lambda path: (_PARAMETER.findall(path) != [], path)
        )
        return [(template, [_form(part) for part in template.split("/")]) for template in templates]


def read_route_templates(path: Path | None) -> RouteTemplates:
    """Read the templates of an OpenAPI file in YAML or JSON; without a file, return an empty set of templates.

    Raises:
        SettingsError: The file can't be read, or contains no paths.
    """
    if path is None:
        return RouteTemplates({})
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise _unusable_document(path, f"can't be read as an OpenAPI document ({error})") from error
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise _unusable_document(path, "is not an OpenAPI document with `paths`")
    if not all(isinstance(path, str) for path in document["paths"]):
        raise _unusable_document(path, "has a path that is not a string")
    return RouteTemplates(document)


def route_templates(path: Path | None) -> RouteTemplates:
    """Return the templates of an OpenAPI file; an unchanged file is read once.

    Raises:
        SettingsError: The file can't be read, or contains no paths.
    """
    return _templates_of(path, path.stat().st_mtime_ns if path and path.exists() else 0)


@lru_cache(maxsize=16)
def _templates_of(path: Path | None, _changed: int) -> RouteTemplates:
    return read_route_templates(path)


def _unusable_document(path: Path, what: str) -> SettingsError:
    return SettingsError(
        what,
        where=path,
        remedy="correct the file, or the provider's setting openapi in [tool.pactape.providers]",
    )


def _form(segment: str) -> re.Pattern[str] | str:
    """Return what matches a template's segment: its text, or a pattern if it contains a parameter."""
    if not _PARAMETER.search(segment):
        return segment
    return re.compile("[^/]+".join(re.escape(part) for part in _PARAMETER.split(segment)))


def _fits(form: list[re.Pattern[str] | str], segments: list[str]) -> bool:
    return len(form) == len(segments) and all(
        unquote(segment) == form_part if isinstance(form_part, str) else form_part.fullmatch(segment)
        for form_part, segment in zip(form, segments, strict=True)
    )


def _discriminators(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        inner = value.get("discriminator")
        name = inner.get("propertyName") if isinstance(inner, dict) else None
        if isinstance(name, str):
            yield name
        for child in value.values():
            yield from _discriminators(child)
    elif isinstance(value, list):
        for item in value:
            yield from _discriminators(item)
