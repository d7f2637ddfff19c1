"""Test helpers: message brokers on free ports that a test can kill."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["OwnBroker", "own_broker"]

#: Where Debian has the script itself; the one on the PATH changes to a user who can't write to a test's folder.
_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_PATIENCE = 120


class OwnBroker(Protocol):
    url: str

    def start(self) -> None: ...
    def kill(self) -> None: ...


class OwnRedis:
    """A Redis server that keeps nothing on the disk: a kill takes all that it held."""

    def __init__(self, _folder: Path) -> None:
        self._program = shutil.which("redis-server") or _missing("redis-server", "Redis")
        self._port = _free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([self._program, *options], stdout=subprocess.DEVNULL)
        _await(self._port)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class OwnRabbitMQ:
    """A RabbitMQ node; a kill takes what it has not written yet."""

    def __init__(self, folder: Path) -> None:
        if not _RABBITMQ.is_file():
            _missing(str(_RABBITMQ), "RabbitMQ")
        self._port = _free_port()
        self._environment = {**os.environ, **_settings(folder, self._port)}
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"
        (folder / "enabled_plugins").write_text("[].", encoding="utf-8")
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [_RABBITMQ], env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _await(self._port)

    def kill(self) -> None:
        """Kill the script, and the node, which is a child of its own."""
        own = psutil.Process(self._process.pid)
        everybody = [*own.children(recursive=True), own]
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(everybody)
        self._process.wait()


def _settings(folder: Path, port: int) -> dict[str, str]:
    """The environment of a node that touches nothing but its folder."""
    places = {
        "CONFIG_FILE": "none",
        "ADVANCED_CONFIG_FILE": "none",
        "ENABLED_PLUGINS_FILE": "enabled_plugins",
        "FEATURE_FLAGS_FILE": "feature_flags",
        "GENERATED_CONFIG_DIR": "generated",
        "LOG_BASE": "log",
        "MNESIA_BASE": "mnesia",
        "PID_FILE": "pid",
    }
    return {
        "HOME": str(folder),  # where the cookie of its own lies
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_DIST_PORT": str(_free_port()),
        "RABBITMQ_NODENAME": f"pactape-{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        **{f"RABBITMQ_{name}": str(folder / place) for name, place in places.items()},
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _await(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.01)
    pytest.fail(f"no broker listens at {port} after {_PATIENCE} seconds")


def _missing(program: str, product: str) -> NoReturn:
    message = f"there is no {program} to start and to kill; install {product}"
    if os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1":
        pytest.fail(message)
    pytest.skip(message)


_KINDS: dict[str, Callable[[Path], OwnBroker]] = {"redis": OwnRedis, "rabbitmq": OwnRabbitMQ}


@contextmanager
def own_broker(kind: str, folder: Path) -> Iterator[OwnBroker]:
    """A broker that runs as long as the context lasts, but for its kills.

    Args:
        kind: "redis" or "rabbitmq".
        folder: An empty folder, for what it writes.
    """
    broker = _KINDS[kind](folder)
    try:
        yield broker
    finally:
        broker.kill()
