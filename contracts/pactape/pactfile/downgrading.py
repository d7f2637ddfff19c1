"""Interactions of Pact V4 in the form of V3."""

from __future__ import annotations

from typing import Any

from pactape.errors import SettingsError
from pactape.pactfile.model import InteractionKind

__all__ = ["downgrade_interaction", "downgrade_message"]

#: The matching rules that only V4 has, each with the nearest that V3 has; None where V3 has none.
_V4_RULES: dict[str, dict[str, Any] | None] = {
    "boolean": {"match": "regex", "regex": "^(true|false)$"},
    "eachKey": None,
    "eachValue": None,
    "notEmpty": {"match": "type"},
    "semver": {"match": "type"},
    "statusCode": None,
}


def downgrade_interaction(interaction: dict[str, Any]) -> dict[str, Any]:
    """Return a V4 HTTP interaction in the form of V3.

    A matching rule that V3 doesn't have becomes the nearest that it has, or is dropped.
    """
    return {
        "description": interaction["description"],
        "providerStates": interaction.get("providerStates") or [],
        "request": _side(interaction["request"]),
        "response": _side(interaction["response"]),
    }


def downgrade_message(message: dict[str, Any]) -> dict[str, Any]:
    """Return a V4 message in the form of V3, with the matching rules that V3 has.

    Raises:
        SettingsError: It is a synchronous message (a request and its responses), which V3 doesn't have.
    """
    if message.get("type") != InteractionKind.MESSAGE.value:
        raise SettingsError(
            f"{message.get('description')!r} has the type {message.get('type')!r}, which Pact V3 doesn't have",
            where="[tool.pactape] specification",
            remedy='write Pact V4: specification = "V4"',
        )
    content = message.get("contents") or {}
    return {
        "description": message["description"],
        "providerStates": message.get("providerStates") or [],
        **({"contents": content["content"]} if "content" in content else {}),
        "metaData": ({"contentType": content.get("contentType", "application/json")} if content else {})
        | message.get("metadata", {}),
        **_matching_rules(message),
    }


def _side(side: dict[str, Any]) -> dict[str, Any]:
    downgraded = {name: value for name, value in side.items() if name not in {"body", "matchingRules"}}
    if side.get("headers"):
        downgraded["headers"] = {name: _joined(value) for name, value in side["headers"].items()}
    if side.get("body") and side["body"].get("encoded") != "base64":  # V3 has no binary bodies
        downgraded["body"] = side["body"]["content"]
    return {**downgraded, **_matching_rules(side)}


def _joined(values: Any) -> str:
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)


def _matching_rules(document: dict[str, Any]) -> dict[str, Any]:
    """The member `matchingRules` without empty categories; {} when all are empty."""
    rules = {
        category: _category(category, matching_rule)
        for category, matching_rule in (document.get("matchingRules") or {}).items()
    }
    remaining = {category: rule for category, rule in rules.items() if rule}
    return {"matchingRules": remaining} if remaining else {}


def _category(category: str, rules: dict[str, Any]) -> dict[str, Any]:
    if category in {"path", "method", "status"}:
        return _rule(rules)
    downgraded = {path: _rule(rule) for path, rule in rules.items()}
    return {path: rule for path, rule in downgraded.items() if rule}


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule with the matchers that V3 has; {} when one of several alternatives is missing in V3."""
    downgraded = [_V4_RULES.get(matcher["match"], matcher) for matcher in rule["matchers"]]
    matchers = [matcher for matcher in downgraded if matcher is not None]
    if not matchers or (rule.get("combine") == "OR" and len(matchers) < len(downgraded)):
        return {}
    return {**rule, "matchers": matchers}
