"""The check of small JSON documents: they are decoded, and each distinct name and text is checked once."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes.scrubbing.decisions import is_secret_field, is_secret_number, kind_of_name
from pactape.cassettes.scrubbing.detection.cards import is_card_name, is_card_number
from pactape.cassettes.scrubbing.detection.names import NameKind
from pactape.cassettes.scrubbing.structures.http.headers import COOKIE_HEADERS
from pactape.cassettes.scrubbing.structures.json.member_tables import (
    FACTOR_SIBLINGS,
    GENERATED_TYPE,
    GRANT_SIBLINGS,
    SIGNING_SIBLINGS,
    SPECIAL_MEMBERS,
)
from pactape.cassettes.scrubbing.structures.json.siblings import has_harmless_siblings
from pactape.cassettes.scrubbing.structures.json.value_names import prefix_for_members
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["SmallJsonCheck"]

#: Names whose meaning depends on other members, so their objects are checked each time.
_DECIDING = SPECIAL_MEMBERS | {"kind"}
_OPTION = b'"--'
#: A code may be below the object with the member that says what it is: {"phone": "…", "factor": {"code": "…"}}.
_CODE = b'"code"'
_NEAR_CODES = {
    name: re.compile(rb'"(?:' + "|".join(sorted(siblings)).encode() + rb')"\s*+:')
    for name, siblings in (("otp_code", FACTOR_SIBLINGS), ("auth_code", GRANT_SIBLINGS))
}
_CODE_MEMBER = re.compile(rb'"code"\s*+:\s*+(?:"([^"\\]*+)"|null)')
_NAME_END, _SPACED_NAME_END = b'":', re.compile(rb'"\s+:')
#: The same in a text, and at the end of a name that ends with a backslash.
_ESCAPED_END, _ESCAPED_NAME_END = b'\\":', b'\\\\":'
_SHORTEST = 8
_SHORT_NAME = 15
_CARD_DIGITS = range(13, 24)
_SMALLEST_CARD = 10**12
_MOST_CACHED = 8192
_LONGEST_CACHED = 512


class SmallJsonCheck:
    """A check that caches the names, texts and documents that it has seen.

    Args:
        rules: The project's own rules.
        is_harmless: Returns whether a name says nothing about its value, and is not itself a secret.
        is_clean_text: Returns whether a text holds nothing to replace, whatever its name is.
        is_mask: Returns whether a text is a mask that stays as it is.
    """

    def __init__(
        self,
        rules: ScrubRules,
        is_harmless: Callable[[str], bool],
        is_clean_text: Callable[[str], bool],
        *,
        is_mask: Callable[[str], bool],
    ) -> None:
        self._is_mask = is_mask
        self._rules, self._is_harmless, self._is_clean_text = rules, is_harmless, is_clean_text
        self._plain_names: set[str] = set()
        self._plain_deciding: set[str] = set()
        self._clean_texts: set[str] = set()
        self._clean_bodies: set[bytes] = set()

    def is_clean(self, body: bytes) -> bool:
        """Whether a body is a JSON document that holds nothing to replace; one with duplicate members isn't."""
        digest = hashlib.blake2b(body, digest_size=16).digest()
        if digest in self._clean_bodies:
            return True
        try:
            value = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        is_clean = not self._may_hold_code(body) and self._is_clean_tree(value, body)
        if is_clean and len(self._clean_bodies) < _MOST_CACHED:
            self._clean_bodies.add(digest)
        return is_clean

    def _may_hold_code(self, body: bytes) -> bool:
        """Whether a member "code" may be an authorization code or a one-time code, because of another member."""
        names = [name for name, near in _NEAR_CODES.items() if near.search(body)] if _CODE in body else []
        if not names:
            return False
        codes = _CODE_MEMBER.findall(body)
        return len(codes) < body.count(_CODE) or any(
            is_secret_field(self._rules, name, code.decode(), FieldContext.BODY)
            for code in set(codes)
            for name in names
        )

    def _is_clean_tree(self, value: Any, body: bytes) -> bool:
        """Whether a document's names and texts are clean; each distinct one is checked once."""
        plain, has_options = self._plain_names, _OPTION in body
        texts: set[str] = set()
        stack, name_count = [value], 0
        add, push, pop = texts.add, stack.append, stack.pop
        while stack:
            node = pop()
            if node.__class__ is dict:
                name_count += len(node)
                if not node.keys() <= plain and not self._is_clean_object(node):
                    return False
                node = node.values()
            elif node.__class__ is not list:
                node = [node]
            elif self._names_item(node, has_options=has_options):
                return False
            for child in node:
                kind = child.__class__
                if kind is str:
                    add(child)
                elif kind is dict or kind is list:
                    push(child)
        return (
            GENERATED_TYPE not in texts
            and self._are_clean(texts)
            and not _may_have_duplicates(body, name_count)
        )

    def _are_clean(self, texts: set[str]) -> bool:
        clean = self._clean_texts
        if len(clean) > _MOST_CACHED:
            clean.clear()
        has_patterns = bool(self._rules.patterns)
        for text in texts - clean:
            is_short = len(text) < _SHORTEST and "=" not in text and not has_patterns
            if not (is_short or self._is_clean_text(text)):
                return False
            if len(text) <= _LONGEST_CACHED:
                clean.add(text)
        return True

    def _names_item(self, items: list[Any], *, has_options: bool) -> bool:
        """Whether an item of a list may be the name of the next one: ["password", "…"], ["--password", "…", …]."""
        if len(items) == 2 and items[0].__class__ is str and not self._is_harmless(items[0]):  # noqa: PLR2004 -- a pair
            return items[1].__class__ is not str or not self._is_clean_named(*items)
        return has_options and any(argument.__class__ is str and argument[:2] == "--" for argument in items)

    def _is_clean_object(self, members: dict[str, Any]) -> bool:
        """Whether no name of an object marks its value as a secret; the texts themselves are checked later."""
        if not has_harmless_siblings(members, self._is_harmless):
            return False
        plain, deciding = self._plain_names, self._plain_deciding
        for name, value in members.items():
            if name in plain or name in deciding:
                continue
            if not self._is_harmless(name):
                if not (self._is_clean_named(name, value) or self._is_unsigned(name, members)):
                    return False
            elif is_card_name(name):
                if _holds_card(value):
                    return False
            elif name in _DECIDING:
                deciding.add(name)
            elif len(plain) < _MOST_CACHED:
                plain.add(name)
        return True

    def _is_unsigned(self, name: str, members: dict[str, Any]) -> bool:
        """Whether a name is that of a signature, and no other member is one of a signed request."""
        return (
            kind_of_name(self._rules, name) is NameKind.SIGNATURE
            and isinstance(members[name], str)
            and SIGNING_SIBLINGS.isdisjoint(members)
            and (len(name) <= _SHORT_NAME or self._is_clean_text(name))
        )

    def _is_clean_named(self, name: str, value: Any) -> bool:
        """Whether the value of a suspicious name is clean."""
        if len(name) > _SHORT_NAME and not self._is_clean_text(name):
            return False
        if value is True or not value:
            return True
        if name.lower() in COOKIE_HEADERS or (is_card_name(name) and _holds_card(value)):
            return False
        if isinstance(value, str):
            return self._is_mask(value) or not is_secret_field(self._rules, name, value, FieldContext.BODY)
        return self._is_clean_holder(name, value)

    def _is_clean_holder(self, name: str, value: Any) -> bool:
        """Whether an object, a list or a number is clean as the value of a suspicious name."""
        objects = value if isinstance(value, list) else [value]
        if all(isinstance(each, dict) for each in objects):
            return not prefix_for_members(name, kind_of_name(self._rules, name))
        return not (isinstance(value, list) or is_secret_number(self._rules, name, value))


def _holds_card(value: Any) -> bool:
    """Whether a value, or an item of a list, may be a card number."""
    if isinstance(value, list):
        return any(map(_holds_card, value))
    if isinstance(value, str):
        return len(value) in _CARD_DIGITS and is_card_number(value)
    return isinstance(value, int) and value > _SMALLEST_CARD


def _may_have_duplicates(body: bytes, name_count: int) -> bool:
    """Whether an object may have two members of the same name, of which only the last one is decoded."""
    in_texts = body.count(_ESCAPED_END) if _ESCAPED_NAME_END not in body else 0
    if body.count(_NAME_END) - in_texts == name_count and _SPACED_NAME_END.search(body) is None:
        return False
    is_duplicate = False

    def check(pairs: list[tuple[str, Any]]) -> int:
        nonlocal is_duplicate
        is_duplicate = is_duplicate or len({name for name, _ in pairs}) != len(pairs)
        return 0

    try:
        json.loads(body, object_pairs_hook=check)
    except (ValueError, RecursionError):
        return True
    return is_duplicate
