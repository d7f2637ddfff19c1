"""OpenAPI of bodies, parameters and documents of every kind."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate
from pactape.descriptions.openapi.comparing import compare
from pactape.descriptions.openapi.document import document_of
from pactape.descriptions.openapi.merging import merge_documents
from pactape.exchange import Exchange, Request, Response

from tests.descriptions.helpers.traffic import BASE, api_of, exchange

if TYPE_CHECKING:
    from pathlib import Path

FORM = "application/x-www-form-urlencoded"
MULTIPART = 'multipart/form-data; boundary="b"'
PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nOne\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n'
)


def sending(media: str, body: bytes, *, method: str = "POST", target: str = "/files") -> Exchange:
    headers = (("Content-Type", media),) if media else ()
    return Exchange(
        request=Request(method=method, url=f"{BASE}{target}", headers=headers, body=body),
        response=Response(status=204, headers=(), body=b""),
        cassette="traffic.ndjson",
        index=0,
    )


def operation(root: Path, exchanges: list[Exchange], path: str, method: str = "post") -> dict[str, Any]:
    document = document_of(api_of(root, exchanges))
    validate(document)
    description: dict[str, Any] = document["paths"][path][method]
    return description


@pytest.mark.parametrize(
    ("media", "body", "properties"),
    [
        (FORM, b"name=Ada&tag=a&tag=b", {"name": "string", "tag": "array"}),
        (MULTIPART, PARTS, {"title": "string", "file": "string"}),
    ],
)
def test_the_fields_of_a_form_are_properties(
    tmp_path: Path, media: str, body: bytes, properties: dict[str, str]
) -> None:
    content = operation(tmp_path, [sending(media, body)], "/files")["requestBody"]["content"]
    schema = content[media.partition(";")[0]]["schema"]
    assert {name: schema_of["type"] for name, schema_of in schema["properties"].items()} == properties


@pytest.mark.parametrize(
    ("media", "body", "documented"),
    [
        ("image/png", b"\x89PNG", "image/png"),
        ("", b"\x00\x01", "application/octet-stream"),
        ("multipart/form-data", b"no boundary", "multipart/form-data"),
    ],
)
def test_a_body_of_another_kind_has_a_media_type_and_no_schema(
    tmp_path: Path, media: str, body: bytes, documented: str
) -> None:
    content = operation(tmp_path, [sending(media, body)], "/files")["requestBody"]["content"]
    assert content == {documented: {}}


def test_a_body_that_only_some_requests_had_is_optional_with_its_evidence(tmp_path: Path) -> None:
    request_body = operation(tmp_path, [sending("text/plain", b"a"), sending("", b"")], "/files")[
        "requestBody"
    ]
    assert (request_body.get("required"), request_body["x-pactape-evidence"]) == (
        None,
        {"present": 1, "requests": 2},
    )


def test_a_query_parameter_that_was_sent_several_times_is_an_array(tmp_path: Path) -> None:
    description = operation(tmp_path, [exchange("/users?tag=a&tag=b&deep=true", [])], "/users", "get")
    assert {parameter["name"]: parameter["schema"] for parameter in description["parameters"]} == {
        "tag": {"type": "array", "items": {"type": "string", "examples": ["a"]}},
        "deep": {"type": "boolean"},
    }


def test_formats_that_all_values_have_are_documented(tmp_path: Path) -> None:
    days = [f"2026-01-{day:02}" for day in range(1, 13)]
    description = operation(
        tmp_path, [exchange(f"/events?on={day}", {"at": day}) for day in days], "/events", "get"
    )
    schema = description["responses"]["200"]["content"]["application/json"]["schema"]
    assert (description["parameters"][0]["schema"]["format"], schema["properties"]["at"]["format"]) == (
        "date",
        "date",
    )


def test_an_object_with_data_as_keys_has_a_schema_for_all_values(tmp_path: Path) -> None:
    answer = {f"2026-01-{day:02}": day / 2 for day in range(1, 13)}
    description = operation(tmp_path, [exchange("/rates", answer)], "/rates", "get")
    schema = description["responses"]["200"]["content"]["application/json"]["schema"]
    assert (schema["additionalProperties"]["type"], "properties" in schema) == ("number", False)


def test_two_operations_never_have_the_same_name(tmp_path: Path) -> None:
    document = document_of(api_of(tmp_path, [exchange("/a-b", {}), exchange("/a_b", {}), exchange("/", {})]))
    names = [path["get"]["operationId"] for path in document["paths"].values()]
    assert sorted(names) == ["get_a_b", "get_a_b_2", "get_root"]


def test_methods_and_statuses_outside_of_the_standard_are_skipped_or_named_by_number(tmp_path: Path) -> None:
    document = document_of(
        api_of(tmp_path, [exchange("/a", {}, status=299), exchange("/b", {}, method="PROPFIND")])
    )
    assert document["paths"].keys() == {"/a"}
    assert document["paths"]["/a"]["get"]["responses"]["299"]["description"] == "Status 299"


def test_headers_that_instruct_a_client_are_documented(tmp_path: Path) -> None:
    first = exchange("/a", {"id": 1})
    response = Response(status=200, headers=(*first.response.headers, ("ETag", '"1"')), body=b'{"id":1}')
    with_etag = Exchange(request=first.request, response=response, cassette="traffic.ndjson", index=1)
    description = operation(tmp_path, [first, with_etag], "/a", "get")
    assert description["responses"]["200"]["headers"] == {"Etag": {"schema": {"type": "string"}}}


# ---------------------------------------------------------------- comparing with a document of any form


def differences(root: Path, paths: dict[str, Any], exchanges: list[Exchange], **more: Any) -> list[str]:
    return [
        str(finding)
        for finding in compare({"openapi": "3.0.3", "paths": paths, **more}, api_of(root, exchanges))
    ]


def getting(schema: Any, *, media: str = "application/json", status: str = "200") -> dict[str, Any]:
    return {"/a": {"get": {"responses": {status: {"content": {media: {"schema": schema}}}}}}}


@pytest.mark.parametrize(
    ("paths", "answer"),
    [
        (getting({"type": "object"}, status="2XX"), {"id": 1}),
        (getting({"type": "object"}, status="default"), {"id": 1}),
        (getting({"type": "object"}, media="application/*"), {"id": 1}),
        (getting({"type": "object"}, media="*/*"), {"id": 1}),
        (getting({"type": "string", "nullable": True}), None),
        (getting({"type": ["object", "null"]}), {"id": 1}),
        (getting({"type": "number"}), 1),
        (getting({"type": "object", "additionalProperties": {"type": "integer"}}), {"a": 1}),
        (getting({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}), [1, 2]),
        (getting({}), {"id": 1}),
        (getting({"$ref": "other.yaml#/User"}), {"id": 1}),
    ],
)  # fmt: skip
def test_a_document_in_any_notation_agrees_with_what_it_allows(
    tmp_path: Path, paths: dict[str, Any], answer: Any
) -> None:
    recorded = exchange("/a", {} if answer is None else answer)
    if answer is None:
        recorded = Exchange(
            request=recorded.request,
            response=Response(status=200, headers=(("Content-Type", "application/json"),), body=b"null"),
            cassette="traffic.ndjson",
            index=0,
        )
    assert differences(tmp_path, paths, [recorded]) == []


@pytest.mark.parametrize(
    ("paths", "difference"),
    [
        (getting({"type": "object"}, media="text/html"), "undocumented: GET /a 200 application/json"),
        (
            getting({"type": "object", "additionalProperties": {"type": "string"}}),
            "contradicted: GET /a 200 $.id: integer, documented as string",
        ),
        (getting({"type": ["array", "null"]}), "contradicted: GET /a 200 $: object, documented as array or null"),
    ],
)  # fmt: skip
def test_what_a_document_does_not_allow_is_a_difference(
    tmp_path: Path, paths: dict[str, Any], difference: str
) -> None:
    assert differences(tmp_path, paths, [exchange("/a", {"id": 1})]) == [difference]


def test_items_of_arrays_are_compared(tmp_path: Path) -> None:
    paths = getting({"type": "array", "items": {"type": "string"}})
    assert differences(tmp_path, paths, [exchange("/a", [1])]) == [
        "contradicted: GET /a 200 $[*]: integer, documented as string"
    ]


def test_parameters_that_were_never_sent_are_distinguished_by_whether_they_are_required(
    tmp_path: Path,
) -> None:
    paths = getting({})
    paths["/a"]["get"]["parameters"] = [
        {"name": "page", "in": "query", "required": True},
        {"name": "size", "in": "query"},
        {"name": "filter", "in": "query"},
    ]
    assert differences(tmp_path, paths, [exchange("/a?filter[name]=x", {})]) == [
        "contradicted: GET /a query parameter 'page': required, but never sent",
        "never seen: GET /a query parameter 'size'",
    ]


def test_a_path_of_the_document_has_its_server_in_front_and_parameters_for_literals(tmp_path: Path) -> None:
    exchanges = [exchange("/api/me", {}), exchange("/api/users/ada", {})]
    paths = {
        "/{name}": {"get": {"responses": {"200": {}}}},
        "/api/users/{name}": {"get": {"responses": {"200": {}}}},
        "/me": {"get": {"responses": {"200": {"content": {"*/*": {}}}}}},
    }
    lines = differences(tmp_path, paths, exchanges, servers=[{"url": "https://api.example.com/api"}])
    assert [line for line in lines if "/me" in line] == []
    assert "never seen: GET /{name}" in lines
    assert "undocumented: GET /api/users/{name} 200 application/json" in lines


# ---------------------------------------------------------------- merging

RECORDED: dict[str, Any] = {
    "paths": {
        "/a/{id}": {
            "post": {
                "parameters": [
                    {"name": "id", "in": "path"},
                    {"name": "page", "in": "query"},
                ],
                "requestBody": {"content": {}},
                "responses": {"200": {"description": "OK", "content": {"application/json": {}}}},
                "security": [{"bearer": []}],
            }
        }
    },
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
}


def merged_operation(existing_operation: dict[str, Any]) -> dict[str, Any]:
    existing = {"openapi": "3.0.3", "paths": {"/a/{key}": {"post": existing_operation}}}
    before = copy.deepcopy(existing)
    description: dict[str, Any] = merge_documents(existing, RECORDED)["paths"]["/a/{key}"]["post"]
    assert existing == before
    return description


def test_a_document_without_paths_gets_all_of_the_recorded_ones_and_their_security() -> None:
    document = merge_documents({"openapi": "3.1.0"}, RECORDED)
    assert document == {"openapi": "3.1.0", **RECORDED}


@pytest.mark.parametrize(
    "responses",
    [
        {"default": {"description": "any"}},
        {"2XX": {"$ref": "#/components/responses/Any"}},
        {"200": {"description": "OK", "content": {"*/*": {}}}},
        {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}},
    ],
)
def test_a_response_that_covers_the_recorded_one_stays_unchanged(responses: dict[str, Any]) -> None:
    assert merged_operation({"responses": responses})["responses"] == responses


def test_missing_parameters_and_bodies_are_added_and_others_stay() -> None:
    description = merged_operation({"parameters": [{"name": "size", "in": "query"}], "responses": {}})
    assert [parameter["name"] for parameter in description["parameters"]] == ["size", "page"]
    assert description["requestBody"] == {"content": {}}


def test_where_parameters_are_references_none_is_added() -> None:
    existing_operation = {"parameters": [{"$ref": "#/components/parameters/Page"}], "requestBody": {}}
    description = merged_operation(existing_operation)
    assert (description["parameters"], description["requestBody"]) == (existing_operation["parameters"], {})


def test_an_operation_that_is_a_reference_stays_unchanged() -> None:
    existing = {"paths": {"/a/{id}": {"post": None}, "/b": "other.yaml"}}
    assert merge_documents(existing, RECORDED)["paths"] == existing["paths"]
