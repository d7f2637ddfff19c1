"""Names in paths that responses of their collection show to be items of it, and so values of a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path

API = "http://users.test"
TAG = "/tags/blue-sky"


def _operations(folder: Path, *recorded: tuple[str, str, Any]) -> list[str]:
    """The operations of requests, each recorded in a cassette of its own, by method, path and response."""
    project = Project(folder)
    for number, (method, path, answer) in enumerate(recorded):
        request = interaction(method=method, url=f"{API}{path}", answer=answer)
        project.record(str(number), request)
    return sorted({interaction["description"].partition(" → ")[0] for interaction in project.interactions()})


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("POST", "/tags", {"name": "blue-sky", "size": 3}),
        ("POST", "/tags", {"tag": {"label": "blue-sky", "size": 3}}),
        ("GET", "/tags", [{"name": "blue-sky"}, {"name": "red"}]),
        ("GET", "/tags", {"total_count": 1, "tags": [{"name": "Blue-Sky"}]}),
        ("GET", "/tags", {"tags": {"items": [{"name": "blue-sky"}], "next": None}}),
        ("GET", "/tags", {"count": 1, "results": ["blue-sky"]}),
        ("GET", "/tags", {"count": 1, "results": [{"url": f"{API}/tags/blue-sky/", "size": 3}]}),
        ("GET", "/tags/", [{"name": "blue-sky"}]),
        ("GET", "/tags", [{"id": 7, "name": "blue-sky"}]),
        ("POST", "/tags", {"tag_key": "blue-sky", "size": 3}),
    ],
)
def test_what_a_collection_shows_to_be_its_item_is_a_parameter(
    tmp_path: Path, method: str, path: str, answer: Any
) -> None:
    operations = _operations(tmp_path, (method, path, answer), ("DELETE", TAG, {"ok": True}))
    assert "DELETE /tags/{slug}" in operations


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/tags", [{"id": 7, "title": "blue-sky"}]),
        ("GET", "/tags", [{"name": "red"}]),
        ("GET", "/tags/7", {"id": 7, "parts": [{"name": "blue-sky"}]}),
        ("GET", "/labels", [{"name": "blue-sky"}]),
        ("PUT", "/tags", {"name": "blue-sky"}),
    ],
)
def test_what_no_response_of_the_collection_has_is_a_name(
    tmp_path: Path, method: str, path: str, answer: Any
) -> None:
    operations = _operations(tmp_path, (method, path, answer), ("DELETE", TAG, {"ok": True}))
    assert "DELETE /tags/blue-sky" in operations


def test_a_word_that_an_item_with_an_id_is_called_may_be_an_operation(tmp_path: Path) -> None:
    views = [{"id": 7, "name": "active"}]
    operations = _operations(tmp_path, ("GET", "/views", views), ("GET", "/views/active", {"ok": True}))
    assert operations == ["GET /views", "GET /views/active"]


def test_what_an_item_belongs_to_may_precede_its_name(tmp_path: Path) -> None:
    buckets = [{"label": "photos", "region": "eu-west"}, {"label": "b-1778670288", "region": "eu-north"}]
    operations = _operations(
        tmp_path,
        ("GET", "/buckets", buckets),
        ("DELETE", "/buckets/eu-west/photos", {"ok": True}),
        ("DELETE", "/buckets/eu-north/b-1778670288", {"ok": True}),
    )
    assert operations == ["DELETE /buckets/{slug}/{id}", "GET /buckets"]


def test_what_begins_a_path_is_no_item(tmp_path: Path) -> None:
    operations = _operations(tmp_path, ("GET", "/", [{"name": "users"}]), ("GET", "/users", {"ok": True}))
    assert "GET /users" in operations


def test_a_name_of_two_segments_is_two_parameters(tmp_path: Path) -> None:
    repositories = [(f"/repos/{name}", {"full_name": name}) for name in ("ada/engine", "bob/wheel")]
    assert _operations(tmp_path, *(("GET", path, answer) for path, answer in repositories)) == [
        "GET /repos/{slug}/{slug2}"
    ]


def test_what_an_item_is_called_after_a_change_is_a_parameter(tmp_path: Path) -> None:
    operations = _operations(
        tmp_path,
        ("POST", "/tags", {"name": "red"}),
        ("PUT", "/tags/red", {"name": "blue-sky"}),
        ("DELETE", TAG, {"ok": True}),
    )
    assert operations == ["DELETE /tags/{slug}", "POST /tags", "PUT /tags/{slug}"]


def test_what_a_write_returns_by_the_name_of_the_collection_is_a_parameter(tmp_path: Path) -> None:
    writes = [("POST", f"/backends/{name}", {"backend_name": name}) for name in ("b-one", "b-two")]
    assert _operations(tmp_path, *writes) == ["POST /backends/{slug}"]
