"""Multipart bodies: each part of the example against the part of its name."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pactape.http_bodies import MultipartPart, multipart_parts
from pactape.matching.bodies.body import Body, mismatch_of_body
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.rules_by_path.rule_parsing import Category
from pactape.matching.value_lists import mismatches_of_text

__all__ = ["MatchFile", "mismatches_of_parts"]

#: Compares the contents of two files by the rules of their part.
MatchFile = Callable[[Body, Body, Category], list[Mismatch]]


def mismatches_of_parts(
    expected: Body, actual: Body, rules: Category, match_file: MatchFile
) -> list[Mismatch]:
    """Compare the parts of two bodies; the actual one may have more parts, in any order.

    Args:
        expected: The example.
        actual: The actual body.
        rules: The rules of its category; a path begins with the name of a part.
        match_file: Compares parts that are files; the others are texts.
    """
    try:
        expected_parts = multipart_parts(expected.data or b"", str(expected.content_type))
        actual_parts = multipart_parts(actual.data or b"", str(actual.content_type))
    except ValueError as error:
        reason = f"is not a multipart body ({error})"
        return [mismatch_of_body("content type", expected.data, actual.data, reason)]
    mismatches = []
    for part in expected_parts:
        other = next((actual_part for actual_part in actual_parts if actual_part.is_like(part)), None)
        if other is None:
            mismatches.append(mismatch_of_body("keys", part.name, None, f"lacks the part {part.name!r}"))
        else:
            mismatches += _mismatches_of_part(part, other, rules, match_file)
    return mismatches


def _mismatches_of_part(
    expected: MultipartPart, actual: MultipartPart, category: Category, match_file: MatchFile
) -> list[Mismatch]:
    place = expected.name or str(expected.index)
    if expected.is_file != actual.is_file:
        what = "file" if expected.is_file else "field"
        reason = f"has the part {place!r}, but not as a {what}"
        return [mismatch_of_body("kind", expected.name, None, reason)]
    rules = _below(category, place)
    if not expected.is_file:
        texts = expected.data.decode(errors="replace"), actual.data.decode(errors="replace")
        return mismatches_of_text(Part.BODY, f"$.{place}", *texts, rules.by_path.get(()))
    files = Body(expected.data, expected.content_type), Body(actual.data, actual.content_type)
    return [_at_part(place, mismatch) for mismatch in match_file(*files, rules)]


def _below(rules: Category, name: str) -> Category:
    return Category(
        {path[1:]: value for path, value in rules.by_path.items() if path and str(path[0]) == name}
    )


def _at_part(place: str, mismatch: Mismatch) -> Mismatch:
    return msgspec.structs.replace(mismatch, path=f"$.{place}{mismatch.path.removeprefix('$')}")
