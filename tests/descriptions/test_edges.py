"""OpenAPI at its edges: forms, headers, GraphQL, statuses nobody knows, documents of many shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pactape.cli import command
from pactape.contracts.inference.joined_shape import shape_of
from pactape.converting.ndjson_writer import write_ndjson
from pactape.descriptions.openapi.collecting import RecordedApi, collect
from pactape.descriptions.openapi.comparing import compare
from pactape.descriptions.openapi.document import document_of
from pactape.descriptions.openapi.merging import merge_documents
from pactape.descriptions.openapi.schemas import schema_of, text_schema
from pactape.exchange import Exchange, Request, Response
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://api.example.com"
JSON = "application/json"


def exchange(target: str, body: bytes = b"", kind: str = JSON, **more: Any) -> Exchange:
    request_body, sent_kind = more.get("sent", b""), more.get("sent_kind", JSON)
    request = Request(
        method=more.get("method", "GET"),
        url=f"{more.get('base', BASE)}{target}",
        headers=(("Content-Type", sent_kind),) if request_body else (),
        body=request_body,
    )
    headers = tuple(more.get("headers", {}).items()) + ((("Content-Type", kind),) if body and kind else ())
    response = Response(status=more.get("status", 200), headers=headers, body=body)
    return Exchange(request=request, response=response, cassette="a", index=0)


def write(root: Path, *exchanges: Exchange) -> None:
    text = '[project]\nname = "web"\n[tool.pactape]\nrecordings = ["*.ndjson"]\n'
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    (root / "a.ndjson").write_bytes(write_ndjson(exchanges))


def api_of(root: Path, *exchanges: Exchange) -> RecordedApi:
    write(root, *exchanges)
    (api,), _ = collect(load_settings(root))
    return api


def test_an_encoded_delimiter_in_a_segment_stays_encoded(tmp_path: Path) -> None:
    targets = ["/files/%7Bid%7D", "/files/a%3Fb", "/quotas/100%25"]
    paths = document_of(api_of(tmp_path, *(exchange(target, b"{}") for target in targets)))["paths"]
    assert list(paths) == targets


def test_forms_and_parts_are_described_by_their_fields(tmp_path: Path) -> None:
    form = exchange("/f", method="POST", sent=b"a=1&b=2&b=3", sent_kind="application/x-www-form-urlencoded")
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n--x--\r\n'
    parts = exchange("/m", method="POST", sent=part, sent_kind="multipart/form-data; boundary=x")
    unreadable_form = exchange("/b", method="POST", sent=b"x", sent_kind="multipart/form-data")
    paths = document_of(api_of(tmp_path, form, parts, unreadable_form))["paths"]
    content = {
        path: next(iter(item["post"]["requestBody"]["content"].values())) for path, item in paths.items()
    }
    assert content["/f"]["schema"]["properties"]["b"] == {
        "type": "array",
        "items": {"type": "string", "examples": ["2"]},
    }
    assert (content["/m"]["schema"]["required"], content["/b"]) == (["file"], {})


def test_bodies_that_are_not_json_have_only_their_type(tmp_path: Path) -> None:
    api = api_of(tmp_path, exchange("/a", b"<a/>", "application/xml"), exchange("/b", b"\x00", ""))
    paths = document_of(api)["paths"]
    content = [paths[path]["get"]["responses"]["200"]["content"] for path in ("/a", "/b")]
    assert content == [{"application/xml": {}}, {"application/octet-stream": {}}]


def test_headers_that_instruct_a_client_are_described(tmp_path: Path) -> None:
    first = exchange("/a", b"{}", status=201, headers={"Location": "/a/1", "X-Other": "1"})
    second = exchange("/a", b"{}", status=201, headers={"Location": "/a/2", "ETag": '"1"'})
    response = document_of(api_of(tmp_path, first, second))["paths"]["/a"]["get"]["responses"]["201"]
    assert response["headers"] == {
        "Etag": {"schema": {"type": "string"}},
        "Location": {"schema": {"type": "string"}, "required": True},
    }


def test_a_repeated_query_parameter_is_an_array_and_an_optional_body_has_its_evidence(tmp_path: Path) -> None:
    with_body = exchange("/a?x=1&x=2", method="POST", sent=b"{}")
    without = exchange("/a?x=3", method="POST")
    operation = document_of(api_of(tmp_path, with_body, without))["paths"]["/a"]["post"]
    assert operation["parameters"][0]["schema"]["type"] == "array"
    assert operation["requestBody"]["x-pactape-evidence"] == {"present": 1, "requests": 2}


def test_unknown_statuses_and_methods_are_accepted(tmp_path: Path) -> None:
    api = api_of(
        tmp_path, exchange("/", status=299), exchange("/", method="PURGE"), exchange("/a/1"), exchange("/a/2")
    )
    document = document_of(api)
    assert document["paths"]["/"]["get"]["responses"]["299"]["description"] == "Status 299"
    assert sorted(document["paths"]["/"]) == ["get"]


def test_operations_of_one_name_have_identifiers_of_their_own(tmp_path: Path) -> None:
    document = document_of(api_of(tmp_path, exchange("/a-b"), exchange("/a_b")))
    assert sorted(item["get"]["operationId"] for item in document["paths"].values()) == [
        "get_a_b",
        "get_a_b_2",
    ]


@pytest.mark.parametrize(
    ("texts", "schema"),
    [
        (set[str](), {"type": "string"}),
        ({"true", "false"}, {"type": "boolean"}),
        ({"7", "-1"}, {"type": "integer", "examples": [7]}),
        ({"007"}, {"type": "string", "examples": ["007"]}),
        ({"2026-01-31", "2026-02-01"}, {"type": "string", "format": "date", "examples": ["2026-01-31"]}),
    ],
)
def test_a_parameter_has_the_type_of_all_its_texts(texts: set[str], schema: dict[str, Any]) -> None:
    assert text_schema(texts) == schema


@pytest.mark.parametrize(
    ("samples", "schema"),
    [
        ([1, 2.5], {"type": "number", "examples": [1]}),
        ([True, None], {"type": ["boolean", "null"], "examples": [True]}),
        ([[]], {"type": "array", "items": {}}),
        ([{}], {"type": "object"}),
        (
            [{"1": {"a": 1}, "22": {"a": 2}, "333": {"a": 3}}],
            {
                "type": "object",
                "propertyNames": {"pattern": "^[0-9]+$"},
                "additionalProperties": {
                    "type": "object",
                    "properties": {"a": {"type": "integer", "examples": [1]}},
                    "required": ["a"],
                },
            },
        ),
    ],
)
def test_a_shape_is_described_by_its_schema(samples: list[Any], schema: dict[str, Any]) -> None:
    assert schema_of(shape_of(samples)) == schema


def test_many_answers_are_counted_up_to_a_limit() -> None:
    shape = shape_of([{"id": number, **({"x": 1} if number else {})} for number in range(40)])
    evidence = schema_of(shape)["properties"]["x"]["x-pactape-evidence"]
    assert evidence == {"present": "16 or more", "objects": "16 or more"}


def documented(**responses: Any) -> dict[str, Any]:
    return {"openapi": "3.0.0", "info": {}, "paths": {"/a/{x}": {"get": {"responses": responses}}}}


def test_documents_are_matched_through_their_servers_base_path_and_parameters(tmp_path: Path) -> None:
    api = api_of(tmp_path, exchange("/v1/a/literal", b"{}"))
    document = {**documented(default={"description": "x"}), "servers": [{"url": f"{BASE}/v1"}]}
    document["paths"]["/v1/a/{x}"] = document["paths"].pop("/a/{x}")
    kinds = {finding.kind for finding in compare(document, api)}
    assert kinds == {"undocumented"}


@pytest.mark.parametrize(
    ("schema", "expected_kinds"),
    [
        ({"type": "object", "additionalProperties": {"type": "string"}}, ["contradicted"]),
        ({"type": ["object", "null"]}, []),
        ({"nullable": True, "type": "object"}, []),
        ({"anyOf": [{"type": "array"}, {"type": "string"}]}, ["contradicted"]),
        ({"$ref": "other.yaml#/User"}, []),
        ({"$ref": "#/components/schemas/Gone"}, []),
        (True, []),
    ],
)
def test_schemas_of_many_shapes_are_compared(tmp_path: Path, schema: Any, expected_kinds: list[str]) -> None:
    api = api_of(tmp_path, exchange("/a/1", b'{"id": 1}'), exchange("/a/2", b'{"id": 2}'))
    response = {"description": "x", "content": {"application/*": {"schema": schema}}}
    assert [finding.kind for finding in compare(documented(**{"2XX": response}), api)] == expected_kinds


def test_a_required_parameter_that_was_never_sent_is_contradicted(tmp_path: Path) -> None:
    document = documented(default={"description": "x", "content": {"*/*": {}}})
    parameters = [{"name": "page", "in": "query", "required": True}, {"name": "filter", "in": "query"}]
    document["paths"]["/a/{x}"]["parameters"] = parameters
    api = api_of(tmp_path, exchange("/a/1?filter[name]=b"), exchange("/a/2?filter[name]=c"))
    kinds = [(finding.kind, finding.place[-8:]) for finding in compare(document, api)]
    assert ("contradicted", "r 'page'") in kinds


def test_merging_leaves_references_defaults_and_wildcards_alone() -> None:
    operation: dict[str, Any] = {
        "parameters": [{"$ref": "#/components/parameters/Page"}],
        "responses": {"default": {"description": "x"}, "200": {"description": "x", "content": {"*/*": {}}}},
    }
    media = {"description": "OK", "content": {"application/json": {}}}
    recorded = {
        "parameters": [{"name": "page", "in": "query"}],
        "responses": {"200": media, "404": media},
        "requestBody": {"content": {}},
        "security": [{"bearer": []}],
    }
    schemes = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}
    existing = {"paths": {"/a": {"get": operation, "parameters": []}}}
    result = merge_documents(
        existing, {"paths": {"/a": {"get": recorded, "post": recorded}}, "components": schemes}
    )
    assert result["paths"]["/a"]["get"] == {**operation, "requestBody": {"content": {}}}
    assert result["components"] == schemes


def run(root: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["openapi", "--project", str(root), *arguments])
    return result.exit_code, result.output + (f" {result.exception}" if result.exception else "")


def test_the_command_writes_merges_and_shows_what_differs(tmp_path: Path) -> None:
    write(tmp_path, exchange("/a/1", b'{"id": 1}'), exchange("/a/2", b'{"id": 2}'))
    file, merged_file = tmp_path / "a.json", tmp_path / "b.yaml"
    write_result = run(tmp_path, "-o", str(file))
    merge_result = run(tmp_path, "--merge", str(file), "--output", str(merged_file))
    comparison = run(tmp_path, "--against", str(merged_file), str(tmp_path / "a.ndjson"))
    standard_output = run(tmp_path)
    assert [code for code, _ in (write_result, merge_result, comparison, standard_output)] == [0, 0, 0, 0], (
        write_result,
        merge_result,
        comparison,
    )
    assert (json.loads(file.read_bytes())["openapi"], "openapi: 3.1.0" in standard_output[1]) == (
        "3.1.0",
        True,
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "several providers were recorded"),
        (["--provider", "gone"], "no exchange was recorded"),
        (["--provider", "api.example.com", "--merge", "bad.yaml"], "can't be read"),
    ],
)
def test_what_can_not_be_decided_is_one_clear_error(
    tmp_path: Path, arguments: list[str], problem: str
) -> None:
    write(tmp_path, exchange("/a"), exchange("/a", base="https://other.example.com"))
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    paths = [str(tmp_path / argument) if argument.endswith(".yaml") else argument for argument in arguments]
    code, output = run(tmp_path, *paths)
    assert (code != 0, problem in output) == (True, True), output
