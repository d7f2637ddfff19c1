"""HTTP servers of this process: on any free port, with an address, and one clear error for a port in use."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.errors import MissingExtraError, OutputError
from pactape.imports import require_extra
from pactape.serving import HttpServer, in_background, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def hello(_environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_an_application_is_served_while_the_context_lasts() -> None:
    with serving(hello, name="hello") as url:
        assert requests.get(url, timeout=10).text == "hello"
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=10)


def test_a_server_knows_its_port_and_address() -> None:
    server = HttpServer(hello)
    with in_background(server, name="hello"):
        assert server.url == f"http://127.0.0.1:{server.port}"


def test_a_port_in_use_is_an_error_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OutputError, match=f"127.0.0.1:{port}: can't listen there"):
            HttpServer(hello, port=port)


def test_connections_that_send_nothing_keep_nobody_waiting() -> None:
    with serving(hello, name="hello") as url:
        port = int(url.rpartition(":")[2])
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(12)]
        try:
            assert requests.get(url, timeout=10).text == "hello"
        finally:
            for each in idle:
                each.close()


def test_without_its_library_a_server_says_which_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pactape.serving")
    monkeypatch.setitem(sys.modules, "cheroot", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'pactape\[server\]'"):
        __import__("pactape.serving")


def test_a_feature_whose_libraries_are_there_needs_nothing() -> None:
    require_extra("verify", "it", "json", "sys")
    with pytest.raises(MissingExtraError, match=r"it needs libraries"):
        require_extra("verify", "it", "json", "no_such_library")
