"""Secrets within texts: keys and tokens of a known form, URLs, "name=value", credentials behind their scheme."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from pactape.cassettes.scrubbing.cards import GROUPED_CARD, is_card_number, without_card_number
from pactape.cassettes.scrubbing.providers import FORMS, START
from pactape.cassettes.scrubbing.structures.base64_texts import decode_short
from pactape.cassettes.scrubbing.structures.urls import scrub_urls_in_text
from pactape.cassettes.scrubbing.structures.visitor import Place
from pactape.cassettes.scrubbing.values import looks_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pactape.cassettes.scrubbing.providers import ProviderForm
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = [
    "holds_credentials",
    "holds_form",
    "holds_spoken_secret",
    "names_something",
    "scrub_forms_in_text",
    "scrub_named_values",
    "scrub_private_keys",
]

_JWT = re.compile(r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))eyJ[\w-]{6,2048}+\.[\w-]{2,}+(?:\.[\w-]*+){1,3}")
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
_RUN = re.compile(
    r"(?<![\w-])(?![0-9a-f-]++(?![\w.:-]))[\w-]{14,}+|(?<![\w-])[\w-]{20,}+(?=[@:])"
    r"|-us\d|v1\.[0-9a-f]|\$ANSIBLE|hooks\.zapier|\$\d?[2a]|\{S?SHA"
)


class _Marks(NamedTuple):
    """How forms are looked for: by their first characters, where these are their own, and else by a mark."""

    starts: re.Pattern[str]
    by_start: dict[str, tuple[int, ...]]
    inner: re.Pattern[str]
    by_inner: tuple[int, ...]
    unmarked: tuple[tuple[str, ProviderForm], ...]


@lru_cache(maxsize=1)
def _marks() -> _Marks:
    found: dict[str, list[int]] = {}
    inner = [index for index, form in enumerate(FORMS) if not form.starts]
    for index, form in enumerate(FORMS):
        for mark in form.marks if form.starts else ():
            found.setdefault(mark, []).append(index)
    ordered = sorted(found)  # a mark, and right behind it the longer ones that start with it
    by_start = {mark: {*found[mark]} for mark in ordered}
    for position, mark in enumerate(ordered):
        for longer in ordered[position + 1 :]:
            if not longer.startswith(mark):
                break
            by_start[mark] |= by_start[longer]
            by_start[longer] |= set(found[mark])
    starts = re.compile(rf"{START}(?:{_alternatives(found)})")
    marked = [mark for index in inner for mark in FORMS[index].marks if len(mark) > 1]
    unmarked = [(mark, FORMS[index]) for index in inner for mark in FORMS[index].marks if len(mark) == 1]
    return _Marks(
        starts,
        {mark: tuple(sorted(each)) for mark, each in by_start.items()},
        re.compile(_alternatives(marked)),
        tuple(inner),
        tuple(unmarked),
    )


def _alternatives(beginnings: Iterable[str]) -> str:
    """An expression for many short texts that shares their first characters, so most positions fail at once."""
    by_first: dict[str, set[str]] = {}
    for each in beginnings:
        by_first.setdefault(each[0], set()).add(re.escape(each[1:]))
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(sorted(rest))})" for first, rest in sorted(by_first.items())
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


def holds_form(text: str) -> bool:
    """Whether a text may hold a token of a known form; quick, and more often wrong than right when it says so."""
    if "eyJ" in text:
        return True
    if _RUN.search(text) is None:
        return False
    marks = _marks()
    if marks.starts.search(text) is not None or marks.inner.search(text) is not None:
        return True
    return any(mark in text and form.form.search(text) is not None for mark, form in marks.unmarked)


def scrub_forms_in_text(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a text without tokens of a known form."""
    if "eyJ" in text:
        text = _JWT.sub(lambda match: replace(match.group(), "JSON Web Token"), text)
    if _RUN.search(text) is None:
        return text
    marks = _marks()
    candidates = {index for start in set(marks.starts.findall(text)) for index in marks.by_start[start]}
    for index in (*sorted(candidates), *marks.by_inner):
        form = FORMS[index]
        if any(mark in text for mark in form.marks):
            text = form.form.sub(lambda match, form=form: _token(match, form, replace), text)  # type: ignore[misc]
    return text


def _token(match: re.Match[str], form: ProviderForm, replace: Callable[[str, str], str]) -> str:
    whole = match.group()
    if form.checked and not looks_random(whole):
        return whole
    secret = next((group for group in match.groupdict().values() if group), "") or whole
    return whole.replace(secret, replace(secret, form.kind), 1)


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
