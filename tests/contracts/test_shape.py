"""The lattice of observations: what samples have in common, in whatever order they come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.contracts.inference.joined_shape import MANY, Shape, response_id, shape_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def described(shape: Shape | None) -> Any:
    """All that a shape holds, as a comparable value."""
    if shape is None:
        return None
    return (
        dict(sorted(shape.kinds.items())),
        shape.formats,
        shape.optional,
        {key: described(field) for key, field in sorted(shape.keys.items())},
        described(shape.items),
        shape.shortest,
        shape.values,
        repr(sorted(shape.examples.items())),
    )


def joined(*shapes: Shape) -> Shape:
    result = Shape()
    for shape in shapes:
        result.join(shape)
    return result


@given(JSON, JSON)
def test_the_order_of_joining_makes_no_difference(one: Any, other: Any) -> None:
    left, right = shape_of([one]), shape_of([other])
    assert described(joined(left, right)) == described(joined(right, left))


@given(JSON, JSON, JSON)
def test_the_grouping_of_joins_makes_no_difference(one: Any, two: Any, three: Any) -> None:
    a, b, c = shape_of([one]), shape_of([two]), shape_of([three])
    assert described(joined(joined(a, b), c)) == described(joined(a, joined(b, c)))


@given(st.lists(JSON, max_size=6), st.integers(0, 6))
def test_shards_join_to_the_shape_of_all_samples(samples: list[Any], cut: int) -> None:
    shards = joined(shape_of(samples[:cut]), shape_of(samples[cut:]))
    assert described(shards) == described(shape_of(samples))


@given(JSON)
def test_joining_leaves_the_other_shape_unchanged(sample: Any) -> None:
    other = shape_of([sample])
    before = described(other)
    joined(shape_of([{"a": [1, "x"]}]), other).observe(sample, 1)
    assert described(other) == before


def test_a_key_that_some_object_lacks_is_not_required() -> None:
    assert shape_of([{"id": 1, "nick": "a"}, {"id": 2}]).required() == ["id"]


def test_a_boolean_is_not_an_integer() -> None:
    assert list(shape_of([True]).kinds) == ["boolean"]


def test_a_format_holds_only_if_every_string_has_it() -> None:
    assert shape_of(["2026-01-31", "soon"]).formats == frozenset()


def test_an_array_s_items_have_one_shape_over_all_samples() -> None:
    shape = shape_of([[1], [2.5, 3]])
    assert shape.items is not None
    assert {kind: shape.items.response_count(kind) for kind in shape.items.kinds} == {
        "integer": 2,
        "decimal": 1,
    }


def test_the_shortest_array_is_remembered() -> None:
    assert shape_of([[1, 2], [], [3]]).shortest == 0


@given(JSON, JSON)
def test_the_same_answer_counts_once(one: Any, other: Any) -> None:
    assert described(joined(shape_of([one, other]), shape_of([one]))) == described(shape_of([one, other]))


def test_the_items_of_one_answer_count_once() -> None:
    shape = shape_of([[{"day": "2026-01-31"}, {"day": "2026-02-01"}]])
    assert shape.items is not None
    assert shape.items.keys["day"].response_count("string") == 1


def test_an_item_that_lacks_a_key_makes_it_optional() -> None:
    shape = shape_of([[{}, {"id": 1}]])
    assert shape.items is not None
    assert shape.items.required() == []


def test_beyond_sixteen_distinct_answers_are_many() -> None:
    assert shape_of(list(range(40))).response_count("integer") == MANY


@pytest.mark.parametrize("value", [2**70, "\ud800", {"a": [2**70]}])
def test_any_json_value_has_an_id(value: Any) -> None:
    assert response_id(value) == response_id(value) != response_id([value])


def test_a_place_with_many_texts_has_no_vocabulary_however_they_came() -> None:
    shape = joined(shape_of(["a", "b", "c"]), shape_of(["d", "e", "f"]))
    assert shape.values is None
