"""The check of large JSON documents: each distinct string and name is checked once, and no objects are built."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from pactape.cassettes.scrubbing.detection.cards import is_card_name, is_card_number
from pactape.cassettes.scrubbing.quick_checks.json_tokens import names_of_columns, texts_of, token_portions
from pactape.cassettes.scrubbing.structures.json.member_tables import (
    COLUMN_KEYS,
    FLAGS,
    GENERATED_TYPE,
    NAME_KEYS,
    ROW_KEYS,
    SECRET_KINDS,
    SECRET_TYPES,
    SIBLINGS_OF_CODES,
    TYPE_KEYS,
    VALUE_KEYS,
)
from pactape.cassettes.scrubbing.structures.json.siblings import bound_variables
from pactape.cassettes.scrubbing.texts.plain_texts import plain_texts_among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Checks", "LargeJsonCheck"]

_AFTER_NAME = rb'\s*+:\s*+(?:("[^"\\]*+(?:\\.[^"\\]*+)*+")|([\[{]|[\w.+-]++))'
_MEMBER = re.compile(rb'("[^"\\]*+")' + _AFTER_NAME, re.DOTALL)
_PAIR = re.compile(rb'\[\s*+"((?:[^"\\]|\\.){0,256}+)"\s*+,\s*+"[^"\\]*+(?:\\.[^"\\]*+)*+"\s*+\]', re.DOTALL)
_OPTION = re.compile(rb'"--([\w-]{1,64}+)"\s*+,')
_IS_FLAGGED = re.compile(rb'"(?:' + "|".join(sorted(FLAGS)).encode() + rb')"\s*+:\s*+true')
_SHORTEST = 8
_SHORT_NAME = 15
_LONGEST_CACHED = 96
#: The members of so few names are searched for name by name.
_FEW = 4
_MOST_CACHED = 2048

#: The verdict on a string, as bits of a number (faster than an enumeration): nothing to replace, …
_CLEAN = 0
#: … a member that may name the value next to it,
_FLAG = 1
#: … the name "code", and a name next to which it is an authorization code or a one-time code,
_CODE, _CODE_NEIGHBOUR = 4, 8
#: … "value" or the like, which another member may name,
_VALUE = 16
#: … a name whose value may be a secret,
_DOUBTFUL = 32
#: … "value" itself, which another member may mark as a secret,
_FLAGGED_VALUE = 64
#: … an option of a command,
_OPTION_NAME = 128
#: … a member that may name the value next to it by its text,
_NAMING = 256
#: … the name of a list of columns, and the name of a list of rows,
_COLUMN_NAMES, _ROW_NAMES = 512, 1024
#: … something that the walk must decide.
_DIRTY = 2048
_TABLE = _COLUMN_NAMES | _ROW_NAMES
_NAMED_CODE = _CODE | _CODE_NEIGHBOUR
_FLAGGED = _FLAG | _FLAGGED_VALUE
_NAMES_OF_CODES = ("auth_code", "otp_code")
_IS_DIGIT = bytes(ord("0") if chr(number).isdigit() and number < 128 else 32 for number in range(256))  # noqa: PLR2004 -- ASCII
_CARD_DIGITS = b"0" * 13


class Checks(NamedTuple):
    """The checks of names, texts and members that this check calls.

    Attributes:
        is_harmless: Returns whether a name says nothing about its value, and is not itself a secret.
        is_clean_text: Returns whether a text holds nothing to replace, whatever its name is.
        is_clean_member: Returns whether a text, a number, an object or a list is clean as the value of a name that
            is not harmless; the strings in it have been checked already.
    """

    is_harmless: Callable[[str], bool]
    is_clean_text: Callable[[str], bool]
    is_clean_member: Callable[[str, str | float | dict[str, Any]], bool]


class LargeJsonCheck:
    """A check that caches the strings and documents that it has seen.

    Args:
        checks: The checks of names, texts and members.
    """

    def __init__(self, checks: Checks) -> None:
        self._checks = checks
        self._clean: set[bytes] = set()
        self._clean_bodies: set[bytes] = set()
        self._others: dict[bytes, int] = {}

    def is_clean(self, body: bytes) -> bool:
        """Whether a body is a JSON document that holds nothing to replace; False may be wrong, True is not."""
        digest = _digest(body)
        if digest in self._clean_bodies:
            return True
        is_clean = self._is_clean(body)
        if is_clean and len(self._clean_bodies) < _MOST_CACHED:
            self._clean_bodies.add(digest)
        return is_clean

    def _is_clean(self, body: bytes) -> bool:
        try:
            msgspec.json.decode(body, type=msgspec.Raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        verdict, doubtful, naming = _CLEAN, set[bytes](), set[bytes]()
        for portion in token_portions(body):
            verdict |= self._of_tokens(portion, doubtful, naming)
            if verdict & _DIRTY:
                return False
        if self._has_named_value(body, verdict, naming):
            return False
        if verdict & _NAMED_CODE == _NAMED_CODE:
            doubtful.add(b'"code"')
        return self._are_clean(doubtful, body)

    def _are_clean(self, doubtful: set[bytes], body: bytes) -> bool:
        """Whether the values of all members of these names are nothing to replace."""
        if len(doubtful) > _FEW:
            return all(
                self._is_clean_member(member, body)
                for member in _MEMBER.finditer(body)
                if member[1] in doubtful
            )
        return all(
            self._is_clean_member(member, body)
            for name in doubtful
            for member in _members_of(name).finditer(body)
        )

    def _is_clean_member(self, member: re.Match[bytes], body: bytes) -> bool:
        literal, text, other = member.groups(b"")
        name = literal[1:-1].decode()
        value: Any = _decode(text[1:-1]) if text else _value_beginning(other)
        if (value is None and other != b"null") or (
            other == b"[" and is_card_name(name) and _holds_card(body)
        ):
            return False
        names = _NAMES_OF_CODES if name == "code" else (name,)
        return all(self._checks.is_clean_member(name, value) for name in names)

    def _has_named_value(self, body: bytes, verdict: int, naming: set[bytes]) -> bool:
        """Whether a value may be a secret because of the member or item next to it."""
        if verdict & _FLAGGED == _FLAGGED and _IS_FLAGGED.search(body) is not None:
            return True
        if verdict & _VALUE and any(
            map(self._is_word, {match[1] for name in naming for match in texts_of(name).finditer(body)})
        ):
            return True
        if verdict & _OPTION_NAME and any(map(self._is_word, {match[1] for match in _OPTION.finditer(body)})):
            return True
        if verdict & _TABLE == _TABLE and any(map(self._is_word, names_of_columns(body))):
            return True
        return any(map(self._is_word, {match[1] for match in _PAIR.finditer(body)}))

    def _is_word(self, literal: bytes) -> bool:
        """Whether a text is the name of a credential, or a type of credentials."""
        text = _decode(literal)
        return text is None or text in SECRET_TYPES or not self._checks.is_harmless(text)

    def _of_tokens(self, tokens: set[bytes], doubtful: set[bytes], naming: set[bytes]) -> int:
        """Return the verdict on all tokens, and collect the names of doubtful and of naming members."""
        total = _CLEAN
        new_tokens = tokens - self._clean
        if len(self._clean) > _MOST_CACHED:
            self._clean.clear()
        new_tokens -= _plain_among(new_tokens)
        for token in new_tokens:
            key = token if len(token) <= _LONGEST_CACHED else _digest(token)
            if key in self._clean:
                continue
            verdict = self._others.get(key)
            if verdict is None:
                verdict = self._of_token(token)
                self._cache(key, verdict)
            if verdict & _DOUBTFUL:
                doubtful.add(token[:-1].rstrip())
            if verdict & _NAMING:
                naming.add(token[:-1].rstrip())
            total |= verdict
            if total & _DIRTY:
                break
        return total

    def _cache(self, key: bytes, verdict: int) -> None:
        if verdict == _CLEAN:
            self._clean.add(key)
        elif len(self._others) < _MOST_CACHED:
            self._others[key] = verdict

    def _of_token(self, token: bytes) -> int:
        is_name = token[-1:] == b":"
        literal = token[:-1].rstrip()[1:-1] if is_name else token[1:-1]
        text = _decode(literal)
        if text is None or (is_name and b"\\" in literal):
            return _DIRTY
        return self._of_name(text) if is_name else self._of_text(text)

    def _of_name(self, name: str) -> int:
        verdict = _NAMES.get(name, _CLEAN)
        if not verdict & _CODE and not self._checks.is_harmless(name):
            verdict |= _DOUBTFUL
        if len(name) > _SHORT_NAME and not self._checks.is_clean_text(name):
            return _DIRTY
        return verdict | _DOUBTFUL if is_card_name(name) else verdict

    def _of_text(self, text: str) -> int:
        if text in SECRET_KINDS or text == GENERATED_TYPE:
            return _DIRTY
        if text.startswith("--"):
            return _OPTION_NAME | self._of_value(text)
        return self._of_value(text)

    def _of_value(self, text: str) -> int:
        if len(text) < _SHORTEST and "=" not in text:
            return _CLEAN
        if is_card_number(text) or not self._checks.is_clean_text(text):
            return _DIRTY
        if "$" in text and not all(map(self._checks.is_harmless, bound_variables(text).values())):
            return _DIRTY
        return _CLEAN


def _plain_among(tokens: set[bytes]) -> set[bytes]:
    """Most of the tokens that are texts with nothing to replace, found together."""
    literals = {token for token in tokens if token[-1:] == b'"' and b"\\" not in token}
    lines = b"\n".join([literal[1:-1] for literal in literals]).decode()
    texts = set(lines.split("\n"))
    others = texts - plain_texts_among(texts)
    others.update(texts.intersection((*SECRET_KINDS, GENERATED_TYPE)))
    if "$" in lines:
        others.update([text for text in texts if "$" in text])
    others.update([text for text in texts if text[:1].isdigit() and is_card_number(text)])
    return literals.difference([b'"%b"' % text.encode() for text in others])


def _decode(literal: bytes) -> str | None:
    try:
        return msgspec.json.decode(b'"%b"' % literal, type=str) if b"\\" in literal else literal.decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


@lru_cache(maxsize=256)
def _members_of(name: bytes) -> re.Pattern[bytes]:
    """A pattern for members of this name: their texts, or the starts of numbers, constants and containers."""
    return re.compile(b"(" + re.escape(name) + b")" + _AFTER_NAME, re.DOTALL)


def _value_beginning(start: bytes) -> Any:
    """A number, a constant, or a sample container for an opening bracket; None for null and undecodable values."""
    if start in {b"{", b"["}:
        return {"": None} if start == b"{" else [""]
    try:
        return msgspec.json.decode(start)
    except msgspec.DecodeError:  # an integer of thousands of digits
        return None


def _holds_card(body: bytes) -> bool:
    """Whether a document has as many digits in a row as a card number."""
    return _CARD_DIGITS in body.translate(_IS_DIGIT)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _verdicts(*verdicts: tuple[Iterable[str], int]) -> dict[str, int]:
    """The joined verdicts by name."""
    by_name: dict[str, int] = {}
    for names, verdict in verdicts:
        for name in names:
            by_name[name] = by_name.get(name, _CLEAN) | verdict
    return by_name


#: The verdict on names that matter because of other members, by name.
_NAMES = _verdicts(
    (VALUE_KEYS, _VALUE),
    (SIBLINGS_OF_CODES, _CODE_NEIGHBOUR),
    (("value", "Value"), _VALUE | _FLAGGED_VALUE),
    (FLAGS, _FLAG),
    ((*TYPE_KEYS, *NAME_KEYS), _NAMING),
    (("code",), _CODE),
    (COLUMN_KEYS, _COLUMN_NAMES),
    (ROW_KEYS, _ROW_NAMES),
    (("kty",), _DIRTY),
)
