"""Requests that only headers distinguish: preferences, versions of the API, actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts.grouping.evidence.header_variants import header_variants
from pactape.exchange import Request

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def write(headers: dict[str, str], answer: Any = None) -> dict[str, Any]:
    """A write with these headers."""
    return interaction(
        method="POST", url="http://users.test/users", sent={"name": "Ada"}, headers=headers, answer=answer
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Prefer": "return=minimal"}, ["Prefer: return=minimal"]),
        ({"prefer": "respond-async, count=exact, wait=10"}, ["Prefer: count=exact, respond-async"]),
        ({"Prefer": "wait=10"}, []),
        ({"Accept": "application/json"}, []),
        ({"Accept": "application/vnd.acme.v2+json"}, ["Accept: application/vnd.acme.v2+json"]),
        ({"X-API-Version": "2"}, ["X-Api-Version: 2"]),
        ({"Acme-Version": "2026-01-01"}, ["Acme-Version: 2026-01-01"]),
        ({"X-Client-Version": "1.2"}, []),
        ({"X-App-Version": "1.2"}, []),
    ],
)
def test_preferences_and_versions_choose_the_form_of_an_answer(
    headers: dict[str, str], expected: list[str]
) -> None:
    request = Request(method="GET", url="http://users.test/users", headers=tuple(headers.items()))
    assert header_variants(request) == expected


def test_answers_to_other_preferences_are_interactions_of_their_own(project: Project) -> None:
    project.record("a", write({"Prefer": "return=representation"}, {"id": 1, "name": "Ada"}))
    project.record("b", write({"Prefer": "respond-async"}, {"status": "accepted"}))
    assert [interaction["description"] for interaction in project.interactions()] == [
        "POST /users → 200 with Prefer: respond-async",
        "POST /users → 200 with Prefer: return=representation",
    ]


@pytest.mark.parametrize("name", ["X-Order-Action", "X-Operation", "X-GitHub-Event", "Ce-Type"])
def test_a_header_that_names_the_action_distinguishes_operations(project: Project, name: str) -> None:
    for action in ("cancel", "ship"):
        project.record(action, write({name: action}, {action: True}))
    assert [interaction["description"] for interaction in project.interactions()] == [
        f"POST /users ({name}=cancel) → 200",
        f"POST /users ({name}=ship) → 200",
    ]


def test_an_id_in_such_a_header_distinguishes_nothing(project: Project) -> None:
    for identity in ("a1b2c3d4e5f60718", "b1b2c3d4e5f60719"):
        project.record(identity, write({"X-Trace-Event": identity}, {"ok": True}))
    assert [interaction["description"] for interaction in project.interactions()] == ["POST /users → 200"]
