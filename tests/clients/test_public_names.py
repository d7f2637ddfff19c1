from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
import threading

import msgspec
import pactape_clients
import pytest
from pactape_clients import errors
from pactape_clients.operations import Operation

ROOMS = (
    "pactape_clients",
    *(f"pactape_clients.{name}" for name in ("auth", "cache", "errors", "graphql", "rest", "users")),
)


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_there(room: str) -> None:
    module = importlib.import_module(room)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_public_names_are_in_order(room: str) -> None:
    names = importlib.import_module(room).__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))


def test_every_error_is_drawn_in_the_tree() -> None:
    tree = inspect.getdoc(errors) or ""
    classes = [
        error_class
        for _, error_class in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error_class, Exception)
    ]
    assert [error_class.__name__ for error_class in classes if error_class.__name__ not in tree] == []


@pytest.mark.parametrize(
    "error",
    [
        errors.NotFoundError("gone", status=404, headers={"X-Request-Id": "r"}),
        errors.DecodeError("bad", path="$.a"),
        errors.TokenRefusedError("no", code="invalid_grant", status=400),
        errors.GraphQLResponseError("no", data={"a": 1}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_survives_copying_and_pickling(error: errors.ClientError) -> None:
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 -- our own bytes
        assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))


def test_an_error_survives_pickling_whatever_it_holds() -> None:
    class Local(msgspec.Struct):
        id: int

    operation = Operation(name="GET /x", method="GET", path="/x", result=Local)
    values = {"id": 7, "lock": threading.Lock()}
    error = errors.NotFoundError("gone", status=404, operation=operation, values=values)
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert (str(twin), twin.status, twin.values) == ("gone", 404, {"id": 7})
    assert twin.operation == msgspec.structs.replace(operation, result=None)
    assert copy.deepcopy(error).values is values
    data = errors.GraphQLResponseError("no", data=threading.Lock())
    assert pickle.loads(pickle.dumps(data)).data is None  # noqa: S301 -- our own bytes


def test_an_error_of_ones_own_survives_copying_and_pickling() -> None:
    error = OwnError("a", "b")
    for twin in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 -- our own bytes
        assert (str(twin), twin.code) == ("a b", "b")


class OwnError(errors.ClientError):
    def __init__(self, what: str, code: str) -> None:
        super().__init__(f"{what} {code}")
        self.code = code


def test_no_module_needs_an_optional_library_to_be_imported() -> None:
    modules = [
        error_class.name
        for error_class in pkgutil.walk_packages(pactape_clients.__path__, "pactape_clients.")
    ]
    sources = [inspect.getsource(importlib.import_module(name)) for name in modules]
    assert not [
        error_class
        for error_class in sources
        if "\nimport redis" in error_class or "\nimport authlib" in error_class
    ]
