"""What counts as a change of an answer's shape, and how bad it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.checking.differences import differences
from pactape.contracts.inference.fields import EVERYTHING, ReadFields, read_fields
from pactape.contracts.inference.shape import shape_of
from pactape.findings import Severity

USER = {"id": 7, "email": "ada@example.com", "tags": ["a"], "address": {"city": "London"}}


def changes(
    before: list[Any], after: list[Any], fields: ReadFields = EVERYTHING
) -> list[tuple[Severity, str, str]]:
    found = differences(shape_of(before), shape_of(after), fields, place="GET /users/{id} → 200")
    return [(finding.severity, finding.place.rpartition(": ")[2], finding.what) for finding in found]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({**USER, "id": 8, "tags": ["b", "c"]}, []),
        ({**USER, "tags": []}, []),
        ({**USER, "more": 1}, [(Severity.INFO, "$.more", "is new")]),
        ({**USER, "id": "7"}, [(Severity.BREAKING, "$.id", "was integer and is string now")]),
        ({**USER, "id": 7.5}, []),
        ({**USER, "id": None}, [(Severity.BREAKING, "$.id", "may be null now")]),
        ({**USER, "email": "nonsense"}, [(Severity.WARNING, "$.email", "is no longer always email")]),
        ({**USER, "tags": [3]}, [(Severity.BREAKING, "$.tags[*]", "was string and is integer now")]),
        (
            {**USER, "address": {"town": "London"}},
            [
                (Severity.BREAKING, "$.address.city", "is gone"),
                (Severity.INFO, "$.address.town", "is new"),
            ],
        ),
        (
            {**USER, "address": ["London"]},
            [(Severity.BREAKING, "$.address", "was object and is array now")],
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_with_its_place_and_its_tier(
    after: dict[str, Any], expected: list[tuple[Severity, str, str]]
) -> None:
    assert changes([USER], [after]) == expected


def test_a_field_that_is_sometimes_missing_breaks() -> None:
    after = [USER, {key: value for key, value in USER.items() if key != "email"}]
    assert changes([USER], after) == [(Severity.BREAKING, "$.email", "is missing from 1 of 2 answers now")]


def test_a_field_that_was_optional_and_is_gone_is_a_warning() -> None:
    assert changes([{"a": 1, "b": 2}, {"a": 1}], [{"a": 1}]) == [(Severity.WARNING, "$.b", "is gone")]


def test_a_change_of_what_nobody_reads_breaks_nothing() -> None:
    after = {"id": 7, "email": 3, "address": {}}
    severities = {severity for severity, _, _ in changes([USER], [after], read_fields([("id",)]))}
    assert severities == {Severity.INFO}


def test_objects_whose_keys_are_data_are_compared_by_their_values() -> None:
    before, after = {"2026-01-01": {"n": 1}}, {"2026-02-02": {"n": "1"}, "2026-02-03": {"n": "2"}}
    assert changes([before], [after]) == [(Severity.BREAKING, "$.*.n", "was integer and is string now")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abcd"), below, max_size=3),
    max_leaves=10,
)


@given(st.lists(JSON, min_size=1, max_size=4))
def test_answers_that_stay_the_same_raise_no_finding(samples: list[Any]) -> None:
    assert changes(samples, samples) == []
