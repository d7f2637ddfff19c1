"""README's example, copied and pasted: it records, replays offline, and yields a contract."""

from __future__ import annotations

import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PLUGIN = ("-p", "pactape.plugin")
README = Path(__file__).resolve().parents[2] / "README.md"
BODY = json.dumps({"id": 7, "name": "Ada Lovelace", "email": "ada@example.com"}).encode()


class _Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def api() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Api) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def only_the_plugin_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other plugins take seconds to start."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def project(pytester: pytest.Pytester, api: ThreadingHTTPServer) -> pytest.Pytester:
    """A project that holds README's example and nothing else; the API it names is a server of ours."""
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    url = f"http://127.0.0.1:{api.server_port}"
    pytester.makepyfile(test_users=example.replace("https://api.example.com", url))
    return pytester


def test_the_example_records_once_and_replays_offline_ever_after(
    project: pytest.Pytester, api: ThreadingHTTPServer
) -> None:
    recorded = project.runpytest_subprocess(*PLUGIN, "--pactape-record", "once")
    api.server_close()
    replayed = project.runpytest_subprocess(*PLUGIN)
    recorded.assert_outcomes(passed=1)
    replayed.assert_outcomes(passed=1)


def test_the_example_yields_a_contract(project: pytest.Pytester) -> None:
    project.runpytest_subprocess(*PLUGIN, "--pactape-record", "once")
    derived = project.run(Path(sys.executable).with_name("pactape"), "derive")
    (pact,) = (project.path / "pacts").glob("*.json")
    (interaction,) = json.loads(pact.read_bytes())["interactions"]
    assert (derived.ret, interaction["description"]) == (0, "reads a user")
    assert interaction["response"]["body"]["content"].keys() == {"name"}
