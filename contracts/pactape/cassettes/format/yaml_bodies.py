"""Writes JSON bodies in a cassette with one line per member, for readable diffs, without changing the text.

A YAML scalar may be written over several lines and still be read as one text, by every YAML parser and so by vcrpy.
The form depends on the white space in the JSON text (YAML 1.1, chapter 9):

- `{"id": 7, "name": "Ada"}`: single-quoted, where a line break and its indentation are read as one space;
- `{"id":7,"name":"Ada"}`: double-quoted, where an escaped line break is read as nothing;
- a text with line breaks: a literal block.

Megabytes are not reviewed line by line, so a large body stays on one line, which takes much less time.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["BodyPlaceholders", "yaml_scalar"]

#: A text up to this long stays on the line of its key.
_SHORT = 60
_STEP = 2
#: A text with more characters also stays on one line.
_LARGE = 2**20
#: Strings, opening and closing characters, possible line ends, and everything else.
_PARTS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],]|[^"{}\[\],]+')
#: Characters of a YAML text that no parser treats as a line break, a byte order mark or a tab.
_PLAIN = re.compile(r"[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_SPACED = re.compile(r" (?! )")


class BodyPlaceholders:
    """Placeholders for JSON bodies, while a YAML serializer writes the rest of the document.

    Example:
        >>> bodies = BodyPlaceholders()
        >>> user = '{"id": 7, "name": "Ada", "email": "ada@example.com", "active": true}'
        >>> text = "body: " + bodies.for_text(user)
        >>> print(bodies.fill(text))
        body: '{"id": 7,
            "name": "Ada",
            "email": "ada@example.com",
            "active": true}'
    """

    def __init__(self) -> None:
        self._prefix = f"pactape{secrets.token_hex(8)}x"
        self._texts: list[str] = []

    def for_text(self, text: Any) -> Any:
        """Return a placeholder for JSON that is long enough for several lines; return other values unchanged."""
        if not isinstance(text, str) or (scalar := yaml_scalar(text, indent=0)) is None:
            return text
        self._texts.append(scalar if len(text) > _LARGE and "\n" not in scalar else text)
        return f"{self._prefix}{len(self._texts) - 1}x"

    def fill(self, document: str) -> str:
        """Return the YAML text with the placeholders replaced by the bodies."""
        return re.sub(rf"{self._prefix}([0-9]+)x$", self._scalar, document, flags=re.MULTILINE)

    def _scalar(self, placeholder: re.Match[str]) -> str:
        text = self._texts[int(placeholder[1])]
        if len(text) > _LARGE and text[0] == "'":
            return text
        end = placeholder.start()
        line = placeholder.string[placeholder.string.rfind("\n", 0, end) + 1 : end]
        return f"{yaml_scalar(text, indent=len(line) - len(line.lstrip(' ')) + _STEP)}"


def yaml_scalar(text: str, *, indent: int) -> str | None:
    r"""Return JSON as a YAML scalar of several lines; None if it isn't JSON, is short, or can't be written so.

    Args:
        text: Any text.
        indent: The indentation of its further lines, in spaces.

    Example:
        >>> print(yaml_scalar('{"name": "Ada Lovelace", "email": "ada@example.com", "active": true}', indent=4))
        '{"name": "Ada Lovelace",
              "email": "ada@example.com",
              "active": true}'
    """
    if len(text) <= _SHORT or text[0] not in "{[":
        return None
    if "\n" in text:
        return _literal(text, indent) if _is_json(text) else None
    if not _PLAIN.fullmatch(text):
        return None
    if len(text) > _LARGE:
        return _on_one_line(text)
    return _over_lines(text, indent) if _is_json(text) else None


def _over_lines(text: str, indent: int) -> str:
    pieces = list(_pieces(text))
    if all(_SPACED.match(piece) for _, piece in pieces[1:]):
        return _join_lines(pieces, indent, quote="'", end="", escape=_in_single_quotes)
    return _join_lines(pieces, indent, quote='"', end="\\", escape=_in_double_quotes)


def _on_one_line(text: str) -> str:
    content = text.replace("'", "''")
    return f"'{content}'"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the text in pieces that end after a JSON comma, with the depth at which each begins."""
    depth = begins = 0
    piece: list[str] = []
    for part in _PARTS.findall(text):
        piece.append(part)
        if part in "{[":
            depth += 1
        elif part in "}]":
            depth -= 1
        elif part == ",":
            yield begins, "".join(piece)
            begins, piece = depth, []
    yield begins, "".join(piece)


def _join_lines(
    pieces: list[tuple[int, str]], indent: int, *, quote: str, end: str, escape: Callable[[str], str]
) -> str:
    first, *others = [(depth, escape(piece)) for depth, piece in pieces]
    lines = [first[1], *(f"{' ' * (indent + _STEP * depth)}{piece}" for depth, piece in others)]
    content = f"{end}\n".join(lines)
    return f"{quote}{content}{quote}"


def _in_single_quotes(piece: str) -> str:
    return piece.removeprefix(" ").replace("'", "''")  # the line break is read as the space


def _in_double_quotes(piece: str) -> str:
    content = piece.replace("\\", "\\\\").replace('"', '\\"')
    return f"\\{content}" if content.startswith(" ") else content


def _literal(text: str, indent: int) -> str | None:
    """Return a literal block, which preserves every character of its lines; at most one line break at its end."""
    lines = text.removesuffix("\n").split("\n")
    if not lines[-1] or not all(_PLAIN.fullmatch(line.replace("\t", " ")) for line in lines):
        return None
    head = "|" if text.endswith("\n") else "|-"
    return "\n".join([head, *(f"{' ' * indent}{line}" if line else "" for line in lines)])
