"""A real broker on a free port, and the stock tools that are its referees."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from pactape.broker import BrokerConfig, running_broker

from tests.broker.helpers.databases import empty_schema
from tests.broker.helpers.stock import Provider, StockTools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where a broker's data may be: in a file, and in an empty schema of a PostgreSQL server."""
    if request.param == "sqlite":
        yield tmp_path / "broker.sqlite"
    else:
        with empty_schema() as address:
            yield address


@pytest.fixture
def serving(tmp_path: Path, location: Path | str) -> Callable[..., Any]:
    """Start brokers with a configuration of the test's own."""

    @contextmanager
    def start(config: BrokerConfig | None = None) -> Iterator[StockTools]:
        with running_broker(location, config=config) as url:
            yield StockTools(url, tmp_path)

    return start


@pytest.fixture
def stock(serving: Callable[..., Any]) -> Iterator[StockTools]:
    """The stock tools and a broker without credentials."""
    with serving() as tools:
        yield tools
