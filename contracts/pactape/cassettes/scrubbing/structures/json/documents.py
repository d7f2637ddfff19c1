"""JSON: documents, lines of documents, and documents in other texts. Only replaced values change in the text."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.structures.edits import Edits
from pactape.cassettes.scrubbing.structures.json.large_documents import (
    JsonObject,
    Part,
    decode_by_parts,
    decoder,
)
from pactape.cassettes.scrubbing.structures.json.value_names import JsonContext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.cassettes.scrubbing.structures.json.value_names import Pairs
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["scrub_json", "scrub_json_in_text", "scrub_value"]

_SCALAR = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?(?:\d[\d.eE+-]*+|Infinity)|true|false|null|NaN', re.DOTALL
)
#: The beginning of an object or a list, or of a text that holds one, or an element.
_OPENING = re.compile(r'[\[{](?=\s*[\[{"\]}\d-])|"(?=[\[{]{1,2}\s*\\"|<[A-Za-z!?][^"\n]{0,400}\\")')
#: Words with the same separator between them.
_SCOPE = re.compile(r"[A-Za-z_]++(?:\.[A-Za-z_]++)++|[A-Za-z_]++(?::[A-Za-z_]++)++")
_MOST_FAILURES = 64
_PAIR = 2
_MOST_SPACES = 2
#: An option whose value is the next argument.
_OPTION = re.compile(r"--[^\s=]{1,62}")
_DEEPEST = 200
_SAME = object()


def scrub_value(value: Any, visitor: Visitor, *, context: JsonContext | None = None) -> Any:
    """Return a JSON value without secrets."""
    context = context or JsonContext()
    if isinstance(value, dict):
        member_context = context.in_object(value.items())
        return {
            visitor.text(key) if len(key) > _SHORT_KEY else key: scrub_value(
                member, visitor, context=member_context.member(key)
            )
            for key, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [scrub_value(item, visitor, context=inside) for inside, item in _items(list(value), context)]
    return _scalar(value, visitor, context)


_SHORT_KEY = 15


def scrub_json(text: str, visitor: Visitor, context: JsonContext | None = None) -> str | None:
    """Return a JSON document without secrets; None for a text that is not one.

    Args:
        text: The text.
        visitor: Replaces the secrets of fields.
        context: The context of the document within another one; None for a document of its own.
    """
    start = text[:64].lstrip("\ufeff \t\r\n")[:1]
    if start not in {"{", "[", '"'}:
        return None
    text_after_mark = text.removeprefix("\ufeff")
    try:
        document = decode_by_parts(text_after_mark) or decoder.decode(text_after_mark)
        return _edit_scalars(text, _edits(document, visitor, context or JsonContext()))
    except (ValueError, RecursionError):
        return None


def scrub_json_in_text(text: str, visitor: Visitor) -> str | None:
    """Return a text without the secrets in its JSON documents; None if it contains no document.

    Documents may be on separate lines, or anywhere in a script or an event stream.
    """
    edits = Edits(text)
    context = JsonContext()
    end = failures = 0
    while failures < _MOST_FAILURES and (opening := _OPENING.search(text, end)):
        start = opening.start()
        try:
            value, stop = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            failures += 1
            end = opening.end()
            continue
        edits.replace(start, stop, _edit_scalars(text[start:stop], _edits(value, visitor, context)))
        end = stop
    return edits.result() if end else None


def _edits(document: Any, visitor: Visitor, root: JsonContext) -> Iterator[tuple[int, Any]]:
    """The new value of each scalar that changes, with its index among the scalars and keys of the text."""
    number = 0
    stack: list[Iterator[tuple[JsonContext, Any]]] = [iter([(root, document)])]
    while stack:
        for context, value in stack[-1]:
            if isinstance(value, Part):
                value = value.decode()  # noqa: PLW2901 -- the same value, decoded
            if isinstance(value, JsonObject):
                stack.append(_members(value, context))
                break
            if isinstance(value, list | Iterator):
                stack.append(_items(value, context))
                break
            clean = visitor.text(value) if context.is_key else _scalar(value, visitor, context)
            if clean is not value and clean != value:
                yield number, clean
            number += 1
        else:
            stack.pop()


def _items(values: Iterable[Any], context: JsonContext) -> Iterator[tuple[JsonContext, Any]]:
    """The items of a list with their contexts; in ["password", "…"], the first one may name the second."""
    if (cells := context.cells()) is not None:
        return zip(cells, values)  # noqa: B905 -- rows may be shorter or longer than the line of names
    inside = context.in_list()
    rest = iter(values)
    first = list(itertools.islice(rest, _PAIR + 1))
    if len(first) == _PAIR and all(isinstance(item, str) for item in first) and _is_pair(*first):
        name = first[0].lstrip("-") or first[0]
        return iter([(inside, first[0]), (context.in_list(after=name), first[1])])
    return _arguments(itertools.chain(first, rest), context, inside)


def _is_pair(name: str, value: str) -> bool:
    """Whether the first item of a list may name the second: they aren't two scopes or two options of a command."""
    if name.count(" ") > _MOST_SPACES:  # a sentence
        return False
    are_scopes = _SCOPE.fullmatch(name) is not None and _SCOPE.fullmatch(value) is not None
    return not are_scopes and "=" not in name and not (name[:2] == "--" and value[:2] == "--")


def _arguments(
    values: Iterable[Any], context: JsonContext, inside: JsonContext
) -> Iterator[tuple[JsonContext, Any]]:
    """The items of a longer list; one after an option may be its value: ["login", "--password", "…"]."""
    option = ""
    for argument in values:
        yield context.in_list(after=option) if option else inside, argument
        is_option = isinstance(argument, str) and _OPTION.fullmatch(argument) is not None
        option = argument.lstrip("-") if is_option else ""


def _members(pairs: Pairs, context: JsonContext) -> Iterator[tuple[JsonContext, Any]]:
    member_context = context.in_object(pairs)
    for key, value in pairs:
        yield _KEY, key
        yield _NO_NAME if value is None or isinstance(value, bool) else member_context.member(key), value


_KEY = JsonContext(is_key=True)
_NO_NAME = JsonContext()


def _scalar(value: Any, visitor: Visitor, context: JsonContext) -> Any:
    if isinstance(value, str):
        clean = scrub_json(value, visitor, context) if context.holds_variables else None
        return context.visit(value if clean is None else clean, visitor)
    if isinstance(value, bool) or value is None:
        return value
    return visitor.number(context.name, value, context)


def _edit_scalars(text: str, edits: Iterator[tuple[int, Any]]) -> str:
    """A text with its edited scalars and keys; the text itself if there are no edits."""
    number, clean = next(edits, (-1, None))
    if number < 0:
        return text
    changes = Edits(text)
    for index, scalar in enumerate(_SCALAR.finditer(text)):
        if index == number:
            changes.replace(scalar.start(), scalar.end(), _encode_like(scalar.group(), clean))
            number, clean = next(edits, (-1, None))
    return changes.result()


def _encode_like(before: str, value: Any) -> str:
    """A scalar in JSON, in ASCII if the replaced one was: the charset may lack other characters."""
    is_ascii = before.isascii() or "\\u" in before
    if isinstance(value, str):
        return encode_basestring_ascii(value) if is_ascii else encode_basestring(value)
    return json.dumps(value, ensure_ascii=is_ascii)
