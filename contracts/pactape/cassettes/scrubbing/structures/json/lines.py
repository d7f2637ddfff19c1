"""Texts with a JSON document per line: NDJSON, event streams (WHATWG HTML, section 9.2) and logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.structures.edits import Edits, substitute

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["is_event_stream", "scrub_json_lines"]

_JSON_LINE = re.compile(
    r"^(?:data:[ \t]*)?(?P<json>(?:\{[ \t]*[\"}]|\[[ \t]*[\"{])[^\r\n]*[\]}])[ \t]*\r?$", re.MULTILINE
)
#: The data of one event on several lines.
_LINES_OF_DATA = re.compile(r"^(?:data:[^\r\n]*+(?:\r?\n|\Z)){2,}+", re.MULTILINE)
_LINE_OF_DATA = re.compile(r"^(data:[ ]?)([^\r\n]*)", re.MULTILINE)
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
    if "\ndata:" in text and (clean_events := _scrub_divided_events(text, visitor)) != text:
        return scrub_json_lines(clean_events, visitor, scrub_rest) or scrub_rest(clean_events)
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


def _scrub_divided_events(text: str, visitor: Visitor) -> str:
    """Return an event stream without the secrets of JSON documents that are divided into several lines of data."""
    return substitute(_LINES_OF_DATA, lambda match: _divided_event(match.group(), visitor), text)


def _divided_event(lines: str, visitor: Visitor) -> str:
    parts = [content for _, content in _LINE_OF_DATA.findall(lines)]
    document = "\n".join(parts)
    if document.lstrip()[:1] not in {"{", "["} or _JSON_LINE.match(parts[0]):
        return lines
    clean = iter(visitor.document(document).split("\n"))
    return _LINE_OF_DATA.sub(lambda match: match[1] + next(clean, ""), lines)
