"""Finding the operations that client code declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.checking.declared import declared_operations
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path


def operations(folder: Path, text: str) -> dict[str, str]:
    file = folder / "client.py"
    file.write_text(text, encoding="utf-8")
    return {each.name: each.place for each in declared_operations([file], root=folder)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('client.get("/users/{id}", path={})', {"GET /users/{id}"}),
        ('self.post("/users", json={})', {"POST /users"}),
        ('self.cached_route("/users/{id}", returns=User)', {"GET /users/{id}"}),
        ('self.paginate("/users", by=ByLink())', {"GET /users"}),
        ('settings.get("users")', set()),
        ("table.get(name)", set()),
        ('Q = "query GetUser($id: ID!) { user(id: $id) { id } }"', {"GetUser"}),
        ('Q = """\n# what it is for\nmutation Create { create { id } }"""', {"Create"}),
        ('Q = "query { user { id } }"', set()),
        ('text = "query the database"', set()),
    ],
)
def test_an_operation_is_declared_by_a_route_or_a_document(
    tmp_path: Path, text: str, names: set[str]
) -> None:
    assert operations(tmp_path, text).keys() == names


def test_an_operation_has_the_place_of_its_first_declaration(tmp_path: Path) -> None:
    found = operations(tmp_path, 'a.get("/users")\nb.get("/users")\n')
    assert found == {"GET /users": "client.py:1"}


def test_a_file_that_is_no_python_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"client\.py: can't be read as Python"):
        operations(tmp_path, "def (")
