"""Parses YAML scalars and small collections, on one line or in quotes on several lines."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import yaml

from pactape.patterns import compile_when_used

__all__ = [
    "ESCAPED_BACKSLASH",
    "UnsupportedYamlError",
    "collection",
    "folded",
    "is_escaped",
    "joined",
    "key_of",
    "resolved",
    "string_of",
    "unescaped",
]

#: Represents two backslashes; YAML doesn't allow this character in texts.
ESCAPED_BACKSLASH = "\0"
_BREAKS = re.compile(r"\n+")
_ITEM = re.compile(r"'((?:[^']|'')*)'|(\w(?:[^\s,\[\]{}#:]|:(?=\w)| (?=[^\s,\[\]{}#:]))*)", re.ASCII)
#: Only older layouts need the following two, which take long to compile.
_LIST = compile_when_used(rf"\[(?:{_ITEM.pattern})(?:, (?:{_ITEM.pattern}))*\]", re.ASCII)
_PAIR = re.compile(rf"([A-Za-z_]\w*): (?:{_ITEM.pattern})", re.ASCII)
_PAIRS = compile_when_used(rf"\{{(?:{_PAIR.pattern})(?:, (?:{_PAIR.pattern}))*\}}", re.ASCII)
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_LATIN = re.compile(r"\\x([0-9a-fA-F]{2})")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"} | {
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"
}  # fmt: skip
_NO_PLAIN_START = frozenset("-?:,[]{}#&*!|>'\"%@` ")
_STRING = "tag:yaml.org,2002:str"
_SIMPLE = {f"tag:yaml.org,2002:{name}" for name in ("int", "bool", "null", "float")}
_LAST_SURROGATE, _FIRST_SURROGATE, _LAST_CHARACTER = 0xDFFF, 0xD800, 0x10FFFF


class UnsupportedYamlError(Exception):
    """The text has another layout; only the full parser can read it."""


def joined(lines: list[str]) -> str:
    """Return a collection on one line."""
    if len(lines) > 1 and any(not line or line[-1] == " " for line in lines):
        raise UnsupportedYamlError
    return " ".join(lines)


def collection(text: str) -> Any:
    """Return an empty collection, or a list of scalars, as vcrpy wrote header values for years."""
    if text in {"{}", "[]"}:
        return {} if text == "{}" else []
    if _LIST.fullmatch(text):
        return [_item(*item) for item in _ITEM.findall(text, 1)]
    if _PAIRS.fullmatch(text):
        return {key_of(name): _item(*item) for name, *item in _PAIR.findall(text, 1)}
    raise UnsupportedYamlError


def key_of(name: str) -> str:
    """Return a key without quotes, which must be a text."""
    key = resolved(name)
    if not isinstance(key, str):
        raise UnsupportedYamlError
    return key


def _item(inner: str, plain: str) -> Any:
    return resolved(plain) if plain else inner.replace("''", "'")


def folded(text: str) -> str:
    """Fold lines as in YAML: joined with a space, or with as many line breaks as there are empty lines."""
    if "\n\n" not in text:
        return text.replace("\n", " ")
    return _BREAKS.sub(lambda breaks: breaks.group()[1:] or " ", text)


def is_escaped(text: str, at: int) -> bool:
    """Return whether an odd number of backslashes precedes a position."""
    before = at
    while text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1


def unescaped(text: str) -> str:
    """Return the text in double quotes; a line that ends with a backslash is joined without a space.

    Args:
        text: With `ESCAPED_BACKSLASH` instead of two backslashes, so that each backslash begins an escape.
    """
    one_line = text
    if "\n" in text:
        if "\n\n" in text:
            raise UnsupportedYamlError
        one_line = one_line.replace("\\\n", "").replace("\n", " ")
    one_line = one_line.replace("\\ ", " ")
    if "\\" not in one_line:
        return _unquote(one_line).replace(ESCAPED_BACKSLASH, "\\")
    value = _from_json(one_line)
    if value is None and "\\x" in one_line:
        one_line = _LATIN.sub(r"\\u00\1", one_line)
        value = _from_json(one_line)
    if value is not None:
        return value
    _unquote(text.replace('\\"', ""))
    return _ESCAPE.sub(_character, one_line.replace(ESCAPED_BACKSLASH, "\\\\"))


def _from_json(text: str) -> str | None:
    """Return the text in quotes if its escapes are those of JSON, as most are, because the JSON parser is fast."""
    text = text.replace(ESCAPED_BACKSLASH, "\\\\")
    try:
        value = str(json.loads(f'"{text}"'))
    except ValueError:
        return None
    return value if value.isascii() or not _HALF_CHARACTER.search(text) else None


def _unquote(text: str) -> str:
    if '"' in text:
        raise UnsupportedYamlError
    return text


def _character(match: re.Match[str]) -> str:
    code = match.group(1)
    if len(code) == 1:
        if code not in _ESCAPES:
            raise UnsupportedYamlError
        return _ESCAPES[code]
    number = int(code[1:], 16)
    if _FIRST_SURROGATE <= number <= _LAST_SURROGATE or number > _LAST_CHARACTER:
        raise UnsupportedYamlError
    return chr(number)


@lru_cache(maxsize=4096)
def resolved(text: str) -> Any:
    """Return the value of an unquoted scalar."""
    _check_plain(text)
    tag = _tag(text)
    if tag == _STRING:
        return text
    if tag not in _SIMPLE:
        raise UnsupportedYamlError
    return yaml.load(text, Loader=yaml.SafeLoader)


def string_of(text: str, lines: list[str]) -> str:
    """Return the value of an unquoted scalar of several lines."""
    _check_plain(lines[0])
    for line in lines[1:]:
        _check_inside(line)
    if _tag(text) != _STRING:
        raise UnsupportedYamlError
    return text


def _check_plain(line: str) -> None:
    if not line or line[0] in _NO_PLAIN_START:
        raise UnsupportedYamlError
    _check_inside(line)


def _check_inside(line: str) -> None:
    """Check a line of an unquoted scalar; only the first line must not begin like another construct."""
    if not line or line[0] == "#" or line[-1] in " :" or ": " in line or " #" in line:
        raise UnsupportedYamlError


def _tag(text: str) -> str:
    """Return the YAML type of an unquoted scalar."""
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(text[0], ()):
        if pattern.match(text):
            return str(tag)
    return _STRING
