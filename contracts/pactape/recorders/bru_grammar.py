"""The `example` blocks of Bruno's .bru files, as nested mappings of texts.

Grammar, as far as examples use it: `name: value` on a line, `name: {` … `}` for a block, `name: '''` … `'''` for
a text of several lines, and blocks of raw text (`body:json: {` … `}`), whose closing brace is indented like the
line that opened them.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["example_blocks"]

_RAW_BLOCKS = re.compile(r"body:(json|xml|text|graphql|graphql:vars|sparql)\b|body$")
_OPENING = re.compile(r"^(\s*)([^\s{][^{]*?)\s*:?\s*\{\s*$")
_TEXT = re.compile(r"^\s*([^\s:][^:]*(?::[\w-]+)?):\s*'''\s*$")
_PAIR = re.compile(r"""^\s*(~?[\w.\-\[\]"@]+)\s*:\s?(.*?),?\s*$""")


def example_blocks(text: str) -> list[dict[str, Any]]:
    """Return the `example` blocks of a .bru file.

    Returns:
        A mapping for each: texts, and mappings for inner blocks; raw blocks are texts without their indentation.

    Raises:
        ValueError: A block isn't closed; the message names its line.
    """
    lines = list(enumerate(text.splitlines(), 1))
    examples = []
    position = 0
    while position < len(lines):
        number, line = lines[position]
        position += 1
        if line.rstrip() == "example {":
            inner, position = _block_lines(lines, position, "", number)
            examples.append(_mapping(inner))
    return examples


def _block_lines(
    lines: list[tuple[int, str]], start: int, indentation: str, opened: int
) -> tuple[list[tuple[int, str]], int]:
    """The lines up to the brace that closes a block, and the position after it."""
    for position in range(start, len(lines)):
        if lines[position][1].rstrip() == f"{indentation}}}":
            return lines[start:position], position + 1
    raise ValueError(f"line {opened}: the block isn't closed")


def _mapping(lines: list[tuple[int, str]]) -> dict[str, Any]:
    return dict(_members(lines))


def _members(lines: list[tuple[int, str]]) -> Iterator[tuple[str, Any]]:
    position = 0
    while position < len(lines):
        number, line = lines[position]
        position += 1
        if opening := _OPENING.match(line):
            inner, position = _block_lines(lines, position, opening[1], number)
            name = opening[2]
            yield name, _raw(inner) if _RAW_BLOCKS.match(name) and _is_raw(inner) else _mapping(inner)
        elif text := _TEXT.match(line):
            inner, position = _text_lines(lines, position, number)
            yield text[1], _raw(inner)
        elif (pair := _PAIR.match(line)) and not pair[1].startswith("~"):
            yield pair[1].strip('"'), _unquoted(pair[2])


def _text_lines(lines: list[tuple[int, str]], start: int, opened: int) -> tuple[list[tuple[int, str]], int]:
    for position in range(start, len(lines)):
        if lines[position][1].strip() == "'''":
            return lines[start:position], position + 1
    raise ValueError(f"line {opened}: the text isn't closed")


def _is_raw(lines: list[tuple[int, str]]) -> bool:
    """The response's `body` block has members (`type`, `content`); a request's raw body doesn't."""
    return not any(re.match(r"\s*(type|content)\s*:", line) for _, line in lines)


def _raw(lines: list[tuple[int, str]]) -> str:
    return textwrap.dedent("\n".join(line for _, line in lines)).strip("\n")


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
