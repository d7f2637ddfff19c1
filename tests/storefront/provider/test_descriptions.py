"""The OpenAPI document and the GraphQL schema, held against the running application."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import yaml
from graphql import build_schema, print_schema
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_spec_validator import validate

import storefront.users
from storefront.users.graphql import SCHEMA_FILE, executable_schema
from storefront.users.states import a_user_exists, no_user_has_the_email

if TYPE_CHECKING:
    from storefront.users.service import UsersService

DOCUMENT = Path(storefront.users.__file__).with_name("openapi.yaml")
NOBODY = "00000000-0000-4000-8000-000000000000"
JSON = {"Content-Type": "application/json"}


def test_the_document_is_valid_openapi() -> None:
    validate(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")))


def test_the_document_has_the_application_s_routes_and_no_others(users_service: UsersService) -> None:
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in users_service.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    paths = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    described = {(path, method) for path, item in paths.items() for method in item if method != "parameters"}
    assert described == routes


CASES: list[tuple[str, str, dict[str, Any], int]] = [
    ("POST", "/users", {"json": {"email": "new@example.com", "name": "New"}}, 201),
    ("POST", "/users", {"json": {"email": "ADA@example.com", "name": "Taken"}}, 409),
    ("POST", "/users", {"json": {"email": "nonsense", "name": "Ada"}}, 422),
    ("POST", "/users", {"data": "{", "headers": JSON}, 400),
    ("POST", "/users", {"data": "x", "headers": {"Content-Type": "text/plain"}}, 415),
    ("POST", "/users", {"json": {"email": "b@example.com", "name": "x" * 70_000}}, 413),
    ("GET", "/users?email=ada@example.com", {}, 200),
    ("GET", "/users?email=nobody@example.com", {}, 200),
    ("GET", "/users", {}, 400),
    ("GET", "/users/{ada}", {}, 200),
    ("GET", f"/users/{NOBODY}", {}, 404),
    ("GET", "/users/{ada}", {"headers": {"Authorization": "Bearer no"}}, 401),
    ("PATCH", "/users/{ada}", {"json": {"name": "Ada King"}}, 200),
    ("PATCH", f"/users/{NOBODY}", {"json": {"name": "Nobody"}}, 404),
    ("PATCH", "/users/{ada}", {"json": {"name": ""}}, 422),
    ("DELETE", "/users/{gone}", {}, 204),
    ("DELETE", f"/users/{NOBODY}", {}, 404),
    ("POST", "/graphql", {"json": {"query": "{ __typename }"}}, 200),
    ("POST", "/graphql", {"json": {"query": '{ user(id: "x") { id } }'}}, 200),
    ("POST", "/graphql", {"json": {"query": "{"}}, 400),
    ("POST", "/oauth/token", {"data": {"grant_type": "client_credentials"}, "auth": "client"}, 200),
    ("POST", "/oauth/token", {"data": {"grant_type": "client_credentials"}}, 401),
    ("POST", "/oauth/token", {"data": {"grant_type": "other"}, "auth": "client"}, 400),
    ("GET", "/health", {}, 200),
]


@pytest.fixture
def people(users_service: UsersService) -> dict[str, str]:  # noqa: ARG001 -- the states work on its database
    """Two users: one to stay, one to go."""
    people = {"ada": "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11", "gone": "5f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"}
    a_user_exists(id=people["ada"], email="ada@example.com")
    a_user_exists(id=people["gone"])
    no_user_has_the_email(email="new@example.com")
    return people


@pytest.mark.parametrize(("method", "path", "options", "status"), CASES)
def test_an_answer_is_what_the_document_says(
    users_service: UsersService,
    people: dict[str, str],
    method: str,
    path: str,
    options: dict[str, Any],
    status: int,
) -> None:
    headers = {**users_service.authorization(), **options.get("headers", {})}
    auth = (users_service.client_id, users_service.client_secret) if "auth" in options else None
    rest = {name: value for name, value in options.items() if name not in {"headers", "auth"}}
    if path == "/oauth/token":
        del headers["Authorization"]
    url = users_service.url + path.format(**people)
    answer = requests.request(method, url, headers=headers, auth=auth, timeout=10, **rest)
    assert answer.status_code == status
    config = Config(
        server_base_url=users_service.url,
        extra_media_type_deserializers={"application/problem+json": json.loads},
    )
    openapi = OpenAPI.from_file_path(str(DOCUMENT), config=config)
    openapi.validate_response(RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer))


def test_the_schema_file_is_the_executable_schema() -> None:
    assert print_schema(build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))) == print_schema(
        executable_schema()
    )
