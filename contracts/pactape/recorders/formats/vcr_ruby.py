"""VCR (Ruby) in YAML and JSON, vcr (R), and rvcr (Rust), which writes VCR's JSON.

Format: https://benoittgt.github.io/vcr/#/cassettes/cassette_format. Bodies are `string` or `base64_string`, with
the name of the text's encoding. VCR 1 wrote a list of Ruby structs instead, with plain bodies; symbols begin with a
colon. R's vcr has the status as `status_code`, since its version 2 alone, without the request's unmatched parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["RVCR", "VCR_RUBY", "http_interactions", "stored_body", "vcr_pair"]

#: Ruby's names for bytes without an encoding, which are not changed.
_BINARY = frozenset({"ASCII-8BIT", "BINARY"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_STRUCT = b"!ruby/struct:VCR::HTTPInteraction"
_HEAD = 4096
_PYTHON_NAMES = {"US-ASCII": "utf-8", "ASCII-8BIT": "utf-8", "UTF-8": "utf-8"}


def _recorded_with(source: Source) -> str:
    return str(source.member("recorded_with") or "")


def _has_interactions(source: Source) -> bool:
    return isinstance(source.member("http_interactions"), list)


def _is_vcr(source: Source) -> bool:
    return _is_of_version_1(source) or (
        _has_interactions(source)
        and not _recorded_with(source).startswith("betamax")
        and not _is_rvcr(source)
    )


def _is_of_version_1(source: Source) -> bool:
    if not source.data[:_HEAD].count(_STRUCT):
        return False
    interactions = source.value
    return isinstance(interactions, list) and all(
        isinstance(interaction, dict) for interaction in interactions
    )


def _is_rvcr(source: Source) -> bool:
    """Recognize rvcr by its name, or by lower-case methods and plain strings as request bodies."""
    if not _has_interactions(source) or source.json is None:
        return False
    if _recorded_with(source).startswith("rVCR"):
        return True
    requests = [
        interaction.get("request")
        for interaction in source.member("http_interactions")
        if isinstance(interaction, dict)
    ]
    return bool(requests) and all(
        isinstance(request, dict) and request.get("body") == "" for request in requests
    )


def http_interactions(source: Source) -> Iterable[Entry]:
    """Yield the entries of a file in VCR's format."""
    interactions = source.member("http_interactions")
    if interactions is None:  # VCR 1
        for index, value in enumerate(source.value):
            yield Entry(location=f"[{index}]", value=value)
        return
    for index, value in enumerate(interactions):
        yield Entry(location=f"http_interactions[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    mapping(entry.value, "request")  # in the order of the file, so that the first problem is reported
    status = mapping(entry.value, "response").get("status")
    if not isinstance(status, dict) and status is not None:  # vcr (R) 2
        pair = vcr_pair(entry, status)
        parts = ("headers", "body") if pair.method.upper() in _WITH_BODY else ("headers",)
        absent = tuple(f"request {part}" for part in parts if part not in entry.value["request"])
        return msgspec.structs.replace(pair, unrecorded=absent)
    status = mapping(entry.value["response"], "status")
    return vcr_pair(entry, status.get("code", status.get("status_code")))


def vcr_pair(entry: Entry, code: Any) -> RecordedPair:
    """Return the request and response of an entry in VCR's format, with status code `code`."""
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    url = str(request.get("uri") or request.get("url") or "")
    if "<%" in url:
        raise SkipEntryError("has a template (ERB) in its URL, which is never executed")
    return RecordedPair(
        method=str(request.get("method", "")).removeprefix(":"),
        url=url,
        request_headers=request.get("headers"),
        request_body=stored_body(request.get("body")),
        status=status_code(code),
        response_headers=response.get("headers"),
        response_body=stored_body(response.get("body")),
        recorded_at=timestamp(entry.value.get("recorded_at")),
    )


def _is_whole(entry: Entry, source: Source) -> bool:
    """Return whether an entry is complete: the time of recording comes last in it, VCR's version last in a file."""
    if source.member("http_interactions") is None:
        return True
    return bool(_recorded_with(source)) or (isinstance(entry.value, dict) and "recorded_at" in entry.value)


def stored_body(body: Any) -> bytes:
    """Return the bytes of a body: a text, or a mapping with `string` or `base64_string` and `encoding`.

    Raises:
        SkipEntryError: It has another form, or is not valid base64.
    """
    if not isinstance(body, dict):
        return text_bytes(body)
    if body.get("base64_string") is not None:
        return base64_bytes(body["base64_string"])
    if str(body.get("file")).lower() in {"yes", "true"}:  # vcr (R)
        raise SkipEntryError(f"has its body in the file {body.get('string')}, which is not read")
    if "string" not in body and body:
        raise SkipEntryError(f"has a body with {', '.join(map(str, body))} and no string")
    encoding = str(body.get("encoding") or "utf-8").upper()
    text = body.get("string")
    if isinstance(text, dict) and "str" in text:  # a Ruby string with instance variables
        text = text["str"]
    if isinstance(text, dict | list):
        raise SkipEntryError("has an object as the string of a body")
    if encoding == "BASE64":  # rvcr's, for bytes that are not UTF-8
        return base64_bytes(text)
    if encoding in _BINARY and isinstance(text, str) and text.isascii():
        return text.encode()
    return text_bytes(text, _PYTHON_NAMES.get(encoding, encoding))


VCR_RUBY = Reader(
    tool="VCR (Ruby)",
    key="vcr-ruby",
    markers=(b"http_interactions", b"recorded_"),
    recognizes=_is_vcr,
    entries=http_interactions,
    pair=_pair,
    early_markers=(b"http_interactions",),
    is_whole=_is_whole,
)
RVCR = Reader(
    tool="rvcr",
    key="rvcr",
    markers=(b'"http_interactions"', b"rVCR"),
    recognizes=_is_rvcr,
    entries=http_interactions,
    pair=_pair,
)
