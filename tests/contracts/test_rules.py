"""What a contract says of an answer, judged by the official matching engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.contracts.inference.fields import read_fields
from pactape.contracts.inference.joined_shape import shape_of
from pactape.contracts.inference.rules import expect

from tests.helpers.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.contracts.inference.rules import Expectation

    Judge = Callable[[Expectation, Any], list[str]]

USER = {
    "id": "0190a6f0-4d5e-7abc-8def-0123456789ab",
    "name": "Ada",
    "age": 36,
    "score": 1.5,
    "active": True,
    "createdAt": "2026-01-31T12:00:00Z",
    "posts": [{"title": "First"}],
    "address": {"city": "Graz"},
}

KEYS = st.text("abcdefgh", min_size=1, max_size=3) | st.sampled_from(
    ["1", "22", "2026-01-31", "a@example.com"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text("ab-1 ", max_size=5)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


@given(samples=st.lists(DOCUMENTS, min_size=1, max_size=4))
@examples(150)
def test_every_sample_fulfils_the_contract_that_came_from_it(judge: Judge, samples: list[Any]) -> None:
    expectation = expect(shape_of(samples), samples[0])
    assert [judge(expectation, sample) for sample in samples] == [[]] * len(samples)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "user-1"),
        ("name", 5),
        ("name", None),
        ("age", "36"),
        ("age", 36.5),
        ("score", "1.5"),
        ("active", "yes"),
        ("createdAt", "yesterday"),
        ("createdAt", 1_769_860_800),
        ("posts", None),
        ("posts", [{}]),
        ("posts", [{"title": 5}]),
        ("address", None),
        ("address", {}),
        ("address", {"city": 5}),
    ],
)
def test_an_answer_of_another_type_breaks_the_contract(judge: Judge, field: str, value: Any) -> None:
    users = [{**USER, "age": age} for age in range(5)]
    assert judge(expect(shape_of(users), USER), {**USER, field: value}) != []


@pytest.mark.parametrize(
    ("field", "value"), [("id", "user-1"), ("name", "Bob"), ("age", 36.5), ("createdAt", "yesterday")]
)
def test_one_sample_asks_for_types_only(judge: Judge, field: str, value: Any) -> None:
    assert judge(expect(shape_of([USER]), USER), {**USER, field: value}) == []


@pytest.mark.parametrize("field", USER)
def test_an_answer_without_a_field_breaks_the_contract(judge: Judge, field: str) -> None:
    without = {key: value for key, value in USER.items() if key != field}
    assert judge(expect(shape_of([USER]), USER), without) != []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "11111111-2222-4333-8444-555555555555"),
        ("name", "Grace"),
        ("age", 0),
        ("score", 2),
        ("active", False),
        ("createdAt", "2027-12-01T00:00:00.5+01:00"),
        ("posts", []),
        ("posts", [{"title": "a"}, {"title": "b", "draft": True}]),
        ("nick", "new"),
    ],
)
def test_an_answer_of_the_same_type_keeps_the_contract(judge: Judge, field: str, value: Any) -> None:
    assert judge(expect(shape_of([USER]), USER), {**USER, field: value}) == []


def test_a_field_that_was_null_once_may_be_null(judge: Judge) -> None:
    expectation = expect(shape_of([{"age": 1}, {"age": None}]), {"age": 1})
    assert judge(expectation, {"age": None}) == []


def test_a_nullable_integer_is_still_no_text(judge: Judge) -> None:
    expectation = expect(shape_of([{"age": 1}, {"age": None}]), {"age": 1})
    assert judge(expectation, {"age": "one"}) != []


def test_a_nullable_text_is_still_neither_number_nor_object(judge: Judge) -> None:
    expectation = expect(shape_of([{"note": "a"}, {"note": None}]), {"note": None})
    values: list[object] = ["b", None, 5, {}]
    verdicts = [judge(expectation, {"note": note}) == [] for note in values]
    assert verdicts == [True, True, False, False]


def test_a_decimal_text_is_not_a_number(judge: Judge) -> None:
    samples = [{"price": price} for price in ("9.50", "9.60", "9.70")]
    verdicts = [
        judge(expect(shape_of(samples), samples[0]), {"price": price}) == [] for price in ("1.5", 1.5)
    ]
    assert verdicts == [True, False]


@pytest.mark.parametrize(("samples", "accepted"), [(15, True), (16, False)])
def test_a_list_that_was_never_empty_must_not_be_once_sixteen_were_seen(
    judge: Judge, samples: int, *, accepted: bool
) -> None:
    documents = [{"items": [number]} for number in range(samples)]
    assert (judge(expect(shape_of(documents), documents[0]), {"items": []}) == []) == accepted


def test_fields_that_the_consumer_does_not_read_are_skipped() -> None:
    expectation = expect(shape_of([USER]), USER, read_fields([("id", "posts[].title", "address.city")]))
    assert expectation.example == {
        "id": "11111111-2222-4333-8444-555555555555",
        "posts": [{"title": "First"}],
        "address": {"city": "Graz"},
    }


def test_a_key_with_a_quote_that_no_path_can_name_is_skipped() -> None:
    assert expect(shape_of([{"it's": 1, "a b": 2}]), {"it's": 1, "a b": 2}).example == {"a b": 2}


def test_ids_and_moments_that_the_consumer_does_not_know_are_stable_in_the_example() -> None:
    example = expect(shape_of([USER]), USER).example
    assert (example["id"], example["createdAt"]) == (
        "11111111-2222-4333-8444-555555555555",
        "2000-01-31T12:00:00Z",
    )


def test_an_id_that_the_consumer_sent_stays_in_the_example() -> None:
    assert (
        expect(shape_of([USER]), USER, consumer_texts=frozenset({str(USER["id"])})).example["id"]
        == USER["id"]
    )


@pytest.mark.parametrize(
    ("samples", "refused"),
    [
        (["paid", "open"] * 2, False),
        (["paid", "open"] * 3, True),
        (["paid"] * 4, False),
        (["paid"] * 5, True),
        (["paid"] * 9 + ["open"], False),
        ([f"note {number}" for number in range(9)], False),
        ([""] * 9, False),
        (["(scrubbed)"] * 9, False),
        (["<REDACTED>"] * 9, False),
        (["sent"] * 9, False),
    ],
    ids=[
        "four answers",
        "six answers",
        "one text in four",
        "one text in five",
        "one seen once",
        "free text",
        "empty texts",
        "scrubbed",
        "another tool's mask",
        "sent by a request",
    ],
)
def test_a_vocabulary_is_stated_if_wanted_and_with_enough_evidence(
    judge: Judge, samples: list[str], *, refused: bool
) -> None:
    documents = [{"id": number, "status": text} for number, text in enumerate(samples)]
    expectation = expect(shape_of(documents), documents[0], request_texts={"sent"}, enumerations=True)
    assert (judge(expectation, {"id": 1, "status": "something new"}) != []) == refused


def test_a_vocabulary_is_not_stated_by_default(judge: Judge) -> None:
    documents = [{"id": number, "status": "paid"} for number in range(20)]
    assert judge(expect(shape_of(documents), documents[0]), {"id": 1, "status": "open"}) == []


def test_the_texts_that_the_consumer_s_model_takes_are_stated(judge: Judge) -> None:
    fields = read_fields([('status=["open","paid"]',)])
    expectation = expect(shape_of([{"status": "paid"}]), {"status": "paid"}, fields)
    verdicts = [judge(expectation, {"status": status}) == [] for status in ("open", "void")]
    assert verdicts == [True, False]


def test_a_field_with_a_default_is_not_required(judge: Judge) -> None:
    fields = read_fields([("id", "nick?")])
    expectation = expect(shape_of([{"id": 1, "nick": "a"}]), {"id": 1, "nick": "a"}, fields)
    assert judge(expectation, {"id": 2}) == []


def test_null_is_accepted_where_the_consumer_s_model_takes_it(judge: Judge) -> None:
    fields = read_fields([("id", "nick|null")])
    expectation = expect(shape_of([{"id": 1, "nick": "a"}]), {"id": 1, "nick": "a"}, fields)
    verdicts = [judge(expectation, {"id": 2, "nick": nick}) == [] for nick in (None, "b", 5)]
    assert verdicts == [True, True, False]


PAIR = [{"id": 1, "nick": "a", "address": {"zip": "8010", "floor": 2}}, {"id": 2, "address": {"zip": "1010"}}]


@given(samples=st.lists(DOCUMENTS, min_size=2, max_size=5))
@examples(100)
def test_every_sample_fulfils_what_is_stated_of_optional_fields(judge: Judge, samples: list[Any]) -> None:
    expectation = expect(shape_of(samples), samples[0], optionals=True)
    assert [judge(expectation, sample) for sample in samples] == [[]] * len(samples)


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ({"id": 1, "nick": "b", "address": {"zip": "1"}}, True),
        ({"id": 1, "address": {"zip": "1"}, "more": [1]}, True),
        ({"id": 1, "nick": 5, "address": {"zip": "1"}}, False),
        ({"id": 1, "address": {"zip": "1", "floor": "second"}}, False),
    ],
)
def test_an_optional_field_has_its_type_where_it_is_there(
    judge: Judge, answer: Any, *, accepted: bool
) -> None:
    expectation = expect(shape_of(PAIR), PAIR[0], optionals=True)
    assert (judge(expectation, answer) == []) == accepted


def test_an_expectation_states_whether_it_omits_optional_fields() -> None:
    without = [{"id": 1}, {"id": 2}]
    assert [expect(shape_of(samples), samples[0]).optionals for samples in (PAIR, without)] == [True, False]


BALANCES = {"balances": {"2026-01-31": {"amount": 5}, "2026-02-28": {"amount": 7}}}


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ({"balances": {"2027-12-31": {"amount": 9}}}, True),
        ({"balances": {}}, True),
        ({"balances": {"2027-12-31": {"amount": "9"}}}, False),
        ({"balances": {"2027-12-31": {}}}, False),
        ({"balances": {"tomorrow": {"amount": 9}}}, False),
        ({"balances": None}, False),
    ],
)
def test_an_object_whose_keys_are_data_may_have_others_of_their_kind(
    judge: Judge, answer: Any, *, accepted: bool
) -> None:
    assert (judge(expect(shape_of([BALANCES]), BALANCES), answer) == []) == accepted


def test_the_fields_that_are_read_narrow_the_values_of_such_an_object() -> None:
    wide = {"balances": {"2026-01-31": {"amount": 5, "note": "x"}}}
    narrowed = expect(shape_of([wide]), wide, read_fields([("balances.amount",)]))
    assert narrowed.example == {"balances": {"2026-01-31": {"amount": 5}}}
