"""Pact V3 and V4: the same interactions in two forms."""

from __future__ import annotations

from typing import Any

from pactape.errors import SettingsError

__all__ = ["MESSAGE", "downgraded", "downgraded_message", "upgraded"]

_OLDEST = 3
_HTTP = "Synchronous/HTTP"
#: The type of a V4 interaction that is a message of a queue or a topic.
MESSAGE = "Asynchronous/Messages"
#: What V4 knows and V3 doesn't, with what comes nearest.
_SINCE_V4: dict[str, dict[str, Any] | None] = {
    "boolean": {"match": "regex", "regex": "^(true|false)$"},
    "eachKey": None,
    "eachValue": None,
    "notEmpty": {"match": "type"},
    "semver": {"match": "type"},
    "statusCode": None,
}


def upgraded(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactions of a pact file as V4 has them.

    Raises:
        ValueError: The file is older than V3.
    """
    version = _version(document)
    if version < _OLDEST:
        raise ValueError(f"it is of version {version} of the specification")
    if version > _OLDEST:
        return [dict(each) for each in document["interactions"]]
    messages = [_upgraded_message(each) for each in document.get("messages") or ()]
    return [*messages, *(_upgraded(each) for each in document.get("interactions") or ())]


def downgraded(interaction: dict[str, Any]) -> dict[str, Any]:
    """A V4 interaction as V3 has it; rules that V3 doesn't know become the nearest that it knows, or go.

    Args:
        interaction: An HTTP interaction.
    """
    return {
        "description": interaction["description"],
        "providerStates": interaction.get("providerStates") or [],
        "request": _older_side(interaction["request"]),
        "response": _older_side(interaction["response"]),
    }


def downgraded_message(message: dict[str, Any]) -> dict[str, Any]:
    """A V4 message as V3 has it, as far as V3 knows its rules.

    Raises:
        SettingsError: It is a request and a response by messages, which V3 doesn't know.
    """
    if message.get("type") != MESSAGE:
        raise SettingsError(
            f"{message.get('description')!r} is of the type {message.get('type')!r}, which V3 doesn't know",
            where="[tool.pactape] specification",
            remedy='write V4: specification = "V4"',
        )
    content = message.get("contents") or {}
    return {
        "description": message["description"],
        "providerStates": message.get("providerStates") or [],
        "contents": content.get("content"),
        "metaData": {"contentType": content.get("contentType", "application/json")}
        | message.get("metadata", {}),
        **_older_matching_rules(message),
    }


def _upgraded_message(message: dict[str, Any]) -> dict[str, Any]:
    metadata = dict(message.get("metaData") or message.get("metadata") or {})
    media = next((metadata[name] for name in ("contentType", "content-type") if name in metadata), None)
    newer = {name: each for name, each in message.items() if name not in {"metaData", "contents"}}
    contents = {
        "content": message.get("contents"),
        "contentType": media or "application/json",
        "encoded": False,
    }
    return {**newer, "type": MESSAGE, "contents": contents, **({"metadata": metadata} if metadata else {})}


def _version(document: dict[str, Any]) -> int:
    metadata = document.get("metadata") or {}
    stated = metadata.get("pactSpecification") or metadata.get("pact-specification") or {}
    return int(str(stated.get("version", "2")).split(".")[0])


def _upgraded(interaction: dict[str, Any]) -> dict[str, Any]:
    sides = {side: _newer_side(interaction.get(side) or {}) for side in ("request", "response")}
    return {**interaction, **sides, "type": _HTTP}


def _newer_side(side: dict[str, Any]) -> dict[str, Any]:
    headers = {name: _listed(value) for name, value in (side.get("headers") or {}).items()}
    newer = {**side, "headers": headers} if headers else dict(side)
    if side.get("body") is not None:
        declared = next((value[0] for name, value in headers.items() if name.lower() == "content-type"), None)
        media = declared or ("text/plain" if isinstance(side["body"], str) else "application/json")
        newer["body"] = {"content": side["body"], "contentType": media, "encoded": False}
    return newer


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _older_side(side: dict[str, Any]) -> dict[str, Any]:
    older = {name: value for name, value in side.items() if name not in {"body", "matchingRules"}}
    if side.get("headers"):
        older["headers"] = {name: ", ".join(_listed(value)) for name, value in side["headers"].items()}
    if side.get("body") and side["body"].get("encoded") != "base64":  # V3 knows no bytes
        older["body"] = side["body"]["content"]
    return {**older, **_older_matching_rules(side)}


def _older_matching_rules(written: dict[str, Any]) -> dict[str, Any]:
    """The member `matchingRules`, without the parts that V3 knows no rule of; nothing when none is left."""
    rules = {part: _older_rules(part, each) for part, each in (written.get("matchingRules") or {}).items()}
    kept = {part: each for part, each in rules.items() if each}
    return {"matchingRules": kept} if kept else {}


def _older_rules(part: str, rules: dict[str, Any]) -> dict[str, Any]:
    if part in {"path", "method", "status"}:
        return _older_rule(rules)
    older = {place: _older_rule(rule) for place, rule in rules.items()}
    return {place: rule for place, rule in older.items() if rule}


def _older_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule with matchers that V3 knows; an alternative that it doesn't know takes all others with it."""
    older = [_SINCE_V4.get(each["match"], each) for each in rule["matchers"]]
    matchers = [each for each in older if each is not None]
    if not matchers or (rule.get("combine") == "OR" and len(matchers) < len(older)):
        return {}
    return {**rule, "matchers": matchers}
