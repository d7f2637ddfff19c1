"""What models say of the fields that they read, whichever library they are written with."""

from __future__ import annotations

import dataclasses
import enum
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypedDict, TypeVar

import attrs
import msgspec
import pydantic
import pydantic.dataclasses
import pytest
import typing_extensions
from pactape.observing import Usage, observing, track
from pactape.observing.models.field_paths import field_paths
from pydantic.alias_generators import to_camel


class Status(enum.Enum):
    OPEN = "open"
    PAID = "paid"


class Lenient(enum.Enum):
    OTHER = "other"

    @classmethod
    def _missing_(cls, _value: object) -> Lenient:
        return cls.OTHER


class PydanticLine(pydantic.BaseModel):
    sku: str


class PydanticOrder(pydantic.BaseModel):
    id: int
    status: Status
    note: str | None = None
    lines: list[PydanticLine] = []
    created: str = pydantic.Field(alias="createdAt")


class StrictPydantic(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    id: int


class Raw(pydantic.BaseModel):
    id: int

    @pydantic.model_validator(mode="before")
    @classmethod
    def look(cls, data: Any) -> Any:
        return data


class RawField(pydantic.BaseModel):
    owner: PydanticLine

    @pydantic.field_validator("owner", mode="before")
    @classmethod
    def look(cls, data: Any) -> Any:
        return data


class Aliases(pydantic.BaseModel):
    name: str = pydantic.Field(validation_alias=pydantic.AliasChoices("name", "title"))
    city: str = pydantic.Field(validation_alias=pydantic.AliasPath("address", "city"))


class Root(pydantic.RootModel[list[PydanticLine]]):
    pass


class Struct(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    full_name: str
    kind: Literal["a", "b"] = "a"
    parent: Struct | None = None


class Card(msgspec.Struct, tag="card", tag_field="type"):
    number: str


class Cash(msgspec.Struct, tag="cash", tag_field="type"):
    amount: int


@dataclasses.dataclass
class Line:
    sku: str
    gift: bool = False
    total: int = dataclasses.field(default=0, init=False)


@attrs.define
class Attrs:
    id: int
    nick: str | None = None


class Typed(TypedDict):
    id: int
    nick: NotRequired[str]


class Pair(NamedTuple):
    left: str
    right: str = ""


Item = TypeVar("Item")


@dataclasses.dataclass
class Page(Generic[Item]):
    items: list[Item]
    first: Item | None = None


@attrs.define
class AttrsPage(Generic[Item]):
    items: list[Item]


@pydantic.dataclasses.dataclass
class PydanticPage(Generic[Item]):
    items: list[Item]


class LinePage(Page[Line]):
    pass


class Row(msgspec.Struct, array_like=True):
    id: int


class Embedded(pydantic.BaseModel):
    line: pydantic.Json[PydanticLine]
    lines: list[Annotated[PydanticLine, pydantic.BeforeValidator(lambda line: line)]]
    checked: Annotated[PydanticLine, pydantic.AfterValidator(lambda line: line)]


@pytest.mark.parametrize(
    ("model", "paths"),
    [
        (
            PydanticOrder,
            ("createdAt", "id", "lines?[].sku", "note|null?", "status", 'status=["open","paid"]'),
        ),
        (StrictPydantic, ("id", "{!}")),
        (Raw, None),
        (RawField, ("owner",)),
        (Aliases, ("address.city", "name?", "title?")),
        (Root, ("[].sku",)),
        (Struct, ("fullName", "kind?", 'kind?=["a","b"]', "parent|null?", "{!}")),
        (Card | Cash, ("amount?", "number?", "type", 'type=["card","cash"]')),
        (Line, ("gift?", "sku")),
        (list[Line], ("[].gift?", "[].sku")),
        (Annotated[tuple[Line, ...], "lines"], ("[].gift?", "[].sku")),
        (Attrs, ("id", "nick|null?")),
        (Typed, ("id", "nick?")),
        (Pair, ("left", "right?")),
        (Page[Line], ("first|null?.gift?", "first|null?.sku", "items[].gift?", "items[].sku")),
        (Page, ("first|null?", "items")),
        (LinePage, ("first|null?.gift?", "first|null?.sku", "items[].gift?", "items[].sku")),
        (AttrsPage[Attrs], ("items[].id", "items[].nick|null?")),
        (PydanticPage[PydanticLine], ("items[].sku",)),
        (list[Row], None),
        (Embedded, ("checked.sku", "line", "lines")),
        (dict[str, Line], None),
        (Any, None),
        (None, None),
    ],
)
def test_a_model_says_which_fields_it_takes_and_how(model: Any, paths: tuple[str, ...] | None) -> None:
    assert field_paths(model) == paths


def test_an_enumeration_that_takes_any_value_is_not_closed() -> None:
    assert field_paths(msgspec.defstruct("Model", [("status", Lenient)])) == ("status",)


class ByEitherName(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(alias_generator=to_camel, populate_by_name=True)
    first_name: str


@pytest.mark.parametrize(
    ("model", "value", "paths"),
    [
        (ByEitherName, {"firstName": "Ada"}, ("firstName",)),
        (ByEitherName, {"first_name": "Ada"}, ("first_name",)),
        (ByEitherName, None, ("firstName?", "first_name?")),
        (
            list[ByEitherName],
            [{"firstName": "Ada"}, {"first_name": "Al"}],
            ("[].firstName?", "[].first_name?"),
        ),
        (list[ByEitherName], [{"firstName": "Ada"}], ("[].firstName",)),
        (Aliases, {"title": "Ms", "address": {"city": "Oslo"}}, ("address.city", "title")),
        (dict[str, list[Line]], {"a": [{"sku": "x"}]}, ("a?[].gift?", "a?[].sku")),
        (Pair, ["a", "b"], None),
    ],
)
def test_of_several_keys_the_one_that_the_answer_has_is_read(
    model: Any, value: Any, paths: tuple[str, ...] | None
) -> None:
    assert field_paths(model, value=value) == paths


class Extended(typing_extensions.TypedDict, total=False):
    """Before Python 3.12 pydantic takes no other."""

    id: int
    name: typing_extensions.Required[str]


def test_a_typed_dict_of_typing_extensions_says_which_fields_are_read() -> None:
    assert field_paths(Extended) == ("id?", "name")


def test_an_adapter_of_a_typed_dict_reads_its_fields() -> None:
    usage = Usage()
    with observing():
        pydantic.TypeAdapter(Extended).validate_python(track({"id": 1, "name": "x", "more": 2}, usage))
    assert usage.paths() == ("id?", "name")


def test_a_field_whose_type_cannot_be_resolved_is_read_completely() -> None:
    class Order(TypedDict):
        id: int
        total: Money  # type: ignore[name-defined]  # noqa: F821 -- as one that is only imported for type checks

    assert field_paths(Order) == ("id", "total")
