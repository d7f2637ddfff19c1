"""A real broker on a free port, and the stock tools that are its referees."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from pactape.broker import BrokerConfig, running_broker

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


@pytest.fixture
def serving(tmp_path: Path) -> Callable[..., Any]:
    """Start brokers with a configuration of the test's own."""

    @contextmanager
    def start(config: BrokerConfig | None = None) -> Iterator[StockTools]:
        with running_broker(tmp_path / "broker.sqlite", config=config) as url:
            yield StockTools(url, tmp_path)

    return start


@pytest.fixture
def stock(serving: Callable[..., Any]) -> Iterator[StockTools]:
    """The stock tools and a broker without credentials."""
    with serving() as tools:
        yield tools
