"""Schemathesis against the OpenAPI documents that `pactape openapi` writes of the recordings of the storefront."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from openapi_spec_validator import OpenAPIV31SpecValidator
from pactape.descriptions.openapi.collecting import collect
from pactape.descriptions.openapi.document import document_of
from pactape.settings import load_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import response_schema_conformance

if TYPE_CHECKING:
    from schemathesis import Case

    from storefront.system import Storefront

SETTINGS = load_settings(Path(__file__).resolve().parents[3])
DOCUMENTS = {api.provider.key: document_of(api) for api in collect(SETTINGS)[0]}


@pytest.mark.long
@pytest.mark.parametrize("service", sorted(DOCUMENTS))
def test_responses_match_the_document_of_the_recordings(storefront: Storefront, service: str) -> None:
    document = DOCUMENTS[service]
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    request_count = 0
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        assert not isinstance(result, Err), result.err()

        @hypothesis.settings(
            max_examples=20,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=result.ok().as_strategy(generation_mode=GenerationMode.POSITIVE))
        def ask(case: Case[Any]) -> None:
            nonlocal request_count
            request_count += 1
            headers = {} if case.path == "/oauth/token" else storefront.authorization(service)
            case.call_and_validate(
                base_url=storefront.urls[service],
                headers=headers,
                checks=[not_a_server_error, response_schema_conformance],
            )

        ask()
    assert request_count >= 20
