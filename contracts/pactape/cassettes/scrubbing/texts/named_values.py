"""Secrets in running text: private keys, URLs, "name=value" pairs, arguments of calls, encoded parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from pactape.cassettes.scrubbing.detection.cards import GROUPED_CARD, is_card_number, without_card_number
from pactape.cassettes.scrubbing.detection.names import NameKind, classify_name, may_name_credential
from pactape.cassettes.scrubbing.structures.base64_texts import is_padded, scrub_encoded
from pactape.cassettes.scrubbing.structures.edits import Edits, substitute
from pactape.cassettes.scrubbing.structures.http.urls import UrlsInText, scrub_urls_in_text
from pactape.cassettes.scrubbing.structures.php_texts import scrub_php
from pactape.cassettes.scrubbing.structures.sql_texts import scrub_inserted_rows
from pactape.cassettes.scrubbing.structures.visitor import FieldContext
from pactape.cassettes.scrubbing.texts.prose_secrets import scrub_prose_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = [
    "has_only_short_words",
    "scrub_header_options",
    "scrub_named_values",
    "scrub_private_keys",
]

_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_KEY_TEXT = re.compile(
    r"(?:(?:\r?\n|\\n)(?:Version|Comment|Charset): [^\n\\]{0,200})*+(?:[A-Za-z0-9+/=:,\s-]|\\[nr])*+"
)
_LONGEST_KEY = 32_768
#: The private lines of PuTTY's key files.
_PUTTY = re.compile(
    r"(Private-Lines: \d{1,4}(?:\r?\n|\\n))([A-Za-z0-9+/=]{16,}+(?:(?:\r?\n|\\n)[A-Za-z0-9+/=]{16,}+)*+)"
)
_NAMED = re.compile(
    r"(?<![\w.%~-])(?P<dashes>--?)?(?P<name>[\w\[][\w.$\[\]-]{0,63}+)"
    r"(?P<between>(?:\\{0,7}[\"']|''|\"\")?[ \t]*+(?:=>|:=|=|:)[ \t]*+(?:[bru](?=[\"']))?|(?(dashes)[ ]++|(?!)))"
    r"(?P<quote>(?P<doubled>''|\"\")(?=[^\"'\s=]{8,512}(?P=doubled))|\\{0,7}[\"'])?"
    r"(?P<value>(?(quote)[^\"'\\]*+|[^\s&;,\"'<>(){}|\\]*+))(?![ ]?=[ ]?[\"'])"
)
#: A header in a command: curl -H 'Authorization: Digest username="ada", response="…"'.
_HEADER_OPTION = re.compile(
    r"(?<![\w-])(?P<before>(?:-H|--header)[ =]?(?P<quote>\\?[\"'])(?P<name>[A-Za-z][\w-]{1,64}+):[ ]?)"
    r"(?P<value>(?:(?!(?P=quote))[^\n])*+)"
)
#: A name and a value as arguments, or as an index and what is assigned: setHeader("X-Key", "…"), env["KEY"] = "…".
_CALLED = re.compile(
    r"(?P<before>(?:\([ ]?(?P<quote>[\"'])(?P<name>[A-Za-z_][\w.-]{0,64}+)(?P=quote)[ ]?,|"
    r"\[[ ]?(?P<quote2>[\"'])(?P<name2>[A-Za-z_][\w.-]{0,64}+)(?P=quote2)[ ]?\][ ]?=)[ ]?[\"'])"
    r"(?P<value>[^\"'\\\n]{8,512}+)(?=[\"'])"
)
#: A call whose name says what its argument is: client.setApiKey("…").
_SETTER = re.compile(
    r"(?P<before>(?<!\w)(?:set|with)_?(?P<name>\w{2,64})\([ ]?[\"'])(?P<value>[^\"'\\\n]{8,512}+)(?=[\"'])"
)
#: An expression of a program instead of a value: a name, or the beginning of a call.
_EXPRESSION = re.compile(r"\$?(?:[A-Za-z_][A-Za-z_.]*+|[A-Za-z_]\w*+(?:(?:\.|::)[A-Za-z_]\w*+)+)")
#: A member by its symbol, as in Ruby: params[:password].
_SYMBOL = re.compile(r"[A-Za-z_][\w.]*+\[:\w+\]")
_KEYWORDS = frozenset(
    [
        "await",
        "new",
        "function",
        "async",
        "lambda",
        "not",
        "typeof",
        "yield",
        "self",
        "this",
        "var",
        "let",
        "const",
    ]
)
#: Short words, and the separators of paths: too short for a secret, and without names of secrets.
_SHORT_WORDS = re.compile(
    r"(?:(?!\d{4}-\d{4,6}-|A3-[A-Z0-9]{6}-)[A-Za-z0-9_]{1,11}+(?![A-Za-z0-9_])|[/,~|-])*+"
)
_ENCODED = re.compile(r"(?<![\w%])(?:[\w.~*+!'()-]|%[0-9A-Fa-f]{2}){12,}+")
#: The characters before a parameter in a URL.
_BEFORE_PARAMETERS = frozenset("?&")
_ENCODED_MARK = re.compile(r"%(?:3D|7B|22|3A%2F%2F)", re.IGNORECASE)
#: Base64 within a text: a string of a program, a word of a header.
_BASE64 = re.compile(r"(?<![\w+/=.-])[A-Za-z0-9+/_-]{24,}+={0,2}(?![\w+/=-])")
_SHORTEST_BASE64 = 24
_DATA_URL = re.compile(r"(data:[\w/+.;=-]{0,100};base64,)([A-Za-z0-9+/=_-]++)")


def has_only_short_words(text: str) -> bool:
    """Whether a text has only short words, and so no secret but a token of a known form; False says nothing."""
    return _SHORT_WORDS.fullmatch(text) is not None


def scrub_private_keys(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a text without private keys (RFC 7468), including truncated ones."""
    if "Private-Lines:" in text:
        text = _PUTTY.sub(lambda match: match[1] + replace(match[2], "private key"), text)
    pieces: list[str] = []
    end = 0
    while opening := _BEGIN.search(text, end):
        stop = _end_of_key(text, opening)
        pieces += (text[end : opening.start()], replace(text[opening.start() : stop], "private key"))
        end = stop
    return "".join([*pieces, text[end:]]) if pieces else text


def _end_of_key(text: str, opening: re.Match[str]) -> int:
    """The position after a private key: after its last line or, if that is missing, after its base64."""
    limit = opening.end() + _LONGEST_KEY
    following = text.find("-----BEGIN ", opening.end(), limit)
    closing = _END.search(text, opening.end(), limit if following < 0 else following)
    if closing is not None:
        return closing.end()
    last = _KEY_TEXT.match(text, opening.end())
    return last.end() if last else opening.end()


def scrub_header_options(text: str, visitor: Visitor) -> str:
    """Return a text without the secrets in headers of commands: curl -H 'X-Api-Key: …'."""
    if "-H" not in text and "--header" not in text:
        return text
    return substitute(_HEADER_OPTION, lambda match: _header_option(match, visitor), text)


def scrub_named_values(
    text: str, visitor: Visitor, replace: Callable[[str, str], str], *, own_names: bool = False
) -> str:
    """Return a text without secrets in URLs, in "name=value" pairs, and after "Basic" and "Bearer".

    Args:
        text: Any text.
        visitor: Replaces the secrets of fields.
        replace: Replaces a secret; called with its text and its kind.
        own_names: Whether the project's settings have further names of secrets.
    """
    if "://" in text:
        text = scrub_urls_in_text(text, visitor)
    text = scrub_inserted_rows(scrub_php(text, visitor), visitor)
    has_pairs = "=" in text or "--" in text or text.count(":") > text.count("://")
    has_calls = '("' in text or "('" in text or '["' in text or "['" in text
    if (has_pairs or has_calls) and (own_names or may_name_credential(text)):
        if has_calls:
            text = substitute(_CALLED, lambda match: _called(match, visitor), text)
            text = substitute(_SETTER, lambda match: _set(match, visitor), text)
        taken_apart = UrlsInText(text)
        text = _scrub_pairs(text, visitor, taken_apart)
    if " " in text or ":" in text:
        text = scrub_prose_secrets(text, replace)
    if ";base64," in text:
        text = substitute(_DATA_URL, lambda match: _data_url(match, visitor), text)
    if len(text) >= _SHORTEST_BASE64:
        text = substitute(_BASE64, lambda match: _scrub_base64(match, visitor), text)
    if "%" in text:
        taken_apart = UrlsInText(text)
        text = substitute(_ENCODED, lambda match: _scrub_encoded(match, visitor, taken_apart), text)
    if " " in text or "-" in text:
        text = substitute(GROUPED_CARD, lambda match: _card(match, replace), text)
    return text


def _scrub_pairs(text: str, visitor: Visitor, taken_apart: UrlsInText) -> str:
    """A text without the secrets in its pairs; a pair may be in the quoted value of another: 'log: "key = …"'."""
    edits = Edits(text)
    end = 0
    while match := _NAMED.search(text, end):
        clean, end = _pair(match, visitor, taken_apart), match.end()
        if clean != match.group():
            edits.replace(match.start(), end, clean)
        elif match["quote"] and may_name_credential(match["value"]):
            end = match.start("value")
    return edits.result()


def _pair(match: re.Match[str], visitor: Visitor, taken_apart: UrlsInText) -> str:
    name, value = match["name"], match["value"]
    if match.string[match.start() - 1 : match.start()] in _BEFORE_PARAMETERS and taken_apart.hold(
        match.start()
    ):
        return match.group()
    if not value.strip("=") or value.startswith("scrubbed") or _is_of_shell(match):
        return match.group()
    if not match["quote"] and _is_code(match):
        return match.group()
    if match["between"].startswith("=") and value.isdecimal() and is_padded(f"{name}="):
        return match.group()
    if match["between"] == ":" and value.startswith("//"):  # a URL instead of a pair
        return match.group()
    is_assignment = "=" in match["between"] or bool(match["quote"]) or bool(match["dashes"])
    clean = visitor.field(name, value, FieldContext.PARAMETER if is_assignment else FieldContext.PROSE)
    return match.group() if clean == value else match.group()[: -len(value)] + clean


def _is_of_shell(match: re.Match[str]) -> bool:
    """Whether a value is the output of a command, the beginning of a variable, or the next option."""
    value, next_character = match["value"], match.string[match.end() : match.end() + 1]
    if match["dashes"] and not match["quote"] and value.startswith("--"):
        return True
    return value.startswith(("$(", "`")) or (value.endswith("$") and next_character in {"(", "{"})


def _is_code(match: re.Match[str]) -> bool:
    """Whether an unquoted value is an expression of a program: "get_token()", "os.environ[…]", "await …"."""
    value, next_character = match["value"], match.string[match.end() : match.end() + 1]
    if value in _KEYWORDS and next_character in {" ", "."}:
        return True
    if value.endswith("[") and next_character in {"'", '"', "\\", " "}:
        return _EXPRESSION.fullmatch(value[:-1]) is not None
    if (value.endswith("]") and _SYMBOL.fullmatch(value)) or _is_argument(match, next_character):
        return True
    return next_character == "(" and _EXPRESSION.fullmatch(value) is not None


def _is_argument(match: re.Match[str], next_character: str) -> bool:
    """Whether a value is the name of a variable in a call: "session=self, auth=basic_auth)"."""
    return (
        next_character in {",", ")"}
        and match["between"] == "="
        and _EXPRESSION.fullmatch(match["value"]) is not None
        and classify_name(match["name"]) is NameKind.TOKEN
    )


def _header_option(match: re.Match[str], visitor: Visitor) -> str:
    return match["before"] + visitor.field(match["name"], match["value"], FieldContext.PARAMETER)


def _called(match: re.Match[str], visitor: Visitor) -> str:
    name = match["name"] or match["name2"]
    return match["before"] + visitor.field(name, match["value"], FieldContext.PROSE)


def _set(match: re.Match[str], visitor: Visitor) -> str:
    return match["before"] + visitor.field(match["name"], match["value"], FieldContext.PROSE)


def _data_url(match: re.Match[str], visitor: Visitor) -> str:
    start, data = match.groups()
    return f"{start}{visitor.document(data)}"


def _scrub_base64(match: re.Match[str], visitor: Visitor) -> str:
    return scrub_encoded(match.group(), visitor) or match.group()


def _scrub_encoded(match: re.Match[str], visitor: Visitor, taken_apart: UrlsInText) -> str:
    if match.string[match.start() - 1 : match.start()] == "=" and taken_apart.hold(match.start()):
        return match.group()
    if _ENCODED_MARK.search(match.group()) is None:
        return match.group()
    for decode, encode in ((unquote, quote), (unquote_plus, quote_plus)):
        plain = decode(match.group())
        clean = visitor.document(plain)
        if clean != plain:
            return encode(clean, safe="")
        if "+" not in match.group():
            break
    return match.group()


def _card(match: re.Match[str], replace: Callable[[str, str], str]) -> str:
    number = match.group()
    if not is_card_number(number):
        return number
    replace(number, "card number")
    return without_card_number(number)
