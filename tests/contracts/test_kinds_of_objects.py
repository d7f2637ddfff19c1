"""Objects of several kinds, and objects that a consumer's model closes, judged by the official matching engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts.inference.closing import close
from pactape.contracts.inference.fields import read_fields
from pactape.contracts.inference.joined_shape import shape_of
from pactape.contracts.inference.rules import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.contracts.inference.rules import Expectation

    Judge = Callable[[Expectation, Any], list[str]]


def test_an_item_of_another_kind_may_lack_the_key_that_its_kind_is_named_after(judge: Judge) -> None:
    texts = [
        {"parts": [{"type": "text", "text": {"content": character}, "href": None}]} for character in "abc"
    ]
    mention = {"parts": [{"type": "mention", "mention": {"user": "ada"}, "href": None}]}
    assert judge(expect(shape_of(texts), texts[0]), mention) == []
    assert judge(expect(shape_of(texts), texts[0]), {"parts": [{"type": "text", "text": {}}]}) != []


def test_an_item_has_the_key_of_its_kind_when_the_consumer_reads_it(judge: Judge) -> None:
    texts = [{"parts": [{"type": "text", "text": character}]} for character in "abc"]
    fields = read_fields([("parts[].text",)])
    assert judge(expect(shape_of(texts), texts[0], fields), {"parts": [{"type": "mention"}]}) != []


CLOSED = read_fields([("id", "{!}", "note?", "owner.name", "owner{!}", "lines[].sku", "lines[]{!}")])
ORDER = {"id": 1, "owner": {"name": "Ada"}, "lines": [{"sku": "a"}]}


@pytest.mark.parametrize(
    ("answer", "is_kept"),
    [
        (ORDER, True),
        ({**ORDER, "note": "n"}, True),
        ({**ORDER, "new": 1}, False),
        ({**ORDER, "owner": {"name": "Ada", "new": 1}}, False),
        ({**ORDER, "lines": [{"sku": "a"}, {"sku": "b", "new": 1}]}, False),
    ],
)
def test_a_model_that_refuses_other_fields_closes_its_objects(
    judge: Judge, answer: dict[str, Any], *, is_kept: bool
) -> None:
    shape = shape_of([ORDER])
    closed = close(expect(shape, ORDER, CLOSED), shape, CLOSED)
    assert closed is not None
    assert (judge(closed, answer) == []) is is_kept


def test_an_object_that_was_answered_with_other_keys_stays_open() -> None:
    order, fields = {"id": 1, "new": 2}, read_fields([("id", "{!}")])
    assert close(expect(shape_of([order]), order, fields), shape_of([order]), fields) is None
