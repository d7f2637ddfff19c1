"""Additions to documents in YAML: the text that is there stays as it is."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pactape.descriptions.openapi.insertions import with_additions

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = """# Our API
openapi: 3.1.0
info: {title: Shop, version: "7"}   # by hand

paths:
  /users/{id}:   # one of them
    get:
      parameters:
        - name: id
          in: path
      description: |
        Several
        lines

      responses:
        "200": {description: OK}
        # no other status yet

  /orders:
    get:
      tags: [NO, SE]

components: {}
# the end
"""


def add_method(document: Any) -> None:
    document["paths"]["/users/{id}"]["put"] = {"responses": {"204": {"description": "No Content"}}}


def add_path(document: Any) -> None:
    document["paths"]["/new"] = {"get": {}}


def add_status(document: Any) -> None:
    document["paths"]["/users/{id}"]["get"]["responses"]["404"] = {"description": "Not Found"}


def add_parameter(document: Any) -> None:
    document["paths"]["/users/{id}"]["get"]["parameters"].append({"name": "page", "in": "query"})


def add_in_brackets(document: Any) -> None:
    document["info"]["summary"] = "x: y"
    document["paths"]["/users/{id}"]["get"]["responses"]["200"]["content"] = {"application/json": {}}
    document["paths"]["/orders"]["get"]["tags"].append("DK")
    document["components"]["schemas"] = {"User": {"type": "object"}}


def add_member(document: Any) -> None:
    document["security"] = []


def add_all(document: Any) -> None:
    for insert in (add_method, add_path, add_status, add_parameter, add_in_brackets, add_member):
        insert(document)


@pytest.mark.parametrize(
    "add",
    [add_method, add_path, add_status, add_parameter, add_in_brackets, add_member, add_all],
    ids=lambda insert: insert.__name__,
)
@pytest.mark.parametrize("text", [TEXT, TEXT.rstrip("\n")], ids=["usual", "without a last line end"])
def test_only_additions_are_new_in_the_text(text: str, add: Callable[[Any], None]) -> None:
    existing = yaml.safe_load(text)
    merged = copy.deepcopy(existing)
    add(merged)
    result = with_additions(text, existing, merged)
    assert result is not None
    assert yaml.safe_load(result) == merged
    remaining = iter(result)
    assert all(character in remaining for character in text)  # the text is a subsequence of the result


@pytest.mark.parametrize(
    ("text", "merged"),
    [
        ("a: 1\n", {"a": 2}),
        ("a: [1]\n", {"a": []}),
        ("a:\n", {"a": {"b": 1}}),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
    ],
)
def test_what_is_not_an_addition_is_not_inserted(text: str, merged: Any) -> None:
    assert with_additions(text, yaml.safe_load(text), merged) is None
