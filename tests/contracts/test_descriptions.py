"""Descriptions are unique in their contract, and say what distinguishes one request from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.helpers.projects import TEST, Project, interaction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_two_operations_of_one_test_get_descriptions_of_their_own(project: Project) -> None:
    project.record("a", interaction(), interaction(method="DELETE"), **TEST)
    assert [stated["description"] for stated in project.interactions()] == [
        "gets a user (DELETE /users/{id})",
        "gets a user (GET /users/{id})",
    ]


def test_requests_of_one_operation_are_distinguished_by_the_names_that_they_have(project: Project) -> None:
    url = "http://users.test/users"
    project.record("a", interaction(url=f"{url}?limit=5"), interaction(url=f"{url}?limit=5&after=x"))
    project.record(
        "b", *(interaction(method="POST", url=url, sent=sent) for sent in ({"a": 1}, {"b": {"c": 1}}))
    )
    assert [stated["description"] for stated in project.interactions()] == [
        "GET /users → 200",
        "GET /users → 200 with after",
        "POST /users → 200 with a",
        "POST /users → 200 with b",
    ]


def test_bodies_without_names_are_distinguished_in_words(project: Project) -> None:
    bodies: tuple[Any, ...] = (None, {}, {"a": 1}, {"a": {}}, [], [{"b": 1}, {"a": 1}], [{"a": 1}, {"b": 1}])
    url = "http://users.test/users"
    project.record("a", *(interaction(method="POST", url=url, sent=sent) for sent in bodies))
    assert [stated["description"] for stated in project.interactions()] == [
        "POST /users → 200",
        "POST /users → 200 with a",
        "POST /users → 200 with a (empty)",
        "POST /users → 200 with an array",
        "POST /users → 200 with an array of a, b",
        "POST /users → 200 with an empty object",
    ]


def test_what_cant_be_distinguished_is_numbered_from_one_for_each_phrase(project: Project) -> None:
    for name in ("users", "people"):
        url = f"http://{name}.test/graphql"
        for number, document in enumerate(("mutation M { like hide }", "mutation M { hide like }")):
            project.record(f"{name}-{number}", interaction(method="POST", url=url, sent={"query": document}))
    assert [stated["description"] for stated in project.interactions()] == [
        "M → 200 #1",
        "M → 200 #2",
    ]


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        (("query Me { me { id } }", "query Me { me { id posts { title } } }"), ["", " with me.posts"]),
        (
            ("query P { posts(first: 5) { id } }", "query P { posts(last: 5) { id } }"),
            [" with posts(first: 5)", " with posts(last: 5)"],
        ),
        (
            ("query P($id: ID!) { p(id: $id) }", "query P($id: Int!) { p(id: $id) }"),
            [" with $id: ID!", " with $id: Int!"],
        ),
        (
            ("query F { me { ...A } } fragment A on U { id }", "query F { me { ... on U { id } } }"),
            [" with ...A.id, me....A", " with me....on U"],
        ),
    ],
)
def test_documents_of_one_name_are_distinguished_by_their_parts(
    project: Project, documents: tuple[str, str], expected: list[str]
) -> None:
    for number, document in enumerate(documents):
        recorded = interaction(method="POST", url="http://users.test/graphql", sent={"query": document})
        project.record(str(number), recorded)
    assert (
        sorted(stated["description"].partition(" → 200")[2] for stated in project.interactions()) == expected
    )


def test_bodies_are_distinguished_by_fields_at_any_depth(project: Project) -> None:
    url = "http://users.test/users"
    for name in ("x", "y"):
        project.record(name, interaction(method="POST", url=url, sent={"a": {"b": {"c": {name: 1}}}}))
    assert [stated["description"] for stated in project.interactions()] == [
        "POST /users → 200 with a.b.c.x",
        "POST /users → 200 with a.b.c.y",
    ]


def test_requests_that_share_a_distinguishing_name_are_distinguished_by_what_is_below_it(
    project: Project,
) -> None:
    url = "http://users.test/users"
    for name, sent in (("x", {}), ("y", {"a": {"b": 1}}), ("z", {"a": {"c": 1, "d": 2}})):
        project.record(name, interaction(method="POST", url=url, sent={"id": 1, **sent}))
    assert [stated["description"] for stated in project.interactions()] == [
        "POST /users → 200",
        "POST /users → 200 with a.b",
        "POST /users → 200 with a.c, a.d",
    ]


def test_answers_of_two_media_types_are_distinguished_by_these(project: Project) -> None:
    for name, media in (("a", "application/json"), ("b", "application/xml")):
        project.record(name, interaction(headers={"Accept": media}, media=media))
    assert [stated["description"] for stated in project.interactions()] == [
        "GET /users/{id} → 200 (application/json)",
        "GET /users/{id} → 200 (application/xml)",
    ]


def test_the_names_of_which_there_are_too_many_are_those_that_fewest_other_requests_have(
    project: Project,
) -> None:
    url = "http://users.test/chat"
    names = ("input", "model", "stream")
    bodies: tuple[dict[str, int], ...] = ({}, dict.fromkeys(names, 1), dict.fromkeys((*names, "tools"), 1))
    for name, sent in zip("abc", bodies, strict=True):
        project.record(name, interaction(method="POST", url=url, sent={"id": 1, **sent}))
    assert [stated["description"] for stated in project.interactions()] == [
        "POST /chat → 200",
        "POST /chat → 200 with input, model, stream",
        "POST /chat → 200 with input, model, tools and 1 more",
    ]


def test_a_graphql_operation_at_two_endpoints_is_two(project: Project) -> None:
    for name in ("admin", "shop"):
        url = f"http://users.test/{name}/graphql"
        project.record(name, interaction(method="POST", url=url, sent={"query": "query Me { me { id } }"}))
    assert [stated["description"] for stated in project.interactions()] == [
        "Me → 200 with the path /admin/graphql",
        "Me → 200 with the path /shop/graphql",
    ]
