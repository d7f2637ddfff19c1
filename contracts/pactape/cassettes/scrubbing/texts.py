"""Secrets within texts: private keys, URLs, "name=value", credentials behind their scheme."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pactape.cassettes.scrubbing.cards import GROUPED_CARD, is_card_number, without_card_number
from pactape.cassettes.scrubbing.structures.base64_texts import decode_short
from pactape.cassettes.scrubbing.structures.urls import scrub_urls_in_text
from pactape.cassettes.scrubbing.structures.visitor import Place
from pactape.cassettes.scrubbing.values import looks_random

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = [
    "holds_credentials",
    "holds_spoken_secret",
    "names_something",
    "scrub_named_values",
    "scrub_private_keys",
]

_SCHEMES = re.compile(r"(?:basic|bearer|token|digest|apikey|negotiate|dpop) ", re.IGNORECASE)
_SPOKEN_WORDS = ("code", "pass", "pin", "secret", "token", "key", "identified by", " -u ", "--user")
_DIGIT = re.compile(r"\d")
_SPOKEN = re.compile(
    r"(?<!\w)((?:password|passwd|passphrase|secret|token|api[ -]?key)(?:\s{1,4}is)?:?\s{1,4}['\"]?)"
    r"([\w+/.~=!@#$%^*-]{12,256})",
    re.IGNORECASE,
)
_CREDENTIALS = re.compile(
    r"(?<![A-Za-z])((?:Basic|Bearer|Token|Digest|ApiKey|Negotiate|DPoP)[ ]+)(?!scrubbed)([\w+/.~:=-]{8,}+)",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_KEY_TEXT = re.compile(r"(?:[A-Za-z0-9+/=:,\s-]|\\[nr])*+")
_NAMED = re.compile(
    r"(?<![\w.%~-])(?P<dashes>--?)?(?P<name>[\w\[][\w.$\[\]-]{0,63}+)"
    r"(?P<between>[\"']?[ \t]*+(?:=>|:=|=|:)[ \t]*+|(?(dashes)[ ]++|(?!)))"
    r"(?P<quote>\\?[\"'])?(?P<value>(?(quote)[^\"'\\]*+|[^\s&;,\"'<>(){}|\\]*+))(?![ ]?=[ ]?[\"'])"
)
_ENCODED = re.compile(r"(?<![\w%])(?:[\w.~*+!'()-]|%[0-9A-Fa-f]{2}){12,}+")
_ENCODED_MARK = re.compile(r"%(?:3D|7B|22|3A%2F%2F)", re.IGNORECASE)
_DATA_URL = re.compile(r"(data:[\w/+.;=-]{0,100};base64,)([A-Za-z0-9+/=_-]++)")
#: Secrets behind words, as people and commands put them.
_SPOKEN_CODE = re.compile(
    r"(?<!\w)((?:verification|security|confirmation|login|access|one-time|auth\w*|2fa|otp|sms)"
    r"[ ](?:code|pin|passcode|password)(?:[ ]is|:)?[ ]{1,2})(\d{4,8})(?!\w)"
    r"|(?<![\w.-])(?P<before>\d{4,8})(?=[ ]is[ ]your[ ][\w ]{0,30}(?:code|pin|passcode))",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"((?:^|\s)(?:-u|--user|--proxy-user|-U)[ =]{1,2}[\w.@-]{1,64}:)([^\s:@'\"]{3,256})"
    r"|((?<![\w:/@.-])[\w.-]{1,64}:)([^\s:@/'\"]{8,256})(?=@(?:tcp\(|unix\(|[\w-]+(?:\.[\w-]+)*(?::\d{2,5})?/))"
    r"|((?<!\w)IDENTIFIED[ ]BY[ ]{1,2}['\"])([^'\"\s]{3,256})"
    r"|((?:^|\n)[\w.*-]{1,253}:(?:\d{1,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:)([^\s:]{6,256})(?=\s|$)"
    r"|((?:^|\n)ENV[ ]\w{0,40}(?:KEY|TOKEN|SECRET|PASSWORD|PASS)[ ])(\S{6,256})",
    re.IGNORECASE,
)
#: One of these is in every name that says something about its value, and in every scheme.
_PARTS = (
    *(
        "pass",
        "pwd",
        "psw",
        "pw",
        "secret",
        "tok",
        "key",
        "auth",
        "sess",
        "sid",
        "sig",
        "cred",
        "otp",
        "pin",
        "cv",
    ),
    *(
        "csc",
        "cid",
        "code",
        "jwt",
        "saml",
        "sas",
        "bearer",
        "basic",
        "digest",
        "hmac",
        "ticket",
        "cookie",
        "nonce",
    ),
    *(
        "dsn",
        "conn",
        "url",
        "phrase",
        "mnemonic",
        "seed",
        "assertion",
        "licen",
        "wort",
        "senha",
        "parool",
        "lozinka",
    ),
    *(
        "mdp",
        "ha1",
        "mfa",
        "puk",
        "cert",
        "pfx",
        "pkcs",
        "netrc",
        "kube",
        "docker",
        "verifier",
        "cf",
        "private",
    ),
    *(
        "crypt",
        "srf",
        "contras",
        "wacht",
        "cav",
        "plain",
        "remember",
        "salt",
        "secur",
        "psk",
        "webhook",
        "sign",
    ),
)


def holds_credentials(text: str) -> bool:
    """Whether a text has a scheme's name with something behind it: "Bearer …"."""
    return " " in text and _SCHEMES.search(text) is not None


def holds_spoken_secret(text: str) -> bool:
    """Whether a text may have a secret behind a word: "Bearer …", "the code is 123456"; quick, and often wrong."""
    lower = text.lower()
    if holds_credentials(lower):
        return True
    return any(word in lower for word in _SPOKEN_WORDS) and _DIGIT.search(text) is not None


def scrub_private_keys(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a text whose private keys (RFC 7468) are replaced, also those that are cut off before their end."""
    pieces: list[str] = []
    end = 0
    while found := _BEGIN.search(text, end):
        last = _KEY_TEXT.match(text, found.end())
        stop = last.end() if last else found.end()
        closing = _END.search(text, found.start(), min(len(text), stop + 80))
        if closing is not None:
            stop = closing.end()
        pieces += (text[end : found.start()], replace(text[found.start() : stop], "private key"))
        end = stop
    return "".join([*pieces, text[end:]]) if pieces else text


def scrub_named_values(
    text: str, visit: Visitor, replace: Callable[[str, str], str], *, own_names: bool = False
) -> str:
    """Return a text without secrets in URLs, in "name=value" pairs, and behind "Basic" and "Bearer".

    Args:
        text: Any text.
        visit: Replaces the secrets of fields.
        replace: Replaces a secret; called with its text and its kind.
        own_names: Whether the project has names of its own.
    """
    if "://" in text:
        text = scrub_urls_in_text(text, visit)
    has_pairs = "=" in text or "--" in text or text.count(":") > text.count("://")
    if has_pairs and (own_names or names_something(text)):
        text = _NAMED.sub(lambda match: _pair(match, visit), text)
    if " " in text or ":" in text:
        text = _spoken_secrets(text, replace)
    if holds_credentials(text):
        text = _CREDENTIALS.sub(lambda match: _behind_scheme(match, replace), text)
    if ";base64," in text:
        text = _DATA_URL.sub(lambda match: _data_url(match, visit), text)
    if "%" in text:
        text = _ENCODED.sub(lambda match: _encoded(match, visit), text)
    if " " in text or "-" in text:
        text = GROUPED_CARD.sub(lambda match: _card(match, replace), text)
    return text


def names_something(text: str) -> bool:
    """Whether a text has a part of a name that says something; most texts have none."""
    lower = text.lower()
    for part in _PARTS:  # noqa: SIM110 -- quicker than a generator
        if part in lower:
            return True
    return False


def _pair(match: re.Match[str], visit: Visitor) -> str:
    name, value = match["name"], match["value"]
    if not value:
        return match.group()
    is_assignment = "=" in match["between"] or bool(match["quote"]) or bool(match["dashes"])
    clean = visit.field(name, value, Place.PARAMETER if is_assignment else Place.PROSE)
    return match.group() if clean == value else match.group()[: -len(value)] + clean


def _behind_scheme(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    scheme, secret = match.groups()
    is_secret = looks_random(secret.rstrip("=")) or (
        scheme.lower().startswith("basic") and _is_user_and_password(secret)
    )
    return f"{scheme}{replace(secret, 'credentials')}" if is_secret else match.group()


def _is_user_and_password(secret: str) -> bool:
    """Whether Basic credentials decode to "user:password" (RFC 7617)."""
    decoded = decode_short(secret)
    return decoded is not None and ":" in decoded


def _spoken(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    name, secret = match.groups()
    return f"{name}{replace(secret, 'secret in a text')}" if looks_random(secret) else match.group()


def _spoken_secrets(text: str, replace: Callable[[str, str], str]) -> str:
    """A text without secrets behind words and in commands."""
    text = _SPOKEN.sub(lambda match: _spoken(match, replace), text)
    if "code" in text or "pass" in text or "pin" in text:
        text = _SPOKEN_CODE.sub(lambda match: _spoken_code(match, replace), text)
    if ":" in text or "BY" in text or "ENV" in text:
        text = _COMMAND.sub(lambda match: _commanded(match, replace), text)
    return text


def _spoken_code(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    if match["before"]:
        return replace(match["before"], "one-time code")
    return f"{match.group(1)}{replace(match.group(2), 'one-time code')}"


def _commanded(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    before, secret = [each for each in match.groups() if each is not None]
    if "@" not in match.string[match.end() : match.end() + 1] or _has_digit_and_letter(secret):
        return f"{before}{replace(secret, 'secret in a text')}"
    return match.group()


def _has_digit_and_letter(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _data_url(match: re.Match[str], visit: Visitor) -> str:
    start, encoded = match.groups()
    return f"{start}{visit.document(encoded)}"


def _encoded(match: re.Match[str], visit: Visitor) -> str:
    if _ENCODED_MARK.search(match.group()) is None:
        return match.group()
    plain = unquote(match.group())
    clean = visit.document(plain)
    return match.group() if clean == plain else quote(clean, safe="")


def _card(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    number = match.group()
    if not is_card_number(number):
        return number
    replace(number, "card number")
    return without_card_number(number)
