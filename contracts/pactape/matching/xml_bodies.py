"""XML bodies: elements by name, attributes as "@name", text as "#text".

Pact specification V2, "XML body matching"; names in a namespace are "uri:name".
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pactape.matching.json_bodies import Extra
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.paths import Wild, shown
from pactape.matching.rules import Equality, NotEmpty, Regex, Rule, Type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.matching.paths import Path
    from pactape.matching.rules import RuleList
    from pactape.matching.selection import Selection

__all__ = ["mismatches_of_xml", "xml_rules"]

_EQUALITY = Equality()
#: The XML declaration: of a text that is decoded already, its encoding must not be looked at.
_DECLARATION = re.compile(r"\A<\?xml\s[^>]*\?>")
_ENTITY = re.compile(r"<!ENTITY\s+([^\s%]+)")
_Place = tuple[str, ...]


def mismatches_of_xml(expected: bytes, actual: bytes, rules: Selection, extra: Extra) -> list[Mismatch]:
    """Match one XML document.

    Args:
        expected: The example.
        actual: What came.
        rules: The rules above the root element.
        extra: What of unexpected elements and attributes.
    """
    try:
        example, root = _parse(expected), _parse(actual)
    except (ET.ParseError, ValueError) as error:
        reason = f"can't be read as XML, or its example can't ({error})"
        return [
            Mismatch(
                part=Part.BODY, path="$", rule="content type", expected=expected, actual=actual, reason=reason
            )
        ]
    walk = _Walk(extra)
    name = _name(example.tag)
    walk.element((name,), example, root, rules.key(name))
    return walk.found


def xml_rules(rules: Mapping[Path, RuleList]) -> dict[Path, RuleList]:
    """Rules by paths without "[*]": an element's path names every element of its name already."""
    shorter: dict[Path, RuleList] = {
        tuple(token for token in path if token is not Wild.ITEM): each for path, each in rules.items()
    }
    return shorter | {path: each for path, each in rules.items() if Wild.ITEM not in path}


def _parse(document: bytes) -> ET.Element:
    """Parse as the official engine does: as UTF-8 whatever is declared, and without entities of a DTD.

    Raises:
        ValueError: It isn't UTF-8, begins with a byte order mark, or refers to an entity that its DTD declares.
        ET.ParseError: It isn't well-formed.
    """
    text = document.decode().strip()
    if text.startswith("\ufeff"):
        raise ValueError("it begins with a byte order mark")
    for name in _ENTITY.findall(text):
        if f"&{name};" in text:
            raise ValueError(f"it refers to the entity {name!r} of its DTD")
    return ET.fromstring(_DECLARATION.sub("", text))  # noqa: S314 -- entities of a DTD are refused above


def _name(tag: str) -> str:
    namespace, closed, local = tag.removeprefix("{").rpartition("}")
    return f"{namespace}:{local}" if closed else tag


def _texts(element: ET.Element) -> list[str]:
    return [text for text in (element.text, *(child.tail for child in element)) if text]


def _text(element: ET.Element) -> str:
    return "".join(text.strip() for text in _texts(element))


class _Walk:
    def __init__(self, extra: Extra) -> None:
        self.found: list[Mismatch] = []
        self._strict = extra is Extra.REFUSED

    def _add(self, at: _Place, rule: object, expected: object, actual: object, reason: str) -> None:
        self.found.append(
            Mismatch(
                part=Part.BODY,
                path=shown(at),
                rule=str(rule),
                expected=expected,
                actual=actual,
                reason=reason,
            )
        )

    def element(self, at: _Place, expected: ET.Element, actual: ET.Element, rules: Selection) -> None:
        broken = self._broken(expected, actual, rules)
        for rule, reason in broken:
            self._add(at, rule, _name(expected.tag), _name(actual.tag), reason)
        if not broken:
            self._attributes(at, expected, actual, rules)
            self._children(at, expected, actual, rules)
            self._value((*at, "#text"), _text(expected), _text(actual), rules.key("#text"))

    def _broken(self, expected: ET.Element, actual: ET.Element, rules: Selection) -> list[tuple[Rule, str]]:
        if rules.rules is None:
            reason = _why_not(_EQUALITY, expected, actual, cascaded=False)
            return [(_EQUALITY, reason)] if reason else []
        reasons = [_why_not(rule, expected, actual, cascaded=rules.cascaded) for rule in rules.rules.rules]
        return rules.rules.broken(reasons)

    def _value(self, at: _Place, expected: str, actual: str, rules: Selection) -> None:
        which = rules.rules.rules if rules.rules else (_EQUALITY,)
        reasons = [
            None if rules.cascaded and not rule.cascades else rule.text(expected, actual) for rule in which
        ]
        broken = (
            rules.rules.broken(reasons) if rules.rules else [(_EQUALITY, each) for each in reasons if each]
        )
        for rule, reason in broken:
            self._add(at, rule, expected, actual, reason)

    def _attributes(self, at: _Place, expected: ET.Element, actual: ET.Element, rules: Selection) -> None:
        wanted = {_name(name): value for name, value in expected.attrib.items()}
        came = {_name(name): value for name, value in actual.attrib.items()}
        for name in sorted(wanted):
            place = (*at, f"@{name}")
            if name in came:
                self._value(place, wanted[name], came[name], rules.key(f"@{name}"))
            else:
                self._add(place, "keys", wanted[name], None, "is missing")
        if self._strict:
            for name in sorted(came.keys() - wanted.keys()):
                self._add((*at, f"@{name}"), "keys", None, came[name], "is not expected")

    def _children(self, at: _Place, expected: ET.Element, actual: ET.Element, rules: Selection) -> None:
        wanted, came = _by_name(expected), _by_name(actual)
        for name in sorted(wanted.keys() - came.keys()):
            self._add((*at, name), "keys", name, None, "is missing")
        for name, elements in sorted(came.items()):
            below = rules.key(name)
            if name in wanted:
                self._group((*at, name), wanted[name], elements, below)
            elif self._strict or below.typed:
                self._add((*at, name), "keys", None, name, "is not expected")

    def _group(
        self, at: _Place, expected: list[ET.Element], actual: list[ET.Element], rules: Selection
    ) -> None:
        """Elements of one name: with a type rule each is like the first of the example's, else pair by pair."""
        if rules.typed:
            for element in actual:
                self.element(at, expected[0], element, rules)
            return
        for example, element in zip_longest(expected, actual):
            if element is None:
                self._add(at, "keys", at[-1], None, "is missing")
            elif example is not None:
                self.element(at, example, element, rules)
            elif self._strict:
                self._add(at, "keys", None, at[-1], "is not expected")


def _by_name(element: ET.Element) -> dict[str, list[ET.Element]]:
    found: dict[str, list[ET.Element]] = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(_name(child.tag), []).append(child)
    return found


def _why_not(rule: Rule, expected: ET.Element, actual: ET.Element, *, cascaded: bool) -> str | None:
    """Why an element doesn't keep a rule: rules look at its name, and at how much is in it."""
    name = _name(actual.tag)
    inside = [*actual, *_texts(actual)]
    if isinstance(rule, Type) and (rule.low, rule.high) != (None, None):
        return None if cascaded else rule.size(inside)
    if isinstance(rule, (Type, Equality)):
        return None if _name(expected.tag) == name else "is another element"
    if isinstance(rule, Regex):
        same = _name(expected.tag) == name
        return None if same else rule.text("", name.rpartition(":")[2])
    if isinstance(rule, NotEmpty):
        return None if inside else "is empty"
    return f"can't be matched: the rule {rule} doesn't apply to an element"
