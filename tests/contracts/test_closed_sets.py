"""Closed sets that a provider's documents name are in contracts; those that samples suggest are not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from graphql import build_schema, introspection_from_schema
from pactape.errors import SettingsError

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path

STATUS = {"type": "string", "enum": ["open", "paid"]}
ORDER = {
    "type": "object",
    "properties": {
        "status": {"$ref": "#/components/schemas/Status"},
        "kind": {"type": "string"},
        "count": {"enum": [1, 2]},
        "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}},
        "by_name": {"type": "object", "additionalProperties": STATUS},
        "either": {"oneOf": [STATUS, {"type": "string"}]},
    },
}
DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/orders/{id}": {
            "get": {
                "responses": {
                    "200": {"$ref": "#/components/responses/Order"},
                    "4XX": {"content": {"*/*": {"schema": {"properties": {"code": {"enum": ["gone"]}}}}}},
                }
            }
        }
    },
    "components": {
        "schemas": {
            "Status": STATUS,
            "Order": {"allOf": [ORDER, {"properties": {"status": {"enum": ["open", "paid", "void", None]}}}]},
            "Elsewhere": {"$ref": "other.yaml#/Order"},
        },
        "responses": {
            "Order": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
        },
    },
}
ANSWER = {"status": "open", "kind": "a", "count": 1, "lines": [{"status": "paid"}], "either": "open"}
SCHEMA = """
enum Status { OPEN PAID }
interface Thing { status: Status }
type Order implements Thing { status: Status!, lines: [Line!]!, owner: Order }
type Line { states: [Status], name: String }
type Query { order: Order, thing: Thing }
"""
QUERY = """
query {
  o: order { status lines { states name ...Unknown } ...F }
  thing { ... on Order { state: status } ... { status } }
}
fragment F on Order { owner { status ...F } }
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def _configure(project: Project, setting: str, text: str) -> None:
    name = setting.partition("=")[2].strip().strip('"')
    (project.root / name).write_text(text, encoding="utf-8")
    project.settings(
        '[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n' + setting
    )


def _regexes(project: Project) -> dict[str, str]:
    (each,) = project.interactions()
    rules: dict[str, Any] = each["response"]["matchingRules"]["body"]
    matchers = {path: rule["matchers"][0] for path, rule in rules.items()}
    return {path: matcher["regex"] for path, matcher in matchers.items() if matcher["match"] == "regex"}


def _orders(project: Project, answer: Any = ANSWER, status: int = 200) -> None:
    project.record("a", interaction(url="http://users.test/orders/7", answer=answer, status=status))


def test_an_enumeration_of_the_openapi_document_is_a_closed_set(project: Project) -> None:
    _configure(project, 'openapi = "api.json"', json.dumps(DOCUMENT))
    _orders(project)
    assert _regexes(project) == {"$.status": "^(open|paid)$", "$.lines[*].status": "^(open|paid)$"}


def test_a_map_s_values_have_the_enumeration_of_the_document(project: Project) -> None:
    _configure(project, 'openapi = "api.json"', json.dumps(DOCUMENT))
    _orders(project, {"by_name": {"1": "open", "2": "paid"}})
    assert _regexes(project) == {"$.by_name.*": "^(open|paid)$"}


def test_a_range_of_statuses_and_of_media_types_has_its_own_schema(project: Project) -> None:
    _configure(project, 'openapi = "api.json"', json.dumps(DOCUMENT))
    _orders(project, {"code": "gone"}, status=404)
    assert _regexes(project) == {"$.code": "^(gone)$"}


def test_an_answer_that_goes_beyond_the_document_is_not_bound_by_it(project: Project) -> None:
    _configure(project, 'openapi = "api.json"', json.dumps(DOCUMENT))
    _orders(project, {"status": "new"})
    assert _regexes(project) == {}


@pytest.mark.parametrize("suffix", ["graphql", "json"])
def test_an_enumeration_of_the_graphql_schema_is_a_closed_set(project: Project, suffix: str) -> None:
    schema = json.dumps(introspection_from_schema(build_schema(SCHEMA))) if suffix == "json" else SCHEMA
    _configure(project, f'graphql = "schema.{suffix}"', schema)
    answer = {
        "data": {
            "o": {
                "status": "OPEN",
                "lines": [{"states": ["PAID"], "name": "a"}],
                "owner": {"status": "OPEN"},
            },
            "thing": {"state": "OPEN", "status": "PAID"},
        }
    }
    project.record(
        "a", interaction(method="POST", url="http://users.test/graphql", sent={"query": QUERY}, answer=answer)
    )
    assert _regexes(project) == dict.fromkeys(
        (
            "$.data.o.status",
            "$.data.o.lines[*].states[*]",
            "$.data.o.owner.status",
            "$.data.thing.state",
            "$.data.thing.status",
        ),
        "^(OPEN|PAID)$",
    )


def test_a_graphql_schema_that_is_none_is_an_error_that_names_it(project: Project) -> None:
    _configure(project, 'graphql = "schema.graphql"', "type {")
    project.record(
        "a",
        interaction(method="POST", url="http://users.test/graphql", sent={"query": "{ a }"}, answer={"a": 1}),
    )
    with pytest.raises(SettingsError, match=r"schema\.graphql: can't be read as a GraphQL schema"):
        project.derive()
