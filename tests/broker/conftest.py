"""A real broker on a free port, and the stock tools that are its referees."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pactape.broker import BrokerConfig, running_broker

from tests.broker.helpers.databases import empty_schema
from tests.broker.helpers.stock import Provider, StockTools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


#: The modules about what is refused, shown and linked, with hundreds of cases: on PostgreSQL in make test-long.
_ABOUT_HTTP = {
    "test_badges",
    "test_odd_texts",
    "test_pages",
    "test_pages_in_a_browser",
    "test_paging",
    "test_protocol",
    "test_relations",
    "test_resources",
    "test_slow_clients",
    "test_strangers",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "location" in metafunc.fixturenames:
        marks = [pytest.mark.long] if metafunc.module.__name__.rpartition(".")[2] in _ABOUT_HTTP else []
        databases = ["sqlite", pytest.param("postgresql", marks=marks)]
        metafunc.parametrize("location", databases, indirect=True)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a broker that holds nothing: a copy is ready sooner than new tables."""
    path = tmp_path_factory.mktemp("broker") / "empty.sqlite"
    with running_broker(path):
        return path


@pytest.fixture
def location(request: pytest.FixtureRequest, tmp_path: Path, empty_file: Path) -> Iterator[Path | str]:
    """Where a broker's data may be: in a file, and in an empty schema of a PostgreSQL server."""
    if request.param == "sqlite":
        yield Path(shutil.copy(empty_file, tmp_path / "broker.sqlite"))
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
