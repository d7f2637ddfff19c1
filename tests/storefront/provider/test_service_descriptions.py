"""The OpenAPI documents of the services, held against the running applications."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, cast

import msgspec
import pytest
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from openapi_spec_validator import validate

from storefront.database import Database
from storefront.orders import app as orders_app
from storefront.server import running
from storefront.system import PROVIDERS
from storefront.tokens import TokenIssuer
from tests.storefront.provider.helpers.service_cases import (
    COMMON_CASES,
    OPERATIONS,
    OWN_CASES,
    SERVICES,
    Case,
    document,
    file,
    send,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from storefront.orders.orchestrator import OrderOrchestrator
    from storefront.system import Storefront


UNKNOWN_SCHEME = "ignore:Unsupported scheme type:UserWarning"  # openapi-core leaves OAuth 2.0 to others


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_is_valid_openapi(service: str) -> None:
    validate(document(service))


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_has_exactly_the_application_s_routes(storefront: Storefront, service: str) -> None:
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method)
        for rule in storefront.apps[service].url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {
        (operation.path, operation.method)
        for operation in OPERATIONS.values()
        if operation.service == service
    } == routes


@pytest.mark.filterwarnings(UNKNOWN_SCHEME)
@pytest.mark.parametrize(
    "case", OWN_CASES + COMMON_CASES, ids=lambda case: f"{case.service} {case.operation} {case.status}"
)
def test_requests_and_responses_match_the_document(storefront: Storefront, case: Case) -> None:
    case.given(storefront)
    answer = send(storefront, case)
    assert answer.status_code == case.status, answer.text
    description = openapi(case.service, storefront.urls[case.service])
    description.validate_response(RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer))
    if answer.ok:
        description.validate_request(RequestsOpenAPIRequest(answer.request))
    if case.status == 422:
        with pytest.raises(OpenAPIError):
            description.validate_request(RequestsOpenAPIRequest(answer.request))


@cache
def openapi(service: str, url: str) -> OpenAPI:
    decoders: dict[str, Callable[[bytes], Any]] = {"application/problem+json": json.loads}
    config = Config(server_base_url=url, extra_media_type_deserializers=decoders)
    return OpenAPI.from_file_path(str(file(service)), config=config)


class _FailingDatabase(Database):
    """Fails with what must not get out."""

    def __init__(self) -> None: ...

    def transaction(self) -> NoReturn:
        raise RuntimeError("postgresql://user:password@db")


def failing_app(service: str, issuer: TokenIssuer) -> Flask:
    if service == "orders":
        return orders_app.create_app(_FailingDatabase(), issuer.verifier(), cast("OrderOrchestrator", None))
    return PROVIDERS[service](_FailingDatabase(), issuer.verifier())


@pytest.mark.parametrize("service", SERVICES)
def test_a_failure_matches_the_document_and_shows_no_internal_details(
    storefront: Storefront, service: str
) -> None:
    issuer = TokenIssuer()
    failing_storefront = msgspec.structs.replace(storefront, issuer=issuer)
    cases = [
        case
        for case in OWN_CASES
        if case.service == service and case.status < 300 and case.operation not in {"health", "quote"}
    ]
    with running(failing_app(service, issuer)) as url:
        for case in cases:
            answer = send(failing_storefront, case, url=url)
            assert (case, answer.status_code, "password" in answer.text) == (case, 500, False)
            openapi(service, url).validate_response(
                RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer)
            )
