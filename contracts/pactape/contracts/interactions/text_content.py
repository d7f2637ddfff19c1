"""States text bodies: they must contain the columns, elements or keys that the consumer reads."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from pactape.contracts.inference.formats import formats_of, stable_example
from pactape.contracts.inference.rules import Rule, all_of
from pactape.contracts.interactions.interaction import Content
from pactape.contracts.samples.text_parts import csv_header, is_csv, is_xml
from pactape.http_bodies import decoded_body, media_type
from pactape.pactfile.json_paths import below
from pactape.pactfile.patterns import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.inference.fields import ReadFields
    from pactape.exchange import Response

__all__ = ["is_part_read", "text_content"]


def text_content(response: Response, parts: frozenset[str], fields: ReadFields) -> Content | None:
    """Return the stated content of a text; None if the consumer reads no part that every response has.

    A text must match a pattern for each part. XML must contain the elements, and may contain others.

    Args:
        response: The response that gives the example.
        parts: The parts that every response has, as `text_parts` returns them.
        fields: The parts that the consumer reads, in the same notation.
    """
    media = media_type(response) or ""
    parts_read = sorted(part for part in parts if is_part_read(part, fields))
    if not parts_read:
        return None
    if is_xml(media):
        return _xml(media, decoded_body(response).decode(), parts_read)
    if is_csv(media):
        return _csv(media, decoded_body(response).decode(), parts_read)
    return _events(media, parts_read)


def is_part_read(part: str, fields: ReadFields) -> bool:
    """Return whether the consumer reads a part of a text, as `text_parts` returns it."""
    for step in part.replace("[]", ".[]").strip(".").split("."):
        if step == "[]":
            fields = fields.item()
        elif step in fields:
            fields = fields.key(step)
        else:
            return False
    return True


def _csv(media: str, text: str, parts: list[str]) -> Content:
    delimiter, names = csv_header(text)
    patterns = [_column_pattern(escaped(delimiter), part.removeprefix("[].")) for part in parts]
    columns = [name for name in names if f"[].{name}" in parts]
    return Content(media_type=media, example=f"{delimiter.join(columns)}\n", rules=_patterns(patterns))


def _column_pattern(delimiter: str, name: str) -> str:
    before, after = rf"([^\r\n]*{delimiter})?", rf"({delimiter}[^\r\n]*)?"
    return rf'^{before}"?{escaped(name)}"?{after}(\r?\n[\s\S]*)?$'


def _patterns(patterns: Iterable[str]) -> dict[str, Rule]:
    return {"$": all_of(*({"match": "regex", "regex": pattern} for pattern in patterns))}


def _events(media: str, parts: list[str]) -> Content:
    keys = dict.fromkeys(part.removesuffix("[]").rpartition(".")[2].removesuffix("[]") for part in parts)
    event = json.dumps(dict.fromkeys(keys))
    example = f"data: {event}\n\n" if media == "text/event-stream" else f"{event}\n"
    patterns = [rf"^[\s\S]*{escaped(json.dumps(key))}\s*:[\s\S]*$" for key in keys]
    return Content(media_type=media, example=example, rules=_patterns(patterns))


def _xml(media: str, text: str, parts: list[str]) -> Content:
    document = ET.fromstring(text)  # noqa: S314 -- `text_parts` has parsed it before
    root = ET.Element(document.tag)
    rules: dict[str, Rule] = {}
    for part in parts:
        _add_part(root, document, part.split(".")[1:])
        if part.endswith(".#text") or ".@" in part:
            rules[_xml_path(part.split("."))] = all_of({"match": "type"})
    example = f"<?xml version='1.0'?>{ET.tostring(root, encoding='unicode')}"
    return Content(media_type=media, example=example, rules=rules)


def _add_part(element: ET.Element, source: ET.Element, steps: list[str]) -> None:
    for step in steps:
        if step == "#text":
            element.text = _stable_text((source.text or "").strip())
        elif step.startswith("@"):
            element.set(step[1:], _stable_text(source.get(step[1:], "")))
        else:
            element = _child(element, step)
            source = next(element for element in source if element.tag == step)


def _child(element: ET.Element, tag: str) -> ET.Element:
    child = element.find(tag)
    return ET.SubElement(element, tag) if child is None else child


def _stable_text(text: str) -> str:
    return stable_example(formats_of(text), 1) or text


def _xml_path(steps: list[str]) -> str:
    path = "$"
    for step in steps:
        path = below(path, step)
    return path
