"""Bodies: which way of matching is the content type's, and what of bodies that are missing or empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.http_bodies import UNKNOWN, ContentType, MultipartPart, multipart_parts
from pactape.matching.json_bodies import Extra, mismatches_of_value
from pactape.matching.magic_numbers import why_not_of_type
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.numbers import json_value
from pactape.matching.queries import mismatches_of_parameters, parameters_of
from pactape.matching.rule_parsing import NONE, Category
from pactape.matching.rules import ContentTypeRule, Equality, Include, NotEmpty, Regex, Rule, RuleList, Type
from pactape.matching.selection import select
from pactape.matching.value_lists import mismatches_of_text
from pactape.matching.xml_bodies import mismatches_of_xml, xml_rules

if TYPE_CHECKING:
    from pactape.matching.selection import Selection

__all__ = ["Body", "BodyMatcher"]


class Body(msgspec.Struct, frozen=True):
    """A body, expected or actual.

    Args:
        data: Its bytes; empty for an empty one, None when there is none.
        content_type: What it is; unknown when nothing tells.
    """

    data: bytes | None
    content_type: ContentType = UNKNOWN


_Match = Callable[[bytes], list[Mismatch]]


class BodyMatcher:
    """Matches bodies against one example; the example is read once.

    Args:
        expected: The example.
        rules: The rules of its category.
        extra: What of keys that the example doesn't have.
    """

    def __init__(self, expected: Body, rules: Category = NONE, extra: Extra = Extra.ALLOWED) -> None:
        self.expected = expected
        self._category = rules
        self._extra = extra
        self._match = _compiled(expected, rules, extra) if expected.data else None

    def accepts_type(self, actual: ContentType) -> bool:
        """Whether a body of this content type can be compared at all."""
        expected = self.expected.content_type
        return (
            not expected.known
            or not actual.known
            or expected.accepts(actual)
            or expected.accepts(actual.base)
        )

    def accepts_message_type(self, actual: ContentType) -> bool:
        """Whether the contents of a message have the expected type; a suffix such as "+json" counts in full."""
        expected = self.expected.content_type
        return not expected.known or expected.accepts(actual)

    def type_mismatch(self, actual: Body) -> Mismatch:
        """The mismatch of a body of a content type that isn't accepted."""
        return _mismatch(
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
            return [_mismatch("empty", b"", actual.data, "should be empty")] if actual.data else []
        if not actual.data or self._match is None:
            return [_mismatch("content", self.expected.data, actual.data, "is missing")]
        if self.expected.content_type.main == "multipart":
            return self._multipart(actual)
        return self._match(actual.data)

    # ------------------------------------------------------------ parts

    def _multipart(self, actual: Body) -> list[Mismatch]:
        try:
            expected = multipart_parts(self.expected.data or b"", str(self.expected.content_type))
            came = multipart_parts(actual.data or b"", str(actual.content_type))
        except ValueError as error:
            return [
                _mismatch("content type", self.expected.data, actual.data, f"is no multipart body ({error})")
            ]
        found = []
        for part in expected:
            other = next((each for each in came if each.is_like(part)), None)
            if other is None:
                found.append(_mismatch("keys", part.name, None, f"lacks the part {part.name!r}"))
            else:
                found += self._part(part, other)
        return found

    def _part(self, expected: MultipartPart, actual: MultipartPart) -> list[Mismatch]:
        place = expected.name or str(expected.index)
        if expected.is_file != actual.is_file:
            what = "file" if expected.is_file else "field"
            return [_mismatch("kind", expected.name, None, f"has the part {place!r}, but not as a {what}")]
        rules = _below(self._category, place)
        if not expected.is_file:
            texts = expected.data.decode(errors="replace"), actual.data.decode(errors="replace")
            return mismatches_of_text(Part.BODY, f"$.{place}", *texts, rules.by_path.get(()))
        matcher = BodyMatcher(Body(expected.data, expected.content_type), rules, self._extra)
        body = Body(actual.data, actual.content_type)
        if not matcher.accepts_type(body.content_type):
            return [_at_part(place, matcher.type_mismatch(body))]
        return [_at_part(place, each) for each in matcher.mismatches(body)]


def _compiled(expected: Body, category: Category, extra: Extra) -> _Match:
    """The way of matching that the content type asks for, with the example read."""
    example, content_type = expected.data or b"", expected.content_type
    if content_type.is_xml:
        return _xml(example, category, extra)
    if content_type.is_form:
        return _form(example, category)
    rules = select(category.by_path, everywhere=category.everywhere)
    if content_type.is_json:
        return _json(example, rules, extra)
    if (content_type.is_binary and content_type.known) or _looks_at_bytes(rules):
        return lambda actual: _mismatches_of_bytes(example, actual, rules)
    return lambda actual: _mismatches_of_plain_text(example, actual, rules)


def _looks_at_bytes(rules: Selection) -> bool:
    return rules.rules is not None and any(isinstance(rule, ContentTypeRule) for rule in rules.rules.rules)


def _json(data: bytes, rules: Selection, extra: Extra) -> _Match:
    try:
        example = json_value(data)
    except ValueError as error:
        reason = f"can't be compared: the example is not JSON ({error})"
        return lambda actual: [_mismatch("content type", data, actual, reason)]

    def match(actual: bytes) -> list[Mismatch]:
        try:
            value = json_value(actual)
        except ValueError as error:
            return [_mismatch("content type", example, actual, f"is not JSON ({error})")]
        try:
            return mismatches_of_value(example, value, rules, extra)
        except RecursionError:
            return [_mismatch("content type", None, None, "nests too deeply")]

    return match


def _xml(example: bytes, category: Category, extra: Extra) -> _Match:
    rules = select(xml_rules(category.by_path), everywhere=category.everywhere)
    return lambda actual: mismatches_of_xml(example, actual, rules, extra)


def _form(data: bytes, category: Category) -> _Match:
    example = parameters_of(data.decode(errors="replace"))
    names = Category({path[:1]: rules for path, rules in category.by_path.items() if path})
    return lambda actual: mismatches_of_parameters(
        example, parameters_of(actual.decode(errors="replace")), names, part=Part.BODY, prefix="$."
    )


def _mismatches_of_plain_text(expected: bytes, actual: bytes, rules: Selection) -> list[Mismatch]:
    if rules.rules is None:
        same = expected == actual
        return [] if same else [_mismatch("equality", _shown(expected), _shown(actual), "is another text")]
    try:
        texts = expected.decode(), actual.decode()
    except UnicodeDecodeError:
        return [_mismatch("content type", expected, actual, "is not UTF-8")]
    return mismatches_of_text(Part.BODY, "$", *texts, rules.rules)


def _mismatches_of_bytes(expected: bytes, actual: bytes, selected: Selection) -> list[Mismatch]:
    rules = selected.rules or RuleList((Equality(),))
    reasons = [_why_not_bytes(rule, expected, actual) for rule in rules.rules]
    return [_mismatch(rule, expected, actual, reason) for rule, reason in rules.broken(reasons)]


def _below(rules: Category, name: str) -> Category:
    return Category({path[1:]: each for path, each in rules.by_path.items() if path and str(path[0]) == name})


def _at_part(place: str, mismatch: Mismatch) -> Mismatch:
    return msgspec.structs.replace(mismatch, path=f"$.{place}{mismatch.path.removeprefix('$')}")


def _mismatch(rule: object, expected: Any, actual: Any, reason: str) -> Mismatch:
    return Mismatch(part=Part.BODY, path="$", rule=str(rule), expected=expected, actual=actual, reason=reason)


def _shown(data: bytes) -> str:
    return data.decode(errors="replace")


def _why_not_bytes(rule: Rule, expected: bytes, actual: bytes) -> str | None:
    reasons: dict[type[Rule], Callable[[], str | None]] = {
        ContentTypeRule: lambda: why_not_of_type(actual, str(getattr(rule, "wanted", ""))),
        Type: lambda: None,
        NotEmpty: lambda: None if actual else "is empty",
        Equality: lambda: None if expected == actual else "is not equal to the example",
        Regex: lambda: _why_not_text(rule, actual),
        Include: lambda: _why_not_text(rule, actual),
    }
    unable = f"can't be matched: the rule {rule} doesn't apply to bytes"
    return reasons.get(type(rule), lambda: unable)()


def _why_not_text(rule: Rule, actual: bytes) -> str | None:
    try:
        return rule.text("", actual.decode())
    except UnicodeDecodeError:
        return "is not UTF-8"
