"""Names in paths that are data because of the paths below them."""

from __future__ import annotations

from typing import Any

import pytest
from pactape.contracts.grouping.endpoints import Endpoint
from pactape.contracts.grouping.routes import route_templates_of

ENTITY = frozenset({"id", "name", "owner", "members"})
RECORD = frozenset({"records[].data", "records[].ttl", "records"})


def _endpoint(path: str, **more: Any) -> Endpoint:
    """A read that succeeds with an object."""
    return Endpoint(**{"method": "GET", "segments": tuple(path.split("/")), "fields": ENTITY, **more})


def _template(path: str, *endpoints: Endpoint) -> str:
    """The template of a path among endpoints."""
    segments = tuple(path.split("/"))
    return "/".join(route_templates_of([*endpoints, _endpoint(path)]).get(segments, segments))


REPOS = (_endpoint("repos/{id}/tags"), _endpoint("repos/{id}/tags/{id}"), _endpoint("repos/{id}"))


def test_a_sibling_with_the_paths_of_a_parameter_is_a_value_of_it() -> None:
    assert _template("repos/web/tags/{id}", *REPOS) == "repos/{id}/tags/{id}"


def test_an_owner_and_a_repository_are_data_if_the_paths_below_other_ones_are() -> None:
    names = [("ada", "engine"), ("bob", "tools")]
    known = [_endpoint("/".join(("repos", *pair)), named=frozenset(pair)) for pair in names]
    endpoints = [*known, _endpoint("repos/ada/engine/issues", is_list=True)]
    assert _template("repos/eve/web/issues", *endpoints) == "repos/{slug}/{slug}/issues"


@pytest.mark.parametrize("path", ["models/gemini-2.0:predict", "models/apollo:predict"])
def test_an_item_has_the_custom_methods_of_other_items(path: str) -> None:
    others = [_endpoint(f"models/gemini-{number}.5:predict", method="POST") for number in (1, 2)]
    assert _template(path, *others) == "models/{id}:predict"


def test_a_collection_may_have_the_custom_method_of_an_item() -> None:
    other = _endpoint("models/s3objects:search", fields=RECORD)
    assert _template("models/datasets:search", other) == "models/datasets:search"


@pytest.mark.parametrize("path", ["v1/users:search", "models/apollo:predict", "projects/{id}/gemini2:read"])
def test_a_custom_method_alone_is_one_of_a_collection(path: str) -> None:
    assert _template(path, _endpoint("models/gemini-2.5:explain")) == path


@pytest.mark.parametrize(
    "path",
    [
        "repos/me/tags",
        "repos/search/popular",
        "repos/search",
        "repos/search/{id}",
        "repos/teams/names",
        "repos/tags/{id}/history",
    ],
)
def test_a_sibling_with_other_paths_is_a_name(path: str) -> None:
    assert _template(path, *REPOS, _endpoint("repos/{id}/{id}")) == path


def test_a_sibling_that_lists_something_is_a_name() -> None:
    listing = _endpoint("repos/popular", is_list=True)
    assert _template("repos/popular/tags", *REPOS, listing) == "repos/popular/tags"


def test_a_missing_object_may_have_paths_that_no_other_was_recorded_with() -> None:
    failures = [_endpoint(f"repos/nobody{below}", succeeds=False) for below in ("", "/forks")]
    segments = ("repos", "nobody", "forks")
    assert route_templates_of([*REPOS, *failures])[segments] == ("repos", "{id}", "forks")


@pytest.mark.parametrize(("is_missing", "segment"), [(True, "{id}"), (False, "search")])
def test_a_refused_write_is_one_of_an_object_only_if_that_is_missing(is_missing: bool, segment: str) -> None:  # noqa: FBT001 -- a parameter of the test
    known = _endpoint("repos/{id}", method="POST")
    failure = _endpoint("repos/search", method="POST", succeeds=False, is_missing=is_missing)
    templates = route_templates_of([known, failure])
    assert templates.get(failure.segments, failure.segments) == ("repos", segment)


def test_an_invalid_id_is_one_although_a_write_of_it_was_refused() -> None:
    known = [_endpoint("repos/{id}"), _endpoint("repos/{id}", method="PUT")]
    failures = [_endpoint("repos/not-an-id", method=method, succeeds=False) for method in ("GET", "PUT")]
    assert route_templates_of([*known, *failures]) == {("repos", "not-an-id"): ("repos", "{id}")}
    assert route_templates_of([*known, failures[1]]) == {}


def test_a_read_that_is_forbidden_says_nothing_about_the_object() -> None:
    failure = _endpoint("repos/export", succeeds=False, is_refused=True)
    assert route_templates_of([*REPOS, failure]) == {}
    missing = _endpoint("repos/export", succeeds=False, is_missing=True)
    assert route_templates_of([*REPOS, failure, missing]) == {("repos", "export"): ("repos", "{id}")}


def _records(names: int, below: str, **more: Any) -> list[Endpoint]:
    return [_endpoint(f"records/r{number}{below}", fields=RECORD, **more) for number in range(names)]


LONG = "/providers/dns/TXT"


def test_siblings_with_one_long_path_below_them_are_values() -> None:
    template = route_templates_of(_records(4, LONG))["records", "r0", "providers", "dns", "TXT"]
    assert template == ("records", "{slug}", "providers", "dns", "TXT")


def test_an_empty_list_below_a_value_says_nothing_against_it() -> None:
    page = frozenset({"records"})
    endpoints = [*_records(4, LONG, is_list=True), _endpoint(f"records/new{LONG}", fields=page, is_list=True)]
    assert route_templates_of(endpoints)["records", "new", "providers", "dns", "TXT"][1] == "{slug}"


@pytest.mark.parametrize(
    "endpoints",
    [
        _records(3, LONG),
        _records(20, "/TXT"),
        _records(20, "/admin/health"),
        _records(20, ""),
        [*_records(3, LONG), _endpoint(f"records/r3{LONG}", fields=frozenset({"id", "size", "at"}))],
        [*_records(4, LONG), *_records(4, "/{id}")],
        [*_records(4, LONG), *_records(4, "", is_list=True)],
        _records(4, f"/{{id}}{LONG}"),
    ],
)
def test_siblings_that_may_be_collections_are_names(endpoints: list[Endpoint]) -> None:
    assert all(template[1] != "{slug}" for template in route_templates_of(endpoints).values())


def test_values_of_different_forms_with_the_same_objects_are_one_parameter() -> None:
    endpoints = [_endpoint("users/{id}"), _endpoint("users/{email}")]
    assert route_templates_of(endpoints) == {("users", "{email}"): ("users", "{id}")}


def test_values_of_different_forms_with_other_objects_are_two_parameters() -> None:
    other = _endpoint("users/{date}", fields=frozenset({"date", "logins", "total"}))
    assert route_templates_of([_endpoint("users/{id}"), other]) == {}
