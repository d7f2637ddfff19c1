"""Matching bodies as their content type requires, including missing and empty ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pactape.matching.bodies.body import Body, mismatch_of_body
from pactape.matching.bodies.json_bodies import UnexpectedKeys, mismatches_of_value
from pactape.matching.bodies.json_checks import compile_check
from pactape.matching.bodies.multipart_bodies import mismatches_of_parts
from pactape.matching.bodies.plain_bodies import mismatches_of_bytes, mismatches_of_plain_text
from pactape.matching.bodies.xml_bodies import mismatches_of_xml, xml_rules
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.numbers import json_value
from pactape.matching.queries import mismatches_of_parameters, parameters_of
from pactape.matching.rules import ContentTypeRule
from pactape.matching.rules_by_path.rule_parsing import NONE, Category
from pactape.matching.rules_by_path.selection import select

if TYPE_CHECKING:
    from pactape.http_bodies import ContentType
    from pactape.matching.rules_by_path.selection import Selection

__all__ = ["BodyMatcher"]


_Match = Callable[[bytes], list[Mismatch]]


class BodyMatcher:
    """Matches bodies against one example; the example is read once.

    Args:
        expected: The example.
        rules: The rules of its category.
        extra: How keys that the example doesn't have are treated.
    """

    def __init__(
        self, expected: Body, rules: Category = NONE, extra: UnexpectedKeys = UnexpectedKeys.ALLOWED
    ) -> None:
        self.expected = expected
        self._category = rules
        self._extra = extra
        self._match = _matcher_of(expected, rules, extra) if expected.data else None

    def accepts_type(self, actual: ContentType) -> bool:
        """Whether bodies of this content type can be compared at all."""
        expected = self.expected.content_type
        return (
            not expected.is_known
            or not actual.is_known
            or expected.accepts(actual)
            or expected.accepts(actual.base)
        )

    def accepts_message_type(self, actual: ContentType) -> bool:
        """Whether a message's contents have the expected type; with a suffix such as "+json", the same."""
        expected = self.expected.content_type
        return not expected.is_known or expected.accepts(actual)

    def type_mismatch(self, actual: Body) -> Mismatch:
        """The mismatch of a body of a content type that isn't accepted."""
        return mismatch_of_body(
            "content type",
            str(self.expected.content_type),
            str(actual.content_type),
            "is another content type",
        )

    def mismatches(self, actual: Body) -> list[Mismatch]:
        """Match a body whose content type is accepted."""
        if self.expected.data is None:
            return []
        if not self.expected.data:
            return [mismatch_of_body("empty", b"", actual.data, "should be empty")] if actual.data else []
        if not actual.data or self._match is None:
            return [mismatch_of_body("content", self.expected.data, actual.data, "is missing")]
        if self.expected.content_type.main == "multipart":
            return mismatches_of_parts(self.expected, actual, self._category, self._file)
        return self._match(actual.data)

    def _file(self, expected: Body, actual: Body, rules: Category) -> list[Mismatch]:
        """Match a file in a part, whose content type may be another one."""
        matcher = BodyMatcher(expected, rules, self._extra)
        if not matcher.accepts_type(actual.content_type):
            return [matcher.type_mismatch(actual)]
        return matcher.mismatches(actual)


def _matcher_of(expected: Body, category: Category, extra: UnexpectedKeys) -> _Match:
    """The matcher for the content type, with the example parsed."""
    example, content_type = expected.data or b"", expected.content_type
    if content_type.is_xml:
        return _xml(example, category, extra)
    if content_type.is_form:
        return _form(example, category)
    rules = select(category.by_path, everywhere=category.everywhere)
    if content_type.is_json:
        return _json(example, rules, extra)
    if (content_type.is_binary and content_type.is_known) or _looks_at_bytes(rules):
        return lambda actual: mismatches_of_bytes(example, actual, rules)
    return lambda actual: mismatches_of_plain_text(example, actual, rules)


def _looks_at_bytes(rules: Selection) -> bool:
    return rules.rules is not None and any(isinstance(rule, ContentTypeRule) for rule in rules.rules.rules)


def _json(data: bytes, rules: Selection, extra: UnexpectedKeys) -> _Match:
    try:
        example = json_value(data)
    except ValueError as error:
        reason = f"can't be compared: the example is not JSON ({error})"
        return lambda actual: [mismatch_of_body("content type", data, actual, reason)]

    compiled: list[Callable[[Any], bool]] = []

    def match(actual: bytes) -> list[Mismatch]:
        try:
            value = json_value(actual)
        except ValueError as error:
            return [mismatch_of_body("content type", example, actual, f"is not JSON ({error})")]
        try:
            if not compiled:
                compiled.append(compile_check(example, rules, extra))
            return [] if compiled[0](value) else mismatches_of_value(example, value, rules, extra)
        except RecursionError:
            return [mismatch_of_body("content type", None, None, "nests too deeply")]

    return match


def _xml(example: bytes, category: Category, extra: UnexpectedKeys) -> _Match:
    rules = select(xml_rules(category.by_path), everywhere=category.everywhere)
    return lambda actual: mismatches_of_xml(example, actual, rules, extra)


def _form(data: bytes, category: Category) -> _Match:
    example = parameters_of(data.decode(errors="replace"))
    names = Category({path[:1]: rules for path, rules in category.by_path.items() if path})
    return lambda actual: mismatches_of_parameters(
        example, parameters_of(actual.decode(errors="replace")), names, part=Part.BODY, prefix="$."
    )
