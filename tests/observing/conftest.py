"""A users API that answers every request with one user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER = {"id": 7, "name": "Ada", "profile": {"city": "London", "zip": "N1"}}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving_api(lambda _: json_response(ANSWER, X_Total="1")) as api:
        yield api.url
