"""The identity service: its OpenAPI document, held against the running application, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_spec_validator import OpenAPIV31SpecValidator

import storefront
from storefront.identity import create_app
from storefront.tokens import TokenIssuer

if TYPE_CHECKING:
    from storefront.system import Storefront

FILE = Path(storefront.__file__).parent / "identity" / "openapi.yaml"
GRANT = {"grant_type": "client_credentials"}


def ask(running: Storefront, *, data: Any, secret: str | None = None, **headers: str) -> requests.Response:
    """Ask for a token as storefront-orders."""
    client = "storefront-orders"
    auth = (client, secret or running.issuer.clients[client])
    url = f"{running.urls['identity']}/oauth/token"
    return requests.post(url, data=data, auth=auth, headers=headers, timeout=30)


def holds(running: Storefront, answer: requests.Response) -> None:
    """See that the document describes an answer."""
    config = Config(
        server_base_url=running.urls["identity"],
        extra_media_type_deserializers={"application/problem+json": json.loads},
    )
    OpenAPI.from_file_path(str(FILE), config=config).validate_response(
        RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer)
    )


def test_the_document_is_valid_openapi() -> None:
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_the_document_has_exactly_the_application_s_routes() -> None:
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    described = {
        (path, method.upper()) for path, operations in document["paths"].items() for method in operations
    }
    routes = {
        (rule.rule, method)
        for rule in create_app(TokenIssuer()).url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routes


@pytest.mark.parametrize(
    ("data", "secret", "status"),
    [
        (GRANT, None, 200),
        ({**GRANT, "scope": "payments:pay orders:any"}, None, 200),
        (GRANT, "wrong", 401),
        ({"grant_type": "password"}, None, 400),
        ({}, None, 400),
        ({**GRANT, "scope": "x" * 70_000}, None, 413),
    ],
)
def test_a_response_matches_the_document(
    storefront: Storefront, data: dict[str, str], secret: str | None, status: int
) -> None:
    answer = ask(storefront, data=data, secret=secret)
    assert answer.status_code == status, answer.text
    holds(storefront, answer)


def test_a_token_has_only_the_scopes_that_the_client_may_have(storefront: Storefront) -> None:
    answer = ask(storefront, data={**GRANT, "scope": "payments:pay orders:any"})
    assert answer.json()["scope"] == "payments:pay"


@pytest.mark.parametrize("value", ["Basic !!", "Basic /w==", "Bearer x", "Basic"])
def test_credentials_that_can_not_be_read_are_refused(storefront: Storefront, value: str) -> None:
    url = f"{storefront.urls['identity']}/oauth/token"
    answer = requests.post(url, data=GRANT, headers={"Authorization": value}, timeout=30)
    assert answer.status_code == 401
    holds(storefront, answer)
