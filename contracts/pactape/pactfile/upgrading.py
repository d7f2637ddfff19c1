"""Interactions of older versions of the Pact specification in the form of V4."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pactape.http_bodies import header
from pactape.pactfile.model import InteractionKind

if TYPE_CHECKING:
    from pactape.pactfile.model import PactInteraction

__all__ = ["upgrade"]

_V3, _V4 = 3, 4
#: A path of V2's matching rules: "$.body.items[*].id", "$.headers.Accept", "$['query'].page[0]".
_V2_PATH = re.compile(r"\$(?:\.|\[')(path|query|headers?|body|status)(?:'\])?(.*)", re.DOTALL)
_V2_NAME = re.compile(r"\.([^.\[]+)|\['([^']+)'\]")


def upgrade(interaction: PactInteraction) -> dict[str, Any]:
    """Return an interaction or a message in the form of V4, as decoded JSON.

    Example:
        >>> from pactape.pactfile import decode_pact
        >>> pact = decode_pact(b'''{
        ...     "consumer": {"name": "web"}, "provider": {"name": "users"},
        ...     "interactions": [{"description": "is up", "request": {"path": "/"}, "response": {}}]
        ... }''')
        >>> upgrade(pact.interactions[0])["type"]
        'Synchronous/HTTP'
    """
    document = dict(interaction.document)
    if interaction.version >= _V4 and "contents" in document and not _is_v4_content(document["contents"]):
        return _message(document)  # a message of the list `messages`, which is V3's
    if interaction.version >= _V4:
        return {"type": interaction.kind.value, **document}
    if interaction.is_message:
        return _message(document)
    if interaction.version < _V3:
        document = _from_v2(document, interaction)
    sides = {side: _side(document.get(side) or {}) for side in ("request", "response")}
    return {**document, **sides, "type": interaction.kind.value}


def _is_v4_content(contents: Any) -> bool:
    return isinstance(contents, dict) and "content" in contents


def _message(message: dict[str, Any]) -> dict[str, Any]:
    metadata = dict(message.get("metaData") or message.get("metadata") or {})
    media = next((metadata[name] for name in ("contentType", "content-type") if name in metadata), None)
    upgraded = {name: value for name, value in message.items() if name not in {"metaData", "contents"}}
    contents = {
        "content": message.get("contents"),
        "contentType": media or "application/json",
        "encoded": False,
    }
    return {
        **upgraded,
        "type": InteractionKind.MESSAGE.value,
        "contents": contents,
        **({"metadata": metadata} if metadata else {}),
    }


def _side(side: dict[str, Any]) -> dict[str, Any]:
    headers = {name: _listed(value) for name, value in (side.get("headers") or {}).items()}
    upgraded = {**side, "headers": headers} if headers else dict(side)
    if side.get("body") is not None:
        media = header(headers, "content-type") or (
            "text/plain" if isinstance(side["body"], str) else "application/json"
        )
        upgraded["body"] = {"content": side["body"], "contentType": media, "encoded": False}
    return upgraded


def _listed(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _from_v2(document: dict[str, Any], interaction: PactInteraction) -> dict[str, Any]:
    """The interaction in the form of V3: a list of states, a query by name, matching rules by category."""
    upgraded = {
        name: value for name, value in document.items() if name not in {"providerState", "provider_state"}
    }
    for side in ("request", "response"):
        upgraded[side] = _side_from_v2(dict(document.get(side) or {}))
    if interaction.states:
        upgraded["providerStates"] = [
            {"name": state.name, "params": state.parameters} for state in interaction.states
        ]
    return upgraded


def _side_from_v2(side: dict[str, Any]) -> dict[str, Any]:
    if isinstance(side.get("query"), str):
        side["query"] = parse_qs(side["query"], keep_blank_values=True)
    rules = side.get("matchingRules")
    if isinstance(rules, dict):
        side["matchingRules"] = _rules_from_v2(rules)
    return side


def _rules_from_v2(rules: dict[str, Any]) -> dict[str, Any]:
    upgraded: dict[str, Any] = {}
    for path, rule in rules.items():
        match = _V2_PATH.fullmatch(path)
        category, rest = (match[1], match[2]) if match else ("body", path.removeprefix("$"))
        category = "header" if category == "headers" else category
        matchers = {"combine": "AND", "matchers": [_rule_from_v2(rule)]}
        if category in {"path", "status"}:
            upgraded[category] = matchers
        else:
            upgraded.setdefault(category, {})[_place(category, rest)] = matchers
    return upgraded


def _place(category: str, rest: str) -> str:
    """The path of a V3 rule: a name for headers and queries, a JSON path for bodies."""
    name = _V2_NAME.match(rest) if category != "body" else None
    return f"${rest}" if name is None else name[1] or name[2]


def _rule_from_v2(rule: Any) -> Any:
    """The rule with the name of its matcher, which is optional in V2."""
    if not isinstance(rule, dict) or "match" in rule:
        return rule
    return {"match": "regex" if "regex" in rule else "type", **rule}
