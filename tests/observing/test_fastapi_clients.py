"""A FastAPI application that is itself a consumer: what its endpoints read of another provider's answers."""

from __future__ import annotations

from typing import Any

import httpx
import pydantic
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pactape.observing import observing


class User(pydantic.BaseModel):
    id: int
    full_name: str = pydantic.Field(alias="name")
    nick: str = ""


class Card(pydantic.BaseModel):
    id: int


def application(url: str) -> FastAPI:
    """An application that asks the provider at `url`."""
    app = FastAPI()

    @app.get("/validated")
    def validated() -> str:
        return User.model_validate(httpx.get(url, timeout=30).json()).full_name

    @app.get("/asynchronous")
    async def asynchronous() -> str:
        async with httpx.AsyncClient(timeout=30) as client:
            return User.model_validate_json((await client.get(url)).content).full_name

    @app.get("/response-model", response_model=Card)
    def response_model() -> Any:
        return httpx.get(url, timeout=30).json()

    return app


@pytest.mark.parametrize(
    ("path", "paths"),
    [
        ("/validated", ("id", "name", "nick?")),
        ("/asynchronous", ("id", "name", "nick?")),
        ("/response-model", ("id",)),
    ],
)
def test_what_an_endpoint_reads_of_an_upstream_answer_is_observed(
    url: str, path: str, paths: tuple[str, ...]
) -> None:
    client = TestClient(application(url))
    with observing() as observer:
        assert client.get(path).status_code == 200
    assert [response.usage.paths() for response in observer.observed if response.url.startswith(url)] == [
        paths
    ]
