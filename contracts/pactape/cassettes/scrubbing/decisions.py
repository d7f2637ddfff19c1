"""Decides whether the value of a field is a secret, by what its name says and what the value looks like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.detection.name_tables import CARD_CODES
from pactape.cassettes.scrubbing.detection.names import NameKind, classify_name, name_words
from pactape.cassettes.scrubbing.detection.values import (
    is_file_path,
    is_public_key,
    is_public_value,
    looks_random,
)
from pactape.cassettes.scrubbing.detection.words import word_set
from pactape.cassettes.scrubbing.rules import plain_name
from pactape.cassettes.scrubbing.structures.visitor import FieldContext
from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["is_secret_field", "is_secret_number", "kind_of_name"]

#: Values that describe a credential and aren't one.
_WORDS = word_set(
    "true false yes no on off none null nil undefined ok required optional include omit same-origin "
    "public private enabled disabled basic bearer digest password passed pass fail failed unset set n/a "
    "default hidden text never always string number integer boolean object array anonymous unknown valid "
    "invalid expired active inactive "
    # algorithms
    "md5 sha1 sha224 sha256 sha384 sha512 sha-1 sha-256 sha-384 sha-512 bcrypt scrypt argon2i argon2id pbkdf2 "
    "scram-sha-1 scram-sha-256 scram-sha-512 hs256 hs384 hs512 rs256 rs384 rs512 es256 es384 es512 eddsa "
    # phases of the installation of Windows, which an attribute "pass" names
    "windowspe offlineservicing generalize specialize auditsystem audituser oobesystem"
)
#: Permissions on secrets, as vaults, clouds and GitHub's applications list them: "read,environments=read".
_PERMISSION = (
    r"(?i:get|list|set|read|write|create|update|delete|purge|backup|restore|recover|import|admin|all)"
)
_PERMISSIONS = compile_when_used(rf"{_PERMISSION}(?:,\s?(?:\w{{1,64}}=)?{_PERMISSION})*+")
_PERMITTED = frozenset({"secrets", "keys", "tokens"})
#: The names of objects that hold secrets, as options and lists of Kubernetes have them; their number in a quota, or
#: the version of what handles them.
_NAME_OF_SECRET = compile_when_used(r"[a-z]+(?:-[a-z0-9]+)+")
_COUNT = compile_when_used(r"\d{1,4}(?:\.\d{1,4}){0,3}")
#: The rest of a sentence after the name of a secret.
_REST_OF_SENTENCE = compile_when_used(r"[.,;:!?)]\s")
#: Words of sentences that no passphrase needs; two of them, among four words or more, show a description.
_SMALL_WORD = compile_when_used(r"\b(?:the|a|an|to|for|of|in|be|is|are|used|with|your)\b", re.IGNORECASE)
_SHORTEST_SENTENCE, _LONGEST_SENTENCE = 4, 400
#: The beginnings of names of errors, whose values in a program are numbers: "InvalidPassword".
_ERRORS = frozenset({"invalid", "expired", "missing", "incorrect", "wrong", "unknown"})
#: The beginnings of names of resources of clouds, and of kinds of grants.
_RESOURCES = ("arn:", "crn:", "ocid1.", "urn:")
#: A variable of Varnish's language: "req.http.Client-IP".
_VARIABLE = compile_when_used(r"(?:(?:be)?(?:req|resp)|obj|client|server)(?:\.[A-Za-z][A-Za-z-]{1,48}){1,4}")
#: The words of a wallet; a mnemonic may also be a sentence to remember.
_WALLET_WORDS = compile_when_used(r"[a-z]+(?:[ ,]+[a-z]+)+")
_DIGITS = compile_when_used(r"\d(?:[ -]?\d){2,11}")
_SPOKEN_CODE = compile_when_used(
    r"(?=[A-Za-z-]*\d|[A-Z]+-)[A-Za-z0-9]{3,}(?:-[A-Za-z0-9]{3,}){1,7}|(?=[A-Za-z]*\d)[A-Za-z0-9]{5,12}"
)
_CARD_CODE = compile_when_used(r"\d{3,4}")
#: A password with digits in a text, but not a version.
_MIXED = compile_when_used(r"(?!v?\d+(?:\.\d+)+$)(?=\D*\d)(?=\d*\D)[^\s:/]{6,64}")
_STRUCTURE = compile_when_used(r"://|=")
_BOUNDED_PLAIN = 4
_SHORTEST_GRANT = 16
_SHORTEST_COUNT = 1000
#: A smaller number is a pin of a device, or an index.
_SMALLEST_CODE = 100
_LARGEST_CARD_CODE = 9999


def kind_of_name(rules: ScrubRules, name: str) -> NameKind:
    """Return what a name says about its value, by the project's own rules and the general ones."""
    if rules.names or rules.kept:
        plain = plain_name(name)
        if plain in rules.kept:
            return NameKind.HARMLESS
        if plain in rules.names:
            return NameKind.CREDENTIAL
    return classify_name(name)


def is_secret_field(rules: ScrubRules, name: str, value: str, context: FieldContext) -> bool:
    """Whether the value of a field is a secret.

    Example:
        >>> from pactape.cassettes.scrubbing.rules import ScrubRules
        >>> body = [("password", "tulip"), ("token", "Hello"), ("token", "q8Zr1LmX0vTy7PbK"), ("eos_token", "</s>")]
        >>> [is_secret_field(ScrubRules(), name, value, FieldContext.BODY) for name, value in body]
        [True, False, True, False]
    """
    kind = kind_of_name(rules, name)
    if name == "code" and context is FieldContext.PARAMETER:
        return len(value) >= _SHORTEST_GRANT and looks_random(value)
    if kind is NameKind.HARMLESS or not value or value.lower() == name.lower():
        return False
    if value.lower().partition(";")[0] in _WORDS or _is_about(name, value):
        return False
    if rules.names and plain_name(name) in rules.names:
        return True
    return _decide(name, kind, value, context)


def _is_about(name: str, value: str) -> bool:
    """Whether a value is a permission on secrets, their number, the name of one, or a part of a text about them."""
    words = name_words(name)
    if _REST_OF_SENTENCE.match(value) or _is_sentence(value):
        return True
    if words[-1] in _PERMITTED and (_PERMISSIONS.fullmatch(value) or _COUNT.fullmatch(value)):
        return True
    if words[-1] == "secrets" and _NAME_OF_SECRET.fullmatch(value) and not looks_random(value):
        return True
    return words[0] in _ERRORS and len(words) > 1 and value.isdecimal()


def _is_sentence(value: str) -> bool:
    return (
        value.count(" ") >= _SHORTEST_SENTENCE - 1 and len(_SMALL_WORD.findall(value[:_LONGEST_SENTENCE])) > 1
    )


def _decide(name: str, kind: NameKind, value: str, context: FieldContext) -> bool:
    if context is FieldContext.PROSE:
        return looks_random(value) or (kind is NameKind.CREDENTIAL and _MIXED.fullmatch(value) is not None)
    if kind is NameKind.CREDENTIAL:
        return not _is_no_credential(name, value)
    if kind is NameKind.CODE:
        return _is_code(name, value)
    if kind is NameKind.CONNECTION:
        return _STRUCTURE.search(value) is None and looks_random(value)
    if kind is NameKind.SUSPICIOUS:
        return looks_random(value)
    return _is_parameter_secret(value) if context is FieldContext.PARAMETER else looks_random(value)


def _is_no_credential(name: str, value: str) -> bool:
    """Whether a value is a public address or a sentence, although its name is that of a credential."""
    if plain_name(name) == "mnemonic" and " " in value:
        return _WALLET_WORDS.fullmatch(value) is None
    if is_public_key(value):
        return True
    if name_words(name)[-1] == "key" and (is_file_path(value) or _VARIABLE.fullmatch(value)):
        return True
    value = value.rstrip("\\ ")  # the end of a line that goes on
    may_be_public = "://" in value or value[:1] == "/" or value.startswith(_RESOURCES)
    return may_be_public and is_public_value(value)


def _is_code(name: str, value: str) -> bool:
    """Whether a value is a code: 3 or 4 digits for a card's, digits for a PIN ("GPIO17" is a pin of a device)."""
    last = name_words(name)[-1].rstrip("0123456789")
    if last in CARD_CODES:
        return _CARD_CODE.fullmatch(value) is not None
    if last == "pin":
        return _DIGITS.fullmatch(value) is not None or looks_random(value)
    return bool(_DIGITS.fullmatch(value) or _SPOKEN_CODE.fullmatch(value)) or looks_random(value)


def _is_parameter_secret(value: str) -> bool:
    """Whether a parameter called "token" or "sid" is a secret: it isn't a small number, a path or a cursor."""
    if value.isdecimal():
        return len(value) > _BOUNDED_PLAIN + 1
    return not is_public_value(value)


def is_secret_number(rules: ScrubRules, name: str, value: float) -> bool:
    """Whether the number of a field is a secret: a PIN, a one-time code, a password of digits, or a placeholder."""
    kind = kind_of_name(rules, name)
    if not value or kind not in {NameKind.CREDENTIAL, NameKind.CODE}:
        return False
    if name_words(name)[-1] == "credential":  # the number of an object
        return False
    if value < 0 or (rules.names and plain_name(name) in rules.names):
        return True
    if kind is NameKind.CODE:
        is_card_code = name_words(name)[-1] in CARD_CODES
        return abs(value) >= _SMALLEST_CODE and not (is_card_code and abs(value) > _LARGEST_CARD_CODE)
    return abs(value) >= _SHORTEST_COUNT
