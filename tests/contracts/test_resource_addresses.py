"""Ids that only the header of an earlier answer gives: the address of what a write has created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts.samples.resource_addresses import ids_in_headers
from pactape.exchange import Exchange, Request, Response

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def ids(
    url: str, address: str, *, method: str = "POST", status: int = 202, name: str = "Location"
) -> tuple[str, ...]:
    """The ids in the header of an answer."""
    request = Request(method=method, url=f"https://api.test{url}")
    response = Response(status=status, headers=((name, address),))
    return ids_in_headers(Exchange(request=request, response=response, cassette="a", index=0))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (ids("/jobs", "/jobs/alpha-run"), ("alpha-run",)),
        (ids("/jobs", "https://api.test/jobs/alpha-run?wait=1"), ("alpha-run",)),
        (ids("/jobs", "jobs/alpha-run"), ("alpha-run",)),
        (ids("/jobs", "/runs/alpha-run", status=201), ("alpha-run",)),
        (ids("/jobs", "/runs/alpha-run"), ()),
        (ids("/jobs", "/runs/usr_8sKq2w1fLp"), ("usr_8sKq2w1fLp",)),
        (ids("/jobs", "/jobs/alpha-run", status=303), ("alpha-run",)),
        (ids("/", "/login", method="GET", status=302), ()),
        (ids("/docs", "/docs/start", method="GET", status=301), ()),
        (ids("/users/7", "/users/7", method="PUT", status=201), ()),
        (ids("/jobs", "/jobs/alpha-run", name="Operation-Location"), ("alpha-run",)),
        (ids("/jobs", "https://[::1/jobs"), ()),
    ],
)
def test_the_address_of_what_a_write_made_gives_its_id(
    found: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert found == expected


def made(name: str, *, status: int = 202) -> list[dict[str, Any]]:
    """A write, and the read of what it made."""
    write = interaction(method="POST", url="http://users.test/jobs", sent={"a": 1}, status=status)
    write["response"]["headers"]["Location"] = [f"/jobs/{name}"]
    return [write, interaction(url=f"http://users.test/jobs/{name}", answer={"state": "done"})]


def test_reads_of_what_writes_made_are_one_operation(project: Project) -> None:
    for name in ("alpha-run", "beta-run"):
        project.record(name, *made(name))
    assert [
        (interaction["description"], interaction["comments"].get("text"))
        for interaction in project.interactions()
    ] == [
        (
            "GET /jobs/{id} → 200",
            ["The path's segment 2 comes from an earlier response, POST /jobs: the address in a header"],
        ),
        ("POST /jobs → 202", []),
    ]


def test_a_redirect_to_the_result_of_a_write_gives_its_id_though_it_is_skipped(project: Project) -> None:
    for name in ("alpha-run", "beta-run"):
        project.record(name, *made(name, status=303))
    assert [interaction["description"] for interaction in project.interactions()] == ["GET /jobs/{id} → 200"]
