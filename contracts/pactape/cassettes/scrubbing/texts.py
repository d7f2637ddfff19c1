"""Secrets within texts: keys and tokens of a known form, URLs, "name=value", credentials behind their scheme."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pactape.cassettes.scrubbing.cards import GROUPED_CARD, is_card_number, without_card_number
from pactape.cassettes.scrubbing.providers import FORMS
from pactape.cassettes.scrubbing.structures.urls import scrub_urls_in_text
from pactape.cassettes.scrubbing.structures.visitor import Place
from pactape.cassettes.scrubbing.values import looks_random

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.providers import ProviderForm
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["scrub_forms_in_text", "scrub_named_values", "scrub_private_keys"]

_JWT = re.compile(r"eyJ[\w-]{6,}+\.[\w-]{2,}+(?:\.[\w-]*+){1,3}")
_CREDENTIALS = re.compile(
    r"(?<![A-Za-z])((?:Basic|Bearer|Token|Digest|ApiKey|Negotiate|DPoP)[ ]+)(?!scrubbed)([\w+/.~:=-]{12,}+)",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_KEY_TEXT = re.compile(r"(?:[A-Za-z0-9+/=:,\s-]|\\[nr])*+")
_NAMED = re.compile(
    r"(?<![\w.%$~-])(?P<dashes>--?)?(?P<name>[\w.$\[\]-]{1,64}+)"
    r"(?P<between>[\"']?[ \t]*+(?:=>|:=|=|:)[ \t]*+|(?(dashes)[ ]++|(?!)))"
    r"(?P<quote>\\?[\"'])?(?P<value>(?(quote)[^\"'\\]*+|[^\s&;,\"'<>(){}|\\]*+))"
)
_ENCODED = re.compile(
    r"(?<![\w%])(?:[\w.~*+-]|%[0-9A-Fa-f]{2})*+%(?:3D|3d|7B|7b|22)(?:[\w.~*+!'()-]|%[0-9A-Fa-f]{2})*+"
)
_SUSPECT = re.compile(
    r"pass|pwd|secret|token|key|auth|sess|sid|sig|cred|otp|pin|cvv|cvc|code|jwt|saml|sas|bearer|hmac|ticket|nonce|cookie|dsn|mnemonic|phrase|assertion|license",
    re.IGNORECASE,
)
_RUN = re.compile(
    r"(?<![\w-])(?![0-9a-f-]++(?![\w.:-]))[\w-]{14,}+|[\w-]{20,}+(?=[@:])|-us\d|\$\d?[2a]|\{S?SHA"
)


@lru_cache(maxsize=1)
def _by_mark() -> tuple[re.Pattern[str], dict[str, tuple[ProviderForm, ...]]]:
    """One expression that finds the marks of all forms, and the forms by mark."""
    found: dict[str, list[ProviderForm]] = {}
    for form in FORMS:
        for mark in form.marks:
            found.setdefault(mark, []).append(form)
    longest_first = sorted(found, key=len, reverse=True)
    return _trie(longest_first), {mark: tuple(forms) for mark, forms in found.items()}


def _trie(words: list[str]) -> re.Pattern[str]:
    """An expression for many words that shares their beginnings, so that most positions fail at once."""
    return re.compile("|".join(map(re.escape, words)))


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


def scrub_forms_in_text(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a text without tokens of a known form."""
    if "eyJ" in text:
        text = _JWT.sub(lambda match: replace(match.group(), "JSON Web Token"), text)
    if _RUN.search(text) is None:
        return text
    marks, forms = _by_mark()
    tried: set[int] = set()
    for mark in set(marks.findall(text)):
        for form in forms[mark]:
            if id(form) not in tried:
                tried.add(id(form))
                text = form.form.sub(lambda match, form=form: _token(match, form, replace), text)  # type: ignore[misc]
    return text


def _token(match: re.Match[str], form: ProviderForm, replace: Callable[[str, str], str]) -> str:
    whole = match.group()
    if form.checked and not looks_random(whole):
        return whole
    secret = next((group for group in match.groupdict().values() if group), "") or whole
    return whole.replace(secret, replace(secret, form.kind), 1)


def scrub_named_values(text: str, visit: Visitor, replace: Callable[[str, str], str]) -> str:
    """Return a text without secrets in URLs, in "name=value" pairs, and behind "Basic" and "Bearer"."""
    if "://" in text:
        text = scrub_urls_in_text(text, visit)
    if _SUSPECT.search(text):
        text = _NAMED.sub(lambda match: _pair(match, visit), text)
        text = _CREDENTIALS.sub(lambda match: _behind_scheme(match, replace), text)
    if "%" in text:
        text = _ENCODED.sub(lambda match: _encoded(match, visit), text)
    return GROUPED_CARD.sub(lambda match: _card(match, replace), text)


def _pair(match: re.Match[str], visit: Visitor) -> str:
    name, value = match["name"], match["value"]
    if not value:
        return match.group()
    is_assignment = "=" in match["between"] or bool(match["quote"]) or bool(match["dashes"])
    clean = visit.field(name, value, Place.PARAMETER if is_assignment else Place.PROSE)
    return match.group() if clean == value else match.group()[: -len(value)] + clean


def _behind_scheme(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    scheme, secret = match.groups()
    return f"{scheme}{replace(secret, 'credentials')}" if looks_random(secret.rstrip("=")) else match.group()


def _encoded(match: re.Match[str], visit: Visitor) -> str:
    plain = unquote(match.group())
    clean = visit.document(plain)
    return match.group() if clean == plain else quote(clean, safe="")


def _card(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    number = match.group()
    if not is_card_number(number):
        return number
    replace(number, "card number")
    return without_card_number(number)
