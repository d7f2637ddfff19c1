"""Finding the operations that client code declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.checking.client_code.declared_calls import DeclaredOperation, declared_calls, declared_operations
from pactape.checking.coverage import cover
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path


def operations(folder: Path, text: str) -> dict[str, str]:
    file = folder / "client.py"
    file.write_text(text, encoding="utf-8")
    return {
        operation.name: operation.place
        for operation in declared_operations([file], root=folder, bases=["https://api.test/v1"])
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('client.get("/users/{id}", path={})', {"GET /users/{id}"}),
        ('self.post("/users", json={})', {"POST /users"}),
        ('self.cached_route("/users/{id}", returns=User)', {"GET /users/{id}"}),
        ('self.paginate("/users", by=ByLink())', {"GET /users"}),
        ('settings.get("users")', set()),
        ('requests.get(f"{BASE}/users/{user_id}")', {"GET /users/{user_id}"}),
        ('self.session.delete(f"{self.base}/users/{user.id}/posts")', {"DELETE /users/{id}/posts"}),
        ('requests.get(BASE + "/users/" + str(name) + "?full=1")', {"GET /users/{name}"}),
        ('requests.get("https://api.test/v1/users/%s" % name)', {"GET /users/{value}"}),
        ('requests.get("https://api.test/v1/users/%(name)s" % names)', {"GET /users/{name}"}),
        (
            'requests.get("https://other.test/users/{}/{name}".format(a, name=b))',
            {"GET /users/{value}/{name}"},
        ),
        ('requests.request("PUT", f"{BASE}/users/{1 + 1}")', {"PUT /users/{value}"}),
        ('requests.get(url=f"{BASE}/users")', {"GET /users"}),
        ('table.get(f"{name}/{x}")', set()),
        ('client.request(method, "/users")', set()),
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
    names = operations(tmp_path, 'a.get("/users")\nb.get("/users")\n')
    assert names == {"GET /users": "client.py:1"}


def test_a_file_that_is_not_python_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"client\.py: can't be read as Python"):
        operations(tmp_path, "def (")


def test_a_call_whose_url_is_built_elsewhere_is_unknown(tmp_path: Path) -> None:
    file = tmp_path / "client.py"
    file.write_text(
        "requests.get(url)\ntable.get(url)\nmake_session().post(build(url))\nf(1)(2).get(url)\n",
        encoding="utf-8",
    )
    assert declared_calls([file], root=tmp_path).unknown == ("client.py:1", "client.py:3")


def test_a_url_that_code_builds_is_that_of_the_recorded_operation_that_fits_best() -> None:
    built = DeclaredOperation("GET /users/{user_id}", "client.py:1", is_built=True)
    fixed = DeclaredOperation("GET /users/me", "client.py:2", is_built=True)
    other = DeclaredOperation("GET /tags/{x}", "client.py:3", is_built=True)
    recorded = dict.fromkeys(
        ("GET /users/{id}", "GET /users/me (action=show)", "POST /users/{id}", "GET /a"), ("a#0",)
    )
    rows = {row.operation: row.declared for row in cover([built, fixed, other], recorded, [])}
    assert rows["GET /users/{id}"] == "client.py:1"
    assert rows["GET /users/me (action=show)"] == "client.py:2"
    assert rows["GET /tags/{x}"] == "client.py:3"
