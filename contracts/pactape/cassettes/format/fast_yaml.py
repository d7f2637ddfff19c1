"""Fast YAML: the layout that vcrpy and Pactape write, read line by line, several times faster.

It knows block mappings and lists, scalars in any style, and nothing else of YAML. Any other layout is left to the
full parser, so that this module only ever decides how long reading takes.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Any

import yaml

__all__ = ["UnsupportedYamlError", "parse_fast"]

_KEY = re.compile(r"([A-Za-z_$][\w.$@/-]*|'[^'\n]*'):([ \n])", re.ASCII)
_MARGIN = re.compile(" +")
_BREAK = re.compile(r"\n +")
_BREAKS = re.compile(r"\n+")
_QUOTED = re.compile(r"'([^']*(?:''[^']*)*)'\n")
_ESCAPED = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"\n', re.DOTALL)
_ONE = re.compile(r"\[(?:'((?:[^']|'')*)'|(\w[\w./;=+-]*(?: [\w./;=+-]+)*))\]", re.ASCII)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"} | {
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"
}  # fmt: skip
_PRINTABLE = bytes([10, *range(32, 127)])
_UNPRINTABLE = re.compile("[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_NO_PLAIN_START = frozenset("-?:,[]{}#&*!|>'\"%@` ")
_STRING = "tag:yaml.org,2002:str"
_SIMPLE = {f"tag:yaml.org,2002:{name}" for name in ("int", "bool", "null", "float")}
_BINARY = "!!binary |"
_LAST_SURROGATE, _FIRST_SURROGATE, _LAST_CHARACTER = 0xDFFF, 0xD800, 0x10FFFF


class UnsupportedYamlError(Exception):
    """The text has another layout; only the full parser can read it."""


def parse_fast(text: str) -> Any:
    r"""Return the value of a YAML text of this layout: the same that the full parser gives.

    Raises:
        UnsupportedYamlError: It has another layout.

    Example:
        >>> parse_fast("a:\n- 'it''s'\n- 1\nb: null\n")
        {'a': ["it's", 1], 'b': None}
    """
    plain = not text.encode().translate(None, _PRINTABLE) if text.isascii() else not _UNPRINTABLE.search(text)
    if not plain or not text.endswith("\n"):
        raise UnsupportedYamlError
    try:
        return _Reader(text).document()
    except (IndexError, ValueError, RecursionError):
        raise UnsupportedYamlError from None


class _Reader:
    """Reads from the position `at`, which is always the beginning of a line or of a value."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> dict[str, Any]:
        value = self.mapping(0, margin="")
        if self.at < len(self.text):
            raise UnsupportedYamlError
        return value

    def mapping(self, indent: int, *, margin: str) -> dict[str, Any]:
        """Return the mapping whose keys stand in column `indent`, the first one after `margin`."""
        found: dict[str, Any] = {}
        text, all_margin = self.text, " " * indent
        while text.startswith(margin, self.at):
            match = _KEY.match(text, self.at + len(margin))
            if match is None:
                if text.startswith("- ", self.at + indent):
                    break
                self.check_end(indent)
                break
            name, separator = match.groups()
            self.at = match.end()
            key = name[1:-1] if name[0] == "'" else _resolved(name)
            if not isinstance(key, str):
                raise UnsupportedYamlError
            found[key] = self.scalar(indent) if separator == " " else self.below(indent)
            margin = all_margin
        return found

    def below(self, indent: int) -> Any:
        """Return the value that begins in the line after its key."""
        match = _MARGIN.match(self.text, self.at)
        column = match.end() - self.at if match else 0
        is_list = self.text.startswith("- ", self.at + column)
        if column < indent or (column == indent and not is_list):
            raise UnsupportedYamlError
        return self.sequence(column) if is_list else self.mapping(column, margin=" " * column)

    def sequence(self, indent: int) -> list[Any]:
        """Return the list whose dashes stand in column `indent`."""
        found: list[Any] = []
        margin = " " * indent + "- "
        while self.text.startswith(margin, self.at):
            if _KEY.match(self.text, self.at + indent + 2):
                found.append(self.mapping(indent + 2, margin=margin))
            else:
                self.at += indent + 2
                found.append(self.scalar(indent))
        self.check_end(indent)
        return found

    def check_end(self, indent: int) -> None:
        """Check that what follows belongs to something further left."""
        if self.at < len(self.text) and self.text.startswith((" " * (indent + 1), "\n"), self.at):
            raise UnsupportedYamlError

    def scalar(self, indent: int) -> Any:
        """Return the scalar that begins here; what follows of it in other lines stands right of column `indent`."""
        first = self.text[self.at]
        if first == "'":
            return _folded(self.quoted(_QUOTED, indent)).replace("''", "'")
        if first == '"':
            return _unescaped(_folded_escaped(self.quoted(_ESCAPED, indent)))
        rest, *more = lines = self.right_of(indent)
        if rest == _BINARY:
            return base64.decodebytes("".join(more).encode("ascii", "replace"))
        if more:
            return _string(" ".join(lines), lines)
        return _collection(rest) if first in "[{" else _resolved(rest)

    def quoted(self, pattern: re.Pattern[str], indent: int) -> str:
        """Return a scalar without its quotes, each further line of it without its margin."""
        match = pattern.match(self.text, self.at)
        if match is None:
            raise UnsupportedYamlError
        self.at = match.end()
        text: str = match.group(1)
        if "\n" not in text:
            return text
        if " \n" in text or text.count("\n") != text.count("\n" + " " * (indent + 1)) + text.count("\n\n"):
            raise UnsupportedYamlError
        return _BREAK.sub("\n", text)

    def right_of(self, indent: int) -> list[str]:
        """Return the line from here, and those after it that stand right of a column, without their margins."""
        text, margin = self.text, " " * (indent + 1)
        end = text.index("\n", self.at)
        found = [text[self.at : end]]
        while text.startswith(margin, end + 1):
            begin, end = end + 1, text.index("\n", end + 1)
            found.append(text[begin:end].lstrip(" "))
        self.at = end + 1
        if text.startswith("\n", self.at):
            raise UnsupportedYamlError
        return found


def _collection(text: str) -> Any:
    """An empty collection, or a list of one scalar: vcrpy wrote header values like this for years."""
    if text in {"{}", "[]"}:
        return {} if text == "{}" else []
    match = _ONE.fullmatch(text)
    if match is None:
        raise UnsupportedYamlError
    quoted, plain = match.groups()
    return [_resolved(plain) if quoted is None else quoted.replace("''", "'")]


def _folded(text: str) -> str:
    """Lines joined as YAML joins them: by a space, or by as many line breaks as there are empty lines."""
    if "\n\n" not in text:
        return text.replace("\n", " ")
    return _BREAKS.sub(lambda breaks: breaks.group()[1:] or " ", text)


def _folded_escaped(text: str) -> str:
    """The same for lines in double quotes, where a backslash at the end joins without a space."""
    if "\n" not in text:
        return text
    if "\n\n" in text:
        raise UnsupportedYamlError
    joined = ""
    *lines, last = text.split("\n")
    for line in lines:
        backslashes = len(line) - len(line.rstrip("\\"))
        joined += line[:-1] if backslashes % 2 else f"{line} "
    return joined + last


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


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
def _resolved(text: str) -> Any:
    """Return the value of a scalar without quotes."""
    _check_plain(text)
    tag = _tag(text)
    if tag == _STRING:
        return text
    if tag not in _SIMPLE:
        raise UnsupportedYamlError
    return yaml.load(text, Loader=yaml.SafeLoader)


def _string(text: str, lines: list[str]) -> str:
    """Return the value of a scalar without quotes that goes over lines."""
    for line in lines:
        _check_plain(line)
    if _tag(text) != _STRING:
        raise UnsupportedYamlError
    return text


def _check_plain(line: str) -> None:
    if not line or line[0] in _NO_PLAIN_START or line[-1] in " :" or ": " in line or " #" in line:
        raise UnsupportedYamlError


def _tag(text: str) -> str:
    """Return the YAML type of a scalar without quotes."""
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(text[0], ()):
        if pattern.match(text):
            return str(tag)
    return _STRING
