"""GraphQL in requests: the document, the operation's name, and a pattern for equivalent documents."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    Lexer,
    OperationDefinitionNode,
    Source,
    TokenKind,
    parse,
    print_ast,
)

from pactape.cassettes.replay.request_keys.graphql_documents import canonical_document
from pactape.http_bodies import any_json_body, json_body_or_none, media_type, text_body
from pactape.pactfile.patterns import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.exchange import Exchange, Request

__all__ = [
    "canonical_document",
    "document_parts",
    "document_pattern",
    "documents_of_batch",
    "has_errors",
    "operation_label",
    "operation_name",
    "sent_document",
]

#: What GraphQL ignores between two tokens, apart from comments: white space and commas (October 2021, section
#: 2.1.7).
_IGNORED = r"[\s,]"
_WORDS = frozenset({TokenKind.NAME, TokenKind.INT, TokenKind.FLOAT})
_MOST_FIELDS = 3


def sent_document(request: Request) -> str | None:
    """Return the GraphQL document in a request, unchanged; None if it contains none.

    It is in a JSON body of any content type, or is the whole body, or a URL parameter (GraphQL over HTTP, sections
    5.3 and 5.4).
    """
    if request.body and media_type(request) == "application/graphql":
        text: Any = text_body(request)
    elif request.body:
        body = any_json_body(request)
        text = body.get("query") if isinstance(body, dict) else None
    else:
        text = _parameter(request, "query")
    return text if _is_document(text) else None


def documents_of_batch(value: Any) -> list[str]:
    """Return the documents of a batch of GraphQL requests; empty if the JSON value is something else."""
    texts = [item.get("query") if isinstance(item, dict) else None for item in value or ()]
    return [str(text) for text in texts] if texts and all(map(_is_document, texts)) else []


def operation_name(request: Request, text: str) -> str:
    """Return the name of the operation that a request selects in its document `text`."""
    body = any_json_body(request)
    name = body.get("operationName") if isinstance(body, dict) else _parameter(request, "operationName")
    return str(name) if name else operation_label(text)


def operation_label(text: str) -> str:
    """Return the name of a document's first operation; if unnamed, its kind and top-level fields.

    Example:
        >>> operation_label("query Me { me { id } }"), operation_label("mutation { like(id: 7) { id } }")
        ('Me', 'mutation like')
    """
    document = _parse(text)
    operations = [
        definition
        for definition in (document.definitions if document else ())
        if isinstance(definition, OperationDefinitionNode)
    ]
    names = [operation.name.value for operation in operations if operation.name]
    if names or not operations:
        return next(iter(names), "an unnamed GraphQL operation")
    first = operations[0]
    fields = [
        selection.name.value
        for selection in first.selection_set.selections
        if isinstance(selection, FieldNode)
    ]
    more = len(fields) - _MOST_FIELDS
    listed = ", ".join(fields[:_MOST_FIELDS]) + (f" and {more} more" if more > 0 else "")
    return f"{first.operation.value} {listed}" if fields else "an unnamed GraphQL operation"


def document_parts(text: str) -> list[str]:
    """Return what a document consists of: its variables, fields, arguments and directives, each with its path.

    Example:
        >>> document_parts("query Me($n: Int!) { me { posts(first: $n) { id } } }")
        ['$n: Int!', 'me', 'me.posts', 'me.posts(first: $n)', 'me.posts.id']
    """
    document = _parse(text)
    parts: list[str] = []
    for definition in document.definitions if document else ():
        parts += [print_ast(variable) for variable in getattr(definition, "variable_definitions", None) or ()]
        name = getattr(getattr(definition, "name", None), "value", "")
        root = "" if isinstance(definition, OperationDefinitionNode) else f"...{name}"
        parts += _parts_of_selection(getattr(definition, "selection_set", None), root)
    return list(dict.fromkeys(parts))


def _parts_of_selection(selection: Any, path: str) -> Iterator[str]:
    for node in selection.selections if selection is not None else ():
        name = _step(node)
        node_path = f"{path}.{name}" if path and name else name or path
        if name:
            yield node_path
        yield from (
            f"{node_path}({print_ast(argument)})" for argument in getattr(node, "arguments", None) or ()
        )
        yield from (f"{node_path} {print_ast(directive)}" for directive in node.directives or ())
        yield from _parts_of_selection(getattr(node, "selection_set", None), node_path)


def _step(node: Any) -> str:
    """Return the path step of a selection; empty for an inline fragment without a type condition."""
    if isinstance(node, FieldNode):
        return str((node.alias or node.name).value)
    if isinstance(node, FragmentSpreadNode):
        return f"...{node.name.value}"
    return f"...on {node.type_condition.name.value}" if node.type_condition else ""


def has_errors(exchange: Exchange) -> bool:
    """Return whether a response is a GraphQL response with errors."""
    body = json_body_or_none(exchange.response)
    return isinstance(body, dict) and bool(body.get("errors"))


def document_pattern(text: str) -> str | None:
    """Return a pattern for every document with the tokens of `text` and any white space between them.

    Return None for a document with comments, which a pattern would have to allow everywhere.

    Example:
        >>> pattern = document_pattern("{ me { id } }")
        >>> bool(re.match(pattern, "{me{id}}")), bool(re.match(pattern, "{ me { name } }"))
        (True, False)
    """
    pattern = f"^{_IGNORED}*{''.join(_token_patterns(text))}{_IGNORED}*$"
    return pattern if re.match(pattern, text) else None


def _token_patterns(text: str) -> Iterator[str]:
    lexer = Lexer(Source(text))
    word_before = False
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        word = token.kind in _WORDS
        if token.prev is not None and token.prev.kind is not TokenKind.SOF:
            yield f"{_IGNORED}+" if word and word_before else f"{_IGNORED}*"
        yield escaped(text[token.start : token.end])
        word_before = word


def _parameter(request: Request, name: str) -> str | None:
    """Return the value of a URL parameter; None if it is missing."""
    query = urlsplit(request.url).query
    return parse_qs(query).get(name, [None])[0] if f"{name}=" in query else None


def _is_document(text: Any) -> bool:
    return isinstance(text, str) and _parse(text) is not None


@lru_cache(maxsize=256)
def _parse(text: str) -> DocumentNode | None:
    try:
        return parse(text, no_location=True)
    except GraphQLError:
        return None
