"""Matching XML bodies: elements by name, attributes as "@name", text as "#text".

Pact specification V2, "XML body matching"; names in a namespace are "uri:name".
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pactape.matching.bodies.body_mismatches import BodyMismatches
from pactape.matching.bodies.json_bodies import UnexpectedKeys
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.rules import Equality, NotEmpty, Regex, Rule, Type
from pactape.matching.rules_by_path.paths import Wildcard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.matching.rules import RuleList
    from pactape.matching.rules_by_path.paths import Path
    from pactape.matching.rules_by_path.selection import Selection

__all__ = ["mismatches_of_xml", "xml_rules"]

_EQUALITY = Equality()
#: The XML declaration, whose encoding must be ignored in already decoded text.
_DECLARATION = re.compile(r"\A<\?xml\s[^>]*\?>")
_ENTITY = re.compile(r"<!ENTITY\s+([^\s%]+)")
_Path = tuple[str, ...]


def mismatches_of_xml(
    expected: bytes, actual: bytes, rules: Selection, extra: UnexpectedKeys
) -> list[Mismatch]:
    """Match one XML document.

    Args:
        expected: The example.
        actual: The actual value.
        rules: The rules above the root element.
        extra: Whether unexpected elements and attributes are a mismatch.
    """
    try:
        example, root = _parse(expected), _parse(actual)
    except (ET.ParseError, ValueError) as error:
        reason = f"is not valid XML, or the example is not ({error})"
        return [
            Mismatch(
                part=Part.BODY, path="$", rule="content type", expected=expected, actual=actual, reason=reason
            )
        ]
    walk = _Walk(extra)
    name = _name(example.tag)
    walk.element((name,), example, root, rules.key(name))
    return walk.mismatches


def xml_rules(rules: Mapping[Path, RuleList]) -> dict[Path, RuleList]:
    """Return rules by paths without "[*]": an element's path already matches every element of its name."""
    shorter: dict[Path, RuleList] = {
        tuple(token for token in path if token is not Wildcard.ITEM): rule for path, rule in rules.items()
    }
    return shorter | {path: rule for path, rule in rules.items() if Wildcard.ITEM not in path}


def _parse(document: bytes) -> ET.Element:
    """Parse as the official engine does: as UTF-8 regardless of the declaration, without entities of a DTD.

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
    def __init__(self, extra: UnexpectedKeys) -> None:
        self.mismatches = BodyMismatches()
        self._strict = extra is UnexpectedKeys.REFUSED

    def element(self, at: _Path, expected: ET.Element, actual: ET.Element, rules: Selection) -> None:
        failures = self._broken(expected, actual, rules)
        for rule, reason in failures:
            self.mismatches.add(at, rule, _name(expected.tag), _name(actual.tag), reason)
        if not failures:
            self._attributes(at, expected, actual, rules)
            self._children(at, expected, actual, rules)
            self._value((*at, "#text"), _text(expected), _text(actual), rules.key("#text"))

    def _broken(self, expected: ET.Element, actual: ET.Element, rules: Selection) -> list[tuple[Rule, str]]:
        if rules.rules is None:
            reason = _why_not(_EQUALITY, expected, actual, cascaded=False)
            return [(_EQUALITY, reason)] if reason else []
        reasons = [_why_not(rule, expected, actual, cascaded=rules.cascaded) for rule in rules.rules.rules]
        return rules.rules.broken(reasons)

    def _value(self, at: _Path, expected: str, actual: str, rules: Selection) -> None:
        which = rules.rules.rules if rules.rules else (_EQUALITY,)
        reasons = [
            None if rules.cascaded and not rule.cascades else rule.text(expected, actual) for rule in which
        ]
        failures = (
            rules.rules.broken(reasons)
            if rules.rules
            else [(_EQUALITY, reason) for reason in reasons if reason]
        )
        for rule, reason in failures:
            self.mismatches.add(at, rule, expected, actual, reason)

    def _attributes(self, at: _Path, expected: ET.Element, actual: ET.Element, rules: Selection) -> None:
        expected_attributes = {_name(name): value for name, value in expected.attrib.items()}
        actual_attributes = {_name(name): value for name, value in actual.attrib.items()}
        for name in sorted(expected_attributes):
            place = (*at, f"@{name}")
            if name in actual_attributes:
                self._value(place, expected_attributes[name], actual_attributes[name], rules.key(f"@{name}"))
            else:
                self.mismatches.add(place, "keys", expected_attributes[name], None, "is missing")
        if self._strict:
            for name in sorted(actual_attributes.keys() - expected_attributes.keys()):
                self.mismatches.add(
                    (*at, f"@{name}"), "keys", None, actual_attributes[name], "is not expected"
                )

    def _children(self, at: _Path, expected: ET.Element, actual: ET.Element, rules: Selection) -> None:
        expected_children, actual_children = _by_name(expected), _by_name(actual)
        for name in sorted(expected_children.keys() - actual_children.keys()):
            self.mismatches.add((*at, name), "keys", name, None, "is missing")
        for name, elements in sorted(actual_children.items()):
            below = rules.key(name)
            if name in expected_children:
                self._group((*at, name), expected_children[name], elements, below)
            elif self._strict or below.typed:
                self.mismatches.add((*at, name), "keys", None, name, "is not expected")

    def _group(
        self, at: _Path, expected: list[ET.Element], actual: list[ET.Element], rules: Selection
    ) -> None:
        """Compare elements of one name: each with the first example if a type rule applies, else in pairs."""
        if rules.typed:
            for element in actual:
                self.element(at, expected[0], element, rules)
            return
        for example, element in zip_longest(expected, actual):
            if element is None:
                self.mismatches.add(at, "keys", at[-1], None, "is missing")
            elif example is not None:
                self.element(at, example, element, rules)
            elif self._strict:
                self.mismatches.add(at, "keys", None, at[-1], "is not expected")


def _by_name(element: ET.Element) -> dict[str, list[ET.Element]]:
    children: dict[str, list[ET.Element]] = {}
    for child in element:
        if isinstance(child.tag, str):
            children.setdefault(_name(child.tag), []).append(child)
    return children


def _why_not(rule: Rule, expected: ET.Element, actual: ET.Element, *, cascaded: bool) -> str | None:
    """Return why an element breaks a rule; rules apply to its name and to the size of its content."""
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
