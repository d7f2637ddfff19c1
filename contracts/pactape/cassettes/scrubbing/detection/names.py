"""Names of headers, parameters and fields, and what they say about a value.

A name is split into words ("dbPwd", "DB-PWD" and "db_pwd" are the same), and its last words decide:
"access_token" is a credential, "access_token_url" is not.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from pactape.cassettes.scrubbing.detection.name_tables import (
    ABOUT_ENDINGS,
    CODES,
    CONNECTIONS,
    CONTENT_ENDINGS,
    CREDENTIALS,
    KEY_OWNERS,
    PARTS,
    PASSWORDS,
    PAT_OWNERS,
    PREFIXES_ABOUT,
    PUBLIC_KEYS,
    PUBLIC_TOKENS,
    SECRETS,
    SESSIONS,
    SIGNATURES,
    SUSPICIOUS,
    TOKEN_OWNERS,
)
from pactape.cassettes.scrubbing.detection.words import any_of
from pactape.patterns import compile_when_used

__all__ = ["NameKind", "classify_name", "may_be_secret", "may_name_credential", "name_words"]


class NameKind(Enum):
    """What a name says about its value.

    Attributes:
        HARMLESS: Nothing.
        CREDENTIAL: The value is a secret, whatever it looks like.
        CODE: The value is a secret if it is a short number or looks random: PINs, one-time codes.
        CONNECTION: The value has a structure that may hold a secret, or is itself a secret if it looks random.
        TOKEN: The value is a secret if it looks random; in a parameter or a header, in most cases.
        SIGNATURE: Like TOKEN, but in a body only next to other members of a signed request.
        SUSPICIOUS: The value is a secret if it looks random.
    """

    HARMLESS = 0
    CREDENTIAL = 1
    CODE = 2
    CONNECTION = 3
    TOKEN = 4
    SIGNATURE = 5
    SUSPICIOUS = 6


_NUMBERED = compile_when_used(r"[-_.\s]*\d{1,3}$")
_BOUNDARY = compile_when_used(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-_.\s\[\]:/$@]+")
_GLUED_PASSWORD = compile_when_used(
    r"(?:password|passwd|passphrase|passwort|(?:admin|root|user|db|smtp|ftp|require|key|store|mail|proxy|http|login)pass|"
    r"(?:admin|root|user|db|sql|smtp|ftp|ssh|ldap|bind|wifi|mail|login|sudo|vnc|rdp|my|new|old)pwd?|"
    r"password(?:repeat|again|confirm|confirmation|check|verify|hash|plain))$"
)
_GLUED_KEY = compile_when_used(
    rf"(?:{'|'.join(sorted(KEY_OWNERS - {'x'}))}|sign|md5|mch|des)key(?:s|pem|data)?$"
)
_GLUED_TOKEN = compile_when_used(
    r"(?:access|refresh|auth|api|bearer|session|csrf|xsrf|security|id|device|user|bot|oauth|client|private|reset|"
    r"verification|login|jwt)tok(?:en)?s?$"
)
_GLUED_SECRET = compile_when_used(
    r"(?:client|app|api|shared|consumer|webhook|token|oauth|user|account|signing|jwt)secrets?$"
)
_ANY_SECRET = compile_when_used(r"(?<!non)(?<!not)(?<!top)secrets?$")
_PART = compile_when_used(rf"{any_of(PARTS)}|pat(?![a-z])")
_SEPARATORS = str.maketrans("", "", "-_. ")
_STEPS = compile_when_used(r"[.\[]")
#: "s.id" in a program isn't "sid", and Auth0 is a company.
_OTHER_NAMES = frozenset({("s", "id"), ("auth0",)})
#: Plurals that don't name several credentials.
_OTHER_PLURALS = frozenset({"assertions", "credentials"})
_SHORTEST_PLURAL = 8
_LONGEST = 96
_LONGEST_CACHED = 48
_LONG_NUMBER = 4
_ENDINGS = (
    (NameKind.CODE, CODES),
    (NameKind.CONNECTION, CONNECTIONS),
    (NameKind.CREDENTIAL, CREDENTIALS),
)
_HOLDERS = frozenset({"auth", "credentials", "credential", "ticket", "session"})
_NOUNS = {
    **dict.fromkeys(PASSWORDS, NameKind.CREDENTIAL),
    **dict.fromkeys(SECRETS, NameKind.CREDENTIAL),
    **dict.fromkeys(SESSIONS, NameKind.TOKEN),
    **dict.fromkeys(SIGNATURES, NameKind.SIGNATURE),
    **dict.fromkeys(("otp", "totp", "cvv", "cvc", "pin", "puk", "csc"), NameKind.CODE),
}


def may_name_credential(text: str) -> bool:
    """Whether a text has a part of a credential's name; most texts have none.

    Example:
        >>> may_name_credential("user_name: ada"), may_name_credential("db_pwd: x")
        (False, True)
    """
    return _PART.search(text.lower()) is not None


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, without digits at its end.

    Example:
        >>> name_words("X-Api-Key-2"), name_words("dbPwd"), name_words("AWSAccessKeyId")
        (('x', 'api', 'key'), ('db', 'pwd'), ('aws', 'access', 'key', 'id'))
    """
    words = [word.lower() for word in _BOUNDARY.split(name[-_LONGEST:]) if word]
    while len(words) > 1 and words[-1].isdecimal():
        words.pop()
    return tuple(words)


def classify_name(name: str) -> NameKind:
    """Return what a name says about its value.

    Example:
        >>> [classify_name(name).name for name in ("DB_PWD", "next_page_token", "author", "cvv2")]
        ['CREDENTIAL', 'HARMLESS', 'HARMLESS', 'CODE']
    """
    if name[-_LONG_NUMBER:].isdecimal():  # "token20260101" is cached as "token1"
        name = f"{name.rstrip('0123456789')}1"
    return _classify_short(name) if len(name) <= _LONGEST_CACHED else _classify(name)


def may_be_secret(name: str) -> bool:
    """Whether the value of a name may be a secret, as its name says.

    Example:
        >>> may_be_secret("DB_PWD"), may_be_secret("author")
        (True, False)
    """
    return classify_name(name.strip()) is not NameKind.HARMLESS


def _classify(name: str) -> NameKind:
    """The kind of a name by its words."""
    if _PART.search(name.translate(_SEPARATORS).lower()) is None or not (words := name_words(name)):
        return NameKind.HARMLESS
    if words in _OTHER_NAMES:
        return NameKind.HARMLESS
    plain = "".join(words)
    kind = _by_whole(plain) or _by_whole(_NUMBERED.sub("", plain)) or _by_innermost(name)
    if kind is not None:
        return kind
    words = (*words[:-1], _NUMBERED.sub("", words[-1]) or words[-1])
    return _by_last_words(words) or _by_any_word(words)


#: Cached, because names recur, most of all within one text.
_classify_short = lru_cache(maxsize=4096)(_classify)


def _by_whole(plain: str) -> NameKind | None:
    """The kind of a name in the tables, also without "x" (as in X-Auth) or a product's name before it."""
    for word in (plain, plain.removeprefix("x"), _singular(plain)):
        if word in CODES:
            return NameKind.CODE
        if word in CONNECTIONS:
            return NameKind.CONNECTION
        if word in SIGNATURES:
            return NameKind.SIGNATURE
        if word in CREDENTIALS or word in PASSWORDS or word in SECRETS:
            return NameKind.CREDENTIAL
        if word in SESSIONS:
            return NameKind.TOKEN
    return None


def _singular(plain: str) -> str:
    """The singular of the name of several credentials ("access_codes"); other names unchanged."""
    is_plural = len(plain) >= _SHORTEST_PLURAL and plain[-1] == "s" and plain not in _OTHER_PLURALS
    return plain[:-1] if is_plural else plain


def _by_innermost(name: str) -> NameKind | None:
    """The kind of the last segment of a path: "user[mnemonic]", "spring.kubeconfig"."""
    step = _STEPS.split(name[-_LONGEST:].rstrip("]"))[-1]
    return _by_whole("".join(name_words(step))) if len(step) < len(name) else None


def _by_last_words(words: tuple[str, ...]) -> NameKind | None:
    """The kind by the last words: "key" after "api", "token" after "refresh"."""
    last = words[-1]
    before = words[-2] if len(words) > 1 else ""
    if last in ABOUT_ENDINGS and not (last in {"id", "code", "codes"} and _names_a_code_or_id(words)):
        return NameKind.HARMLESS
    if last in CONTENT_ENDINGS and before and before + last not in CONNECTIONS:
        return _named_content(words[:-1])
    if words[0] in PREFIXES_ABOUT and last not in PASSWORDS:
        return NameKind.HARMLESS
    return _by_ending((before + last, "".join(words[-3:]))) or _by_noun(words, last, before)


def _by_ending(endings: tuple[str, str]) -> NameKind | None:
    """The kind by the last two or three words together."""
    for kind, table in _ENDINGS:
        if not table.isdisjoint(endings):
            return kind
    return None


def _by_noun(words: tuple[str, ...], last: str, before: str) -> NameKind | None:
    if last in {"key", "keys"}:
        return _kind_of_key(words, before)
    if last in {"token", "tokens", "tok"}:
        return _kind_of_token(words, before)
    if last in _HOLDERS:
        return _kind_of_holder(words, before)
    if before + last in SESSIONS:
        return NameKind.TOKEN
    if (last == "pat" and before in PAT_OWNERS) or (last == "authorization" and words[0] == "x"):
        return NameKind.CREDENTIAL
    return _NOUNS.get(last) or _glued(last)


def _kind_of_holder(words: tuple[str, ...], before: str) -> NameKind:
    """The kind of "auth", "credentials" and the like, which may hold anything."""
    if before in PUBLIC_TOKENS:
        return NameKind.HARMLESS
    return NameKind.TOKEN if len(words) == 1 or before == "x" else NameKind.SUSPICIOUS


def _glued(word: str) -> NameKind | None:
    """The kind of words that are written as one: "userpassword", "myapikey", "wstoken"."""
    if any(form.search(word) for form in (_GLUED_PASSWORD, _GLUED_KEY, _GLUED_SECRET, _GLUED_TOKEN)):
        return NameKind.CREDENTIAL
    if _ANY_SECRET.search(word):
        return NameKind.TOKEN
    owner = word.removesuffix("token")
    if owner == word or not owner:
        return None
    return NameKind.HARMLESS if owner in PUBLIC_TOKENS else NameKind.TOKEN


def _kind_of_key(words: tuple[str, ...], before: str) -> NameKind:
    if before in PUBLIC_KEYS or "public" in words:
        return NameKind.HARMLESS
    return NameKind.CREDENTIAL if before in KEY_OWNERS and before != "x" else NameKind.SUSPICIOUS


def _kind_of_token(words: tuple[str, ...], before: str) -> NameKind:
    if (
        before in PUBLIC_TOKENS
        or "".join(words[-3:-1]) in PUBLIC_TOKENS
        or "public" in words
        or (words[0] in PUBLIC_TOKENS and before not in TOKEN_OWNERS)
    ):
        return NameKind.HARMLESS
    if words[-1] == "tokens" and (before not in TOKEN_OWNERS or before == "reset"):
        return NameKind.SUSPICIOUS  # usually a count of them
    return NameKind.CREDENTIAL if before in TOKEN_OWNERS else NameKind.TOKEN


def _named_content(words: tuple[str, ...]) -> NameKind | None:
    """The kind of the name without its last word: "password_value" is like "password"; None if it is harmless."""
    kind = _by_whole("".join(words)) or _by_last_words(words)
    return None if kind in {NameKind.CONNECTION, NameKind.SIGNATURE, NameKind.SUSPICIOUS} else kind


def _names_a_code_or_id(words: tuple[str, ...]) -> bool:
    """Whether the last two words are "session id", "verification code" and the like."""
    ending = "".join(words[-2:])
    longer = "".join(words[-3:])
    return any(
        word_group in table for word_group in (ending, longer) for table in (CODES, SESSIONS, CREDENTIALS)
    )


def _by_any_word(words: tuple[str, ...]) -> NameKind:
    if words[0] in PREFIXES_ABOUT or words[-1] in ABOUT_ENDINGS:
        return NameKind.HARMLESS
    if SUSPICIOUS.isdisjoint(words) and words != ("pat",):
        return NameKind.HARMLESS
    return NameKind.SUSPICIOUS
