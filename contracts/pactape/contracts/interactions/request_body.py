"""Builds the body of an expected request: exact, except for ignored parts and secrets, which are typed."""

from __future__ import annotations

import base64
import json
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.replacing.placeholders import PLACEHOLDER, is_mask
from pactape.contracts.inference.rules import ANYTHING, all_of, matches_regex
from pactape.contracts.interactions.interaction import Content
from pactape.contracts.interactions.multipart_body import stable_multipart_body
from pactape.contracts.samples.graphql_documents import document_pattern
from pactape.http_bodies import (
    content_type,
    decoded_body,
    form_fields,
    is_form,
    is_json,
    json_body,
    media_type,
    multipart_parts,
)
from pactape.pactfile.json_paths import below, can_be_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.cassettes.replay.request_keys.match_rules import HostRules
    from pactape.contracts.inference.rules import Rule
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Request
    from pactape.http_bodies import MultipartPart

__all__ = ["expected_body"]

_JSON = "application/json"
_UNKNOWN = "application/octet-stream"
_TYPED = all_of({"match": "type"})
_MARK = PLACEHOLDER.encode()


def expected_body(sample: Sample, ignored: HostRules) -> Content | None:
    """Return the body that the consumer sends; None if it sends none.

    Args:
        sample: Any sample.
        ignored: The parts that the settings ignore: any value of the same type is accepted there.
    """
    request = sample.exchange.request
    media = media_type(request)
    if not request.body:
        return None
    if media is None:
        return _body_without_type(request, ignored)
    if not is_json(media):
        return _text_or_bytes(request, media, ignored)
    rules = dict(_member_rules(sample.sent, "$", ignored))
    pattern = document_pattern(sample.document) if sample.document else None
    if pattern is not None:
        rules["$.query"] = matches_regex(pattern)
    return Content(media_type=media, example=sample.sent, rules=rules)


def _body_without_type(request: Request, ignored: HostRules) -> Content:
    """Return the content of a body without a content type, as what it looks like; a JSON scalar is a text."""
    try:
        value = json_body(request)
    except ValueError:
        return _text_or_bytes(request, "text/plain", ignored)
    if not isinstance(value, dict | list):
        return _text_or_bytes(request, "text/plain", ignored)
    return Content(media_type=_JSON, example=value, rules=dict(_member_rules(value, "$", ignored)))


def _text_or_bytes(request: Request, media: str, ignored: HostRules) -> Content:
    """Return the content of a body that is not JSON: its text, or its bytes if they aren't text."""
    body = stable_multipart_body(request)
    rules = dict(_field_rules(request, media, ignored))
    try:
        return Content(media_type=media, example=body.decode(), rules=rules)
    except UnicodeDecodeError:
        kind = _UNKNOWN if media == "text/plain" else media
        example = base64.b64encode(body).decode()
        return Content(media_type=kind, example=example, is_base64=True, rules=rules)


def _field_rules(request: Request, media: str, ignored: HostRules) -> Iterator[tuple[str, Rule]]:
    """Yield the rules of a body that is not JSON, for ignored parts and placeholders."""
    if media.startswith("multipart/"):
        with suppress(ValueError):
            yield from _part_rules(
                multipart_parts(decoded_body(request), content_type(request.headers)), ignored
            )
    elif is_form(media):
        for name, values in form_fields(request).items():
            if can_be_named(name) and (ignored.ignores(f"form.{name}") or any(map(is_mask, values))):
                yield below("$", name), _TYPED
    elif ignored.ignore_body or (media == "text/plain" and _MARK in request.body):
        yield "$", ANYTHING


def _part_rules(parts: list[MultipartPart], ignored: HostRules) -> Iterator[tuple[str, Rule]]:
    """Yield the rules of a multipart body; the engine compares all parts of one name with the first."""
    counts = Counter(part.name for part in parts)
    for part in (part for part in parts if can_be_named(part.name)):
        path = below("$", part.name)
        if part.is_file and part.content_type.is_json:
            with suppress(ValueError, RecursionError):
                yield from _member_rules(json.loads(part.data), path, ignored)
        elif _MARK in part.data or is_mask(part.data.decode("utf-8", "replace")):
            yield path, _TYPED
        if counts[part.name] > 1 or ignored.ignores(f"form.{part.name}"):
            yield path, _TYPED


def _member_rules(value: Any, path: str, ignored: HostRules, field: str = "$") -> Iterator[tuple[str, Rule]]:
    """Yield a rule for each scalar of a JSON value that is ignored or contains a placeholder.

    Args:
        value: A JSON value.
        path: Its path expression in the contract.
        ignored: The parts that the settings ignore.
        field: The value's path in the notation of `ignored`, in which all items of an array share one path.
    """
    if isinstance(value, dict):
        for key, child in value.items():
            if can_be_named(key):
                yield from _member_rules(child, below(path, key), ignored, below(field, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _member_rules(item, f"{path}[{index}]", ignored, f"{field}[*]")
    elif is_mask(value) or ignored.ignores(field):
        yield path, _TYPED
