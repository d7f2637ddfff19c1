"""Prepares a contract's interactions for a page, in any version of the specification."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from pactape.broker.pages.rule_descriptions import describe_rules
from pactape.pactfile.document import interactions_of, provider_states_of

__all__ = ["InteractionView", "Part", "shown_interactions"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A request, a response or a message.

    Args:
        title: "GET /users/1", "200", "message".
        headers: The headers, or a message's metadata, by name.
        body: The indented example; None if there is none.
        rules: Part, path and description of each rule.
    """

    kind: str
    title: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    rules: tuple[tuple[str, str, str], ...] = ()


class InteractionView(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction.

    Args:
        states: The provider states as text, with their parameters.
        evidence: The sources in the contract: the test, notes, and recordings with their count.
    """

    description: str
    states: tuple[str, ...]
    parts: tuple[Part, ...]
    evidence: tuple[tuple[str, tuple[str, ...]], ...]


def shown_interactions(pact: dict[str, Any]) -> list[InteractionView]:
    """Return every interaction and message of a contract; values that aren't objects are skipped."""
    return [_interaction(interaction) for _, interaction in interactions_of(pact)]


def _interaction(interaction: dict[str, Any]) -> InteractionView:
    return InteractionView(
        description=str(interaction.get("description", "")),
        states=tuple(
            _state(provider_state.name, provider_state.parameters)
            for provider_state in provider_states_of(interaction)
        ),
        parts=tuple(_parts(interaction)),
        evidence=tuple(_evidence(interaction.get("comments"))),
    )


def _state(name: str, values: dict[str, Any]) -> str:
    parameters = ", ".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()
    )
    return f"{name} ({parameters})" if parameters else name


def _parts(interaction: dict[str, Any]) -> list[Part]:
    parts = []
    request, response = interaction.get("request"), interaction.get("response")
    if isinstance(request, dict):
        title = f"{str(request.get('method', '')).upper()} {request.get('path', '')}".strip()
        parts.append(_part("Request", title, request))
    responses = response if isinstance(response, list) else [response]
    parts.extend(
        _part("Response", str(response.get("status", "")), response)
        for response in responses
        if isinstance(response, dict)
    )
    if not parts:
        parts.append(_part("Message", "", interaction))
    return parts


def _part(kind: str, title: str, document: dict[str, Any]) -> Part:
    return Part(
        kind=kind,
        title=title,
        query=_query(document.get("query")),
        headers=tuple(_headers(document.get("headers", document.get("metadata", document.get("metaData"))))),
        body=_body(document.get("body", document.get("contents"))),
        rules=tuple(describe_rules(document.get("matchingRules"))),
    )


def _query(query: Any) -> str:
    if isinstance(query, dict):
        pairs = [(name, item) for name, value in query.items() for item in _as_list(value)]
        return "&".join(f"{name}={value}" for name, value in pairs)
    return str(query or "")


def _headers(headers: Any) -> list[tuple[str, str]]:
    if not isinstance(headers, dict):
        return []
    return [(str(name), ", ".join(map(_text, _as_list(value)))) for name, value in headers.items()]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _body(body: Any) -> str | None:
    if isinstance(body, dict) and "content" in body:  # specification 4 wraps a body
        body = body["content"]
    if body is None:
        return None
    return body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)


def _evidence(comments: Any) -> list[tuple[str, tuple[str, ...]]]:
    if not isinstance(comments, dict):
        return []
    evidence: list[tuple[str, tuple[str, ...]]] = []
    if comments.get("testname"):
        evidence.append(("test", (str(comments["testname"]),)))
    notes = tuple(str(text) for text in _as_list(comments.get("text") or []))
    if notes:
        evidence.append(("notes", notes))
    references = comments.get("references")
    for group in references.values() if isinstance(references, dict) else ():
        if isinstance(group, dict):
            evidence += [(str(name), tuple(_references(value))) for name, value in group.items()]
    return evidence


def _references(value: Any) -> list[str]:
    """Return the names of a reference as one text, separated by commas."""
    return [part.strip() for part in str(value).split(",") if part.strip()]
