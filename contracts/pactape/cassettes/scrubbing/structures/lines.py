"""Texts of lines: YAML, INI, dotenv, properties, headers, NDJSON, event streams, and CSV with a header."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.names import NameKind, classify_name
from pactape.cassettes.scrubbing.structures.visitor import Place

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["looks_like_csv", "scrub_csv", "scrub_lines"]

_LINE = re.compile(
    r"(?P<before>[ \t]*+(?:-[ \t]+)?(?:export[ \t]+|set[ \t]+|ENV[ \t]+|data:[ \t]*)?[\"']?)"
    r"(?P<name>[\w.$@ -]{1,96}?)"
    r"(?P<between>[\"']?[ \t]*(?:=>|:=|[:=])[ \t]*)(?P<value>\S.*?|)(?P<after>[ \t]*,?[ \t\r]*)"
)
_BLOCK = re.compile(r"[|>][+-]?\d?|")
_QUOTED = re.compile(r"([\"'])(.*)\1")
_COMMENT = re.compile(r"(\S+)([ \t]+#.*)")
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST = 65536
_MOST_SPACES = 2
#: What stands on the right side of an assignment in a program.
_CODE = re.compile(r"\w\(|\)\Z|\w\[")


def scrub_lines(text: str, visit: Visitor) -> str:
    """Return a text whose lines "name: value" and "name = value" have lost their secrets.

    Lines that are more indented than a credential's name with no value on its line are its value (YAML).
    """
    clean: list[str] = []
    block, depth, named = "", -1, ""
    for line in text.split("\n"):
        if block:
            indent = len(line) - len(line.lstrip())
            if line.strip() and (indent > depth or (indent == depth and line.lstrip().startswith("- "))):
                clean.append(_in_block(line, block, visit))
                continue
            block = block if not line.strip() else ""
        found = _LINE.fullmatch(line) if len(line) < _LONGEST else None
        if found is None:
            clean.append(line)
            continue
        name = found["name"].strip()
        if name in {"name", "key"}:
            named = found["value"].strip("\"' ")
        clean.append(_line(found, visit, named if name == "value" else ""))
        if _BLOCK.fullmatch(found["value"]) and classify_name(found["name"]) in {
            NameKind.CREDENTIAL,
            NameKind.CODE,
        }:
            block, depth = found["name"], len(line) - len(line.lstrip())
    return "\n".join(clean)


def _line(found: re.Match[str], visit: Visitor, named: str = "") -> str:
    name, value = named or found["name"].strip(), found["value"]
    if not value or _BLOCK.fullmatch(value) or name.count(" ") > _MOST_SPACES or _CODE.search(value):
        return found.group()
    comment = _COMMENT.fullmatch(value)
    rest = comment.group(2) if comment else ""
    value = comment.group(1) if comment else value
    quoted = _QUOTED.fullmatch(value)
    plain = quoted.group(2) if quoted else value
    if (
        " " in plain
        and not quoted
        and "=" not in found["between"]
        and classify_name(name) is not NameKind.CREDENTIAL
    ):
        return found.group()  # a sentence behind a colon
    clean = visit.field(name, plain, Place.PARAMETER) if plain else plain
    if clean == plain:
        return found.group()
    quote = quoted.group(1) if quoted else ""
    return f"{found['before']}{found['name']}{found['between']}{quote}{clean}{quote}{rest}{found['after']}"


def _in_block(line: str, name: str, visit: Visitor) -> str:
    found = _LINE.fullmatch(line)
    if (
        found is not None
        and not found["name"].strip().startswith("-")
        and ":" in found["between"]
        and found["value"]
    ):
        return _line(found, visit)
    indent = line[: len(line) - len(line.lstrip(" \t-"))]
    value = line[len(indent) :].rstrip("\r")
    if value.startswith("-----"):
        return line
    quoted = _QUOTED.fullmatch(value)
    plain = quoted.group(2) if quoted else value
    quote = quoted.group(1) if quoted else ""
    clean = visit.field(name, plain, Place.PARAMETER)
    return line if clean == plain else f"{indent}{quote}{clean}{quote}"


def looks_like_csv(text: str) -> bool:
    """Whether the first line of a text names several columns, one of them a credential."""
    head, _, rest = text.partition("\n")
    if not rest or len(head) > _LONGEST:
        return False
    names = _cells(head, _delimiter(head))
    return len(names) > 1 and any(map(_is_suspicious, names))


def scrub_csv(text: str, visit: Visitor) -> str:
    """Return a table without the secrets in the columns that its first line names."""
    head, _, rest = text.partition("\n")
    delimiter = _delimiter(head)
    names = [each.strip() for each in _cells(head, delimiter)]
    return "\n".join([head, *(_row(line, names, delimiter, visit) for line in rest.split("\n"))])


def _row(line: str, names: list[str], delimiter: str, visit: Visitor) -> str:
    cells = _cells(line, delimiter)
    if len(cells) != len(names):
        return visit.text(line)
    for name, cell in zip(names, cells, strict=True):
        clean = visit.field(name, cell, Place.PARAMETER) if cell else cell
        if clean != cell:
            line = line.replace(cell, clean, 1)
    return line


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line; none of one that is not a row."""
    if not delimiter or len(line) > _LONGEST:
        return []
    try:
        return next(csv.reader([line.rstrip("\r")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _delimiter(head: str) -> str:
    return max(_DELIMITERS, key=head.count) if any(each in head for each in _DELIMITERS) else ""


def _is_suspicious(name: str) -> bool:
    return classify_name(name.strip()) is not NameKind.HARMLESS
