"""XML and HTML: elements by their names, attributes, inputs and metas, and what stands in scripts."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pactape.cassettes.scrubbing.names import NameKind, classify_name
from pactape.cassettes.scrubbing.structures.visitor import Place

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["looks_like_markup", "scrub_markup"]

_START = re.compile(r"\ufeff?\s*+<(?:[!?]|[A-Za-z_][\w:.-]*+(?:\s|/?>))")
_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(r"(?<=[\s\"'])([\w:.@-]{1,96}+)(\s*+=\s*+)(\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`/]++)")
_CDATA = re.compile(r"(\s*+<!\[CDATA\[)(.*?)(\]\]>\s*+)", re.DOTALL)
_NAMING = ("name", "key", "id", "property", "itemprop", "http-equiv")
_VALUED = ("value", "content", "Value")
_NAME_ELEMENTS = frozenset({"name", "key", "Name", "Key", "string-name", "param-name"})
_NAMED_ELEMENTS = frozenset({"value", "string", "Value", "AttributeValue", "param-value", "data", "content"})
_ENTITIES = {'"': "&quot;", "'": "&apos;"}
_SCRIPTS = frozenset({"script", "style", "code", "pre", "textarea", "noscript"})


def looks_like_markup(text: str) -> bool:
    """Whether a text starts with a tag."""
    return _START.match(text[:256]) is not None


def scrub_markup(text: str, visit: Visitor) -> str:
    """Return an XML or HTML text without secrets; all that holds none keeps its spelling."""
    return "".join(_Markup(text, visit).pieces())


class _Markup:
    """One pass over a text: tags, and what stands between them."""

    def __init__(self, text: str, visit: Visitor) -> None:
        self._text, self._visit = text, visit
        self._named = ""  # by an element <name>, for the value that follows
        self._above: list[str] = []

    def pieces(self) -> list[str]:
        pieces: list[str] = []
        end, name = 0, ""
        for tag in _TAG.finditer(self._text):
            between = self._text[end : tag.start()]
            pieces.append(self._content(between, name))
            pieces.append(self._tag(tag))
            name = "" if tag.group(1) else self._name_of(tag)
            if tag.group(3).endswith("/"):
                name = ""
            end = tag.end()
        pieces.append(self._content(self._text[end:], name))
        return pieces

    def _name_of(self, tag: re.Match[str]) -> str:
        """The name that counts for an element's text: its own, a `name` attribute's, or a name before it."""
        local = tag.group(2).rpartition(":")[2]
        if local in _SCRIPTS:
            return "\0script"
        attributes = _attributes(tag.group(3))
        attribute = next((attributes[key] for key in ("name", "Name", "key") if key in attributes), "")
        if attribute and classify_name(local) is NameKind.HARMLESS:
            self._named = attribute
            return attribute
        if local in _NAME_ELEMENTS:
            return "\0name"
        return self._named if local in _NAMED_ELEMENTS and self._named else local

    def _content(self, between: str, name: str) -> str:
        if not between or between.isspace():
            return between
        if "<!--" in between:
            return self._visit.text(between)
        if name == "\0script":
            return self._visit.document(between)
        if name == "\0name":
            self._named = html.unescape(between).strip()
            return self._visit.text(between)
        return self._value(between, name)

    def _value(self, between: str, name: str) -> str:
        """An element's text, or its CDATA section."""
        section = _CDATA.fullmatch(between)
        if section:
            before, inner, after = section.groups()
            return f"{before}{self._visit.field(name, inner, Place.BODY)}{after}"
        stripped = html.unescape(between).strip()
        clean = self._visit.field(name, stripped, Place.BODY)
        return between if clean == stripped else between.replace(between.strip(), escape(clean), 1)

    def _tag(self, tag: re.Match[str]) -> str:
        inside = tag.group(3)
        if "=" not in inside:
            return tag.group()
        attributes = _attributes(inside)
        naming = next((attributes[key] for key in _NAMING if attributes.get(key)), "")
        clean = _ATTRIBUTE.sub(lambda match: self._attribute(match, naming), inside)
        return tag.group() if clean == inside else f"<{tag.group(1)}{tag.group(2)}{clean}>"

    def _attribute(self, match: re.Match[str], naming: str) -> str:
        name, equals, quoted = match.groups()
        local = name.rpartition(":")[2].removeprefix("data-")
        if local.lower() == "accesskey" and len(quoted) == 3:  # noqa: PLR2004 -- HTML's: one key of the keyboard
            return match.group()
        if local in _VALUED and naming:
            local = naming
        quote = quoted[0] if quoted[0] in _ENTITIES else ""
        plain = _unquoted(quoted)
        clean = self._visit.field(local, plain, Place.BODY)
        if clean == plain:
            return match.group()
        return f"{name}{equals}{quote}{escape(clean, {quote: _ENTITIES[quote]} if quote else {})}{quote}"


def _attributes(inside: str) -> dict[str, str]:
    return {name: _unquoted(quoted) for name, _, quoted in _ATTRIBUTE.findall(inside)} if inside else {}


def _unquoted(value: str) -> str:
    return html.unescape(value[1:-1] if value[0] in _ENTITIES else value)
