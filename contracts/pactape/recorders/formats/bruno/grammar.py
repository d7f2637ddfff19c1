"""Parses Bruno's .bru files, as far as examples and variables need it.

`name: value` on a line; `name {` or, in an example, `name: {` … `}` for a block; `name: '''` … `'''` for a text of
several lines; and blocks of raw text (`body:json: {` … `}`). A closing brace is indented like the line that opened
its block. A tilde disables a pair.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Block", "top_level_blocks"]

#: Top-level blocks whose pairs are needed; blocks of scripts, tests and bodies are raw text.
_READ_BLOCKS = frozenset({"example", "vars", "vars:pre-request"})
_RAW_BLOCKS = re.compile(r"body:(json|xml|text|graphql|graphql:vars|sparql)\b")
_OPENING = re.compile(r"^(\s*)([^\s{\"][^{]*?)\s*:?\s*\{\s*$")
_TEXT = re.compile(r"^\s*([^\s:][^:]*(?::[\w-]+)?):\s*'''\s*$")
_TEXT_END = re.compile(r"^\s*'''\s*(@contentType\([^)]*\))?\s*$")
_PAIR = re.compile(r'^\s*(~?"(?:\\"|[^"])*"|~?[^\s:"@]+)\s*:\s?(.*?)\s*$')
#: Headers whose values begin with a media type, and so never with a quote.
_NEVER_QUOTED = frozenset({"accept", "content-type"})
_Lines = list[tuple[int, str]]


class Block(list[tuple[str, Any]]):
    """The pairs of a block in order; names may be repeated. Values are texts or inner blocks."""

    def get(self, name: str) -> Any:
        """Return the first value of a name; None if it is missing."""
        return next((value for key, value in self if key == name), None)

    def block(self, name: str) -> Block | None:
        """Return the inner block of a name; None if it is missing."""
        value = self.get(name)
        return value if isinstance(value, Block) else None


def top_level_blocks(text: str) -> Iterator[tuple[str, Block]]:
    """Yield the examples and the variables of a .bru file, each with the name of its block.

    Raises:
        ValueError: A block isn't closed; the message names its line.
    """
    lines = list(enumerate(text.splitlines(), 1))
    position = 0
    while position < len(lines):
        number, line = lines[position]
        position += 1
        name = line.rstrip().removesuffix("{").rstrip()
        if line[:1].strip() and line.rstrip().endswith("{") and name in _READ_BLOCKS:
            inner, position = _block_lines(lines, position, "", number)
            yield name, _block(inner)


def _block_lines(lines: _Lines, start: int, indentation: str, opened: int) -> tuple[_Lines, int]:
    """Return the lines up to the brace that closes a block, and the position after it."""
    for position in range(start, len(lines)):
        if lines[position][1].rstrip() == f"{indentation}}}":
            return lines[start:position], position + 1
    raise ValueError(f"line {opened}: the block isn't closed")


def _block(lines: _Lines) -> Block:
    pairs = Block(_members(lines))
    like_json = any(isinstance(value, str) and value.endswith('",') for _, value in pairs)
    return Block(
        (name, _unquote(value) if like_json or name.lower() in _NEVER_QUOTED else value)
        for name, value in pairs
    )


def _members(lines: _Lines) -> Iterator[tuple[str, Any]]:
    position = 0
    while position < len(lines):
        number, line = lines[position]
        position += 1
        if opening := _OPENING.match(line):
            inner, position = _block_lines(lines, position, opening[1], number)
            name = opening[2]
            yield name, _raw(inner) if _is_raw(name, inner) else _block(inner)
        elif text := _TEXT.match(line):
            inner, position = _text_lines(lines, position, number)
            if not text[1].startswith("~"):
                yield text[1], _raw(inner)
        elif (pair := _PAIR.match(line)) and not pair[1].startswith("~"):
            yield pair[1].strip('"').replace('\\"', '"'), pair[2]


def _text_lines(lines: _Lines, start: int, opened: int) -> tuple[_Lines, int]:
    for position in range(start, len(lines)):
        if _TEXT_END.match(lines[position][1]):
            return lines[start:position], position + 1
    raise ValueError(f"line {opened}: the text isn't closed")


def _is_raw(name: str, lines: _Lines) -> bool:
    """Return whether a block is raw text: a response's `body` block has members, a request's raw body doesn't."""
    return bool(_RAW_BLOCKS.match(name)) or (name == "body" and not _has_members(lines))


def _has_members(lines: _Lines) -> bool:
    return any(re.match(r"\s*(type|content)\s*:", line) for _, line in lines)


def _raw(lines: _Lines) -> str:
    return textwrap.dedent("\n".join(line for _, line in lines)).strip("\n")


def _unquote(value: Any) -> Any:
    text = value.removesuffix(",") if isinstance(value, str) else value
    return text[1:-1] if isinstance(text, str) and len(text) > 1 and text[0] == text[-1] == '"' else text
