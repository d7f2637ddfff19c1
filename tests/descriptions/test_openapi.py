"""OpenAPI of what was recorded: valid, the same each time, merged without loss, and compared in three kinds."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from pactape.descriptions.openapi.comparing import compare
from pactape.descriptions.openapi.document import document_of
from pactape.descriptions.openapi.merging import merge_documents
from pactape.descriptions.openapi.version_3_0 import in_version_3_0

from tests.descriptions.helpers.traffic import EXCHANGES, api_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    return document_of(api_of(tmp_path, EXCHANGES))


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_operations_have_the_routes_and_statuses_that_were_recorded(document: dict[str, Any]) -> None:
    statuses = {
        (path, method): sorted(operation["responses"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert statuses == {
        ("/users", "get"): ["200"],
        ("/users", "post"): ["201"],
        ("/users/{id}", "get"): ["200", "404"],
        ("/users/{id}", "delete"): ["204"],
    }


def test_a_parameter_is_required_when_every_request_had_it_and_else_has_its_evidence(
    document: dict[str, Any],
) -> None:
    page, sort = document["paths"]["/users"]["get"]["parameters"]
    assert (page["name"], page["required"], page["schema"]["type"]) == ("page", True, "integer")
    assert (sort["name"], sort.get("required"), sort["x-pactape-evidence"]) == (
        "sort",
        None,
        {"present": 1, "requests": 2},
    )


def test_a_property_is_required_when_every_object_had_it_and_else_has_its_evidence(
    document: dict[str, Any],
) -> None:
    response = document["paths"]["/users/{id}"]["get"]["responses"]["200"]
    schema = response["content"]["application/json"]["schema"]
    assert schema["required"] == ["email", "id", "name", "tags"]
    assert schema["properties"]["email"]["format"] == "email"
    assert schema["properties"]["nick"] == {
        "type": "null",
        "x-pactape-evidence": {"present": 1, "objects": 2},
    }
    assert schema["properties"]["tags"] == {"type": "array", "items": {"type": "string", "examples": ["a"]}}


def test_bodies_and_authentication_are_described_without_secrets(document: dict[str, Any]) -> None:
    operation = document["paths"]["/users"]["post"]
    body = operation["requestBody"]
    assert (body["required"], list(body["content"]), operation["security"]) == (
        True,
        ["application/json"],
        [{"bearer": []}],
    )
    assert "abcdefgh12" not in json.dumps(document)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_recordings_makes_no_difference(
    tmp_path: Path, seed: int, document: dict[str, Any]
) -> None:
    shuffled = EXCHANGES[:]
    random.Random(seed).shuffle(shuffled)  # noqa: S311 -- not for secrets
    folder = tmp_path / "shuffled"
    folder.mkdir()
    assert json.dumps(document_of(api_of(folder, shuffled))) == json.dumps(document)


def test_merging_adds_what_is_missing_and_changes_nothing_that_is_written(document: dict[str, Any]) -> None:
    existing: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "Ours", "version": "7"},
        "paths": {
            "/users/{userId}": {
                "get": {
                    "summary": "Ours",
                    "responses": {
                        "200": {"description": "ours", "content": {"application/json": {"schema": {}}}}
                    },
                }
            }
        },
    }
    before = copy.deepcopy(existing)
    result = merge_documents(existing, document)
    ours = result["paths"]["/users/{userId}"]["get"]
    assert existing == before
    assert (ours["summary"], ours["responses"]["200"]) == (
        "Ours",
        before["paths"]["/users/{userId}"]["get"]["responses"]["200"],
    )
    assert (sorted(ours["responses"]), sorted(result["paths"])) == (
        ["200", "404"],
        ["/users", "/users/{userId}"],
    )
    assert merge_documents(result, document) == result


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_what_is_added_to_a_document_is_valid_in_its_version(document: dict[str, Any], version: str) -> None:
    existing: dict[str, Any] = {
        "openapi": version,
        "info": {"title": "Ours", "version": "7"},
        "paths": {
            "/users/{userId}": {
                "put": {
                    "parameters": [
                        {"name": "userId", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {"204": {"description": "ours"}},
                }
            }
        },
    }
    validate(merge_documents(existing, document))


def test_schemas_of_3_0_are_nullable_and_have_one_type_and_one_example() -> None:
    schema = {
        "properties": {
            "type": {"type": ["string", "null"], "examples": ["a"]},
            "examples": {"type": ["array", "integer"], "items": {}},
            "none": {"type": "null"},
            "map": {"type": "object", "propertyNames": {"pattern": "a"}, "additionalProperties": {}},
        }
    }
    assert in_version_3_0(schema) == {
        "properties": {
            "type": {"type": "string", "nullable": True, "example": "a"},
            "examples": {"anyOf": [{"type": "array", "items": {}}, {"type": "integer"}], "items": {}},
            "none": {"nullable": True},
            "map": {"type": "object", "additionalProperties": {}},
        }
    }


def test_a_document_agrees_with_the_recordings_that_it_came_from(tmp_path: Path) -> None:
    api = api_of(tmp_path, EXCHANGES)
    assert compare(document_of(api), api) == []


def schema_of_user(document: dict[str, Any]) -> dict[str, Any]:
    response = document["paths"]["/users/{id}"]["get"]["responses"]["200"]
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    return schema


CHANGES: list[tuple[Any, str]] = [
    (lambda document: document["paths"]["/users"].pop("post"), "undocumented: POST /users"),
    (lambda document: document["paths"].pop("/users/{id}"), "undocumented: GET /users/{id}"),
    (
        lambda document: document["paths"]["/users/{id}"]["get"]["responses"].pop("404"),
        "undocumented: GET /users/{id} 404",
    ),
    (
        lambda document: document["paths"]["/users"]["get"].pop("parameters"),
        "undocumented: GET /users query parameter 'page'",
    ),
    (
        lambda document: schema_of_user(document)["properties"].pop("nick"),
        "undocumented: GET /users/{id} 200 $.nick",
    ),
    (
        lambda document: document["paths"].update({"/orders": {"get": {"responses": {}}}}),
        "never seen: GET /orders",
    ),
    (
        lambda document: document["paths"]["/users"]["get"]["responses"].update(
            {"500": {"description": "x"}}
        ),
        "never seen: GET /users 500",
    ),
    (
        lambda document: schema_of_user(document)["properties"].update({"age": {"type": "integer"}}),
        "never seen: GET /users/{id} 200 $.age",
    ),
    (
        lambda document: schema_of_user(document)["properties"].update({"id": {"type": "string"}}),
        "contradicted: GET /users/{id} 200 $.id: integer, documented as string",
    ),
    (
        lambda document: schema_of_user(document)["required"].append("nick"),
        "contradicted: GET /users/{id} 200 $.nick: documented as required, but sometimes missing",
    ),
    (
        lambda document: schema_of_user(document)["required"].append("age"),
        "contradicted: GET /users/{id} 200 $.age: documented as required, but missing",
    ),
    (
        lambda document: (
            schema_of_user(document)["properties"].pop("nick"),
            schema_of_user(document).update(additionalProperties=False),
        ),
        "contradicted: GET /users/{id} 200 $.nick: present, but additional properties are not allowed",
    ),
]


@pytest.mark.parametrize(("change", "difference"), CHANGES)
def test_a_difference_is_named_with_its_kind_and_place(tmp_path: Path, change: Any, difference: str) -> None:
    api = api_of(tmp_path, EXCHANGES)
    document = document_of(api)
    change(document)
    assert difference in [str(finding) for finding in compare(document, api)]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/User"},
        {"allOf": [{"$ref": "#/components/schemas/User"}, {"type": "object"}]},
        {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/User"}]},
    ],
)
def test_references_and_combined_schemas_are_followed(tmp_path: Path, schema: dict[str, Any]) -> None:
    api = api_of(tmp_path, EXCHANGES)
    document = document_of(api)
    user = schema_of_user(document)
    document.setdefault("components", {})["schemas"] = {"User": user}
    media = document["paths"]["/users/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    media["schema"] = schema
    assert compare(document, api) == []
    user["properties"]["id"] = {"type": "boolean"}
    assert [finding.kind for finding in compare(document, api)] == ["contradicted"]


def test_a_schema_that_refers_to_itself_ends(tmp_path: Path) -> None:
    api = api_of(tmp_path, EXCHANGES)
    document = document_of(api)
    document["components"] = {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}
    media = document["paths"]["/users/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    media["schema"] = {"$ref": "#/components/schemas/A"}
    assert compare(document, api) == []
