"""Which names of query parameters and form fields make interactions of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _post(body: str) -> dict[str, Any]:
    form = interaction(method="POST", url="http://users.test/orders", headers=FORM)
    form["request"]["body"] = body
    return form


@pytest.mark.parametrize(
    "bodies",
    [
        ("items[0][sku]=a", "items[0][sku]=a&items[1][sku]=b"),
        ("Item.1.Sku=a", "Item.1.Sku=a&Item.2.Sku=b"),
        ("first contents", "second contents"),
    ],
)
def test_forms_that_differ_in_indices_or_have_no_names_are_one_interaction(
    tmp_path: Path, bodies: tuple[str, str]
) -> None:
    project = Project(tmp_path)
    project.record("a", *map(_post, bodies))
    assert [interaction["description"] for interaction in project.interactions()] == ["POST /orders → 200"]


def test_a_query_without_a_name_is_not_in_the_description(tmp_path: Path) -> None:
    project = Project(tmp_path)
    queries = ('?{"name": "Ada"}', "?sort=name")
    project.record("a", *(interaction(url=f"http://users.test/users{query}") for query in queries))
    assert [interaction["description"] for interaction in project.interactions()] == [
        "GET /users → 200",
        "GET /users → 200 with sort",
    ]
