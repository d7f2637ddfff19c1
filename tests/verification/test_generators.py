"""Generators replace examples by values; what they can't make leaves the example."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pactape.verification.in_process.generators import apply_generators


@pytest.mark.parametrize(
    ("generator", "pattern"),
    [
        ({"type": "RandomInt", "min": 5, "max": 5}, "5"),
        ({"type": "RandomDecimal", "digits": 4}, r"1\.[1-9]{4}"),
        ({"type": "RandomHexadecimal", "digits": 8}, "[0-9a-f]{8}"),
        ({"type": "RandomString", "size": 6}, "[A-Za-z0-9]{6}"),
        ({"type": "RandomBoolean"}, "True|False"),
        ({"type": "Uuid"}, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ({"type": "Date"}, r"\d{4}-\d\d-\d\d"),
        ({"type": "Time"}, r"\d\d:\d\d:\d\d"),
        ({"type": "DateTime"}, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ({"type": "Date", "format": "dd.MM"}, "example"),
        ({"type": "MockServerURL"}, "example"),
        ("no object", "example"),
    ],
)
def test_a_generator_makes_a_value_of_its_kind_or_leaves_the_example(generator: Any, pattern: str) -> None:
    part = {"body": {"content": {"a": "example"}}, "generators": {"body": {"$.a": generator}}}
    value = apply_generators(part, {})["body"]["content"]["a"]
    assert re.fullmatch(pattern, str(value))


@pytest.mark.parametrize(
    ("value", "data_type", "expected"),
    [
        (7, "STRING", "7"),
        ("7", "INTEGER", 7),
        ("1.5", "FLOAT", 1.5),
        ("true", "BOOLEAN", True),
        ("x", "INTEGER", "example"),
        ([1], "RAW", [1]),
    ],
)
def test_values_of_provider_states_are_converted(value: Any, data_type: str, expected: Any) -> None:
    rule = {"type": "ProviderState", "expression": "${v}", "dataType": data_type}
    part = {"body": {"content": {"a": "example"}}, "generators": {"body": {"$.a": rule}}}
    assert apply_generators(part, {"v": value})["body"]["content"]["a"] == expected


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("$", 7),
        ("$.items[*].id", {"items": [{"id": 7}, {"id": 7}], "first": 1}),
        ("$.items[0].id", {"items": [{"id": 7}, {"id": 2}], "first": 1}),
        ("$.items[9].id", {"items": [{"id": 1}, {"id": 2}], "first": 1}),
        ("$.first.deeper", {"items": [{"id": 1}, {"id": 2}], "first": 1}),
        ("$.*", {"items": 7, "first": 7}),
        ("not a path[", {"items": [{"id": 1}, {"id": 2}], "first": 1}),
    ],
)
def test_a_value_goes_to_every_place_that_its_path_matches(path: str, content: Any) -> None:
    rule = {"type": "ProviderState", "expression": "v"}
    body = {"content": {"items": [{"id": 1}, {"id": 2}], "first": 1}}
    part = {"body": body, "generators": {"body": {path: rule}, "unknown": {}, "header": None}}
    assert apply_generators(part, {"v": 7})["body"]["content"] == content


def test_statuses_headers_and_queries_take_values() -> None:
    rule = {"type": "ProviderState", "expression": "${v}"}
    part = {
        "status": 200,
        "headers": {"X-Id": ["1"]},
        "query": "a=1",
        "generators": {"status": rule, "header": {"x-id": rule}, "query": {"a": rule}},
    }
    generated = apply_generators(part, {"v": 404})
    assert (generated["status"], generated["headers"], generated["query"]) == (404, {"X-Id": ["404"]}, "a=1")
