"""XML and HTML: elements by their names, attributes, inputs and metas, and scripts."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pactape.cassettes.scrubbing.detection.names import NameKind, classify_name
from pactape.cassettes.scrubbing.detection.values import looks_chosen
from pactape.cassettes.scrubbing.structures.edits import Edits, substitute
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["holds_elements", "holds_markup", "looks_like_markup", "scrub_markup"]

_START = re.compile(r"\ufeff?\s*+<(?:[!?]|[A-Za-z_][\w:.-]*+(?:\s|/?>))")
_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(r"(?<=[\s\"'])([\w:.@-]{1,96}+)(\s*+=\s*+)(\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`/]++)")
_INNER = re.compile(
    r"<(?:meta|input|a|form|div|span|img|link|iframe|button|textarea|[\w-]+:\w+)\s[^<>]{0,400}=",
    re.IGNORECASE,
)
#: An element with attributes or an end, in a text of any kind.
_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]{0,64})(?:\s[^<>=]{0,400}=|\s?/>|>[^<>]{0,400}</\1|><!\[CDATA\[)")
_CDATA = re.compile(r"(\s*+<!\[CDATA\[)(.*?)(\]\]>\s*+)", re.DOTALL)
_NAMING = ("name", "key", "id", "property", "itemprop", "http-equiv")
_LABELLING = ("name", "key")
_VALUED = ("value", "content")
_HAS_LABEL, _HAS_VALUE, _HAS_CLASS = (
    re.compile(names, re.IGNORECASE) for names in ("name|key", "value|content", "id|class")
)
#: The clean tags and attributes of one text that are remembered, because the same ones recur.
_MOST_KEPT, _LONGEST_KEPT = 4096, 512
_NAME_ELEMENTS = frozenset({"name", "key", "string-name", "param-name", "th", "dt"})
#: Elements whose text is a credential after a label that says so, if it looks random; it may also be a sentence.
_LABELED_ELEMENTS = frozenset({"td", "dd", "b", "strong", "kbd", "span", "em", "code", "pre", "samp", "tt"})
_LONGEST_LABEL = 64
_LABEL_HINT = re.compile(r"key|tok|pass|pwd|secret|cred|auth", re.IGNORECASE)
_LABELED = "url_token"
_CODE = "verification_code"
_BEFORE_CODE = re.compile(
    r"(?<!\w)(?:(?:verification|security|confirmation|login|access|one-time|2fa|otp|sms)[ ](?:code|pin|passcode)|"
    r"(?:use|enter)[ ](?:the[ ]|this[ ])?code|otp|passcode)(?:[ ]is)?\Z",
    re.IGNORECASE,
)
_NAMED_KINDS = frozenset({NameKind.CREDENTIAL, NameKind.TOKEN})
_NAMED_ELEMENTS = frozenset(
    {"value", "string", "attributevalue", "param-value", "data", "content", "text", "plaintext", "cleartext"}
)
#: The end of a text of a program or of JSON, after a mask in angle brackets: "Basic <CREDENTIALS>".
_END_OF_TEXT = re.compile(r"\\{0,8}[\"'](?=\s*[,;}\])])")
_ENTITIES = {'"': "&quot;", "'": "&apos;"}
_SCRIPTS = frozenset({"script", "style"})
_SCRIPT = "\0script"
_END_OF_SCRIPT = re.compile(r"</(?:script|style)\s*>", re.IGNORECASE)
#: Elements that show a text of another structure.
_LISTINGS = frozenset({"code", "pre", "noscript"})


def looks_like_markup(text: str) -> bool:
    """Whether a text starts with a tag."""
    return _START.match(text[:256]) is not None


def holds_markup(text: str) -> bool:
    """Whether a text that starts with other characters has a tag with attributes."""
    return "<" in text and _INNER.search(text) is not None


def holds_elements(text: str) -> bool:
    """Whether a text has an element of XML or HTML somewhere."""
    return "<" in text and _ELEMENT.search(text) is not None


def scrub_markup(text: str, visitor: Visitor) -> str:
    """Return an XML or HTML text without secrets; parts without secrets are unchanged."""
    return _Markup(text, visitor).clean()


class _Markup:
    """One pass over a text: tags, and the text between them."""

    def __init__(self, text: str, visitor: Visitor) -> None:
        self._text, self._visitor = text, visitor
        self._scripts_end = True  # until no end of a script follows
        self._clean_tags: set[str] = set()
        self._clean_attributes: set[tuple[str, str]] = set()
        self._name_before = ""  # by an element <name>, for the value that follows
        self._around = ""  # by the element that was opened last and contains nothing else yet

    def clean(self) -> str:
        edits = Edits(self._text)
        end, name = 0, ""
        while tag := self._next_tag(end, name):
            edits.replace(end, tag.start(), self._content(self._text[end : tag.start()], name))
            edits.replace(tag.start(), tag.end(), self._tag(tag))
            is_open = not tag.group(1) and not tag.group(3).endswith("/")
            name = self._around = self._name_of(tag) if is_open else ""
            if not is_open and self._name_before.endswith(":") and self._is_labeled():
                name = _LABELED  # <b>Password:</b> …
            end = tag.end()
        if not end:  # no tag: its content would be this text again
            return self._visitor.text(self._text)
        edits.replace(end, len(self._text), self._content(self._text[end:], name))
        return edits.result()

    def _next_tag(self, start: int, name: str) -> re.Match[str] | None:
        """The next tag; after the tag of a script, its end: tags in it are texts of the program."""
        if name == _SCRIPT and self._scripts_end:
            end = _END_OF_SCRIPT.search(self._text, start)
            self._scripts_end = end is not None
            start = end.start() if end is not None else start
        return _TAG.search(self._text, start)

    def _name_of(self, tag: re.Match[str]) -> str:
        """The name that counts for an element's text: its own, a `name` attribute's, or a name before it."""
        local = tag.group(2).rpartition(":")[2]
        element = local.lower()
        if element in _LABELED_ELEMENTS and self._is_labeled():
            return _LABELED
        if element in _SCRIPTS:
            return _SCRIPT
        if element in _LISTINGS:
            return ""
        if element == "tr":
            self._name_before = ""
        attribute = self._label_of(tag.group(3), local)
        if attribute:
            return attribute
        if element in _NAME_ELEMENTS:
            return "\0name"
        return self._name_around(local) if element in _NAMED_ELEMENTS else local

    def _label_of(self, inside: str, local: str) -> str:
        """The name for an element's text in its attributes; empty if there is none or the element's name counts."""
        attributes = _attributes_among(_HAS_LABEL, inside)
        attribute = next((attributes[key] for key in _LABELLING if key in attributes), "")
        is_harmless = classify_name(local) is NameKind.HARMLESS
        if attribute and is_harmless:
            self._name_before = attribute
            return attribute
        return _LABELED if is_harmless and _labels(inside) else ""

    def _is_labeled(self) -> bool:
        """Whether the label before an element names a credential."""
        label = self._name_before.rstrip(": ")
        return bool(label) and classify_name(label) is not NameKind.HARMLESS

    def _name_around(self, local: str) -> str:
        """The name in the element before (for an element called "Value"), a credential's around it, or its own."""
        is_name = self._around and self._around[0] != "\0"
        is_credential = is_name and classify_name(self._around) is NameKind.CREDENTIAL
        return self._name_before or (self._around if is_credential else local)

    def _content(self, between: str, name: str) -> str:
        if not between or between.isspace():
            return between
        if name == _SCRIPT:
            return self._visitor.document(between)
        if "<!" in between.replace("<![CDATA[", "") or "<?" in between:
            return self._visitor.text(between)
        if name == "\0name":
            self._name_before = html.unescape(between).strip()
            return self._visitor.text(between)
        return self._value(between, name)

    def _value(self, between: str, name: str) -> str:
        """An element's text, or its CDATA section."""
        section = _CDATA.fullmatch(between)
        if section:
            before, inner, after = section.groups()
            return f"{before}{self._visitor.field(name, inner, FieldContext.BODY)}{after}"
        if _END_OF_TEXT.match(between):
            return self._visitor.text(between)
        text = html.unescape(between).strip()
        if name == _LABELED:  # a label counts for one element
            name, self._name_before = self._name_by_label(text), ""
        if text.endswith(":"):
            self._name_before = " ".join(text[-_LONGEST_LABEL:].split()[-2:])
        elif _BEFORE_CODE.search(text[-_LONGEST_LABEL:]):
            self._name_before = _CODE
        clean = self._visitor.field(name, text, FieldContext.BODY)
        return between if clean == text else between.replace(between.strip(), escape(clean), 1)

    def _name_by_label(self, text: str) -> str:
        """The name for a text after a label: the label's own for a text that looks like a password or a code."""
        label = self._name_before.rstrip(": ")
        if label == _CODE:
            return _CODE
        return label if classify_name(label) is NameKind.CREDENTIAL and looks_chosen(text) else _LABELED

    def _tag(self, tag: re.Match[str]) -> str:
        whole, inside = tag.group(), tag.group(3)
        if "=" not in inside or whole in self._clean_tags:
            return whole
        attributes = _attributes_among(_HAS_VALUE, inside)
        naming = next((attributes[key] for key in _NAMING if attributes.get(key)), "")
        clean = substitute(_ATTRIBUTE, lambda match: self._attribute(match, naming), inside)
        if clean != inside:
            return f"<{tag.group(1)}{tag.group(2)}{clean}>"
        if len(whole) <= _LONGEST_KEPT and len(self._clean_tags) < _MOST_KEPT:
            self._clean_tags.add(whole)
        return whole

    def _attribute(self, match: re.Match[str], naming: str) -> str:
        name, equals, literal = match.groups()
        local = name.rpartition(":")[2].removeprefix("data-")
        if local.lower() == "accesskey" and len(literal) == 3:  # noqa: PLR2004 -- HTML's access key is one key of the keyboard
            return match.group()
        if local.lower() in _VALUED and naming:
            local = naming
        if (local, literal) in self._clean_attributes:
            return match.group()
        quote = literal[0] if literal[0] in _ENTITIES else ""
        plain = _unquoted(literal)
        clean = self._visitor.field(local, plain, FieldContext.BODY)
        if clean == plain:
            if len(literal) <= _LONGEST_KEPT and len(self._clean_attributes) < _MOST_KEPT:
                self._clean_attributes.add((local, literal))
            return match.group()
        return f"{name}{equals}{quote}{escape(clean, {quote: _ENTITIES[quote]} if quote else {})}{quote}"


def _attributes_among(names: re.Pattern[str], inside: str) -> dict[str, str]:
    """The attributes of a tag that has one of these names; most tags have none, and aren't parsed."""
    if names.search(inside) is None:
        return {}
    return {name.lower(): _unquoted(literal) for name, _, literal in _ATTRIBUTE.findall(inside)}


def _labels(inside: str) -> bool:
    """Whether an element's id or class is the name of a credential."""
    if _LABEL_HINT.search(inside) is None:
        return False
    attributes = _attributes_among(_HAS_CLASS, inside)
    words = (attributes.get("id", ""), *attributes.get("class", "").split())
    return any(classify_name(word) in _NAMED_KINDS for word in words if word)


def _unquoted(value: str) -> str:
    return html.unescape(value[1:-1] if value[0] in _ENTITIES else value)
