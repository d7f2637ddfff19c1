"""Fast YAML: parses the layout that vcrpy and Pactape write line by line, several times faster.

It supports block mappings and lists, and scalars in any style, but nothing else of YAML. Any other layout is left
to the full parser, so this module only affects the speed.
"""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from typing import Any

from pactape.cassettes.format.yaml_scalars import (
    ESCAPED_BACKSLASH,
    UnsupportedYamlError,
    collection,
    folded,
    is_escaped,
    joined,
    key_of,
    resolved,
    string_of,
    unescaped,
)

__all__ = ["UnsupportedYamlError", "parse_fast"]

_KEY = re.compile(r"([A-Za-z_$][\w.$@/-]*|'[^'\n]*'):([ \n])", re.ASCII)
_MARGIN = re.compile(" +")
_BREAK = re.compile(r"\n +")
_QUOTED = re.compile(r"'([^']*(?:''[^']*)*)'\n")
_QUOTED_IN_FLOW = re.compile(r"'([^']*(?:''[^']*)*)'\}\n")
_PAIR_BEGIN = re.compile(r"\{([A-Za-z_]\w*): (?:!!python/(?:unicode|str) )?(?=['\"])", re.ASCII)
_TEXT_TAG = re.compile(r"!!python/(?:unicode|str) (?=['\"])")
#: A list of one scalar on its line; the next line is less indented, or is another key of the mapping.
_ONE_ITEM = re.compile(
    r"( *)- (?:'([^'\n]*)'|([A-Za-z0-9](?:[\w./;,=+*()-]| (?=[\w./;,=+*()-]))*))\n(?!\1[ -]|\n)", re.ASCII
)
_PRINTABLE = bytes([10, *range(32, 127)])
_UNPRINTABLE = "[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_BINARY = "!!binary |"


def parse_fast(text: str) -> Any:
    r"""Return the value of a YAML text in this layout, the same as from the full parser.

    Raises:
        UnsupportedYamlError: It has another layout.

    Example:
        >>> parse_fast("a:\n- 'it''s'\n- 1\nb: null\n")
        {'a': ["it's", 1], 'b': None}
    """
    plain = (
        not text.encode().translate(None, _PRINTABLE) if text.isascii() else not re.search(_UNPRINTABLE, text)
    )
    if not plain or not text.endswith("\n"):
        raise UnsupportedYamlError
    try:
        return _Reader(text).document()
    except (IndexError, ValueError, RecursionError):
        raise UnsupportedYamlError from None


class _Reader:
    """Parses from the position `at`, which is always the beginning of a line or of a value."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> dict[str, Any]:
        value = self.mapping(0, margin="")
        if self.at < len(self.text):
            raise UnsupportedYamlError
        return value

    def mapping(self, indent: int, *, margin: str) -> dict[str, Any]:
        """Return the mapping whose keys are in column `indent`; the first key is after `margin`."""
        members: dict[str, Any] = {}
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
            key = name[1:-1] if name[0] == "'" else key_of(name)
            members[key] = self.scalar(indent) if separator == " " else self.below(indent)
            margin = all_margin
        return members

    def below(self, indent: int) -> Any:
        """Return the value that begins in the line after its key: usually a list of one scalar."""
        item = _ONE_ITEM.match(self.text, self.at)
        if item is not None and len(item[1]) >= indent:
            self.at = item.end()
            inner, plain = item[2], item[3]
            return [resolved(plain) if inner is None else inner]
        match = _MARGIN.match(self.text, self.at)
        column = match.end() - self.at if match else 0
        is_list = self.text.startswith("- ", self.at + column)
        if column < indent or (column == indent and not is_list):
            raise UnsupportedYamlError
        return self.sequence(column) if is_list else self.mapping(column, margin=" " * column)

    def sequence(self, indent: int) -> list[Any]:
        """Return the list whose dashes are in column `indent`."""
        items: list[Any] = []
        margin = " " * indent + "- "
        while self.text.startswith(margin, self.at):
            if _KEY.match(self.text, self.at + indent + 2):
                items.append(self.mapping(indent + 2, margin=margin))
            else:
                self.at += indent + 2
                items.append(self.scalar(indent))
        self.check_end(indent)
        return items

    def check_end(self, indent: int) -> None:
        """Check that the next line is less indented."""
        if self.at < len(self.text) and self.text.startswith((" " * (indent + 1), "\n"), self.at):
            raise UnsupportedYamlError

    def scalar(self, indent: int) -> Any:
        """Return the scalar that begins here; its further lines are indented by more than `indent`."""
        first = self.text[self.at]
        if first in "'\"":
            return self.in_quotes(indent, ending="\n")
        if first == "!" and (tag := _TEXT_TAG.match(self.text, self.at)):
            self.at = tag.end()
            return self.in_quotes(indent, ending="\n")
        if first == "{" and (pair := _PAIR_BEGIN.match(self.text, self.at)):
            before, self.at = self.at, pair.end()
            with suppress(UnsupportedYamlError, ValueError):
                return {key_of(pair.group(1)): self.in_quotes(indent, ending="}\n")}
            self.at = before
        return self.unquoted(indent, is_collection=first in "[{")

    def unquoted(self, indent: int, *, is_collection: bool) -> Any:
        """Return a scalar without quotes, binary data, or a collection in brackets."""
        rest, *more = lines = self.right_of(indent)
        if is_collection:
            return collection(joined(lines))
        if rest == _BINARY:
            return base64.decodebytes("".join(more).encode("ascii", "replace"))
        return string_of(" ".join(lines), lines) if more else resolved(rest)

    def in_quotes(self, indent: int, *, ending: str) -> str:
        """Return the quoted scalar that begins here and is followed by `ending`."""
        if self.text[self.at] == '"':
            return unescaped(self.escaped(f'"{ending}', indent))
        pattern = _QUOTED if ending == "\n" else _QUOTED_IN_FLOW
        return folded(self.quoted(pattern, indent)).replace("''", "'")

    def quoted(self, pattern: re.Pattern[str], indent: int) -> str:
        """Return a scalar without its quotes and without the margins of its further lines."""
        match = pattern.match(self.text, self.at)
        if match is None:
            raise UnsupportedYamlError
        self.at = match.end()
        return self.without_margins(match.group(1), indent)

    def escaped(self, ending: str, indent: int) -> str:
        """Return a scalar without its double quotes, with marked backslashes; quotes in it are found later."""
        text, begin = self.text, self.at + 1
        end = text.index(ending, begin)
        while text[end - 1] == "\\" and is_escaped(text, end):
            end = text.index(ending, end + 1)
        self.at = end + len(ending)
        content = text[begin:end].replace("\\\\", ESCAPED_BACKSLASH)
        if "\n" not in content:
            return content
        line_break = "\n" + " " * (indent + 2)  # as most versions of vcrpy write it
        if f"{line_break} " not in content and " \n" not in content:
            one_line = content.replace("\\" + line_break, "").replace(line_break, " ")
            if "\n" not in one_line:
                return one_line
        return self.without_margins(content, indent)

    def without_margins(self, text: str, indent: int) -> str:
        """Return a scalar without the margins of its further lines."""
        if "\n" not in text:
            return text
        if " \n" in text or text.count("\n") != text.count("\n" + " " * (indent + 1)) + text.count("\n\n"):
            raise UnsupportedYamlError
        return _BREAK.sub("\n", text)

    def right_of(self, indent: int) -> list[str]:
        """Return the rest of the line, and the following lines that are indented by more, without indentation."""
        text, margin = self.text, " " * (indent + 1)
        end = text.index("\n", self.at)
        lines = [text[self.at : end]]
        while text.startswith(margin, end + 1):
            begin, end = end + 1, text.index("\n", end + 1)
            lines.append(text[begin:end].lstrip(" "))
        self.at = end + 1
        if text.startswith("\n", self.at):
            raise UnsupportedYamlError
        return lines
