"""Placeholders in a request: they distinguish equal requests, and must not be sent to a real API."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.cassettes.replay.request_keys.key_matcher import sent_bytes
from pactape.cassettes.replay.request_keys.request_fields import json_fields
from pactape.cassettes.scrubbing.replacing.placeholders import is_placeholder
from pactape.errors import ReplayError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vcr.request import Request as VcrRequest

__all__ = ["placeholder_error", "placeholders_of"]

_SHORTEST = 6
_PLACEHOLDER = re.compile(
    r"scrubbed(?:-\d+)?(?![\w-])|00000000-0000-4000-8000-[0-9a-f]{12}|eyJhbGciOiJub25l[\w-]*\.[\w.-]*"
)


def placeholders_of(request: VcrRequest) -> frozenset[str]:
    """Return the placeholders in a request, which distinguish the requests of several sessions."""
    return frozenset(_PLACEHOLDER.findall(_text(request)))


def placeholder_error(
    request: VcrRequest, interactions: Sequence[tuple[VcrRequest, dict[str, Any]]], *, label: str, test: str
) -> ReplayError | None:
    """Return the error for a live request with a placeholder; None if it has none.

    Args:
        request: A request that isn't recorded and is about to be sent.
        interactions: The interactions that were replayed before.
        label: The request's method and URL, scrubbed.
        test: The node id of the test; empty if unknown.
    """
    text = _text(request)
    for source, response in interactions:
        if any(placeholder in text for placeholder in _placeholders(response)):
            return ReplayError(
                f"{label} isn't recorded, and would be sent with a placeholder instead of a secret: the "
                f"response to {source.method} {source.uri}, which contains the secret, was replayed. "
                f"Fix: record the whole test again with pytest --pactape-record all{test and f' {test}'}."
            )
    return None


def _placeholders(response: dict[str, Any]) -> list[str]:
    """Return the placeholders in a recorded JSON response."""
    with suppress(ValueError, RecursionError):
        fields = json_fields(json.loads(response["body"]["string"]))
        return [value for _, value in fields if is_placeholder(value) and len(value) >= _SHORTEST]
    return []


def _text(request: VcrRequest) -> str:
    body = (sent_bytes(request) or b"").decode("utf-8", "replace")
    return f"{request.uri} {body} {dict(request.headers.items())}"
