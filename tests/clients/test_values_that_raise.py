"""Values, models and functions of the caller's own that raise are named in an error of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pydantic
import pytest
from pactape_clients import GraphQLClient, RestClient
from pactape_clients.errors import DecodeError, DocumentError, UsageError
from pactape_clients.rest import ByNextUrl, Caching

from tests.clients.helpers.callbacks import Broken, VerdictError, raising

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = Caching(ttl=60, tags=("users",))


class Unprintable:
    def __str__(self) -> str:
        raise Broken

    __repr__ = object.__repr__


def broken_pairs(error: Exception) -> Iterator[tuple[str, str]]:
    yield "a", "b"
    raise error


def test_values_for_the_url_that_raise_are_the_callers_mistake() -> None:
    client = RestClient("http://127.0.0.1:1")
    with pytest.raises(UsageError, match="query can't be read: it raised KeyError"):
        client.get("/x", query=broken_pairs(KeyError("x")))
    with pytest.raises(UsageError, match="raised Broken"):
        client.get("/x", query={"a": Unprintable()})
    with pytest.raises(UsageError, match="raised Broken"):
        client.get("/{id}", path={"id": Unprintable()})
    with pytest.raises(VerdictError):
        client.get("/x", query=broken_pairs(VerdictError()))


class Model(msgspec.Struct):
    id: int

    def __post_init__(self) -> None:
        raise Broken(str(self.id))


class Opaque:
    pass


@pytest.mark.parametrize("caching", [None, KEPT])
def test_a_model_or_hook_that_raises_while_decoding_is_named_and_the_cause(
    serve: Any, response: Any, caching: Any
) -> None:
    error = Broken("odd")
    with serve(lambda _: response(json={"id": 1})) as server:
        with pytest.raises(DecodeError, match="raised Broken in __post_init__") as failure:
            RestClient(server.url).get("/x", returns=Model, caching=caching)
        assert isinstance(failure.value.__cause__, Broken)
        with pytest.raises(DecodeError, match="raised Broken in quota_check") as failure:
            RestClient(server.url, dec_hook=raising(error)).get("/x", returns=Opaque, caching=caching)
        assert failure.value.__cause__ is error
        with pytest.raises(VerdictError):
            RestClient(server.url, dec_hook=raising(VerdictError())).get(
                "/x", returns=Opaque, caching=caching
            )


def test_pages_without_items_are_named(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json={"items": None})) as server:
        client = RestClient(server.url)
        with pytest.raises(UsageError, match=r"items\(…\) raised TypeError"):
            list(
                client.paginate("/", by=ByNextUrl(following=lambda _: None), items=lambda page: page["items"])
            )
        with pytest.raises(VerdictError):
            list(client.paginate("/", by=ByNextUrl(following=raising(VerdictError()))))


class BrokenModel(pydantic.BaseModel):
    id: int = 1

    @pydantic.model_serializer
    def dump(self) -> dict[str, Any]:
        raise Broken


def test_variables_that_cannot_be_dumped_are_the_callers_mistake() -> None:
    query = "query Q($id: ID) { user(id: $id) { id } }"
    with pytest.raises(DocumentError, match="the variables can't be encoded"):
        GraphQLClient("http://127.0.0.1:1").query(query, BrokenModel())  # type: ignore[call-overload]  # pydantic's
