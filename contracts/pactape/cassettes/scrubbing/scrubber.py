"""Scrubbing: secrets are replaced before anything is written, and in live requests before they are matched.

A placeholder depends on nothing but the kind of secret, so that a live request with a fresh token and the
recorded request with an old one become the same text, and a token is the same in the response that brings
it and in the requests that use it.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from pactape.cassettes.scrubbing.rules import ScrubRules, plain_name
from pactape.cassettes.scrubbing.secrets import (
    PATTERNS,
    is_card_number,
    is_placeholder,
    is_secret,
    is_secret_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PLACEHOLDER", "Scrubber"]

_SCHEMES = frozenset(
    {"basic", "bearer", "digest", "negotiate", "token", "dpop", "aws4-hmac-sha256", "apikey"}
)

_JSON_FIELD = re.compile(r'"((?:[^"\\]|\\.){1,64})"(\s*:\s*)"((?:[^"\\]|\\.)*)"')
_JSON_NUMBER = re.compile(r'"((?:[^"\\]|\\.){1,64})"(\s*:\s*)(-?\d+(?:\.\d+)?)(?=\s*[,}\]])')
_NESTED_FIELD = re.compile(r'\\"([^"\\]{1,64})\\"(\s*:\s*)\\"([^"\\]*)\\"')
_XML_FIELD = re.compile(r"<(?:\w+:)?([\w.-]{1,64})>(<!\[CDATA\[.*?\]\]>|[^<>]+)</", re.DOTALL)
_XML_ATTRIBUTE = re.compile(r"(?<=\s)([\w:.-]{1,64})(\s*=\s*)([\"'])(.*?)\3")
_XML_INPUT = re.compile(r"<(?:input|param|property|add|meta)\b[^<>]*>", re.IGNORECASE)
_GRAPHQL_LITERAL = re.compile(
    r'(\w+)(\s*:\s*(?:[\w\[\]!]+\s*=\s*)?)(?:"""((?:[^"]|"(?!""))*)"""|"((?:[^"\\\n]|\\.)*)")'
)
_FORM = re.compile(r"[\w.%+\[\]-]{1,64}=[^&\s]*(?:&[\w.%+\[\]-]{1,64}=[^&\s]*)*")
_FORM_FIELD = re.compile(r"([^&=]{1,64})=([^&]*)")
_URL_MARK = re.compile(r"[?@#;]")
_PATH_SESSION = re.compile(r"(;(?:jsessionid|phpsessid|sessionid|sid)=)([^/?;]+)", re.IGNORECASE)
_FOLDED = re.compile(r",\s*(?=[^;,=\s]+=)")
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_TEXTUAL = re.compile(r"^$|text/|json|xml|javascript|x-www-form-urlencoded|graphql")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_MULTIPART_FIELD = re.compile(
    r'(;\s*name="?([^";\r\n]{1,64})"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n)([^\r\n]*)'
)
_COOKIE_PAIR = re.compile(r"([^=;,\s]+)=([^;]*)")
_AUTHORIZATION = re.compile(r"(^|[?&])(grant_type|state|redirect_uri|code_verifier)=")
_PARAMETER = re.compile(r"([^&=?#\s\"'<>;]{1,64})=([^&#\s\"'<>;]*)")
_CARD = re.compile(r"(?<![\d.-])\d{4}([ -]?)\d{4,6}\1\d{4,5}(?:\1\d{4})?(?![\d.-])")
_CARD_NAME = re.compile(r"card|^pan$|^cc|number|account", re.IGNORECASE)

_MARK = re.compile("|".join(re.escape(mark) for pattern in PATTERNS for mark in pattern.marks))
_SHORTEST_CARD = 13
_SHORTEST_SESSION = 8
#: Before the names of fields that stand somewhere below a secret name.
_BELOW = "secret "
#: What stands in the place of a secret.
PLACEHOLDER = "scrubbed"

_DEFAULT_RULES = ScrubRules()


class Scrubber:
    """Replaces secrets by a project's rules, and lists what it has replaced.

    Args:
        rules: The project's own rules.

    Attributes:
        found: The kind of each secret that was replaced, never its value.
    """

    def __init__(self, rules: ScrubRules = _DEFAULT_RULES) -> None:
        self.rules = rules
        self.found: list[str] = []
        self._special_headers: dict[str, Callable[[str], str]] = {
            "cookie": self._scrub_cookies,
            **dict.fromkeys(("set-cookie", "set-cookie2"), self._scrub_set_cookies),
            **dict.fromkeys(("location", "content-location", "link", "referer", "refresh"), self._scrub_link),
            **dict.fromkeys(
                ("www-authenticate", "proxy-authenticate", "authentication-info"), self._scrub_challenge
            ),
        }

    def header(self, name: str, value: str) -> str:
        """A header's value without its secret: the scheme of credentials and the names of cookies stay.

        Example:
            >>> Scrubber().header("Authorization", "Bearer abc")
            'Bearer scrubbed'
        """
        special = self._special_headers.get(name.lower())
        if special is not None:
            return self.text(value) if plain_name(name) in self.rules.kept else special(value)
        if not is_secret(self.rules, name, value):
            return self.text(value)
        scheme, separator, secret = value.partition(" ")
        if separator and scheme.lower() in _SCHEMES:
            return f"{scheme} {self._placeholder(secret, 'credentials')}"
        return self._placeholder(value, "secret header")

    def url(self, url: str) -> str:
        """A URL without credentials, in its query or before its host.

        Example:
            >>> Scrubber().url("https://ada:pw@api.example.com/a?sig=abc&page=2")
            'https://scrubbed:scrubbed@api.example.com/a?sig=scrubbed&page=2'
        """
        if not _URL_MARK.search(url):
            return self.text(url)
        parts = urlsplit(url)
        user, at, host = parts.netloc.rpartition("@")
        if user and user != "scrubbed:scrubbed":
            self._note("password in a URL")
        netloc = f"scrubbed:scrubbed@{host}" if at else host
        return urlunsplit(
            (
                parts.scheme,
                netloc,
                _PATH_SESSION.sub(self._path_session, self.text(parts.path)),
                self._scrub_form(parts.query),
                self._scrub_form(parts.fragment),
            )
        )

    def body(self, body: bytes, content_type: str) -> bytes:
        """A body without secrets: fields by their names, and what is a secret under any name.

        Understands forms, multipart forms, JSON (also inside a JSON string, an event stream or a script), GraphQL
        and XML, in the charset that the content type or a byte order mark names. Bytes that hold no secret stay
        as they are, to the last space; a body that is not text stays whole.
        """
        kind = content_type.lower()
        charset = _charset(body, kind)
        if charset is None:
            return body
        text = body.decode(charset)
        clean = self.text(self._scrub_fields(text, kind))
        return body if clean == text else clean.encode(charset)

    def _scrub_fields(self, text: str, kind: str) -> str:
        if "multipart/" in kind:
            return _MULTIPART_FIELD.sub(self._multipart_field, text)
        if "x-www-form-urlencoded" in kind or _FORM.fullmatch(text):
            return self._scrub_form(text)
        if text.lstrip("\ufeff \t\r\n")[:1] == "<":
            text = _XML_INPUT.sub(self._xml_input, _XML_FIELD.sub(self._xml_field, text))
            return _XML_ATTRIBUTE.sub(self._xml_attribute, text)
        return self._scrub_json(text) if '"' in text else text

    def _scrub_json(self, text: str) -> str:
        """JSON fields wherever they stand in a text; and of a text that is JSON, what its spelling hides."""
        text = _JSON_NUMBER.sub(self._json_number, _JSON_FIELD.sub(self._json_field, text))
        text = _NESTED_FIELD.sub(self._nested_field, text)
        try:
            value = json.loads(text.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            return text
        clean = self.value(value)
        return text if clean == value else json.dumps(clean, ensure_ascii=False)

    def text(self, text: str) -> str:
        """A text without what is a secret wherever it stands: tokens of a known form, keys, card numbers."""
        if _MARK.search(text):
            text = self._without_patterns(text)
        for form in self.rules.patterns:
            text = form.sub(self._own_secret, text)
        return _CARD.sub(self._grouped_card, text) if len(text) >= _SHORTEST_CARD else text

    def _without_patterns(self, text: str) -> str:
        for pattern in PATTERNS:
            if any(mark in text for mark in pattern.marks):
                text, count = pattern.form.subn(pattern.replacement, text)
                for _ in range(count):
                    self._note(pattern.kind)
        return text

    def _own_secret(self, match: re.Match[str]) -> str:
        """What a project's own pattern found; an empty match, and what is a placeholder already, stay."""
        return self._placeholder(match.group(), "secret of the project") if match.group() else ""

    def value(self, value: Any, *, name: str = "") -> Any:
        """A JSON value without secrets: those by name, those below a secret name, and those of a known form.

        Args:
            value: A JSON value.
            name: The name in front of it; empty when it has none.

        Example:
            >>> Scrubber().value({"user": {"name": "Ada", "password": ["a", "b"], "pin": -7}})
            {'user': {'name': 'Ada', 'password': ['scrubbed', 'scrubbed'], 'pin': 0}}
        """
        if isinstance(value, dict):
            pair = _name_in_pair(value)
            return {
                key: self.value(
                    each, name=self._name_below(name, pair if key == "value" and pair else str(key))
                )
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.value(each, name=name) for each in value]
        if isinstance(value, str):
            return self._scrub_string(value, name)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and value
            and is_secret_name(self.rules, name)
        ):
            self._note("secret field")
            return 0
        return value

    def _scrub_string(self, value: str, name: str) -> str:
        if is_secret(self.rules, name, value):
            return self._placeholder(value, "secret field")
        if name == "query" and "{" in value:
            return self._scrub_graphql(value)
        return self.text(value)

    def _scrub_graphql(self, document: str) -> str:
        """A GraphQL document without the secrets among its literals, spelt as it was."""
        return _GRAPHQL_LITERAL.sub(self._graphql_literal, document)

    def _graphql_literal(self, match: re.Match[str]) -> str:
        name, between, block, plain = match.groups()
        value = plain if plain is not None else block
        if not is_secret(self.rules, name, value):
            return match.group()
        return f'{name}{between}"{self._placeholder(value, "secret field")}"'

    def _name_below(self, above: str, name: str) -> str:
        """The name of an object's field, made suspicious by a secret name above it.

        An object is rarely the secret itself: below "password" are also error details, below "apiKey" links. So its
        fields are judged by their own names, and those that tell nothing by how random their values look.
        """
        if name == "value" and is_secret_name(self.rules, above):
            return above
        return f"{_BELOW}{name}" if above.startswith(_BELOW) or is_secret_name(self.rules, above) else name

    def _placeholder(self, value: str, kind: str) -> str:
        if not is_placeholder(value):
            self._note(kind)
        return "scrubbed"

    def _note(self, kind: str) -> None:
        self.found.append(kind)

    def _json_field(self, match: re.Match[str]) -> str:
        name, colon, value = match.groups()
        if is_secret(self.rules, name, value):
            return f'"{name}"{colon}"{self._placeholder(value, "secret field")}"'
        if _CARD_NAME.search(name) and is_card_number(value):
            return f'"{name}"{colon}"{self._no_card(value)}"'
        return match.group()

    def _json_number(self, match: re.Match[str]) -> str:
        name, colon, value = match.groups()
        if is_secret_name(self.rules, name) and value.strip("0"):
            self._note("secret field")
            return f'"{name}"{colon}0'
        if _CARD_NAME.search(name) and is_card_number(value):
            return f'"{name}"{colon}{self._no_card(value)}'
        return match.group()

    def _nested_field(self, match: re.Match[str]) -> str:
        name, colon, value = match.groups()
        if not is_secret(self.rules, name, value):
            return match.group()
        return f'\\"{name}\\"{colon}\\"{self._placeholder(value, "secret field")}\\"'

    def _xml_field(self, match: re.Match[str]) -> str:
        name, value = match.groups()
        if not is_secret(self.rules, name, value.strip()):
            return match.group()
        return match.group().replace(f">{value}<", f">{self._placeholder(value, 'secret field')}<")

    def _xml_attribute(self, match: re.Match[str]) -> str:
        name, equals, quotation, value = match.groups()
        if _is_shortcut(name, value) or not is_secret(self.rules, name.rpartition(":")[2], value):
            return match.group()
        return f"{name}{equals}{quotation}{self._placeholder(value, 'secret field')}{quotation}"

    def _xml_input(self, match: re.Match[str]) -> str:
        """A form's field, whose name and value are two attributes."""
        tag = match.group()
        name = re.search(r"\bname\s*=\s*[\"']([^\"']*)", tag, re.IGNORECASE)
        value = re.search(r"\bvalue\s*=\s*[\"']([^\"']+)", tag, re.IGNORECASE)
        if name is None or value is None or not is_secret(self.rules, name.group(1), value.group(1)):
            return tag
        return tag[: value.start(1)] + self._placeholder(value.group(1), "secret field") + tag[value.end(1) :]

    def _multipart_field(self, match: re.Match[str]) -> str:
        head, name, value = match.groups()
        return (
            f"{head}{self._placeholder(value, 'secret field')}"
            if is_secret(self.rules, name, value)
            else match.group()
        )

    def _scrub_form(self, text: str) -> str:
        """Parameters of a form or a query, each from one "&" to the next."""
        return _FORM_FIELD.sub(self._code_parameter if _AUTHORIZATION.search(text) else self._parameter, text)

    def _code_parameter(self, match: re.Match[str]) -> str:
        """A parameter of an authorization request or response, whose `code` is one (RFC 6749, section 4.1)."""
        if match.group(1) == "code":
            return f"code={self._placeholder(match.group(2), 'secret parameter')}"
        return self._parameter(match)

    def _parameter(self, match: re.Match[str]) -> str:
        name, value = match.groups()
        plain_name, plain = unquote_plus(name), unquote_plus(value)
        if is_secret(self.rules, plain_name, plain):
            return f"{name}={self._placeholder(plain, 'secret parameter')}"
        if _CARD_NAME.search(plain_name) and is_card_number(plain):
            return f"{name}={self._no_card(plain)}"
        scrubbed = self.text(self._scrub_json(plain) if plain[:1] in {"{", "["} else plain)
        scrubbed = self._scrub_graphql(scrubbed) if plain_name == "query" and "{" in plain else scrubbed
        return match.group() if scrubbed == plain else f"{name}={quote(scrubbed, safe='')}"

    def _path_session(self, match: re.Match[str]) -> str:
        return f"{match.group(1)}{self._placeholder(match.group(2), 'secret parameter')}"

    def _challenge(self, match: re.Match[str]) -> str:
        name, value = match.groups()
        return (
            f'{name}="{self._placeholder(value, "secret header")}"'
            if is_secret(self.rules, name, value)
            else match.group()
        )

    def _cookie_pair(self, match: re.Match[str]) -> str:
        """Every cookie may be a session, so every one goes; a short one (a language) is nothing to report."""
        name, value = match.groups()
        if len(value) < _SHORTEST_SESSION:
            return f"{name}=scrubbed" if value else match.group()
        return f"{name}={self._placeholder(value, 'cookie')}"

    def _grouped_card(self, match: re.Match[str]) -> str:
        """A card number that is written in groups; digits in one run are an identifier until a name says more."""
        return (
            self._no_card(match.group())
            if match.group(1) and is_card_number(match.group())
            else match.group()
        )

    def _no_card(self, number: str) -> str:
        """A number of the same form that no card has, and that JSON can hold."""
        self._note("card number")
        return "4" + re.sub(r"\d", "0", number[1:])

    def _scrub_cookies(self, value: str) -> str:
        return _COOKIE_PAIR.sub(self._cookie_pair, value)

    def _scrub_set_cookies(self, value: str) -> str:
        """The first pair of each cookie is its own, the others say where and how long it holds."""
        return ", ".join(_COOKIE_PAIR.sub(self._cookie_pair, each, count=1) for each in _FOLDED.split(value))

    def _scrub_link(self, value: str) -> str:
        return self.text(_PARAMETER.sub(self._code_parameter, value))

    def _scrub_challenge(self, value: str) -> str:
        return _CHALLENGE.sub(self._challenge, self.text(value))


def _charset(body: bytes, kind: str) -> str | None:
    """A charset that decodes the body and encodes it again to the same bytes; None for what is no text."""
    named = re.search(r"charset=[\"']?([\w.:-]+)", kind)
    marked = next((name for mark, name in _MARKS.items() if body.startswith(mark)), None)
    last = ("latin-1",) if _TEXTUAL.search(kind) else ()
    charsets: list[str | None] = [marked, named.group(1) if named else None, "utf-8", *last]
    for charset in filter(None, charsets):
        with suppress(UnicodeError, LookupError):
            if body.decode(charset).encode(charset) == body:
                return charset
    return None


def _name_in_pair(value: dict[str, Any]) -> str:
    """The name in an object of the form {"name": …, "value": …}; empty in any other."""
    name = value.get("name", value.get("key"))
    return name if isinstance(name, str) and "value" in value else ""


def _is_shortcut(name: str, value: str) -> bool:
    """Whether an attribute is HTML's `accesskey`: the key on the keyboard that leads to an element."""
    return name.lower() == "accesskey" and len(value) == 1
