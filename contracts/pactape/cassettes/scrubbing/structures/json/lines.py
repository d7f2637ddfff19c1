"""Texts with a JSON document per line: NDJSON, event streams (WHATWG HTML, section 9.2) and logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.structures.edits import Edits

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["is_event_stream", "scrub_json_lines"]

_JSON_LINE = re.compile(
    r"^(?:data:[ \t]*)?(?P<json>(?:\{[ \t]*[\"}]|\[[ \t]*[\"{])[^\r\n]*[\]}])[ \t]*\r?$", re.MULTILINE
)
_EVENT_STREAM = re.compile(r"\s{0,16}(?:data|event|id|retry)?:")
_LONGEST_CACHED = 200
_MOST_CACHED = 1024


def is_event_stream(text: str) -> bool:
    """Whether a text begins as an event stream (WHATWG HTML, section 9.2.5), whose data may be JSON with markup."""
    return _EVENT_STREAM.match(text) is not None


def scrub_json_lines(text: str, visitor: Visitor, scrub_rest: Callable[[str], str]) -> str:
    """Return a text without secrets if some of its lines are JSON documents; empty for other texts.

    Args:
        text: Any text.
        visitor: Scrubs the documents; names in one document don't count for values in another.
        scrub_rest: Scrubs the text between them.
    """
    edits = Edits(text)
    cached: dict[str, str] = {}
    end = 0

    def scrub_until(start: int) -> None:
        rest = text[end:start]
        clean = cached.get(rest) or scrub_rest(rest)
        if len(rest) <= _LONGEST_CACHED and len(cached) < _MOST_CACHED:
            cached[rest] = clean
        edits.replace(end, start, clean)

    for match in _JSON_LINE.finditer(text):
        if match.group() == text:
            return ""
        scrub_until(match.start("json"))
        end = match.end("json")
        edits.replace(match.start("json"), end, visitor.document(match["json"]))
    if not end:
        return ""
    scrub_until(len(text))
    return edits.result()
