"""go-vcr (Go), versions 1 and 2 of its YAML: https://github.com/dnaeon/go-vcr. It records all bodies as text.

A project may use Go's JSON encoder instead, which writes the names of Go's fields: "Interactions", "URL".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.http_bodies import content_type, header_pairs
from pactape.recorders.recording import Entry, Reader, RecordedPair
from pactape.recorders.values import mapping, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["GO_VCR"]


def _is_go_vcr(source: Source) -> bool:
    return any(_is_interaction(interaction) for interaction in _interactions(source))


def _interactions(source: Source) -> list[Any]:
    interactions = source.member("interactions") or source.member("Interactions")
    return interactions if isinstance(interactions, list) else []


def _is_interaction(value: Any) -> bool:
    """Recognize an interaction by `url`: vcrpy writes `uri`, and a mapping as the status."""
    interaction = _lower(value)
    request, response = _lower(interaction.get("request")), _lower(interaction.get("response"))
    return "url" in request and "uri" not in request and "code" in response


def _lower(value: Any) -> dict[str, Any]:
    """Return a mapping with its names in lower case; an empty one for anything else."""
    return {str(name).lower(): child for name, child in value.items()} if isinstance(value, dict) else {}


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(_interactions(source)):
        yield Entry(location=f"interactions[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    interaction = _lower(entry.value)
    request, response = (_lower(mapping(interaction, name)) for name in ("request", "response"))
    return RecordedPair(
        method=str(request.get("method") or "GET"),
        url=str(request.get("url") or ""),
        host=str(request.get("host") or ""),
        request_headers=request.get("headers"),
        request_body=_without_line_end(request.get("body")) or _form(request),
        status=status_code(response.get("code")),
        response_headers=response.get("headers"),
        response_body=text_bytes(response.get("body")),
    )


def _is_whole(entry: Entry, _: Source) -> bool:
    """Return whether an entry is complete: responses always have headers, status, code and duration."""
    response = entry.value.get("response") if isinstance(entry.value, dict) else None
    return isinstance(response, dict) and {"headers", "status", "code"} <= response.keys()


def _form(request: dict[str, Any]) -> bytes:
    """Return the form that a server had read from the body before it was recorded."""
    form, kind = request.get("form"), content_type(tuple(header_pairs(request.get("headers"))))
    if not isinstance(form, dict) or (kind and not kind.startswith("application/x-www-form-urlencoded")):
        return b""
    return urlencode(form, doseq=True).encode()


def _without_line_end(body: Any) -> bytes:
    """Remove the line end that Go's JSON encoder writes after each value."""
    data = text_bytes(body)
    return data.removesuffix(b"\n") if data[:1] in {b"{", b"["} else data


GO_VCR = Reader(
    tool="go-vcr",
    key="go-vcr",
    markers=(b"interactions:", b" url: ", b" code: "),
    recognizes=_is_go_vcr,
    entries=_entries,
    pair=_pair,
    early_markers=(rb"(?m)^interactions:", rb"(?m)^\s+(?:- )?(?:id: \d|form:|proto:|url: )"),
    is_whole=_is_whole,
    unrecorded=("time",),
)
