"""The OpenAPI document and the GraphQL schema, held against the running application."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import msgspec
import pytest
import requests
import yaml
from graphql import build_schema, print_schema
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from openapi_spec_validator import OpenAPIV31SpecValidator

import storefront.users
from storefront.database import Database
from storefront.server import running
from storefront.users.app import create_app
from storefront.users.graphql import SCHEMA_FILE, executable_schema
from storefront.users.states import a_user_exists, no_user_has_the_email

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from storefront.users.service import UsersService

FILE = Path(storefront.users.__file__).with_name("openapi.yaml")
DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
UNKNOWN_SCHEME = "ignore:Unsupported scheme type:UserWarning"  # openapi-core leaves OAuth 2.0 to others
NOBODY = "00000000-0000-4000-8000-000000000000"
JSON = {"Content-Type": "application/json"}


def test_the_document_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_document_has_exactly_the_application_s_routes(users_service: UsersService) -> None:
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in users_service.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method)
        for path, item in DOCUMENT["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert described == routes


class Case(NamedTuple):
    """A request, and the operation and status of the document that it is to meet."""

    method: str
    template: str
    status: int
    options: Mapping[str, Any] = MappingProxyType({})
    path: str = ""


TOKEN: dict[str, Any] = {"data": {"grant_type": "client_credentials"}, "headers": {}}
LARGE = {"json": {"email": "b@example.com", "name": "x" * 70_000}}
CLOSED = {"headers": {"Authorization": "Bearer no"}}
PLAIN = {"data": "x", "headers": {"Content-Type": "text/plain"}}
CUT = {"data": "{", "headers": JSON}
OWN = {"Accept": "application/graphql-response+json"}
CASES = [
    Case("POST", "/users", 201, {"json": {"email": "new@example.com", "name": "New"}}),
    Case("POST", "/users", 400, CUT),
    Case("POST", "/users", 401, CLOSED),
    Case("POST", "/users", 409, {"json": {"email": "ADA@example.com", "name": "Taken"}}),
    Case("POST", "/users", 413, LARGE),
    Case("POST", "/users", 415, PLAIN),
    Case("POST", "/users", 422, {"json": {"email": "nonsense", "nick": "A"}}),
    Case("GET", "/users", 200, path="/users?email=ada@example.com"),
    Case("GET", "/users", 200, path="/users?email=nobody@example.com"),
    Case("GET", "/users", 400),
    Case("GET", "/users", 401, CLOSED),
    Case("GET", "/users/{id}", 200, path="/users/{ada}"),
    Case("GET", "/users/{id}", 401, CLOSED, path="/users/{ada}"),
    Case("GET", "/users/{id}", 404, path=f"/users/{NOBODY}"),
    Case("PATCH", "/users/{id}", 200, {"json": {"name": "Ada King"}}, path="/users/{ada}"),
    Case("PATCH", "/users/{id}", 400, CUT, path="/users/{ada}"),
    Case("PATCH", "/users/{id}", 401, CLOSED, path="/users/{ada}"),
    Case("PATCH", "/users/{id}", 404, {"json": {"name": "Nobody"}}, path=f"/users/{NOBODY}"),
    Case("PATCH", "/users/{id}", 409, {"json": {"email": "Gone@example.com"}}, path="/users/{ada}"),
    Case("PATCH", "/users/{id}", 413, LARGE, path="/users/{ada}"),
    Case("PATCH", "/users/{id}", 415, PLAIN, path="/users/{ada}"),
    Case("PATCH", "/users/{id}", 422, {"json": {"name": ""}}, path="/users/{ada}"),
    Case("DELETE", "/users/{id}", 204, path="/users/{gone}"),
    Case("DELETE", "/users/{id}", 401, CLOSED, path="/users/{gone}"),
    Case("DELETE", "/users/{id}", 404, path=f"/users/{NOBODY}"),
    Case("POST", "/graphql", 200, {"json": {"query": "{ __typename }"}}),
    Case("POST", "/graphql", 200, {"json": {"query": '{ user(id: "x") { id } }'}, "headers": OWN}),
    Case("POST", "/graphql", 400, {"json": {}}),
    Case("POST", "/graphql", 400, {"json": {"query": "{"}, "headers": OWN}),
    Case("POST", "/graphql", 400, CUT),
    Case("POST", "/graphql", 401, CLOSED),
    Case("POST", "/graphql", 413, LARGE),
    Case("POST", "/graphql", 415, PLAIN),
    Case("POST", "/oauth/token", 200, {**TOKEN, "auth": "client"}),
    Case("POST", "/oauth/token", 400, {**TOKEN, "data": {"grant_type": "other"}, "auth": "client"}),
    Case("POST", "/oauth/token", 401, TOKEN),
    Case("POST", "/oauth/token", 413, {"data": {"grant_type": "x" * 70_000}, "headers": {}}),
    Case("GET", "/health", 200),
]


def test_every_operation_and_status_of_the_document_has_a_case() -> None:
    described = {
        (method.upper(), path, int(status))
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
        for status in operation["responses"]
        if status != "500"  # below, by an application that fails
    }
    assert {(case.method, case.template, case.status) for case in CASES} == described


@pytest.fixture
def people(users_service: UsersService) -> dict[str, str]:  # noqa: ARG001 -- the states work on its database
    """Two users: one to stay, one to go."""
    people = {"ada": "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11", "gone": "5f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"}
    a_user_exists(id=people["ada"], email="ada@example.com")
    a_user_exists(id=people["gone"], email="gone@example.com")
    no_user_has_the_email(email="new@example.com")
    return people


@pytest.mark.filterwarnings(UNKNOWN_SCHEME)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method} {case.template} {case.status}")
def test_requests_and_responses_match_the_document(
    users_service: UsersService, people: dict[str, str], case: Case
) -> None:
    answer = send(users_service, case, people)
    assert answer.status_code == case.status
    request, response = RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer)
    description = openapi(users_service.url)
    description.validate_response(request, response)
    if answer.ok:
        description.validate_request(request)


@pytest.mark.filterwarnings(UNKNOWN_SCHEME)
@pytest.mark.parametrize("case", [case for case in CASES if case.status == 422], ids=lambda case: case.method)
def test_what_is_refused_as_not_valid_is_not_what_the_document_wants(
    users_service: UsersService, people: dict[str, str], case: Case
) -> None:
    answer = send(users_service, case, people)
    with pytest.raises(OpenAPIError):
        openapi(users_service.url).validate_request(RequestsOpenAPIRequest(answer.request))


def send(service: UsersService, case: Case, people: dict[str, str]) -> requests.Response:
    options = dict(case.options)
    own = options.pop("headers", None)
    auth = (service.client_id, service.client_secret) if options.pop("auth", None) else None
    headers = {} if case.template == "/oauth/token" else service.authorization()
    url = service.url + (case.path or case.template).format(**people)
    return requests.request(
        case.method, url, headers={**headers, **(own or {})}, auth=auth, timeout=10, **options
    )


@cache
def openapi(url: str) -> OpenAPI:
    decoders: dict[str, Callable[[bytes], Any]] = dict.fromkeys(
        ("application/problem+json", "application/graphql-response+json"), json.loads
    )
    config = Config(server_base_url=url, extra_media_type_deserializers=decoders)
    return OpenAPI.from_file_path(str(FILE), config=config)


class _FailingDatabase(Database):
    """Fails with what must not get out."""

    def __init__(self) -> None: ...

    def transaction(self) -> NoReturn:
        raise RuntimeError("postgresql://user:password@db")


FAILING = [case for case in CASES if case.status in {200, 201, 204} and case.template != "/health"]


@pytest.mark.parametrize("case", FAILING, ids=lambda case: f"{case.method} {case.template}")
def test_a_failure_matches_the_document_and_shows_no_internal_details(
    users_service: UsersService, case: Case
) -> None:
    with running(create_app(_FailingDatabase())) as url:
        failing = msgspec.structs.replace(users_service, url=url)
        answer = send_without_token(failing, case)
    assert (answer.status_code, "password" in answer.text) == (500, False)
    openapi(url).validate_response(RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer))


def send_without_token(service: UsersService, case: Case) -> requests.Response:
    options = {name: value for name, value in case.options.items() if name not in {"headers", "auth"}}
    auth = (service.client_id, "secret") if case.template == "/oauth/token" else None
    headers = {} if auth else {"Authorization": "Bearer any"}
    url = service.url + case.template
    return requests.request(case.method, url, headers=headers, auth=auth, timeout=10, **options)


def test_the_schema_file_is_the_executable_schema() -> None:
    assert print_schema(build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))) == print_schema(
        executable_schema()
    )
