"""GraphQL in requests: the document, the operation's name, and a pattern for other spellings of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    GraphQLError,
    Lexer,
    OperationDefinitionNode,
    Source,
    TokenKind,
    parse,
    print_ast,
)

from pactape.http_bodies import json_body_or_none
from pactape.pactfile.patterns import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.exchange import Exchange, Request

__all__ = ["canonical_document", "document_pattern", "has_errors", "operation_name", "sent_document"]

#: What GraphQL ignores between two tokens, beside comments: white space and commas (October 2021, section 2.1.7).
_IGNORED = r"[\s,]"
_WORDS = frozenset({TokenKind.NAME, TokenKind.INT, TokenKind.FLOAT})


def sent_document(request: Request) -> str | None:
    """The GraphQL document that a request carries, as it was spelt; None when it carries none."""
    body = json_body_or_none(request)
    text = body.get("query") if isinstance(body, dict) else None
    return text if isinstance(text, str) and _parsed(text) is not None else None


def canonical_document(text: str) -> str:
    """One spelling for all documents that are equal; `text` is a document."""
    document = _parsed(text)
    return print_ast(document) if document else text


def operation_name(request: Request, text: str) -> str:
    """The name of the operation that a request asks for, in its document `text`."""
    chosen: Any = json_body_or_none(request).get("operationName")
    document = _parsed(text)
    operations = [each for each in (document.definitions if document else ()) if _is_operation(each)]
    names = [
        each.name.value for each in operations if isinstance(each, OperationDefinitionNode) and each.name
    ]
    return str(chosen or next(iter(names), "an unnamed GraphQL operation"))


def has_errors(exchange: Exchange) -> bool:
    """Whether a response is a GraphQL answer with errors."""
    body = json_body_or_none(exchange.response)
    return isinstance(body, dict) and bool(body.get("errors"))


def document_pattern(text: str) -> str | None:
    """A pattern for every document with the tokens of `text`, whatever white space stands between them.

    None for a document with comments, which a pattern would have to allow everywhere.

    Example:
        >>> pattern = document_pattern("{ me { id } }")
        >>> bool(re.match(pattern, "{me{id}}")), bool(re.match(pattern, "{ me { name } }"))
        (True, False)
    """
    pattern = f"^{_IGNORED}*{''.join(_spelt(text))}{_IGNORED}*$"
    return pattern if re.match(pattern, text) else None


def _spelt(text: str) -> Iterator[str]:
    lexer = Lexer(Source(text))
    word_before = False
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        word = token.kind in _WORDS
        if token.prev is not None and token.prev.kind is not TokenKind.SOF:
            yield f"{_IGNORED}+" if word and word_before else f"{_IGNORED}*"
        yield escaped(text[token.start : token.end])
        word_before = word


def _is_operation(node: object) -> bool:
    return isinstance(node, OperationDefinitionNode)


@lru_cache(maxsize=256)
def _parsed(text: str) -> DocumentNode | None:
    try:
        return parse(text, no_location=True)
    except GraphQLError:
        return None
