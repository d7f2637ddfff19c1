"""Patches of ElementTree that show which elements and attributes are read."""

from __future__ import annotations

import copy
import io
import sys
import xml.etree.ElementTree as ET
from functools import wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.library_patches.callers import is_read_by_library

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.observer import Observer
    from pactape.observing.usage import Usage

__all__ = ["observe_text_readers"]


def observe_text_readers(observer: Observer, replacements: Replacements) -> None:
    """Observe which parts of XML are read with ElementTree."""
    for name in ("fromstring", "XML"):
        replacements.function(sys.modules["xml.etree.ElementTree"], name, _parsing(observer))
    replacements.function(sys.modules["xml.etree.ElementTree"], "parse", _parsing_file(observer))


def _parsing(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def fromstring(text: Any, parser: Any = None) -> Any:
            usage = observer.usage_of_text(text) if parser is None else None
            if usage is None:
                return original(text, parser)
            root: Any = original(text, _tracking_parser())
            _follow(root, usage)
            return root

        return fromstring

    return make


def _parsing_file(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of `parse` for files in memory: `BytesIO` and `StringIO` have the whole text."""

    def make(original: Any) -> Any:
        @wraps(original)
        def parse(source: Any, parser: Any = None) -> Any:
            is_readable = parser is None and isinstance(source, io.BytesIO | io.StringIO)
            usage = observer.usage_of_text(source.getvalue()) if is_readable else None
            if usage is None:
                return original(source, parser)
            tree = original(source, _tracking_parser())
            _follow(tree.getroot(), usage)
            return tree

        return parse

    return make


def _tracking_parser() -> ET.XMLParser:
    builder = ET.TreeBuilder(element_factory=_TrackedElement)
    return ET.XMLParser(target=builder)  # noqa: S314 -- parses what the code under test parses


def _follow(root: Any, usage: Usage) -> None:
    usage.looked_into()
    root.follow(usage, (root.tag,))


class _TrackedElement(ET.Element):
    """An element that records whether it is looked up, and whether its text and attributes are read."""

    _response_usage: Usage | None = None
    _steps: tuple[str, ...] = ()

    def follow(self, response_usage: Usage, steps: tuple[str, ...]) -> None:
        """Record in `response_usage` the reads of this element, at the path `steps`, and of its children."""
        self._response_usage, self._steps = response_usage, steps
        for child in self:
            child.follow(response_usage, (*steps, child.tag))  # type: ignore[attr-defined]  # all have this class

    def usage(self) -> Usage | None:
        """Return the usage of this element; None while the document is parsed."""
        usage = self._response_usage
        for step in self._steps if usage is not None else ():
            usage = usage.below(step) if usage is not None else None
        return usage

    @property
    def text(self) -> str | None:
        if (usage := self.usage()) is not None:
            usage.used("#text")
        content: str | None = _TEXT.__get__(self)
        return content

    @text.setter
    def text(self, value: str | None) -> None:
        _TEXT.__set__(self, value)

    @property
    def attrib(self) -> dict[str, str]:  # type: ignore[override]  # an attribute of the C class
        attributes: dict[str, str] = _ATTRIB.__get__(self)
        usage = self.usage()
        return attributes if usage is None else _Attributes(attributes, usage)

    def get(self, key: str, default: Any = None) -> Any:
        return self.attrib.get(key, default)

    def items(self) -> Any:
        return self.attrib.items()

    def keys(self) -> Any:
        return [name for name in self.attrib if name in self.attrib]

    def __copy__(self) -> _TrackedElement:
        return self._copied(list(self))

    def __deepcopy__(self, memo: Any) -> _TrackedElement:
        return self._copied([copy.deepcopy(child, memo) for child in self])

    def _copied(self, children: list[Any]) -> _TrackedElement:
        """Return a copy with these children, whose reads are recorded, too."""
        copied = _TrackedElement(self.tag, _ATTRIB.__get__(self))
        copied.text, copied.tail = _TEXT.__get__(self), self.tail
        copied.extend(children)
        copied._response_usage, copied._steps = self._response_usage, self._steps
        return copied

    def iter(self, tag: str | None = None) -> Any:
        elements = super().iter(tag)
        is_lookup = tag not in {None, "*"} and not is_read_by_library()
        return map(_record_lookup, elements) if is_lookup else elements

    def iterfind(self, path: str, namespaces: Any = None) -> Any:
        elements = super().iterfind(path, namespaces)
        return map(_record_lookup, elements)

    def find(self, path: str, namespaces: Any = None) -> Any:
        element = super().find(path, namespaces)
        return _record_lookup(element)

    def findall(self, path: str, namespaces: Any = None) -> list[Any]:
        return [_record_lookup(element) for element in super().findall(path, namespaces)]

    def findtext(self, path: str, default: Any = None, namespaces: Any = None) -> Any:
        element = self.find(path, namespaces)
        return default if element is None else element.text or ""

    def itertext(self) -> Generator[str, None, None]:
        for element in self.iter():
            element.text  # noqa: B018 -- records that it is read
        return super().itertext()


def _record_lookup(element: Any) -> Any:
    if isinstance(element, _TrackedElement) and (usage := element.usage()) is not None:
        usage.looked_into()
    return element


class _Attributes(dict[str, str]):
    """Attributes by name, which record their reads."""

    def __init__(self, attributes: dict[str, str], usage: Usage) -> None:
        super().__init__(attributes)
        self._usage = usage

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        self._usage.used(f"@{name}")
        return value

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self.keys() else default

    def items(self) -> Any:
        return [(name, self[name]) for name in self]

    def values(self) -> Any:
        return [self[name] for name in self]


_TEXT: Any = ET.Element.text
_ATTRIB: Any = ET.Element.attrib
