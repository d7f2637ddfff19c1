"""The members of a JSON object that decide what another member is: a name, a type, a mark, a GraphQL document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.structures.json.large_documents import JsonObject, Part
from pactape.cassettes.scrubbing.structures.json.member_tables import (
    BOUND_VARIABLE,
    COLUMN_KEYS,
    COLUMN_NAME_KEYS,
    FLAGGED_KEYS,
    FLAGS,
    NAME_KEYS,
    OPERATION,
    PATH_KEY,
    ROW_KEYS,
    SECRET_KINDS,
    SECRET_TYPES,
    SIBLINGS_OF_CODES,
    SPECIAL_MEMBERS,
    TYPE_KEYS,
    VALUE_KEYS,
)
from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "bound_variables",
    "column_names",
    "has_harmless_siblings",
    "has_public_key",
    "is_marked_secret",
    "sibling_names",
]

_NAME_KEYS = frozenset(NAME_KEYS)
#: The number of a key that GitHub encrypts secrets for, and the key: 32 bytes in base64.
_PUBLIC_KEY_ID, _PUBLIC_KEY = compile_when_used(r"\d{15,20}"), compile_when_used(r"[A-Za-z0-9+/]{43}=")


def has_harmless_siblings(members: dict[str, Any], is_harmless: Callable[[str], bool]) -> bool:
    """Whether no member of an object marks another one as a secret.

    Args:
        members: The object.
        is_harmless: Returns whether a name says nothing about its value.
    """
    if SPECIAL_MEMBERS.isdisjoint(members):
        return members.get("kind") not in SECRET_KINDS
    if members.get("kind") in SECRET_KINDS:
        return False
    if "kty" in members or ("code" in members and not SIBLINGS_OF_CODES.isdisjoint(members)):
        return False
    if not all(map(is_harmless, column_names(members))):
        return False
    query = members.get("query")
    if isinstance(query, str) and "$" in query and not all(map(is_harmless, bound_variables(query).values())):
        return False
    return VALUE_KEYS.isdisjoint(members) or not (
        (not FLAGGED_KEYS.isdisjoint(members) and is_marked_secret(members))
        or any(not is_harmless(name) for name in sibling_names(members))
    )


def column_names(members: dict[str, Any]) -> list[str]:
    """Return the names of the columns of a table: {"columns": ["name", "password"], "rows": [["ada", "…"]]}."""
    if COLUMN_KEYS.isdisjoint(members) or ROW_KEYS.isdisjoint(members):
        return []
    for key in sorted(COLUMN_KEYS.intersection(members)):  # "columns" before "meta"
        columns = members[key]
        columns = columns.decode() if isinstance(columns, Part) else columns
        if isinstance(columns, list) and columns:
            return [_column_name(column) for column in columns]
    return []


def _column_name(column: Any) -> str:
    """The name of a column, which may be an object with a name."""
    members = dict(column) if isinstance(column, JsonObject | dict) else {"name": column}
    return next((name for key in COLUMN_NAME_KEYS if isinstance(name := members.get(key), str)), "")


def has_public_key(members: dict[str, Any]) -> bool:
    """Whether the member "key" is a public key of GitHub's API: {"key_id": "568250167242549743", "key": "…"}."""
    number, key = members.get("key_id"), members.get("key")
    if not isinstance(number, str) or not isinstance(key, str):
        return False
    return _PUBLIC_KEY_ID.fullmatch(number) is not None and _PUBLIC_KEY.fullmatch(key) is not None


def is_marked_secret(members: dict[str, Any]) -> bool:
    """Whether a member says that the value next to it is a secret: {"value": "…", "sensitive": true}."""
    kinds = [kind for key in TYPE_KEYS if isinstance(kind := members.get(key), str)]
    return not SECRET_TYPES.isdisjoint(kinds) or any(members.get(flag) is True for flag in FLAGS)


def sibling_names(members: dict[str, Any]) -> list[str]:
    """Return the names that members give to the value next to them: {"name": "password", "value": "…"}."""
    if _NAME_KEYS.isdisjoint(members):
        return []
    names = [name for key in NAME_KEYS if key != PATH_KEY and isinstance(name := members.get(key), str)]
    path = members.get(PATH_KEY)
    if isinstance(path, str) and OPERATION in members:
        names.append(path.rstrip("/").rpartition("/")[2])
    return names


def bound_variables(document: str) -> dict[str, str]:
    """Return the argument by variable of a GraphQL document: {"p": "password"} for `login(password: $p)`."""
    return {variable: argument for argument, variable in BOUND_VARIABLE.findall(document)}
