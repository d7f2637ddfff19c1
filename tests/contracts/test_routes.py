"""Which path segments are data, and so parameters of one operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts.grouping.endpoints import Endpoint
from pactape.contracts.grouping.routes import route_templates_of

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path

ENTITY = frozenset({"id", "name", "owner", "members"})


def template(path: str, *endpoints: Endpoint, literals: tuple[str, ...] = ()) -> str:
    """The template of one of the paths that were asked."""
    segments = tuple(path.split("/"))
    return "/".join(route_templates_of(endpoints, literals=frozenset(literals)).get(segments, segments))


def endpoint(path: str, **more: Any) -> Endpoint:
    """A read that succeeds with an object."""
    return Endpoint(**{"method": "GET", "segments": tuple(path.split("/")), "fields": ENTITY, **more})


PROJECTS = [endpoint(f"projects/{name}") for name in ("apollo", "gemini", "mercury")]


def test_three_objects_of_one_kind_are_one_operation() -> None:
    assert template("projects/apollo", *PROJECTS) == "projects/{slug}"


def test_two_objects_of_one_kind_are_too_few() -> None:
    assert template("projects/apollo", *PROJECTS[:2]) == "projects/apollo"


def test_two_objects_that_name_themselves_are_one_operation() -> None:
    endpoints = [endpoint(f"projects/{name}", named=frozenset({name})) for name in ("apollo", "gemini")]
    assert template("projects/apollo", *endpoints) == "projects/{slug}"


def test_what_the_client_writes_literally_is_a_name() -> None:
    assert template("projects/apollo", *PROJECTS, literals=("apollo", "gemini", "mercury")) == (
        "projects/apollo"
    )


def test_paths_that_only_failed_have_the_parameters_of_those_that_succeeded() -> None:
    endpoints = [
        endpoint("gates/{id}/rules/{id}", method="DELETE"),
        endpoint("gates/no-gate/rules/no-rule", method="DELETE", succeeds=False),
    ]
    assert template("gates/no-gate/rules/no-rule", *endpoints) == "gates/{id}/rules/{id}"


def test_what_follows_a_parameter_is_a_name() -> None:
    below = [endpoint(f"statuses/{{id}}/{name}") for name in ("context", "history", "source")]
    assert template("statuses/{id}/context", *below) == "statuses/{id}/context"


def test_what_ends_a_write_is_a_name() -> None:
    writes = [endpoint(f"jobs/{name}", method="POST") for name in ("start", "stop", "retry")]
    assert template("jobs/start", *writes) == "jobs/start"


def test_what_names_a_list_is_a_name() -> None:
    lists = [endpoint(f"lists/{name}", is_list=True) for name in ("countries", "units", "currencies")]
    assert template("lists/units", *lists) == "lists/units"


def test_objects_without_an_identity_are_not_evidence() -> None:
    reports = [
        endpoint(f"stats/{name}", fields=frozenset({"from", "to", "total"}))
        for name in ("day", "week", "month")
    ]
    assert template("stats/day", *reports) == "stats/day"


def test_a_small_answer_below_says_nothing_against_it() -> None:
    small = [
        endpoint(f"projects/{name}/stats", fields=frozenset({"total"}))
        for name in ("apollo", "gemini", "mercury")
    ]
    assert template("projects/apollo/stats", *PROJECTS, *small) == "projects/{slug}/stats"


def test_a_write_of_what_reads_show_to_be_data_has_the_parameter() -> None:
    assert template("projects/apollo", *PROJECTS, endpoint("projects/apollo", method="DELETE")) == (
        "projects/{slug}"
    )


def test_an_object_that_is_not_there_is_one_of_the_others() -> None:
    missing = endpoint("projects/nobody", succeeds=False, fields=frozenset())
    assert template("projects/nobody", *PROJECTS, missing) == "projects/{slug}"


def test_an_operation_that_only_fails_stays_a_name_without_others_beside_it() -> None:
    assert template("projects/nobody", endpoint("projects/nobody", succeeds=False)) == "projects/nobody"


ONE, TWO = "CAab_dX9TQoKOKsaBc", "CAzz-dX9TQoKOKsaBc"


def test_an_id_of_one_recording_is_one_in_all() -> None:
    with_known_id = endpoint("cards/{id}", known_ids=frozenset({ONE}))
    assert template(f"cards/{ONE}", with_known_id, endpoint(f"cards/{ONE}")) == "cards/{id}"


def test_a_word_that_was_an_id_at_a_place_is_one_there_only() -> None:
    with_known_id = endpoint("spaces/{id}/entries", known_ids=frozenset({"master"}))
    endpoints = [with_known_id, endpoint("spaces/master/entries"), endpoint("files/master")]
    assert (template("spaces/master/entries", *endpoints), template("files/master", *endpoints)) == (
        "spaces/{id}/entries",
        "files/master",
    )


def test_what_has_the_form_of_an_id_beside_it_is_one() -> None:
    with_known_id = endpoint("decks/{id}", known_ids=frozenset({ONE}))
    assert (
        template(f"cards/{TWO}", with_known_id, endpoint(f"cards/{ONE}"), endpoint(f"cards/{TWO}"))
        == "cards/{id}"
    )


def test_what_begins_a_path_is_a_name() -> None:
    assert template("apollo", *(endpoint(name) for name in ("apollo", "gemini", "mercury"))) == "apollo"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


PAGES = {
    "users": {"id": 1, "email": "a@example.com"},
    "orders": {"id": 1, "total": 3.5},
    "products": {"id": "x", "price": "9.50"},
}


@pytest.mark.parametrize(
    "paging", [{"count": 1, "next": None}, {"total": 1, "page": 1}, {"has_more": False}, {}]
)
def test_pages_of_different_items_are_operations_of_their_own(
    project: Project, paging: dict[str, Any]
) -> None:
    project.record(
        "a",
        *(
            interaction(url=f"http://users.test/api/{name}", answer={**paging, "results": [item]})
            for name, item in PAGES.items()
        ),
    )
    assert len(project.interactions()) == 3


def test_the_merged_paths_of_an_operation_are_counted(project: Project) -> None:
    names = ("apollo", "gemini")
    project.record(
        "a",
        *(
            interaction(url=f"http://users.test/projects/{name}", answer={"name": name.title(), "n": 1})
            for name in names
        ),
    )
    (contract,) = project.derive().contracts
    assert contract.summary.merged_paths == {"GET /projects/{slug}": 2}


def test_a_file_s_extension_stays(project: Project) -> None:
    project.record("a", *(interaction(url=f"http://users.test/users/{n}.json") for n in (7, 8)))
    assert [interaction["description"] for interaction in project.interactions()] == [
        "GET /users/{id}.json → 200"
    ]


def test_the_number_of_an_api_s_version_is_a_name(project: Project) -> None:
    project.record("a", interaction(url="http://users.test/api/2/users/7"))
    assert [interaction["description"] for interaction in project.interactions()] == [
        "GET /api/2/users/{id} → 200"
    ]


def test_forms_with_other_fields_are_apart_like_json_bodies(project: Project) -> None:
    def post(body: str) -> dict[str, Any]:
        form = interaction(method="POST", headers={"Content-Type": "application/x-www-form-urlencoded"})
        form["request"]["body"] = body
        return form

    project.record("a", post("text=hi"), post("text=ho"), post("text=hi&at=noon"))
    assert len(project.interactions()) == 2


@pytest.mark.parametrize("url", ["https://Users.test:443/people/7", "https://users.test./people/7"])
def test_a_provider_is_found_whatever_the_spelling_of_its_host(project: Project, url: str) -> None:
    project.settings('[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "https://users.test"\n')
    project.record("a", interaction(url=url))
    assert len(project.interactions()) == 1


@pytest.mark.parametrize(
    ("urls", "names"),
    [
        (["http://a.test/x", "https://a.test/x", "http://a.test:80/x"], ["a.test"]),
        (["https://a.test./x", "https://A.test:443/x"], ["a.test"]),
        (["https://bücher.test/x", "https://xn--bcher-kva.test/x"], ["xn--bcher-kva.test"]),
        (["http://localhost:3000/x", "http://[::1]:3000/x"], ["ipv6-1-3000", "localhost-3000"]),
    ],
)
def test_a_provider_that_is_not_configured_is_named_after_its_host(
    project: Project, urls: list[str], names: list[str]
) -> None:
    project.settings('[project]\nname = "web"\n')
    project.record("a", *(interaction(url=url) for url in urls))
    assert [contract.parties.provider for contract in project.derive().contracts] == names


def _operations(project: Project) -> list[str]:
    return sorted({interaction["description"].partition(" → ")[0] for interaction in project.interactions()})


def _linked(space: str, stage: str, id: str) -> dict[str, Any]:  # noqa: A002 -- as the answers have it
    return {"sys": {"id": id, "space": {"sys": {"id": space}}, "stage": {"sys": {"id": stage}}}}


def test_a_segment_that_an_answer_has_as_the_id_of_what_it_belongs_to_is_a_parameter(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number, (space, stage) in enumerate((("arql", "master"), ("facg", "testing"))):
        url = f"http://users.test/spaces/{space}/stages/{stage}"
        page = {"total": 1, "items": [_linked(space, stage, "e1")]}
        project.record(
            str(number),
            interaction(url=f"{url}/entries", answer=page),
            interaction(url=f"{url}/entries/e1", answer=_linked(space, stage, "e1")),
        )
    assert _operations(project) == [
        "GET /spaces/{id}/stages/{id2}/entries",
        "GET /spaces/{id}/stages/{id2}/entries/{id3}",
    ]


def test_what_a_put_creates_under_its_id_is_a_parameter(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for name in ("public", "private"):
        url = f"http://users.test/tags/{name}"
        project.record(name, interaction(method="PUT", url=url, sent={"a": 1}, answer={"sys": {"id": name}}))
    assert _operations(project) == ["PUT /tags/{slug}"]


def test_what_ends_a_put_is_a_name_when_the_answer_has_another_id(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for name in ("active", "archived"):
        url = f"http://users.test/users/7/{name}"
        answer = {"id": 7, "state": name, "name": name}
        project.record(name, interaction(method="PUT", url=url, sent={"a": 1}, answer=answer))
    assert _operations(project) == ["PUT /users/{id}/active", "PUT /users/{id}/archived"]
