"""What counts as a change of an answer's shape, and how bad it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.checking.drift.differences import differences
from pactape.contracts.inference.fields import EVERYTHING, ReadFields, read_fields
from pactape.contracts.inference.joined_shape import shape_of
from pactape.findings import Severity

USER = {"id": 7, "email": "ada@example.com", "tags": ["a"], "address": {"city": "London"}}


def changes(
    before: list[Any], after: list[Any], fields: ReadFields = EVERYTHING
) -> list[tuple[Severity, str, str]]:
    findings = differences(shape_of(before), shape_of(after), fields, place="GET /users/{id} → 200")
    return [(finding.severity, finding.place.rpartition(": ")[2], finding.what) for finding in findings]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({**USER, "id": 8, "tags": ["b", "c"]}, []),
        ({**USER, "tags": []}, []),
        ({**USER, "more": 1}, [(Severity.INFO, "$.more", "is new")]),
        ({**USER, "id": "7"}, [(Severity.BREAKING, "$.id", "was integer and is now string")]),
        ({**USER, "id": 7.5}, []),
        ({**USER, "id": None}, [(Severity.BREAKING, "$.id", "may now be null")]),
        ({**USER, "email": "nonsense"}, [(Severity.WARNING, "$.email", "is no longer always email")]),
        ({**USER, "tags": [3]}, [(Severity.BREAKING, "$.tags[*]", "was string and is now integer")]),
        (
            {**USER, "address": {"town": "London"}},
            [
                (Severity.BREAKING, "$.address.city", "is gone"),
                (Severity.INFO, "$.address.town", "is new"),
            ],
        ),
        (
            {**USER, "address": ["London"]},
            [(Severity.BREAKING, "$.address", "was object and is now array")],
        ),
    ],
)  # fmt: skip
def test_a_change_is_reported_with_its_place_and_its_tier(
    after: dict[str, Any], expected: list[tuple[Severity, str, str]]
) -> None:
    assert changes([USER], [after]) == expected


def test_a_field_that_is_sometimes_missing_breaks() -> None:
    after = [USER, {key: value for key, value in USER.items() if key != "email"}]
    assert changes([USER], after) == [(Severity.BREAKING, "$.email", "is now missing from 1 of 2 responses")]


def test_a_field_that_was_optional_and_is_gone_is_a_warning() -> None:
    assert changes([{"a": 1, "b": 2}, {"a": 1}], [{"a": 1}]) == [(Severity.WARNING, "$.b", "is gone")]


def test_a_change_of_what_is_not_read_breaks_nothing() -> None:
    after = {"id": 7, "email": 3, "address": {}}
    severities = {severity for severity, _, _ in changes([USER], [after], read_fields([("id",)]))}
    assert severities == {Severity.INFO}


def test_objects_whose_keys_are_data_are_compared_by_their_values() -> None:
    before, after = {"2026-01-01": {"n": 1}}, {"2026-02-02": {"n": "1"}, "2026-02-03": {"n": "2"}}
    assert changes([before], [after]) == [(Severity.BREAKING, "$.*.n", "was integer and is now string")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abcd"), below, max_size=3),
    max_leaves=10,
)


@given(st.lists(JSON, min_size=1, max_size=4))
def test_answers_that_stay_the_same_raise_no_finding(samples: list[Any]) -> None:
    assert changes(samples, samples) == []


def test_a_text_that_was_not_among_a_few_recorded_ones_is_information() -> None:
    before = [{"status": status, "id": number} for number, status in enumerate(["open", "paid", "open"])]
    after = [{"status": "void", "id": 1}, {"status": "open", "id": 2}]
    (finding,) = differences(shape_of(before), shape_of(after), EVERYTHING, place="GET /orders")
    assert (finding.severity, finding.what) == (
        Severity.INFO,
        "has texts that were not recorded: 'void', in addition to 'open', 'paid'",
    )


def test_texts_that_never_came_twice_are_no_vocabulary() -> None:
    before, after = [{"name": "Ada"}, {"name": "Bob"}], [{"name": "Eve"}]
    assert [*differences(shape_of(before), shape_of(after), EVERYTHING, place="GET /users")] == []
