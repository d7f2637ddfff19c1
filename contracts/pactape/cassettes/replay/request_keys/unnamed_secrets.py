"""Secrets that a test sends before a name shows that they are secrets: a key in a path, and later in a login."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pactape.cassettes.replay.request_keys.canonical_body import canonical_body
from pactape.cassettes.replay.request_keys.key_matcher import sent_bytes
from pactape.cassettes.scrubbing.replacing.placeholders import is_placeholder
from pactape.http_bodies import content_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcr.request import Request as VcrRequest

__all__ = ["fits_with_unnamed_secrets"]

_PLACEHOLDER = re.compile(
    r"scrubbed(?:-\d+)?(?:@example\.com)?(?![\w-])|00000000-0000-4000-8000-[0-9a-f]{12}"
)
_SECRET = re.compile(r"(?=\D*\d)(?=[^A-Za-z]*[A-Za-z]).{8,}|.{20,}", re.DOTALL)
#: More placeholders in one text would take long to find.
_MOST = 4


def fits_with_unnamed_secrets(
    recorded: VcrRequest, live: VcrRequest, *, is_new: Callable[[str], bool]
) -> bool:
    """Return whether a live request differs from a recorded one only in secrets that no name shows.

    Args:
        recorded: A recorded request.
        live: A live request as it is matched.
        is_new: Returns whether a placeholder is in no earlier interaction of the recording: what a response gave is
            sent as it replays.
    """
    if recorded.method != live.method or not _PLACEHOLDER.search(f"{recorded.uri} {recorded.body!r}"):
        return False
    return _alike(unquote(recorded.uri), unquote(live.uri), is_new) and _alike(
        _canonical(recorded), _canonical(live), is_new
    )


def _canonical(request: VcrRequest) -> Any:
    return canonical_body(sent_bytes(request) or b"", content_type(request.headers))


def _alike(one: Any, other: Any, is_new: Callable[[str], bool]) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key], is_new) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(
            _alike(left, right, is_new) for left, right in zip(one, other, strict=True)
        )
    if isinstance(one, bytes) and isinstance(other, bytes):
        one, other = one.decode("utf-8", "replace"), other.decode("utf-8", "replace")
    if isinstance(one, str) and isinstance(other, str) and one != other:
        return _texts_alike(one, other, is_new)
    return bool(one == other)


def _texts_alike(one: str, other: str, is_new: Callable[[str], bool]) -> bool:
    placeholders = _PLACEHOLDER.findall(one)
    if not 0 < len(placeholders) <= _MOST:
        return False
    match = re.fullmatch("(.+?)".join(map(re.escape, _PLACEHOLDER.split(one))), other, re.DOTALL)
    return match is not None and all(
        is_placeholder(value) or (_SECRET.fullmatch(value) is not None and is_new(placeholder))
        for placeholder, value in zip(placeholders, match.groups(), strict=True)
    )
