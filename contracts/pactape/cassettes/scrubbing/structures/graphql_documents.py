"""GraphQL documents (September 2025, section 2): literal values of arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.structures.edits import substitute
from pactape.cassettes.scrubbing.structures.json.siblings import bound_variables
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["looks_like_graphql", "scrub_graphql"]

_START = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:query|mutation|subscription|fragment)\b[^\n{]*|\s*\{\s*\w+")
_STRING = r'"""(?:[^"\\]|"(?!"")|\\.)*+"""|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_ARGUMENT = re.compile(
    rf"(?<!\w)(\w{{1,96}}+)(\s*+:\s*+(?:[\w\[\]!]++\s*+=\s*+)?)(\[[^\[\]{{}}]*+\]|{_STRING}|-?\d{{1,32}}+(?:\.\d{{1,32}}+)?)",
    re.DOTALL,
)
_ITEM = re.compile(rf"{_STRING}|-?\d{{1,32}}+(?:\.\d{{1,32}}+)?", re.DOTALL)


def looks_like_graphql(text: str) -> bool:
    """Whether a text starts like a GraphQL document."""
    return "{" in text and "(" in text and _START.match(text) is not None


def scrub_graphql(document: str, visitor: Visitor) -> str:
    """Return a document without the secrets among its literals; the rest is unchanged."""
    bound = bound_variables(document) if "$" in document else {}
    return substitute(_ARGUMENT, lambda match: _argument(match, visitor, bound), document)


def _argument(match: re.Match[str], visitor: Visitor, bound: dict[str, str]) -> str:
    """An argument, or a variable's default value, for which the name of its argument counts."""
    argument, between, value = match.groups()
    is_variable = match.string[match.start() - 1 : match.start()] == "$"
    name = bound.get(argument, argument) if is_variable else argument
    clean = substitute(_ITEM, lambda item: _literal(name, item.group(), visitor), value)
    return match.group() if clean == value else f"{argument}{between}{clean}"


def _literal(name: str, literal: str, visitor: Visitor) -> str:
    if literal[0] != '"':
        number = float(literal) if "." in literal else int(literal)
        clean_number = visitor.number(name, number)
        return literal if clean_number == number else str(clean_number)
    quotes = 3 if literal.startswith('"""') and len(literal) >= 6 else 1  # noqa: PLR2004 -- two block quotes
    text = literal[quotes:-quotes]
    clean = visitor.field(name, text, FieldContext.BODY)
    return literal if clean == text else f'"{clean}"'
