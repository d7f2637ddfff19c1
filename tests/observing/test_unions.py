"""What a union of models reads: the fields of the alternatives that the answers are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from pactape.observing.models.field_paths import field_paths
from pydantic import BaseModel, Field


class Cat(BaseModel):
    kind: Literal["cat"]
    sound: str


class Dog(BaseModel):
    kind: Literal["dog"]
    bark: int
    name: str | None = None


class TaggedCat(msgspec.Struct, tag="cat", tag_field="kind"):
    sound: str


class TaggedDog(msgspec.Struct, tag="dog", tag_field="kind"):
    bark: int


class Line(BaseModel):
    sku: str


class Owner(BaseModel):
    pet: Cat | Dog | None = None


CAT = {"kind": "cat", "sound": "meow"}
DOG = {"kind": "dog", "bark": 1}
KINDS = 'kind=["cat","dog"]'


@pytest.mark.parametrize(
    ("model", "value", "paths"),
    [
        (Annotated[Cat | Dog, Field(discriminator="kind")], CAT, ("kind", KINDS, "sound")),
        (Cat | Dog, DOG, ("bark", "kind", KINDS, "name|null?")),
        (TaggedCat | TaggedDog, CAT, ("kind", KINDS, "sound")),
        (
            list[Cat | Dog],
            [CAT, DOG],
            ("[].bark?", "[].kind", f"[].{KINDS}", "[].name|null?", "[].sound?"),
        ),
        (
            Owner,
            {"pet": DOG},
            ("pet|null?.bark", "pet|null?.kind", f"pet|null?.{KINDS}", "pet|null?.name|null?"),
        ),
        (Cat | Dog, {"kind": "fish"}, ("bark?", "kind", KINDS, "name|null?", "sound?")),
        (str | Line, {"sku": "a"}, ("sku",)),
        (list[Line] | Line, [{"sku": "a"}], ("[].sku",)),
        (dict[str, Line], {"first": {"sku": "a", "n": 1}}, ("first?.sku",)),
        (dict[str, Line], {"a.b": {"sku": "a"}}, None),
        (dict[str, int], {"a": 1}, None),
        (int | str, 7, None),
    ],
)
def test_a_union_reads_what_the_alternative_of_the_answer_reads(
    model: Any, value: Any, paths: tuple[str, ...] | None
) -> None:
    assert field_paths(model, value=value) == paths


OneState = Literal["open"]
OtherState = Literal["paid"]


class Closed(BaseModel):
    state: OneState | OtherState


class Open(BaseModel):
    state: OneState | str


def test_a_text_may_be_what_any_alternative_accepts() -> None:
    assert field_paths(Closed, value={"state": "open"}) == ("state", 'state=["open","paid"]')


def test_a_text_that_an_alternative_leaves_open_is_open() -> None:
    assert field_paths(Open, value={"state": "open"}) == ("state",)
