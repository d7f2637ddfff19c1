"""What a secret looks like: by the name in front of it, or by its own form."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.scrubbing.rules import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["PATTERNS", "Pattern", "is_card_number", "is_placeholder", "is_secret", "is_secret_name"]

#: Names of headers, parameters and fields that hold secrets, in lower case without "-", "_", "." and spaces.
_NAMES = frozenset(
    """
    accesskey accesskeyid accesstoken apikey apisecret apitoken appkey appsecret assertion auth authcode authkey
    authorization authtoken authenticitytoken bearertoken cardcode clientassertion clientsecret codeverifier
    cookie credential credentials csc csrf csrfmiddlewaretoken csrftoken cvc cvv devicecode functionskey idtoken
    jwt newpassword oauthsignature oauthtoken oldpassword otp passcode passphrase passwd
    password pin privatekey proxyauthorization pwd refreshtoken samlresponse secret secretkey securitytoken
    sessionid sessiontoken setcookie sharedsecret sig signature signingkey subjecttoken subscriptionkey token
    totp usercode xamzcredential xamzsecuritytoken xamzsignature xapikey xauthkey xauthtoken xcsrftoken
    xfunctionskey xgoogcredential xgoogsignature xxsrftoken
    """.split()  # noqa: SIM905 -- a long list reads better as words
)
_ENDINGS = (
    *("apikey", "accesskey", "applicationkey", "authkey", "password", "passwd", "privatekey", "secret"),
    *("secretkey", "sessionid", "signingkey", "subscriptionkey", "token"),
)
#: Cursors through a list: to hide them would make the pages of a recording look alike.
_PAGE_TOKENS = ("pagetoken", "nexttoken", "continuationtoken", "synctoken")

#: Names so common that only a random value makes them a secret's.
_BARE = frozenset({"key", "xkey"})
_SUSPICIOUS = re.compile(r"secret|token|passw|credential|auth|session|signature|private|hmac")
_HARMLESS_ENDINGS = (
    *("type", "id", "ids", "url", "uri", "urls", "at", "expires", "expiresin", "count", "name", "endpoint"),
    *("method", "methods", "mode", "scope", "scopes", "status", "version", "algorithm", "author", "authors"),
)
_PLACEHOLDER = re.compile(
    r"""scrubbed|redact|filter|hidden|masked|dummy|placeholder|example|removed|sanitiz|secret_?here|fake|
    ^[*x.\-#0]+$|^<.*>$|^\{.*\}$|^\[.*\]$|^\$|^%.*%$|\.\.\.$|^xxx|^(abc|123)+$|
    ^(none|null|nil|true|false|undefined|test|string|foo|bar|foobar|secret|password|token|Og==)$|
    ^(access|auth|my|new|old|secret|some|the|your)[-_]?(key|password|secret|token)$|
    ^_*([A-Z]+[-_])+(KEY|PASSWORD|SECRET|TOKEN)(_\d+)?$""",
    re.IGNORECASE | re.VERBOSE,
)
#: What bears such a name and is meant to be public.
_PUBLIC = ("-----BEGIN PGP SIGNATURE", "-----BEGIN SSH SIGNATURE")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ENTROPY = 3.5  # bits a character; English text has about 4 but spaces, words in identifiers about 3
_LONG = 16


class Pattern(msgspec.Struct, frozen=True):
    """A secret that shows by its own form.

    Args:
        kind: What it is, for people.
        form: Matches it.
        replacement: What is written in its place.
        marks: Texts one of which is in whatever matches: to look for them is quick, and most texts have none.
    """

    kind: str
    form: re.Pattern[str]
    replacement: str
    marks: tuple[str, ...]


def _token(kind: str, form: str, *marks: str) -> Pattern:
    return Pattern(kind, re.compile(rf"(?<![\w-])(?:{form})(?![\w-])"), "scrubbed", marks)


PATTERNS = (
    Pattern("JSON Web Token", re.compile(r"\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*"), "scrubbed.jwt", ("eyJ",)),
    Pattern(
        "private key",
        re.compile(
            r"-----BEGIN ([A-Z ]*PRIVATE KEY)(?: BLOCK)?-----.*?-----END \1(?: BLOCK)?-----", re.DOTALL
        ),
        "scrubbed private key",
        ("-----BEGIN ",),
    ),
    Pattern(
        "password in a URL",
        re.compile(r"(\b[a-z][a-z0-9+.-]*://)(?!scrubbed:)[^/\s:@\"']*:[^/\s@\"']+@", re.IGNORECASE),
        r"\1scrubbed:scrubbed@",
        ("@",),
    ),
    Pattern(
        "credentials",
        re.compile(r"\b(Basic|Bearer) (?!scrubbed)[\w+/.~-]{16,}=*"),
        r"\1 scrubbed",
        ("Basic ", "Bearer "),
    ),
    _token("AWS access key", r"(?:AKIA|ASIA)[A-Z0-9]{16}", "AKIA", "ASIA"),
    _token(
        "GitHub token",
        r"gh[pousr]_\w{36,}|github_pat_\w{22,}",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
    ),
    _token("GitLab token", r"gl(?:pat|dt|ptt|rt)-[\w-]{20,}", "glpat-", "gldt-", "glptt-", "glrt-"),
    _token("Slack token", r"xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{20,}", "xox", "xapp-"),
    Pattern(
        "Slack webhook",
        re.compile(r"(hooks\.slack\.com/services/)(?!scrubbed)[\w/]{20,}"),
        r"\1scrubbed",
        ("hooks.slack.com",),
    ),
    _token("Stripe key", r"[rs]k_(?:live|test)_\w{10,}|whsec_\w{16,}", "k_live_", "k_test_", "whsec_"),
    _token("Google key", r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}", "AIza", "GOCSPX-", "ya29."),
    _token("SendGrid key", r"SG\.[\w-]{16,}\.[\w-]{16,}", "SG."),
    _token("npm token", r"npm_\w{36}", "npm_"),
    _token("PyPI token", r"pypi-[\w-]{40,}", "pypi-"),
    _token("AI service key", r"sk-(?:[a-z]+-)?[\w-]{20,}", "sk-"),
    _token("Twilio key", r"SK[0-9a-f]{32}", "SK"),
    _token("Mailgun key", r"key-[0-9a-f]{32}", "key-"),
    _token("DigitalOcean token", r"do[opr]_v1_[0-9a-f]{64}", "_v1_"),
    _token("Hugging Face token", r"hf_\w{30,}", "hf_"),
    _token("Shopify token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", "shpat_", "shpca_", "shppa_", "shpss_"),
    _token("Notion token", r"secret_\w{40,}|ntn_\w{40,}", "secret_", "ntn_"),
    _token("Telegram token", r"\d{8,10}:AA[\w-]{33}", ":AA"),
    Pattern(
        "Azure storage key",
        re.compile(r"((?:AccountKey|SharedAccessKey)=)(?!scrubbed)[\w+/]{40,}={0,2}"),
        r"\1scrubbed",
        ("AccountKey=", "SharedAccessKey="),
    ),
)


def is_secret_name(rules: ScrubRules, name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret.

    Example:
        >>> from pactape.cassettes.scrubbing.rules import ScrubRules
        >>> [is_secret_name(ScrubRules(), name) for name in ("X-Api-Key", "refresh_token", "name")]
        [True, True, False]
    """
    plain = plain_name(name)
    if plain in rules.kept:
        return False
    if plain in _NAMES or plain in rules.names:
        return True
    return plain.endswith(_ENDINGS) and not plain.endswith(_PAGE_TOKENS)


def is_secret(rules: ScrubRules, name: str, value: str) -> bool:
    """Whether a value is a secret for what stands before it: its name, or a suspicious name and no pattern.

    Example:
        >>> from pactape.cassettes.scrubbing.rules import ScrubRules
        >>> values = ("q8Zr1LmX0vTy7PbK", "the first one")
        >>> [is_secret(ScrubRules(), "token_for_upload", value) for value in values]
        [True, False]
    """
    if not value or value.startswith(_PUBLIC):
        return False
    if is_secret_name(rules, name):
        return True
    plain = plain_name(name)
    if plain in rules.kept:
        return False
    if plain in _BARE:
        return _looks_random(value)
    if not _SUSPICIOUS.search(plain) or plain.endswith((*_HARMLESS_ENDINGS, *_PAGE_TOKENS)):
        return False
    return _looks_random(value)


def is_placeholder(value: str) -> bool:
    """Whether a value stands in for a secret that somebody has taken out already.

    Example:
        >>> is_placeholder("<REDACTED>"), is_placeholder("********"), is_placeholder("q8Zr1LmX0vTy7PbK")
        (True, True, False)
    """
    return _PLACEHOLDER.search(value.strip()) is not None


def is_card_number(text: str) -> bool:
    """Whether digits, grouped or not, are the number of a payment card: its length, prefix and check digit.

    Source: ISO/IEC 7812-1.

    Example:
        >>> is_card_number("4111 1111 1111 1111"), is_card_number("4111 1111 1111 1112")
        (True, False)
    """
    digits = re.sub(r"[ -]", "", text)
    if not re.fullmatch(r"(?:4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12})", digits):
        return False
    return sum(_luhn(digits)) % 10 == 0


def _luhn(digits: str) -> Iterator[int]:
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        yield doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 -- the sum of the two digits


def _looks_random(value: str) -> bool:
    if len(value) < _LONG or re.search(r"[\s<>]|://", value) or _UUID.fullmatch(value):
        return False
    if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
        return False
    return _entropy(value) >= _ENTROPY


def _entropy(text: str) -> float:
    """Shannon's entropy in bits a character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
