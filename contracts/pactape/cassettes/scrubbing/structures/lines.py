"""Texts with a name and a value per line: YAML, INI, dotenv, properties, headers and event streams."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.detection.names import NameKind, classify_name, may_be_secret
from pactape.cassettes.scrubbing.structures.base64_texts import is_padded
from pactape.cassettes.scrubbing.structures.edits import Edits, substitute
from pactape.cassettes.scrubbing.structures.json.member_tables import SECRET_DATA
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["LINE_TYPES", "scrub_lines"]

#: Parts of the media types of such texts.
LINE_TYPES = ("yaml", "toml", "properties")
_LINE = re.compile(
    r"^(?P<before>[ \t]*+(?:-[ \t]++)?(?:(?:export|set|ENV)[ \t]++|data:[ \t]*+)?[\"']?)"
    r"(?P<name>[\w.$@ -]{1,96}?)"
    r"(?P<between>[\"']?[ \t]{0,16}(?:=>|:=|[:=])[ \t]*+)(?P<rest>[^\n]*+)",
    re.MULTILINE,
)
_EXPLICIT = re.compile(
    r"^(?P<before>[ \t-]{0,64}\?[ \t]{1,16}[\"']?(?P<name>[\w.$@ -]{1,96}?)[\"']?[ \t\r]{0,16}\n"
    r"[ \t]{0,64}:[ \t]{1,16}(?P<quote>[\"']?))(?P<value>[^\n\"']*[^\s\"'])",
    re.MULTILINE,
)
#: A name and its value in an object of YAML on one line: {name: api_key, value: …}.
_FLOW = re.compile(
    r"(?P<before>\{[^{}\n]{0,200}?(?:name|key):[ ]{1,8}[\"']?(?P<name>[\w.-]{1,96})[\"']?[ ]{0,8},"
    r"[^{}\n]{0,200}?value:[ ]{1,8}[\"']?)(?P<value>[^,{}\s\"']+)"
)
#: An object of YAML that is a whole line, and a pair in it: db: {user: ada, password: …}.
_FLOW_LINE = re.compile(r"^[ \t]*+(?:-[ ])?(?:[\w.\"'-]{1,96}+:[ ])?\{[^{}\n]*+\}[ \t\r]*$", re.MULTILINE)
_FLOW_PAIR = re.compile(
    r"(?P<before>[{,][ ]{0,8}[\"']?(?P<name>[\w.-]{1,96})[\"']?:[ ]{1,8}[\"']?)"
    r"(?P<value>(?<=\")[^\"]+(?=\")|(?<=')(?:[^']|'')+(?=')|[^,{}\s\"']+)(?=[\"']?[ ]{0,8}[,}])"
)
#: A name in a block, followed by its value or by lines that are its value.
_PAIR_IN_BLOCK = re.compile(r"[ \t]*(?P<name>[\w.$-]{1,96}):(?:[ \t]|\r?\Z)")
#: A user and a password; without a space after the colon, YAML reads them as one text.
_USER_AND_PASSWORD = re.compile(
    r"(?P<before>[ \t]*(?:-[ \t]+)?[\"']?[\w.@-]{1,64}:)(?P<password>[^\s:\"']{3,256})(?P<after>[\"'\s]*)"
)
_NAME_LINE = re.compile(r"\n[ \t]+(?:name|key):[ \t]*[\"']?([\w.-]{1,96})[\"']?[ \t\r]*(?:\n|$)")
_SECRET_KIND = re.compile(r"^kind:[ \t]*[\"']?Secret[\"']?[ \t\r]*$", re.MULTILINE)
_BLOCK = re.compile(r"[|>][+-]?\d?|\"{3}|'{3}|")
_QUOTES = ('"""', "'''")
#: A value without a structure, which holds no secret after a harmless name.
_PLAIN = re.compile(r"[\"']?[\w .,/+@-]{0,40}+[\"']?[,;]?[ \t\r]*+", re.ASCII)
#: Names whose lines are always scrubbed: one of them names the other.
_SPECIAL = frozenset({"name", "key", "value", *SECRET_DATA})
_QUOTED = re.compile(r"([\"'])(.*)\1")
#: A quoted value before more words of a program: "$1" other="$2".
_FIRST_QUOTED = re.compile(r"([\"'])([^\"']*)\1((?:[ \t]|,[ ]).*)")
_COMMENT = re.compile(r"(\S+)([ \t]+#.*)")
_MOST_SPACES = 2
_MOST_CACHED = 1024
#: The head of a block of a program, whose lines are no value.
_STATEMENT = re.compile(r"[+-]?[ ]*(?:if|elif|while|for|with|except|case|when|unless) ")
#: The right side of an assignment in a program.
_CODE = re.compile(r"\w\(|\)\Z|\w\[")


def scrub_lines(text: str, visitor: Visitor) -> str:
    """Return a text without the secrets in its lines "name: value" and "name = value".

    If the line of a credential's name has no value, its value is in the lines below that are indented further
    (YAML), or in those up to the closing quotation marks (TOML).
    """
    if "? " in text:
        text = substitute(_EXPLICIT, lambda match: _explicit(match, visitor), text)
    if "value:" in text and "{" in text:
        text = substitute(_FLOW, lambda match: _explicit(match, visitor), text)
    if "{" in text:
        text = substitute(_FLOW_LINE, lambda match: _flow_line(match.group(), visitor), text)
    edits = Edits(text)
    is_secret = _SECRET_KIND.search(text) is not None
    harmless: dict[str, bool] = {}
    previous_name, end = "", 0
    while match := _LINE.search(text, end):
        name, rest, end = match["name"], match["rest"], match.end()
        is_harmless = harmless.get(name)
        if is_harmless is None:
            is_harmless = not (may_be_secret(name) or name.strip() in _SPECIAL)
            if len(harmless) < _MOST_CACHED:
                harmless[name] = is_harmless
        if is_harmless and (_PLAIN.fullmatch(rest) or (rest[:2] == "//" and match["between"] == ":")):
            continue  # a clean line, or a URL instead of a pair
        name = name.strip()
        value, _ = _divided(rest)
        if name in {"name", "key"}:
            previous_name = value.strip("\"' ")
        pair_name = (previous_name or _name_below(text, end)) if name == "value" else ""
        edits.replace(match.start(), end, _line(match, visitor, pair_name))
        is_block = _BLOCK.fullmatch(value) and _STATEMENT.match(name) is None
        if is_block and (may_be_secret(name) or (is_secret and name in SECRET_DATA)):
            block = "credential" if name in SECRET_DATA else name
            end = _scrub_block(edits, match, block, visitor)
    return edits.result()


def _flow_line(line: str, visitor: Visitor) -> str:
    return substitute(_FLOW_PAIR, lambda match: _explicit(match, visitor), line)


def _explicit(match: re.Match[str], visitor: Visitor) -> str:
    """A pair in YAML's long form, on two lines: "? password", ": tulip"."""
    clean = visitor.field(match["name"].strip(), match["value"], FieldContext.PARAMETER)
    return match.group() if clean == match["value"] else match["before"] + clean


def _scrub_block(edits: Edits, head: re.Match[str], name: str, visitor: Visitor) -> int:
    """Scrub the lines that are the value of a name, and return the position after them."""
    text, start = head.string, head.end() + 1
    quotes = head["rest"].strip() if head["rest"].strip() in _QUOTES else ""
    is_credential = classify_name(name) is NameKind.CREDENTIAL
    depth = len(head["before"]) - len(head["before"].lstrip(" \t"))
    while start <= len(text):
        stop = text.find("\n", start)
        line = text[start : stop if stop >= 0 else len(text)]
        content = line.lstrip()
        if quotes:
            if content.startswith(quotes):
                break
        elif content:
            indent = len(line) - len(content)
            if not (indent > depth or (indent == depth and content.startswith("- "))):
                break
        if content:
            edits.replace(start, start + len(line), _in_block(line, name, visitor))
            pair = None if is_credential or content.startswith("- ") else _PAIR_IN_BLOCK.match(line)
            if pair is not None and pair["name"] not in _SPECIAL:
                name = pair["name"]  # the lines below it are its own
        start += len(line) + 1
    return min(start, len(text))


def _name_below(text: str, start: int) -> str:
    """The name in the next line, because "- value: …" may come before "name: DB_PASSWORD"."""
    match = _NAME_LINE.match(text, start)
    return match.group(1) if match else ""


def _line(match: re.Match[str], visitor: Visitor, pair_name: str = "") -> str:
    name, (value, after) = pair_name or match["name"].strip(), _divided(match["rest"])
    if (not value.strip("=") or value.strip("= ").isdecimal()) and is_padded(match.group().split()[0]):
        return match.group()  # a line of base64, or of a table of tokens
    if not value or _BLOCK.fullmatch(value) or name.count(" ") > _MOST_SPACES or _CODE.search(value):
        return match.group()
    if _is_other(value, match["between"]):
        return match.group()
    first = _FIRST_QUOTED.fullmatch(value)
    if first is not None and not first[3].lstrip().startswith("#"):
        value, after = value[: first.start(3)], first[3] + after
    comment = _COMMENT.fullmatch(value)
    rest = comment.group(2) if comment else ""
    value = comment.group(1) if comment else value
    quotation = _QUOTED.fullmatch(value)
    plain = quotation.group(2) if quotation else value
    if (
        " " in plain
        and not quotation
        and "=" not in match["between"]
        and classify_name(name) is not NameKind.CREDENTIAL
    ):
        return match.group()  # a sentence after a colon
    clean = visitor.field(name, plain, FieldContext.PARAMETER) if plain else plain
    if clean == plain:
        return match.group()
    quote = quotation.group(1) if quotation else ""
    return f"{match['before']}{match['name']}{match['between']}{quote}{clean}{quote}{rest}{after}"


def _is_other(value: str, between: str) -> bool:
    """Whether a value is a comment, the output of a command, or a PEM block, which is replaced as a whole."""
    is_comment = value == "#" or value.startswith("# ")
    is_command = "=" in between and value.startswith("`")
    return is_comment or is_command or value.lstrip("\"'").startswith("-----")


def _divided(rest: str) -> tuple[str, str]:
    """A value, and the comma and the white space after it."""
    value = rest.rstrip(" \t\r")
    value = value.removesuffix(",").rstrip(" \t") if value.endswith(",") else value
    return value, rest[len(value) :]


def _in_block(line: str, name: str, visitor: Visitor) -> str:
    user = _USER_AND_PASSWORD.fullmatch(line)
    if user is not None and name.lower().endswith("passwd"):
        return (
            f"{user['before']}{visitor.field(name, user['password'], FieldContext.PARAMETER)}{user['after']}"
        )
    match = _LINE.fullmatch(line)
    if (
        match is not None
        and not match["name"].strip().startswith("-")
        and ":" in match["between"]
        and match["rest"].strip(" \t\r,")
    ):
        return _line(match, visitor, "credential" if name == "credential" else "")
    indent = line[: len(line) - len(line.lstrip(" \t-"))]
    value = line[len(indent) :].rstrip("\r")
    if value.startswith("-----"):
        return line
    quotation = _QUOTED.fullmatch(value)
    plain = quotation.group(2) if quotation else value
    quote = quotation.group(1) if quotation else ""
    clean = visitor.field(name, plain, FieldContext.PARAMETER)
    return line if clean == plain else f"{indent}{quote}{clean}{quote}"
