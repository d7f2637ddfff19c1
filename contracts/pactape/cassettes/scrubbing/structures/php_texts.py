"""PHP's serialized values and sessions, in which each text has its length in bytes before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.structures.edits import Edits
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["scrub_php"]

#: A member's name and the length of its text, which follows: s:8:"password";s:5:"tulip"; password|s:5:"tulip";
_MEMBER = re.compile(
    r"(?:s:\d{1,4}:(?P<quote>\\?\")(?P<name>[\w.-]{1,96})(?P=quote);|(?<!\w)(?P<key>[A-Za-z_]\w{0,95})\|)"
    r"s:(?P<size>\d{1,9}):(?P<opening>\\?\")"
)


def scrub_php(text: str, visitor: Visitor) -> str:
    """Return a text without the secrets of its serialized members, with the placeholders' lengths."""
    if "s:" not in text or '"' not in text:
        return text
    edits = Edits(text)
    end = 0
    while member := _MEMBER.search(text, end):
        end = member.end()
        value = text[end : end + int(member["size"])]
        size = int(member["size"])
        if not value.isascii():  # the length counts bytes
            value = value.encode("utf-8", "surrogatepass")[:size].decode("utf-8", "ignore")
        if not text.startswith(member["opening"], end + len(value)):
            continue
        clean = visitor.field(member["name"] or member["key"], value, FieldContext.PARAMETER)
        if clean != value:
            length = len(clean.encode("utf-8", "surrogatepass"))
            edits.replace(member.start("size"), member.end("size"), str(length))
            edits.replace(end, end + len(value), clean)
        end += len(value)
    return edits.result()
