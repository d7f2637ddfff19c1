"""Which recordings are one operation: by route, by the provider's description, by kind of answer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pactape.contracts import derive, write_contracts
from pactape.contracts.grouping.endpoints import Endpoint
from pactape.contracts.grouping.routes import route_templates_of
from pactape.errors import SettingsError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = '[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test/api"\n'


def exchange(path: str, answer: Any = None, *, method: str = "GET", sent: Any = None) -> dict[str, Any]:
    """An interaction as a cassette holds it."""
    media = {"Content-Type": ["application/json"]}
    return {
        "request": {
            "method": method,
            "uri": f"http://users.test/api{path}",
            "body": json.dumps(sent) if sent is not None else None,
            "headers": media if sent is not None else {},
        },
        "response": {
            "status": {"code": 200, "message": ""},
            "headers": media,
            "body": {"string": json.dumps({"id": 1, "name": "x"} if answer is None else answer)},
        },
    }


def interactions(
    root: Path, *exchanges: dict[str, Any], settings: str = SETTINGS, **notes: Any
) -> list[dict[str, Any]]:
    """The interactions of the contract that comes from one cassette with these exchanges."""
    (root / "pyproject.toml").write_text(settings, encoding="utf-8")
    (root / "cassettes").mkdir()
    document: dict[str, Any] = {"interactions": list(exchanges), "version": 1}
    if notes:
        document["pactape"] = {"version": 1, **notes}
    (root / "cassettes" / "a.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (path,) = write_contracts(derive(load_settings(root)), root / "pacts")
    return list(json.loads(path.read_bytes())["interactions"])


def descriptions(root: Path, *exchanges: dict[str, Any], settings: str = SETTINGS) -> list[str]:
    return [interaction["description"] for interaction in interactions(root, *exchanges, settings=settings)]


@pytest.mark.parametrize(
    "ids",
    [
        ("7", "8"),
        ("0190a6f0-4d5e-7abc-8def-0123456789ab", "9"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "507f1f77bcf86cd799439011"),
    ],
)
def test_paths_that_differ_in_ids_are_one_operation(tmp_path: Path, ids: tuple[str, str]) -> None:
    users = (exchange(f"/users/{user_id}") for user_id in ids)
    assert descriptions(tmp_path, *users) == ["GET /users/{id} → 200"]


PROJECT = {"id": 1, "name": "x", "members": []}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("/Products(1)", "/Products(2)"), ["GET /Products({id}) → 200"]),
        (("/Products('a')/Parts(1)", "/Products('b')/Parts(2)"), ["GET /Products({id})/Parts({id2}) → 200"]),
        (("/Products(1)", "/Orders(1)"), ["GET /Orders({id}) → 200", "GET /Products({id}) → 200"]),
        (
            ("/Products(1)/Cheapest", "/Products(1)/Newest"),
            [
                "GET /Products({id})/Cheapest → 200",
                "GET /Products({id})/Newest → 200",
            ],
        ),
    ],
)
def test_a_key_in_parentheses_is_a_value_behind_the_name_of_its_set(
    tmp_path: Path, paths: tuple[str, str], expected: list[str]
) -> None:
    assert descriptions(tmp_path, *map(exchange, paths)) == expected


def test_names_with_answers_of_one_kind_are_slugs(tmp_path: Path) -> None:
    exchanges = [exchange(f"/projects/{name}", PROJECT) for name in ("apollo", "gemini", "mercury")]
    assert descriptions(tmp_path, *exchanges) == ["GET /projects/{slug} → 200"]


def test_two_names_are_not_enough_for_a_slug(tmp_path: Path) -> None:
    assert (
        len(
            descriptions(tmp_path, *(exchange(f"/projects/{name}", PROJECT) for name in ("apollo", "gemini")))
        )
        == 2
    )


def test_names_with_answers_of_other_kinds_are_operations_of_their_own(tmp_path: Path) -> None:
    answers = {"users": {"name": 1, "email": 2}, "orders": {"total": 1, "lines": 2}, "health": {"ok": 1}}
    exchanges = (exchange(f"/{name}", response) for name, response in answers.items())
    assert len(descriptions(tmp_path, *exchanges)) == 3


@pytest.mark.parametrize(("prefix", "answer"), [("", PROJECT), ("/lists", [PROJECT])])
def test_what_begins_a_path_or_names_a_list_is_not_a_slug(tmp_path: Path, prefix: str, answer: Any) -> None:
    exchanges = [exchange(f"{prefix}/{name}", answer) for name in ("countries", "currencies", "units")]
    assert len(descriptions(tmp_path, *exchanges)) == 3


def test_what_is_below_slugs_is_found_as_well() -> None:
    fields = frozenset({"id", "b", "c"})
    paths = [("repos", name) for name in ("x", "y", "z")]
    below = [(*path, "issues") for path in paths]
    templates = route_templates_of(
        Endpoint(method="GET", segments=path, fields=fields) for path in (*paths, *below)
    )
    assert {templates[path] for path in below} == {("repos", "{slug}", "issues")}


def test_collections_that_have_the_same_report_are_names() -> None:
    fields = frozenset({"title", "fields", "total"})
    paths = [("api", name, "schema") for name in ("users", "groups", "roles")]
    assert route_templates_of(Endpoint(method="GET", segments=path, fields=fields) for path in paths) == {}


def test_an_id_that_an_earlier_answer_brought_is_a_parameter(tmp_path: Path) -> None:
    creation = exchange("/users", {"id": "ada"}, method="POST", sent={"name": "Ada"})
    first, *_ = interactions(tmp_path, creation, exchange("/users/ada"))
    assert (first["description"], first["comments"]["text"]) == (
        "GET /users/{id} → 200",
        ["The path's segment 3 comes from an earlier response, POST /api/users: $.id"],
    )


DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {"/people/{who}": {}, "/people/me": {}, "/files/{name}.{kind}": {}},
    "components": {"schemas": {"Pet": {"discriminator": {"propertyName": "petType"}}}},
}


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/people/ada", "GET /people/{who}"),
        ("/people/me", "GET /people/me"),
        ("/files/a.png", "GET /files/{name}.{kind}"),
        ("/other/7", "GET /other/{id}"),
    ],
)
@pytest.mark.parametrize("name", ["api.yaml", "api.json"])
def test_the_provider_s_description_names_the_routes(
    tmp_path: Path, path: str, operation: str, name: str
) -> None:
    dump = json.dumps if name.endswith("json") else yaml.safe_dump
    (tmp_path / name).write_text(dump(DOCUMENT), encoding="utf-8")
    settings = f'{SETTINGS}openapi = "{name}"\n'
    assert descriptions(tmp_path, exchange(path), settings=settings) == [f"{operation} → 200"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "can't be read as an OpenAPI document"),
        ("a: 1", "is not an OpenAPI document with `paths`"),
        ("paths: {1: {}}", "has a path that is not a string"),
        (None, "can't be read as an OpenAPI document"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "api.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message) as refusal:
        descriptions(tmp_path, exchange("/a"), settings=f'{SETTINGS}openapi = "api.yaml"\n')
    assert str(refusal.value).startswith(str(tmp_path / "api.yaml"))


CARD = {"type": "card", "number": "1", "expires": "2027-01-31"}
BANK = {"type": "bank", "iban": "AT1"}


def test_kinds_of_answers_with_keys_of_their_own_are_apart(tmp_path: Path) -> None:
    exchanges = [exchange(f"/payments/{number}", CARD if number % 2 else BANK) for number in range(4)]
    by_description = {
        interaction["description"]: interaction for interaction in interactions(tmp_path, *exchanges)
    }
    bodies = {name: interaction["response"]["body"] for name, interaction in by_description.items()}
    keys = {name: sorted(body["content"]) for name, body in bodies.items()}
    assert keys == {
        "GET /payments/{id}, type=bank → 200": ["iban", "type"],
        "GET /payments/{id}, type=card → 200": ["expires", "number", "type"],
    }


def test_a_kind_that_was_seen_once_is_not_apart(tmp_path: Path) -> None:
    exchanges = [exchange("/payments/1", CARD), exchange("/payments/2", CARD), exchange("/payments/3", BANK)]
    assert descriptions(tmp_path, *exchanges) == ["GET /payments/{id} → 200"]


def test_kinds_with_the_same_keys_are_not_apart(tmp_path: Path) -> None:
    exchanges = [exchange(f"/pets/{number}", {"type": "ab"[number % 2], "name": "x"}) for number in range(4)]
    assert descriptions(tmp_path, *exchanges) == ["GET /pets/{id} → 200"]


def test_kinds_that_answer_the_same_request_are_not_apart(tmp_path: Path) -> None:
    exchanges = [exchange("/payments/1", CARD if number % 2 else BANK) for number in range(4)]
    assert descriptions(tmp_path, *exchanges) == ["GET /payments/{id} → 200"]


STATES = [{"name": "a user exists", "parameters": {"id": 7, "email": "ada@example.com", "n": 2}}]
TEST = {"test": "t.py::test_a", "description": "a"}


def test_what_a_state_names_is_generated_from_it_when_the_provider_is_verified(tmp_path: Path) -> None:
    recording = exchange("/users/7?email=ada%40example.com&page=2", method="PUT", sent={"id": 7, "n": 5})
    (interaction,) = interactions(tmp_path, recording, states=STATES, **TEST)
    expressions = {
        part: generator.get("expression")
        or {place: setting["expression"] for place, setting in generator.items()}
        for part, generator in interaction["request"]["generators"].items()
    }
    assert (interaction["request"]["path"], expressions) == (
        "/users/7",
        {"path": "/users/${id}", "query": {"email": "${email}"}, "body": {"$.id": "${id}"}},
    )


def test_a_number_in_the_body_stays_one_when_it_is_generated(tmp_path: Path) -> None:
    recording = exchange("/users", method="POST", sent={"id": 7})
    (interaction,) = interactions(tmp_path, recording, states=STATES, **TEST)
    assert interaction["request"]["generators"]["body"]["$.id"]["dataType"] == "INTEGER"


def test_a_value_that_two_parameters_have_is_not_generated(tmp_path: Path) -> None:
    states = [{"name": "s", "parameters": {"id": 7, "count": 7}}]
    (interaction,) = interactions(tmp_path, exchange("/users/7"), states=states, **TEST)
    assert "generators" not in interaction["request"]


@pytest.mark.parametrize(
    ("document", "other", "same"),
    [
        ("query Me($id: ID!) { me(id: $id) { id, name } }", "query Me($id:ID!){me(id:$id){id name}}", True),
        ("query Me($id: ID!) { me(id: $id) { id, name } }", "query Me($id:ID!){me(id:$id){idname}}", False),
    ],
)
def test_a_mock_takes_a_graphql_document_in_any_spelling(
    tmp_path: Path, document: str, other: str, *, same: bool
) -> None:
    (interaction,) = interactions(tmp_path, exchange("/graphql", method="POST", sent={"query": document}))
    (matcher,) = interaction["request"]["matchingRules"]["body"]["$.query"]["matchers"]
    query = interaction["request"]["body"]["content"]["query"]
    assert (query, bool(re.match(matcher["regex"], other))) == (document, same)


def test_a_graphql_document_with_comments_stays_exact(tmp_path: Path) -> None:
    document = "{ me { id } } # mine"
    (interaction,) = interactions(tmp_path, exchange("/graphql", method="POST", sent={"query": document}))
    assert "matchingRules" not in interaction["request"]


def test_optional_fields_are_typed_in_an_interaction_of_their_own_if_that_is_wanted(tmp_path: Path) -> None:
    exchanges = [exchange("/users/1", {"id": 1, "nick": "a"}), exchange("/users/2", {"id": 2})]
    settings = f"{SETTINGS}[tool.pactape]\ntyped_optionals = true\n"
    plain, typed = interactions(tmp_path, *exchanges, settings=settings)
    assert (plain["response"]["body"]["content"], typed["response"]["body"]["content"]) == (
        {"id": 1},
        {"!": None, "id": 1, "nick": "a"},
    )


def test_without_optional_fields_there_is_no_second_interaction(tmp_path: Path) -> None:
    settings = f"{SETTINGS}[tool.pactape]\ntyped_optionals = true\n"
    assert len(interactions(tmp_path, exchange("/users/1"), settings=settings)) == 1
