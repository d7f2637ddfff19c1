"""Scrubbing: secrets are replaced before anything is written, and in live requests before they are matched.

A placeholder depends on nothing but the kind of secret, so that a live request with a fresh token and the
recorded request with an old one become the same text.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

__all__ = ["is_secret_name", "scrub_body", "scrub_header", "scrub_text", "scrub_url"]

#: Names of headers, parameters and JSON fields that hold secrets, in lower case without "-", "_" and spaces.
_SECRET_NAMES = frozenset(
    """
    accesskey accesstoken apikey apisecret apitoken appsecret assertion auth authcode authorization authtoken
    authenticitytoken bearertoken clientassertion clientsecret codeverifier cookie credential credentials csrf
    csrftoken devicecode idtoken jwt newpassword oldpassword otp passphrase passwd password privatekey
    proxyauthorization pwd refreshtoken samlresponse secret secretkey securitytoken sessionid sessiontoken
    setcookie sharedsecret sig signature subjecttoken token usercode xamzcredential xamzsecuritytoken
    xamzsignature xapikey xauthtoken xcsrftoken xgoogsignature xxsrftoken
    """.split()  # noqa: SIM905 -- a long list reads better as words
)
_SECRET_ENDINGS = ("apikey", "password", "privatekey", "secret", "token")
#: Cursors through a list: to hide them would make the pages of a recording look alike.
_PAGE_TOKENS = ("pagetoken", "nexttoken", "continuationtoken", "synctoken")
_SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate", "token", "dpop"})

_JWT = re.compile(r"\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*")
_PRIVATE_KEY = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_URL_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s:@\"']+:[^/\s@\"']+@", re.IGNORECASE)
_JSON_FIELD = re.compile(r'"((?:[^"\\]|\\.){1,64})"(\s*:\s*)"((?:[^"\\]|\\.)*)"')
_COOKIE_PAIR = re.compile(r"([^=;,\s]+)=([^;]*)")
_AUTHORIZATION = re.compile(r"(^|[?&])(grant_type|state)=")
_PARAMETER = re.compile(r"([^&=?#\s\"'<>]{1,64})=([^&#\s\"'<>]*)")


def is_secret_name(name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret.

    Example:
        >>> is_secret_name("X-Api-Key"), is_secret_name("refresh_token"), is_secret_name("name")
        (True, True, False)
    """
    plain = re.sub(r"[-_.\s\[\]]", "", name).lower()
    return plain in _SECRET_NAMES or (plain.endswith(_SECRET_ENDINGS) and not plain.endswith(_PAGE_TOKENS))


def scrub_header(name: str, value: str) -> str:
    """A header's value without its secret: the scheme of credentials and the names of cookies stay.

    Example:
        >>> scrub_header("Authorization", "Bearer abc")
        'Bearer scrubbed'
    """
    lower = name.lower()
    if lower in {"cookie", "set-cookie"}:
        return _scrub_cookie(value, every_pair=lower == "cookie")
    if lower in {"location", "content-location", "link", "referer", "refresh"}:
        return scrub_text(_scrub_parameters(value))
    if not is_secret_name(name):
        return scrub_text(value)
    scheme, separator, _ = value.partition(" ")
    return f"{scheme} scrubbed" if separator and scheme.lower() in _SCHEMES else "scrubbed"


def scrub_url(url: str) -> str:
    """A URL without credentials, in its query or before its host.

    Example:
        >>> scrub_url("https://ada:pw@api.example.com/a?sig=abc&page=2")
        'https://scrubbed:scrubbed@api.example.com/a?sig=scrubbed&page=2'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"scrubbed:scrubbed@{host}" if "@" in parts.netloc else host
    return urlunsplit(
        (parts.scheme, netloc, scrub_text(parts.path), _scrub_parameters(parts.query), parts.fragment)
    )


def scrub_body(body: bytes, content_type: str) -> bytes:
    """A body without secrets: form and JSON fields by their names, and what is a secret under any name.

    Bytes that hold no secret stay as they are, to the last space; a body that isn't UTF-8 text stays whole.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    if "x-www-form-urlencoded" in content_type:
        text = _scrub_parameters(text)
    elif text.lstrip()[:1] in {"{", "["}:
        text = _JSON_FIELD.sub(_json_field, text)
    return scrub_text(text).encode("utf-8")


def scrub_text(text: str) -> str:
    """A text without what is a secret wherever it stands: JWTs, private keys, passwords in URLs."""
    text = _JWT.sub("scrubbed.jwt", text)
    text = _PRIVATE_KEY.sub("scrubbed private key", text)
    return _URL_PASSWORD.sub(r"\1scrubbed:scrubbed@", text)


def _json_field(match: re.Match[str]) -> str:
    name, colon, value = match.groups()
    return f'"{name}"{colon}"scrubbed"' if value and is_secret_name(name) else match.group()


def _scrub_parameters(text: str) -> str:
    return _PARAMETER.sub(_code_parameter if _AUTHORIZATION.search(text) else _parameter, text)


def _code_parameter(match: re.Match[str]) -> str:
    """A parameter of an authorization request or response, whose `code` is one (RFC 6749, section 4.1)."""
    return "code=scrubbed" if match.group(1) == "code" else _parameter(match)


def _parameter(match: re.Match[str]) -> str:
    name, value = match.groups()
    if value and is_secret_name(unquote_plus(name)):
        return f"{name}=scrubbed"
    plain = unquote_plus(value)
    scrubbed = scrub_text(plain)
    return match.group() if scrubbed == plain else f"{name}={quote(scrubbed, safe='')}"


def _scrub_cookie(value: str, *, every_pair: bool) -> str:
    return _COOKIE_PAIR.sub(r"\1=scrubbed", value, count=0 if every_pair else 1)
