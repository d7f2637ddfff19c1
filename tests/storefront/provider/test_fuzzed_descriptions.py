"""Schemathesis against the OpenAPI documents: no failure, and no answer that a document doesn't describe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import storefront
from storefront.users.graphql import SCHEMA_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case
    from schemathesis.schemas import APIOperation, BaseSchema

    from storefront.system import Storefront

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SERVICES = ("users", "identity", "inventory", "payments", "shipping", "notifications", "orders")


def operations_of(schema: BaseSchema) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    """All operations of a schema; one that schemathesis can't read fails the test."""
    for operation in schema.get_all_operations():
        if isinstance(operation, Err):
            raise operation.err()
        yield operation.ok()


def fuzz(running: Storefront, service: str, *, examples: int) -> None:
    """Ask each operation that often, half of the times with what its document doesn't allow."""
    file = Path(storefront.__file__).parent / service / "openapi.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    schema = schemathesis.openapi.from_dict(document)
    for operation in operations_of(schema):
        raw = document["paths"][operation.path][operation.method]
        can_be_wrong = "requestBody" in raw or "parameters" in raw
        for mode in [GenerationMode.POSITIVE, GenerationMode.NEGATIVE][: 1 + can_be_wrong]:

            @hypothesis.settings(
                max_examples=examples,
                database=None,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case[Any]) -> None:
                headers = {} if case.path == "/oauth/token" else running.authorization(service)
                case.call_and_validate(base_url=running.urls[service], headers=headers, checks=CHECKS)

            ask()


def test_responses_match_the_document_in_a_short_fuzz(storefront: Storefront) -> None:
    fuzz(storefront, "shipping", examples=3)


@pytest.mark.long
@pytest.mark.parametrize("service", SERVICES)
def test_responses_match_the_document_in_a_long_fuzz(storefront: Storefront, service: str) -> None:
    fuzz(storefront, service, examples=60)


def fuzz_graphql(running: Storefront, *, examples: int) -> None:
    """Ask each field of the schema that often."""
    sdl = SCHEMA_FILE.read_text(encoding="utf-8")
    schema = schemathesis.graphql.from_file(sdl)
    for operation in operations_of(schema):

        @hypothesis.settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Case[Any]) -> None:
            url = running.urls["users"] + "/graphql"
            answer = case.call(base_url=url, headers=running.authorization("users"))
            errors = answer.json().get("errors", [])
            codes = {error.get("extensions", {}).get("code") for error in errors}
            assert (answer.status_code, "INTERNAL" in codes) == (200, False), answer.text

        ask()


def test_whatever_the_graphql_schema_allows_is_answered(storefront: Storefront) -> None:
    fuzz_graphql(storefront, examples=5)


@pytest.mark.long
def test_whatever_the_graphql_schema_allows_is_answered_for_long(storefront: Storefront) -> None:
    fuzz_graphql(storefront, examples=200)
