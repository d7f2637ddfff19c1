"""Words and short numbers in paths, which are names of routes unless there is evidence that they are data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts.samples.value_forms import segment_kind

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path

API = "http://users.test"


def _operations(folder: Path, *recorded: tuple[str, Any]) -> list[str]:
    """The operations of reads that were recorded one after the other, by their paths and responses."""
    project = Project(folder)
    project.record("a", *(interaction(url=f"{API}{path}", answer=answer) for path, answer in recorded))
    return sorted({interaction["description"].partition(" → ")[0] for interaction in project.interactions()})


@pytest.mark.parametrize(
    ("first", "answer", "path", "operation"),
    [
        ("/rest/field", [{"id": "project"}], "/rest/project", "GET /rest/project"),
        ("/prompts/1", {"id": ["prompts", "chat"]}, "/v1/chat/completions", "GET /v1/chat/completions"),
        ("/versions", {"versions": [{"id": "v2.1"}]}, "/api/v2.1/flavors", "GET /api/v2.1/flavors"),
        ("/users", {"total": 2}, "/2/tweets", "GET /2/tweets"),
        ("/fields", [{"id": "summary"}], "/fields/summary", "GET /fields/{id}"),
        ("/boxes/blue", {"id": "blue"}, "/boxes/blue/items", "GET /boxes/{id}/items"),
        ("/me", {"categories": [{"id": "blue"}]}, "/category/blue/items", "GET /category/{id}/items"),
        ("/me", {"team_id": "blue"}, "/teams/blue/items", "GET /teams/{id}/items"),
        ("/workspaces", [{"slug": "blue"}], "/repositories/blue/all", "GET /repositories/{id}/all"),
        ("/me", {"id": "aB3-x"}, "/items/aB3-x/all", "GET /items/{id}/all"),
    ],
)
def test_a_word_is_an_id_only_below_the_name_of_its_collection(
    tmp_path: Path, first: str, answer: Any, path: str, operation: str
) -> None:
    assert operation in _operations(tmp_path, (first, answer), (path, {"ok": True}))


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/3/movie/550", "GET /3/movie/{id}"),
        ("/2/tweets", "GET /2/tweets"),
        ("/1234/tweets", "GET /{id}/tweets"),
        ("/7", "GET /{id}"),
        ("/7/9", "GET /{id}/{id2}"),
        ("/api/2023-10/products", "GET /api/2023-10/products"),
        ("/2015-03-31/functions", "GET /2015-03-31/functions"),
        ("/reports/2015-03-31", "GET /reports/{date}"),
        ("/api/version/2/users", "GET /api/version/2/users"),
        ("/documents/1234/version/2/pages", "GET /documents/{id}/version/{id2}/pages"),
    ],
)
def test_a_short_number_before_a_name_is_the_version_of_the_api(
    tmp_path: Path, path: str, operation: str
) -> None:
    assert _operations(tmp_path, (path, {"ok": True})) == [operation]


def test_an_id_is_explained_by_the_key_that_names_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    users = {"total": 17, "users": [{"id": 17}]}
    project.record(
        "a",
        interaction(url=f"{API}/users", answer=users),
        interaction(url=f"{API}/users/17", answer={"id": 17}),
    )
    assert "$.users[0].id" in str(project.interactions()[-1]["comments"])


def test_reads_with_different_parameters_are_not_one_operation(tmp_path: Path) -> None:
    record = {"id": "r1", "type": "A", "ttl": 60, "name": "www"}
    operations = _operations(
        tmp_path,
        ("/json/record_create?name=www&type=A", record),
        ("/json/record_update?record=r1&ttl=60", record),
        ("/json/record_delete?record=r1", record),
    )
    assert operations == ["GET /json/record_create", "GET /json/record_delete", "GET /json/record_update"]


def test_reads_of_objects_with_and_without_an_optional_parameter_are_one_operation(tmp_path: Path) -> None:
    projects = [
        ("/projects/apollo", {"id": "p1", "owner": "o", "members": 3}),
        ("/projects/gemini?expand=all", {"id": "p2", "owner": "o", "members": 3}),
        ("/projects/mercury", {"id": "p3", "owner": "o", "members": 3}),
    ]
    assert _operations(tmp_path, *projects) == ["GET /projects/{slug}"]


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/journals/1803-2427", "GET /journals/{id}"),
        ("/journals/0028-088X/works", "GET /journals/{id}/works"),
        ("/books/978-3-16-148410-0", "GET /books/{id}"),
        ("/zones/a.test/records/www.a.test", "GET /zones/a.test/records/{id}"),
        ("/files/a.test/www.b.test", "GET /files/a.test/www.b.test"),
        ("/sheets/1Sle_EDNRq8PsQGzmskqQWIGnUT4epR-d9A-9gaJsrrQ:batchUpdate", "GET /sheets/{id}:batchUpdate"),
        ("/jobs/7:cancel", "GET /jobs/{id}:cancel"),
        ("/docs:batchGet", "GET /docs:batchGet"),
        ("/tiles/7/0@2x.png", "GET /tiles/{id}/{id2}@2x.png"),
        ("/invoices/1234.pdf", "GET /invoices/{id}.pdf"),
        ("/pictures/logo.png", "GET /pictures/logo.png"),
        ("/papers/10.1093/lix.236/authors", "GET /papers/{id}/{id2}/authors"),
        ("/prefixes/10.1093/works", "GET /prefixes/{id}/works"),
        ("/terms/GO:0008150", "GET /terms/{id}"),
        ("/rules/job:requests:total", "GET /rules/{id}"),
        ("/model/nova-lite-v1:0/converse", "GET /model/{id}/converse"),
        ("/roles/arn:aws:iam::123456789012:role%2Fapp", "GET /roles/{id}"),
        ("/people/urn:li:person:abc", "GET /people/{id}"),
        ("/compare/main...feature", "GET /compare/{id}"),
        ("/conditions/test%2Fcondition", "GET /conditions/{id}"),
        ("/resource/Sales%20Order", "GET /resource/Sales Order"),
        ("/accounts/E89C475E-7476-4B95-95EA82BB4EE866E3", "GET /accounts/{id}"),
        ("/near(lat=33,lon=-118)", "GET /near(lat=33,lon=-118)"),
        ("/points/39.7456,-97.0892", "GET /points/{id}"),
        ("/calendar/2026-01", "GET /calendar/{date}"),
        ("/calendar/2026-W05", "GET /calendar/{date}"),
        ("/api/2026-01/products", "GET /api/2026-01/products"),
        ("/teams/T024BE7LD", "GET /teams/{id}"),
        ("/lookup/+12025550123", "GET /lookup/{id}"),
        ("/issue/PROJ-123", "GET /issue/{id}"),
        ("/charsets/UTF-8", "GET /charsets/UTF-8"),
        ("/logs-2026.01.31/_search", "GET /{id}/_search"),
        ("/fr-FR/products", "GET /{locale}/products"),
        ("/users/ada@example.com", "GET /users/{email}"),
    ],
)
def test_a_segment_is_an_id_by_its_form(tmp_path: Path, path: str, operation: str) -> None:
    assert _operations(tmp_path, (path, {"ok": True})) == [operation]


@pytest.mark.parametrize(
    ("codes", "operations"),
    [
        (["en", "de", "fr-FR"], ["GET /{locale}/products"]),
        (["fr", "de"], ["GET /de/products", "GET /fr/products"]),
        (["en", "hr"], ["GET /en/products", "GET /hr/products"]),
    ],
)
def test_codes_of_languages_with_the_same_path_below_them_are_data(
    tmp_path: Path, codes: list[str], operations: list[str]
) -> None:
    assert _operations(tmp_path, *((f"/{code}/products", [{"n": 1}]) for code in codes)) == operations


def test_names_of_lists_of_different_things_are_names(tmp_path: Path) -> None:
    lists = {"users": {"email": "a@b.test", "login": "a"}, "orders": {"total": 2}, "teams": None}
    responses = {name: {"resource": name, "items": [item] if item else []} for name, item in lists.items()}
    operations = _operations(tmp_path, *((f"/api/{name}", response) for name, response in responses.items()))
    assert operations == ["GET /api/orders", "GET /api/teams", "GET /api/users"]


def test_a_tag_that_a_list_of_the_same_things_names_is_data(tmp_path: Path) -> None:
    lists = [(f"/tags/{tag}", {"tag": tag, "posts": [{"title": "a", "likes": 1}]}) for tag in ("red", "blue")]
    assert _operations(tmp_path, *lists) == ["GET /tags/{slug}"]


def test_a_name_that_is_the_path_of_an_object_has_the_ids_in_it(tmp_path: Path) -> None:
    names = [f"projects/blue/topics/{topic}" for topic in ("news", "sport")]
    operations = _operations(tmp_path, *((f"/v1/{name}", {"name": name, "labels": {}}) for name in names))
    assert operations == ["GET /v1/projects/blue/topics/{slug}"]


def test_the_collection_in_the_name_of_an_object_is_not_a_value(tmp_path: Path) -> None:
    models = [
        (f"/v1beta/models/{name}", {"name": f"models/{name}", "version": "1"}) for name in ("pro", "flash")
    ]
    file = ("/v1beta/files/report", {"name": "files/report", "uri": "u", "state": "ACTIVE"})
    images = [(f"/images/{name}", {"name": name}) for name in ("library/nginx", "bitnami/redis")]
    operations = ["GET /images/{slug}/{slug2}", "GET /v1beta/files/report", "GET /v1beta/models/{slug}"]
    assert _operations(tmp_path, *models, file, *images) == operations


def test_me_is_no_name_of_a_user(tmp_path: Path) -> None:
    users = [(f"/users/{name}", {"id": 7, "name": "a", "email": "b"}) for name in ("ada", "bob", "eve", "me")]
    assert _operations(tmp_path, *users) == ["GET /users/me", "GET /users/{slug}"]


def test_a_kind_in_a_response_does_not_make_the_segment_of_that_name_data(tmp_path: Path) -> None:
    operations = _operations(
        tmp_path,
        ("/databases/mysql/instances/7", {"id": 7, "engine": "mysql"}),
        ("/databases/postgresql/instances/8", {"id": 8, "engine": "postgresql"}),
    )
    assert operations == ["GET /databases/mysql/instances/{id}", "GET /databases/postgresql/instances/{id}"]


def test_an_id_is_data_whatever_number_its_parameter_has_in_a_path(tmp_path: Path) -> None:
    user = {"login": "bob", "posts": 1}
    operations = _operations(
        tmp_path, ("/users/7/posts/9", {}), ("/users/bob", user), ("/users/bob/posts/8", {})
    )
    assert operations == ["GET /users/{id}", "GET /users/{id}/posts/{id2}"]


def test_sizes_are_not_kinds_of_objects(tmp_path: Path) -> None:
    servers = [
        (f"/servers/{number}", {"id": number, "type": size, size.partition("-")[0]: True})
        for number, size in enumerate(("small-2", "small-2", "large-4", "large-4"))
    ]
    assert _operations(tmp_path, *servers) == ["GET /servers/{id}"]


@pytest.mark.parametrize(
    ("segment", "kind"),
    [
        ("7", "id"),
        ("0190a6f0-4d5e-7abc-8def-0123456789ab", "id"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "id"),
        ("507f1f77bcf86cd799439011", "id"),
        ("usr_8sKq2w1fLp", "id"),
        ("5KsDBWseXY6QegucYAoacS1", "id"),
        ("2026-01-31", "date"),
        ("2026-13-31", "id"),
        ("192.0.2.7", "ip"),
        ("2001:db8::7", "ip"),
        ("2001:db8::/32", "ip"),
        ("1.2.3", "version"),
        ("reports-1778670288", "id"),
        ("my-reports1778670288", "id"),
        ("report17786702", None),
        ("10.5555", "id"),
        ("<USER>", "id"),
        ("scrubbed-2", "id"),
        ("XXXXXXXX", "id"),
        ("SUBSCRIPTION_ID", "id"),
        ("ORDER_CREATED", None),
        ("10:30:00", None),
        ("users", None),
        ("v1", None),
        ("deadbeef", None),
        ("internationalizations", None),
        ("", None),
    ],
)
def test_a_segment_is_a_value_when_its_form_shows_it(segment: str, kind: str | None) -> None:
    assert segment_kind(segment) == kind
