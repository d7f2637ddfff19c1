"""The fields, headers and cookies of a response that scrubbing changed."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from pactape.cassettes.replay.request_keys.request_fields import json_fields
from pactape.http_bodies import content_codings, content_type, decode_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fields = list[tuple[tuple[str, int], str]]

__all__ = ["ChangedField", "changed_fields", "response_body", "response_fields"]

_FORM = "application/x-www-form-urlencoded"


class ChangedField(msgspec.Struct, frozen=True):
    """A value of a response that differs in the recording.

    Args:
        kind: "field", "header" or "cookie".
        name: The path of a field, or the name.
        value: The value that the client got.
        keep: The names for `[tool.pactape.scrub] keep` that preserve the value.
        secrets: The replaced parts of the value.
    """

    kind: str
    name: str
    value: str
    keep: tuple[str, ...]
    secrets: tuple[str, ...]


def changed_fields(
    live: dict[str, Any], recorded: dict[str, Any], *, canonical: Callable[[str], str]
) -> Iterator[ChangedField]:
    """Yield the differences between a response and its recording.

    Args:
        live: The response in vcrpy's form, as the client got it.
        recorded: The scrubbed response in vcrpy's form.
        canonical: Replaces live URLs, as in the recording: that alone is not a change.
    """
    for kind, fields in (("field", response_fields), ("header", _headers), ("cookie", _cookies)):
        clean = dict(fields(recorded))
        for key, raw in fields(live):
            if clean.get(key, raw) not in {raw, canonical(raw)}:
                inner = _inner_changes(raw, clean[key])
                names = tuple(dict.fromkeys(name for name, _ in inner)) or (_last_name(kind, key[0]),)
                secrets = tuple(value for _, value in inner) or (raw,)
                yield ChangedField(kind, key[0], raw, names, secrets)


def response_fields(response: dict[str, Any]) -> Fields:
    """Return the fields of a JSON or form response by path and number, so that copies can be compared."""
    body = response_body(response)
    if content_type(response["headers"]).startswith(_FORM):
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        return [((f"form.{name}", number), value) for number, (name, value) in enumerate(pairs)]
    with suppress(ValueError, RecursionError):
        return [((path, number), value) for number, (path, value) in enumerate(json_fields(json.loads(body)))]
    return []


def response_body(response: dict[str, Any]) -> bytes:
    """Return the body of a response in vcrpy's form, decoded if possible."""
    body = response["body"].get("string") or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    try:
        return decode_body(body, content_codings(response["headers"]))
    except ValueError:
        return body


def _header_values(response: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    for name, values in response["headers"].items():
        for number, value in enumerate(values if isinstance(values, list) else [values]):
            yield name, number, value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _headers(response: dict[str, Any]) -> Fields:
    return [
        ((name, number), value)
        for name, number, value in _header_values(response)
        if name.lower() != "set-cookie"
    ]


def _cookies(response: dict[str, Any]) -> Fields:
    pairs = [
        value.partition(";")[0].partition("=")
        for name, _, value in _header_values(response)
        if name.lower() == "set-cookie"
    ]
    return [((name.strip(), number), value.strip(' "')) for number, (name, _, value) in enumerate(pairs)]


def _last_name(kind: str, path: str) -> str:
    return path.rpartition(".")[2].removesuffix("[*]") if kind == "field" else path


def _inner_changes(raw: str, clean: str) -> list[tuple[str, str]]:
    """Return names and values of the changes in a field that is a JSON text, a URL or a form."""
    for fields in (_json_fields_of, _parameters_of):
        after = dict(fields(clean))
        changed = [
            (key[0], value, after[key]) for key, value in fields(raw) if after.get(key, value) != value
        ]
        if changed:
            return [
                inner_change
                for path, value, other in changed
                for inner_change in _inner_changes(value, other) or [(_last_name("field", path), value)]
            ]
    return []


def _json_fields_of(text: str) -> Fields:
    if text[:1] not in {"{", "["}:
        return []
    with suppress(ValueError, RecursionError):
        return [((path, number), value) for number, (path, value) in enumerate(json_fields(json.loads(text)))]
    return []


def _parameters_of(text: str) -> Fields:
    is_url = "://" in text or text.startswith(("/", "?"))
    query = urlsplit(text).query if is_url else text
    pairs = parse_qsl(query, keep_blank_values=True) if "=" in query and " " not in query else []
    return [((name, number), value) for number, (name, value) in enumerate(pairs)]
