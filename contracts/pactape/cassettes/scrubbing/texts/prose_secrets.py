"""Secrets in prose and commands, as people write them: "the password is …", "Bearer …", "curl -u ada:…"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.detection.values import looks_chosen, looks_random
from pactape.cassettes.scrubbing.detection.words import any_of
from pactape.cassettes.scrubbing.structures.base64_texts import decode_short
from pactape.cassettes.scrubbing.structures.edits import substitute
from pactape.cassettes.scrubbing.structures.sql_texts import INSERTION_HINTS, inserts_secrets
from pactape.cassettes.scrubbing.structures.visitor import SECRET_IN_TEXT
from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["may_hold_prose_secret", "scrub_prose_secrets"]

_SCHEME_WORDS = ("basic ", "bearer ", "token ", "digest ", "apikey ", "negotiate ", "dpop ")
_SECRET_WORDS = ("passw", "passphrase", "secret", "token", "api")
_WORD_AND_SECRET = compile_when_used(
    r"(?<!\w)((?:password|passwd|passphrase|secret|token|api[ -]?key)(?:\s{1,4}is)?"
    r"[*_]{0,2}:?[*_]{0,2}\s{1,4}['\"`]?)"
    r"([\w+/.~=!@#$%^*-]{12,}+)",
    re.IGNORECASE,
)
#: "the password is:", "**Password**: `".
_TOLD = compile_when_used(r":[\s*_'\"`]*\Z")
_SCHEME_AND_CREDENTIALS = compile_when_used(
    r"(?<![A-Za-z])((?:Basic|Bearer|Token|Digest|ApiKey|Negotiate|DPoP)[ ]+)(?!scrubbed)([\w+/.~:=-]{8,}+)",
    re.IGNORECASE,
)
_SPOKEN_CODE = compile_when_used(
    r"(?<!\w)((?:(?:verification|security|confirmation|login|access|one-time|auth\w*|2fa|otp|sms)"
    r"[ ](?:code|pin|passcode|password)|otp|passcode)(?:[ ]is)?:?[ ]{1,2})(\d{4,8}|\d{3}[ -]\d{3})(?![\w-])",
    re.IGNORECASE,
)
#: Forms of secrets in prose and commands, each with texts one of which is in every match (in lower case). Only the
#: forms with "-u" and "@" match texts without white space, see `may_hold_prose_secret`.
_PROSE_FORMS = (
    ((" code", " pin", " pass", "otp", "passcode"), _SPOKEN_CODE),
    (
        ("code ",),
        compile_when_used(
            r"((?<!\w)(?:use|enter)[ ](?:the[ ]|this[ ])?code[ ])(\d{4,8})"
            r"(?=[ ]to[ ](?:sign|log|verify|confirm|complete|finish))",
            re.IGNORECASE,
        ),
    ),
    (
        (" is your ",),
        compile_when_used(
            r"(?<![\w.-])(?P<before>(?:[A-Z]-)?\d{4,8}|\d{3}[ -]\d{3})"
            r"(?=[ ]is[ ]your[ ][\w ]{0,30}(?:code|pin|passcode))",
            re.IGNORECASE,
        ),
    ),
    (
        ("-u", "-user", "http -a", "https -a"),
        compile_when_used(
            r"((?:^|\s)(?:-u|--user|--proxy-user|-U|https?[ ]-a)[ =]{1,2}[\w.@-]{1,64}:)([^\s:@'\"]{3,256})",
            re.IGNORECASE,
        ),
    ),
    (
        ("@",),
        compile_when_used(
            r"((?<![\w:/@.-])[\w.-]{1,64}+:)([^\s:@/'\"]{8,256}+)"
            r"(?=@(?:tcp\(|unix\(|[\w-]+(?:\.[\w-]+)*(?::\d{2,5})?/))",
            re.IGNORECASE,
        ),
    ),
    (
        ("identified by ", "identified with ", "password '"),
        compile_when_used(
            r"((?<!\w)(?:IDENTIFIED[ ](?:WITH[ ]\S{1,64}[ ])?(?:BY|AS)|"
            r"(?:ROLE|USER|LOGIN|WITH|ENCRYPTED)[ ](?:[\w\"]{1,64}[ ]){0,8}?PASSWORD)"
            r"[ ]{1,2}['\"])([^'\"\s]{3,256})",
            re.IGNORECASE,
        ),
    ),
    (
        ("mysql", "mariadb"),
        compile_when_used(r"((?<!\w)(?:mysql\w*|mariadb\w*)[ ][^\n]{0,200}?[ ]-p)([^\s'\"-]\S{3,255})"),
    ),
    (
        ("login ", "ldap", "redis-cli"),
        compile_when_used(
            r"((?<!\w)(?:(?:docker|podman|oras|skopeo)[ ]login[ ][^\n]{0,200}?-p[ ]|"
            r"ldap\w{3,12}[ ][^\n]{0,200}?-w[ ]|redis-cli[ ][^\n]{0,200}?-a[ ]))([^\s'\"-]\S{3,255})"
        ),
    ),
    (
        ("curl ",),
        compile_when_used(
            r"((?<!\w)curl[ ][^\n]{0,400}?(?:-b|--cookie)[ =]['\"]?[\w.-]{1,64}=)([^;'\"\s]{6,256})"
        ),
    ),
    (
        ("chpasswd",),
        compile_when_used(
            r"((?:echo|printf)[ ](?:-\w[ ])?['\"]?[\w.@-]{1,64}:)([^\s'\"|]{3,256})"
            r"(?=['\"]?[ ]{0,4}\|[^\n]{0,64}chpasswd)"
        ),
    ),
    (("sshpass",), compile_when_used(r"((?<!\w)sshpass[ ]{1,2}-p[ ]{0,2}['\"]?)([^\s'\"]{3,256})")),
    (("mongo",), compile_when_used(r"((?<!\w)mongo\w{0,8}[ ][^\n]{0,200}?[ ]-p[ ])([^\s'\"-]\S{3,255})")),
    (
        ("7z", "zip ", "rar "),
        compile_when_used(
            r"((?<!\w)(?:7z[ar]?|(?:un)?zip|(?:un)?rar)[ ](?:[^\n]{0,200}?[ ])?-[pP][ ]?)([^\s'\"-]\S{5,255})"
        ),
    ),
    (
        ("oracle:", "sqlplus "),
        compile_when_used(
            r"((?<!\w)(?:jdbc:oracle:\w{2,5}:|sqlplus[ ](?:-\w[ ]){0,3})[\w.$-]{1,64}/)([^\s@'\"]{3,256})(?=@)",
            re.IGNORECASE,
        ),
    ),
    (
        ("config",),
        compile_when_used(
            r"((?<!\w)config\w{0,8}[ ]set[ ][\w./:-]{0,64}(?:key|token|secret|password|passwd)[ ])(\S{6,256})",
            re.IGNORECASE,
        ),
    ),
    (
        ("enable ", "username "),
        compile_when_used(
            r"((?<!\w)(?:enable|username[ ]\S{1,64}(?:[ ]privilege[ ]\d{1,2})?)"
            r"[ ](?:secret|password)[ ]\d[ ])(\S{3,256})"
        ),
    ),
    (
        ("password", "passwd", "passphrase"),
        compile_when_used(
            r"(?<!\w)((?:(?i:password|passwd|passphrase))(?:\s{1,4}is)?[*_]{0,2}:?[*_]{0,2}\s{1,4}['\"`]?)"
            r"((?=[A-Za-z!@#$%^*]*\d)(?=[A-Z0-9!@#$%^*]*[a-z])(?=[a-z0-9!@#$%^*]*[A-Z])"
            r"[A-Za-z0-9!@#$%^*]{8,11})(?![\w-])"
        ),
    ),
    (
        ("machine ", "login "),
        compile_when_used(
            r"((?<!\w)login\s{1,4}[^\s]{1,256}\s{1,4}password\s{1,4})([^\s]{3,256})", re.IGNORECASE
        ),
    ),
    (
        ("env ",),
        compile_when_used(
            r"((?:^|\n)ENV[ ]\w{0,40}(?:KEY|TOKEN|SECRET|PASSWORD|PASS)[ ])(\S{6,256})", re.IGNORECASE
        ),
    ),
)
#: A line "host:port:database:user:password" (PostgreSQL's password file), also as a comment or a URL's fragment,
#: but not an identifier of five numbers or a version.
_PASSWORD_LINE = compile_when_used(
    r"((?:^|[\n#])(?!(?:[0-9A-Fa-f]+:){4}[0-9A-Fa-f]+(?![^\s:]))"
    r"[\w.*-]{1,253}+:(?:\d{1,5}|\*):(?!\d++:)[\w.*-]{1,64}+:[\w.*-]{1,64}+:)([^\s:]{6,256}+)(?=\s|$)"
)
_COLONS_OF_PASSWORD_LINE = 4
#: In longer texts, the words are searched for one by one.
_LONG = 512
#: Every text with one of these secrets has a match in lower case, or several colons.
_HINT = compile_when_used(
    any_of(
        {
            *_SCHEME_WORDS,
            *_SECRET_WORDS,
            *INSERTION_HINTS,
            *(needle for needles, _ in _PROSE_FORMS for needle in needles),
        }
    )
)


def may_hold_prose_secret(text: str) -> bool:
    """Whether a text may have a secret in prose or a command: "Bearer …", "the code is 123456"."""
    if " " not in text and text.isprintable():  # without white space, only a few forms are possible
        return ("@" in text or text[:1] == "-" or text.count(":") >= _COLONS_OF_PASSWORD_LINE) and any(
            _forms_in(text.lower(), text)
        )
    lower = text.lower()
    if not _may_hold(lower):
        return False
    for word in _SCHEME_WORDS:
        if word in lower and _SCHEME_AND_CREDENTIALS.search(text) is not None:
            return True
    for word in _SECRET_WORDS:
        if word in lower and _WORD_AND_SECRET.search(text) is not None:
            return True
    if any(hint in lower for hint in INSERTION_HINTS) and inserts_secrets(text):
        return True
    return any(_forms_in(lower, text))


def scrub_prose_secrets(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a text without secrets in prose and commands.

    Args:
        text: Any text.
        replace: Replaces a secret; called with its text and its kind.
    """
    lower = text.lower()
    if not _may_hold(lower):
        return text
    if any(word in lower for word in _SECRET_WORDS):
        text = substitute(_WORD_AND_SECRET, lambda match: _replace_after_word(match, replace), text)
    for form in list(_forms_in(lower, text)):
        text = substitute(form, lambda match: _replace_prose_form(match, replace), text)
    if any(word in lower for word in _SCHEME_WORDS):
        text = substitute(_SCHEME_AND_CREDENTIALS, lambda match: _replace_after_scheme(match, replace), text)
    return text


def _may_hold(lower: str) -> bool:
    """Whether a text in lower case may have one of these secrets; most short texts don't."""
    if len(lower) > _LONG:
        return True
    return _HINT.search(lower) is not None or lower.count(":") >= _COLONS_OF_PASSWORD_LINE


def _forms_in(lower: str, text: str) -> Iterator[re.Pattern[str]]:
    """The forms of secrets in a text; `lower` is the text in lower case."""
    for needles, form in _PROSE_FORMS:
        for needle in needles:
            if needle in lower:
                if form.search(text) is not None:
                    yield form
                break
    if text.count(":") >= _COLONS_OF_PASSWORD_LINE and _PASSWORD_LINE.search(text) is not None:
        yield _PASSWORD_LINE


def _replace_after_scheme(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    scheme, secret = match.groups()
    is_secret = looks_random(secret.rstrip("=")) or (
        scheme.lower().startswith("basic") and _is_user_and_password(secret)
    )
    return f"{scheme}{replace(secret, 'credentials')}" if is_secret else match.group()


def _is_user_and_password(secret: str) -> bool:
    """Whether Basic credentials decode to "user:password" (RFC 7617)."""
    plain = decode_short(secret)
    return plain is not None and ":" in plain


def _replace_after_word(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    name, secret = match.groups()
    is_told = name[:4].lower() == "pass" and _TOLD.search(name) is not None
    is_secret = looks_random(secret) or (is_told and looks_chosen(secret.rstrip(".")))
    return f"{name}{replace(secret, SECRET_IN_TEXT)}" if is_secret else match.group()


def _replace_prose_form(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    before, *after = match.groups()
    if not after:
        return replace(before, "one-time code")
    if match.re is _SPOKEN_CODE:
        return f"{before}{replace(after[0], 'one-time code')}"
    if "@" not in match.string[match.end() : match.end() + 1] or _has_digit_and_letter(after[0]):
        return f"{before}{replace(after[0], SECRET_IN_TEXT)}"
    return match.group()


def _has_digit_and_letter(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))
